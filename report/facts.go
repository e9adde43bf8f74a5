package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/lineage-audit/lineage/record"
)

// tally counts what stands for itself: a folder is one thing with many files.
type tally struct {
	Count int   `json:"count"`
	Files int64 `json:"files"`
	Bytes int64 `json:"bytes"`
}

func count(all []record.Resource) (t tally) {
	for _, r := range all {
		a := &r.Annotations
		switch {
		case a.Tree != nil:
			t.Count++
			t.Files += a.Tree.Files
			t.Bytes += a.Tree.Bytes
		case a.File != nil && a.File.Tree == nil:
			t.Count++
			t.Files++
			t.Bytes += a.File.Bytes
		}
	}
	return t
}

// String is the files and bytes, for people.
func (t tally) String() string { return plural(t.Files, "file", "files") + ", " + size(t.Bytes) }

// size is a number of bytes, for people. A record may claim a negative one.
func size(n int64) string {
	if n < 0 {
		return strconv.FormatInt(n, 10) + " B"
	}
	return humanize.Bytes(uint64(n))
}

// names are those of what stands for itself.
func names(all []record.Resource) []string {
	names := []string{}
	for _, r := range all {
		if f := r.Annotations.File; f == nil || f.Tree == nil {
			names = append(names, r.Name)
		}
	}
	return names
}

// ended says how a command ended: the status as a word, and the rest.
func ended(o record.Outcome) (status cell, rest string) {
	if o.ExitCode != nil && *o.ExitCode != 0 {
		rest = fmt.Sprintf(" with exit status %d", *o.ExitCode)
	}
	if o.Signal != "" {
		rest += " by " + o.Signal
	}
	if o.OutOfMemory {
		rest += ", out of memory"
	}
	if o.Reason != "" {
		rest += ": " + o.Reason
	}
	return statusWord(o.Status), rest
}

// statusWord is a status: in capitals unless it is a good one.
func statusWord(s record.Status) cell {
	switch s {
	case record.Succeeded:
		return cell{string(s), good}
	case Running:
		return cell{string(s), plain}
	case Unknown:
		return cell{"UNKNOWN", doubt}
	}
	return cell{strings.ToUpper(strings.ReplaceAll(string(s), "-", " ")), bad}
}

// duration is how long the run took, to three digits or so.
func duration(m record.Metadata) string { return span(m.FinishedOn.Sub(m.StartedOn.Time)) }

// span is a length of time, to three digits or so.
func span(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// treeWord says how a work tree agrees with its commit.
func treeWord(c *record.CommitFacts) cell {
	n := plural(len(c.Differences), "difference", "differences")
	switch c.State {
	case record.TreeClean:
		return cell{"clean", good}
	case record.TreeDirty:
		return cell{"DIRTY: " + n, bad}
	case record.TreeFiltered:
		return cell{"FILTERED: " + n, doubt}
	case record.TreeNoCommit:
		return cell{"NO COMMIT yet", bad}
	case record.TreeUnknown:
		return cell{"only DECLARED", doubt}
	}
	return cell{strings.ToUpper(string(c.State)), doubt}
}

// short is enough of a commit for people.
func short(h record.GitHash) string { return string(h[:min(7, len(h))]) }

// commitOf is the hash of a commit's resource, and "" where there is none yet.
func commitOf(r *record.Resource) record.GitHash {
	if r.Digest == nil {
		return ""
	}
	return r.Digest.GitCommit
}

// bounded cuts a list and tells how many are left.
func bounded[T any](all []T, most int) (some []T, more int) {
	if len(all) <= most {
		return all, 0
	}
	return all[:most], len(all) - most
}
