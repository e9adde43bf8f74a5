package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/lineage-audit/lineage/docs"
	"github.com/lineage-audit/lineage/report/graph"
	"github.com/lineage-audit/lineage/trace"
	"github.com/lineage-audit/lineage/verify"
)

//go:embed template
var templates embed.FS

// pageTemplate is parsed when a page is written: no other verb waits for it.
var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(pageFunctions).ParseFS(templates, "template/*"))
})

var pageFunctions = template.FuncMap{
	"answer": answer, "same": same, "areas": areas, "becomes": becomes, "cell": cell, "link": link, "moment": moment,
	"mostEvidence": mostEvidence, "resolved": resolvedText, "spans": docs.Spans, "status": statusWord, "worstFirst": worstFirst,
	"class": statusClass, "iconOf": statusClass, "icon": icon, "more": more,
	"after": func(prefix, text string) string { return strings.TrimPrefix(text, prefix) },
	"lines": func(lines []string) string { return strings.Join(lines, "\n") },
	"some":  someOf,
	// The name of a check may break behind its dot, and nowhere else.
	"pieces": func(id verify.CheckID) []string { return strings.SplitAfter(string(id), ".") },
}

// someOf is some, for the types that templates have.
func someOf(list any, most int) any {
	switch all := list.(type) {
	case []verify.Evidence:
		return some(all, most)
	default:
		return someChanges(list, most)
	}
}

// statusClass names a status for style sheet and icons.
func statusClass(s verify.Status) string {
	switch s {
	case verify.Held:
		return "held"
	case verify.Failed:
		return "failed"
	case verify.NotApplicable:
		return "na"
	}
	return "lacking"
}

// icon is a shape that stands beside a word, and says no more than it. Its name is
// one of ours.
func icon(name string) template.HTML {
	return template.HTML(`<svg class="icon" aria-hidden="true" focusable="false"><use href="#i-` + name + `"/></svg>`)
}

// view is what the templates see. All of document is clean.
type view struct {
	document
	Word, Class, Icon   string // of the verdict
	Digest, Again       string // of the model, and at the end if that was another
	Folder              string
	Rungs               []rung
	Evidenced, Declared []fact
	SVG                 template.HTML
	Width               int // of the drawing, in pixels where nobody makes it smaller
	Missing             []string
	GraphProblems       []string
	Links               []joined
}

type rung struct {
	Rung   verify.Rung
	Checks []explained
}

// HTML writes the page as one file of HTML that needs nothing else.
func HTML(w io.Writer, f Facts) error {
	v, err := viewOf(f)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := pageTemplate().ExecuteTemplate(&b, "page", v); err != nil {
		return fmt.Errorf("writing a page: %w", err)
	}
	return write(w, b.Bytes())
}

func write(w io.Writer, b []byte) error {
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("writing a page: %w", err)
	}
	return nil
}

func viewOf(f Facts) (view, error) {
	v := view{document: cleaned(build(f)), Word: resultWord(f.Verdict.Result), Folder: cleaned(f.Hand.Folder)}
	v.Class, v.Icon = "cannot", "lacking"
	switch f.Verdict.Result {
	case verify.Pass:
		v.Class, v.Icon = "pass", "held"
	case verify.Fail:
		v.Class, v.Icon = "fail", "failed"
	}
	t := v.Verdict.Target
	if t.Digest != nil {
		v.Digest = modelDigest(t.Digest)
	}
	v.Again = again(t)
	for _, c := range v.Checks {
		if n := len(v.Rungs); n == 0 || v.Rungs[n-1].Rung != c.Check.Rung {
			v.Rungs = append(v.Rungs, rung{Rung: c.Check.Rung})
		}
		last := &v.Rungs[len(v.Rungs)-1]
		last.Checks = append(last.Checks, c)
	}
	for _, k := range v.Facts {
		if k.Manner == evidenced {
			v.Evidenced = append(v.Evidenced, k)
		} else {
			v.Declared = append(v.Declared, k)
		}
	}
	if g := v.Lineage.Graph; g != nil {
		v.Missing, v.GraphProblems, v.Links = missing(g), g.Problems, inWords(g)
	}
	var err error
	v.SVG, v.Width, err = picture(f.Lineage.Graph)
	return v, err
}

// again says to what the reference led at the end, where that was something else.
func again(t verify.TargetReport) string {
	var parts []string
	if t.Resolved != nil && t.Again != nil && resolvedText(t.Resolved) != resolvedText(t.Again) {
		parts = append(parts, resolvedText(t.Again))
	}
	if t.Digest != nil && t.DigestAgain != nil && modelDigest(t.Digest) != modelDigest(t.DigestAgain) {
		parts = append(parts, modelDigest(t.DigestAgain))
	}
	return strings.Join(parts, ", ")
}

// picture is the lineage as SVG. It is markup, so it is let in only if it is the
// markup of a drawing and nothing else.
func picture(g *trace.Graph) (template.HTML, int, error) {
	if g == nil || len(g.Nodes) == 0 {
		return "", 0, nil
	}
	var b bytes.Buffer
	if err := graph.SVG(&b, *g, graph.SVGOptions{Prefix: "lineage", Inline: true}); err != nil {
		return "", 0, fmt.Errorf("drawing the lineage: %w", err)
	}
	width, err := checkDrawing(b.Bytes())
	if err != nil {
		return "", 0, fmt.Errorf("drawing the lineage: %w", err)
	}
	return template.HTML(b.String()), width, nil
}
