package attach

import (
	"fmt"
	"slices"
	"time"

	"github.com/lineage-audit/lineage/record"
)

// Model is what a reference was resolved to.
type Model struct {
	Ref           Ref
	Name          string // of the registered model
	Version       string
	Alias         string
	LoggedModelID string
	RunID         string // of the run that wrote the bytes
	ClaimedRunID  string // of the run that the registry's version names, if it is another
	Source        string // where the version has its bytes from, as the registry says it
	Location      string // of the bytes, as the system says it
	Path          string // among the files of the run or logged model; "" for all of them
	SingleFile    bool   // Path names a file, and not a folder
	Status        string // as the system says it: "READY", "LOGGED_MODEL_PENDING", …
	Created       time.Time
	RunStarted    time.Time
	RunEnded      time.Time // zero while the run goes on
	Owner         string
	Invocations   []record.Invocation // that the logged model, or else the run, carries
	Targets       []Target            // on which its records hang, nearest first
}

// Same tells whether n is what m was: whoever verified m has verified n. The
// version, alias, run, source and place of the bytes are the same; the bytes are
// for whoever reads them.
func (m Model) Same(n Model) bool {
	return m.Name == n.Name && m.Version == n.Version && m.Alias == n.Alias &&
		m.LoggedModelID == n.LoggedModelID && m.RunID == n.RunID && m.ClaimedRunID == n.ClaimedRunID &&
		m.Source == n.Source && m.Location == n.Location && m.Path == n.Path && m.SingleFile == n.SingleFile &&
		m.Created.Equal(n.Created)
}

// File is one file of a model.
type File struct {
	Path string // relative, separated by "/"
	Size int64
}

// clockSlack is how far the clock of a server may be from ours.
const clockSlack = 5 * time.Minute

// NotOwn tells why the files of a model are not outputs of the run that span is,
// or is "" if they are: it carries the invocation, a run of the child wrote it, and
// it was created while the child ran. runs are those that were found for the span.
func NotOwn(m Model, s Span, runs []Target) string {
	wrote := func(t Target) bool { return t.Kind == KindRun && t.ID == m.RunID }
	switch {
	case !slices.Contains(m.Invocations, s.Invocation):
		return "it does not carry the invocation"
	case m.RunID == "":
		return "no run wrote it: it was logged outside of any"
	case !slices.ContainsFunc(runs, wrote):
		return fmt.Sprintf("run %s wrote it, which is none of the command's", m.RunID)
	case m.Created.Before(s.Started.Add(-clockSlack)), m.Created.After(s.Ended.Add(clockSlack)):
		return fmt.Sprintf("it was created at %s, while the command ran from %s to %s; do the clocks agree?",
			m.Created.Format(time.RFC3339), s.Started.Format(time.RFC3339), s.Ended.Format(time.RFC3339))
	}
	return ""
}
