package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/trace"
	"github.com/lineage-audit/lineage/verify"
)

// resultWord is the verdict, in capitals; what is none of the results is the worst.
func resultWord(r verify.Result) string {
	switch r {
	case verify.Pass:
		return "PASS"
	case verify.Fail:
		return "FAIL"
	}
	return "CANNOT VERIFY"
}

// statusWord is a status; what is none of them is lacking.
func statusWord(s verify.Status) string {
	switch s {
	case verify.Held, verify.NotApplicable:
		return string(s)
	case verify.Failed:
		return "FAILED"
	}
	return string(verify.Lacking)
}

// becomes is a status in a sentence: "model.bytes is lacking".
func becomes(s verify.Status) string {
	if s == verify.Failed {
		return "FAILED"
	}
	return "is " + statusWord(s)
}

// answer says what a comparison came to.
func answer(a compare.Answer) string {
	switch a {
	case compare.SameRun:
		return "Both are of one and the same run."
	case compare.Equal:
		return "The outputs are the same, and nothing that was recorded differs."
	case compare.EqualOutputs:
		return "The outputs are the same, although something differs that could have changed them."
	case compare.Changed:
		return "The outputs differ, and so does what may be the cause."
	case compare.Unexplained:
		return "The outputs differ, and nothing that was recorded explains it: the run is not deterministic, or something was not captured."
	}
	return "Nobody can tell whether the outputs are the same: not all of them were recorded of both runs."
}

// areas are those of a comparison of which something differs or cannot be told, the
// causes first.
func areas(d *compare.Diff) []compare.Area {
	return slices.DeleteFunc(slices.Concat(d.Causes, d.Results), func(a compare.Area) bool {
		return a.Status == compare.Unrecorded || isSame(a)
	})
}

// same are the areas of which all is the same.
func same(d *compare.Diff) (names []compare.AreaName) {
	for _, a := range slices.Concat(d.Causes, d.Results) {
		if isSame(a) {
			names = append(names, a.Name)
		}
	}
	return names
}

func isSame(a compare.Area) bool {
	return a.Status == compare.Same && len(a.Items) == 0 && len(a.Doubts) == 0
}

func moment(t record.Timestamp) string {
	if t.IsZero() {
		return "at a time that is not known"
	}
	return t.UTC().Format(timeFormat)
}

// worstFirst sorts evidence by what became of it.
func worstFirst(all []verify.Evidence) []verify.Evidence {
	order := []verify.Status{verify.Failed, verify.Lacking, "", verify.Held, verify.NotApplicable}
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b verify.Evidence) int { return slices.Index(order, a.Status) - slices.Index(order, b.Status) })
	return sorted
}

// mostEvidence is how much evidence of one check a page shows: more, where it is
// that which stands in the way.
func mostEvidence(c verify.Check) int {
	if c.Status == verify.Held || c.Status == verify.NotApplicable {
		return 12
	}
	return 200
}

// some are the first of a list, and more how many there are beyond.
func some[T any](all []T, most int) []T { return all[:min(len(all), most)] }
func more(n, most int) int              { return max(0, n-most) }

// label names a node of a lineage.
func label(n trace.Node) string {
	switch {
	case n.Run != nil && n.Run.Record != nil:
		return fmt.Sprintf("run %s: %s", n.Run.Record.Short(), strings.Join(n.Run.Command, " "))
	case n.Run != nil:
		return "run without a record: " + strings.Join(n.Run.Command, " ")
	case n.Artifact != nil:
		return strings.TrimSpace(string(n.Kind) + " " + strings.Join(some(n.Artifact.Names, 2), ", ") + " " + artifactDigest(n.Artifact))
	case n.Model != nil:
		return strings.Join(said([]string{n.Model.System, n.Model.Kind, n.Model.Name, n.Model.ID, n.Model.Alias}), " ")
	case n.Package != nil:
		return "package " + n.Package.Name + " " + n.Package.Version
	case n.Commit != nil:
		return "commit " + n.Commit.Hash
	case n.Missing != nil:
		return strings.Join(said([]string{string(n.Missing.Reason), n.Missing.What, n.Missing.URI, n.Missing.Detail}), ": ")
	case n.More != nil:
		return fmt.Sprintf("and %d more %s", n.More.Count, n.More.Of)
	}
	return string(n.Kind)
}

// artifactDigest is enough of a digest to tell it from others; lists have all of it.
func artifactDigest(a *trace.Artifact) string {
	switch {
	case a.File != nil:
		return "(sha256:" + a.File.String()[:12] + "…)"
	case a.Tree != nil:
		return "(lineageTree1:" + a.Tree.String()[:12] + "…)"
	}
	return ""
}

// joined is one edge of a lineage in words.
type joined struct{ From, Why, To string }

var whys = map[trace.Why]string{
	trace.Made: "made", trace.MadePart: "made files of", trace.Read: "was read by",
	trace.ReadPart: "was read in part by", trace.Attached: "is attached to", trace.IsBytes: "is", trace.Used: "was used by", trace.Ends: "ends at",
}

// inWords are the edges of a lineage.
func inWords(g *trace.Graph) (all []joined) {
	if g == nil {
		return nil
	}
	labels := map[string]string{}
	for _, n := range g.Nodes {
		labels[n.ID] = label(n)
	}
	for _, e := range g.Edges {
		why := whys[e.Why]
		if why == "" {
			why = string(e.Why)
		}
		all = append(all, joined{labels[e.From], why, labels[e.To]})
	}
	return all
}

// missing are the places of a lineage where a link is not there, and why.
func missing(g *trace.Graph) (all []string) {
	if g == nil {
		return nil
	}
	for _, n := range g.Nodes {
		if n.Kind == trace.KindMissing {
			all = append(all, label(n))
		}
	}
	return all
}
