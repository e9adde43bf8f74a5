package graph

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/trace"
)

// words is a node as people read it. Every text is clean.
type words struct {
	kind   string   // what it is: run, file, MISSING
	title  string   // what it is called
	facts  []string // what else is known, the most telling first
	digest string   // whole, "" if it has none
	note   string   // what the other nodes of the graph make worth saying
}

// wordsOf says what a node is.
func wordsOf(n trace.Node) words {
	w := words{kind: string(n.Kind)}
	switch {
	case n.Run != nil:
		w = runWords(*n.Run)
	case n.Artifact != nil:
		w = artifactWords(n)
	case n.Model != nil:
		w = modelWords(*n.Model)
	case n.Package != nil:
		w.title = n.Package.Name + " " + cmp.Or(n.Package.Version, "of any version")
	case n.Commit != nil:
		w.title = n.Commit.Hash
	case n.Missing != nil:
		w = missingWords(*n.Missing)
	case n.More != nil:
		w.kind, w.title = "", moreText(*n.More)
	}
	return w.clean()
}

func (w words) clean() words {
	w.kind, w.title, w.digest = report.Clean(w.kind), report.Clean(w.title), report.Clean(w.digest)
	facts := make([]string, 0, len(w.facts))
	for _, f := range w.facts {
		if f = report.Clean(f); f != "" {
			facts = append(facts, f)
		}
	}
	w.facts = facts
	return w
}

func runWords(r trace.Run) words {
	w := words{kind: "run", title: report.Shell(r.Command), facts: []string{string(r.Status)}}
	switch {
	case r.Record != nil:
		w.digest = r.Record.String()
		w.facts = append(w.facts, r.Record.Short())
	case r.Invocation != (record.Invocation{}):
		w.facts = append(w.facts, "invocation "+r.Invocation.String()[:12])
	}
	if w.title == "" {
		w.title = "a run whose record cannot be read"
	}
	if !r.Started.IsZero() {
		w.facts = append(w.facts, r.Started.UTC().Format("2006-01-02 15:04:05Z"))
	}
	if r.Commit != "" {
		w.facts = append(w.facts, "commit "+short(string(r.Commit))+" "+string(r.State))
	} else if r.State != "" {
		w.facts = append(w.facts, string(r.State))
	}
	if r.Gaps > 0 {
		w.facts = append(w.facts, plural(int64(r.Gaps), "GAP", "GAPS"))
	}
	return w
}

// short is enough of a commit for people.
func short(hash string) string { return hash[:min(7, len(hash))] }

func artifactWords(n trace.Node) words {
	a := n.Artifact
	w := words{kind: string(n.Kind), title: "bytes of no recorded place"}
	if len(a.Names) > 0 {
		w.title = strings.TrimPrefix(a.Names[0], string(record.RootRepo)+":")
	}
	if more := len(a.Names) - 1; more > 0 {
		w.title += fmt.Sprintf(" (and at %s)", plural(int64(more), "other place", "other places"))
	}
	switch {
	case a.Tree != nil:
		w.digest = "lineageTree1:" + a.Tree.String()
		if a.Files > 0 {
			w.facts = append(w.facts, plural(a.Files, "file", "files"))
		}
	case a.File != nil:
		w.digest = "sha256:" + a.File.String()
	}
	if a.SizeKnown && a.Bytes >= 0 {
		w.facts = append(w.facts, humanize.Bytes(uint64(a.Bytes)))
	}
	if a.File != nil && *a.File == hashing.EmptyFile || a.Tree != nil && a.Tree.IsEmpty() {
		w.facts = append(w.facts, "EMPTY")
	}
	if at := strings.IndexByte(w.digest, ':'); at >= 0 {
		w.facts = append(w.facts, w.digest[:at+13]+"…")
	}
	return w
}

func modelWords(m trace.Model) words {
	w := words{kind: strings.ReplaceAll(m.Kind, "-", " "), title: m.ID}
	switch {
	case m.Name == "" || m.Name == m.ID:
	case m.Kind == "model-version":
		w.title = m.Name + " " + m.ID
	default:
		w.title = m.ID + " (" + m.Name + ")"
	}
	if m.Alias != "" {
		w.title += " @" + m.Alias
	}
	w.facts = []string{m.System, m.URL}
	return w
}

// ends are how a reason is told in a few words.
var ends = map[trace.Reason]string{
	trace.InCommit: "in the commit", trace.HasURI: "has a URI", trace.Unrecorded: "no recorded run made these bytes",
	trace.MadeLater: "made only later", trace.Trivial: "joins no runs", trace.NotHashed: "not hashed",
	trace.OnServer: "no record says who made it", trace.AbandonedRun: "perhaps by a run without a record", trace.Damaged: "records cannot be read",
	trace.NoManifest: "list of files not kept", trace.NothingUsed: "nothing was read", trace.NothingMade: "nothing was made",
	trace.NeverUsed: "no recorded run used it",
}

func missingWords(m trace.Missing) words {
	w := words{kind: "MISSING", title: cmp.Or(ends[m.Reason], string(m.Reason)), facts: []string{m.What, m.Detail}}
	if m.Reason == trace.Unrecorded || m.Reason == trace.NeverUsed {
		w.facts = []string{m.What} // the detail is the title
	}
	switch m.Reason {
	case trace.InCommit:
		w.kind, w.title, w.facts = "source", "commit "+short(m.What), []string{m.Detail}
	case trace.HasURI:
		w.kind, w.title, w.facts = "source", m.URI, []string{m.Detail}
	case trace.NothingUsed, trace.NothingMade, trace.NeverUsed, trace.Trivial:
		w.kind = "end"
	}
	if m.Of > 0 {
		w.facts = append([]string{fmt.Sprintf("%d of %s", m.Files, plural(m.Of, "file", "files"))}, w.facts...)
	}
	if len(m.Runs) > 0 {
		w.facts = append(w.facts, "runs "+strings.Join(shortened(m.Runs), ", "))
	}
	return w
}

func shortened(ids []string) (out []string) {
	for _, id := range ids {
		out = append(out, id[:min(12, len(id))])
	}
	return out
}

func moreText(m trace.More) string {
	of, least := m.Of, ""
	if m.Count == 1 {
		of = strings.TrimSuffix(of, "s")
	}
	if m.AtLeast {
		least = "at least "
	}
	return fmt.Sprintf("… %s%d more %s", least, m.Count, of)
}

// edgeWords says what joins two nodes, read in the direction of the arrow.
func edgeWords(e trace.Edge) string {
	text := map[trace.Why]string{
		trace.Made: "made", trace.MadePart: "made", trace.Read: "read", trace.ReadPart: "read",
		trace.Attached: "record hangs on", trace.IsBytes: "is", trace.Used: "used",
	}[e.Why]
	if e.Of > 0 {
		text += fmt.Sprintf(" %d of %s", e.Files, plural(e.Of, "file", "files"))
	}
	if e.Role != "" && (e.Why == trace.Read || e.Why == trace.ReadPart) {
		text += " as " + string(e.Role)
	}
	return report.Clean(text + doubts(e))
}

// doubts are what is not plain about a maker.
func doubts(e trace.Edge) string {
	text := ""
	if e.Likely {
		text += ", most likely"
	}
	switch e.Order {
	case trace.Overlaps:
		text += ", while both ran"
	case trace.Skewed:
		text += ", if the clocks disagree"
	}
	return text
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
