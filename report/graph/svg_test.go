package graph

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/trace"
)

func svg(t testing.TB, g trace.Graph, o SVGOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := SVG(&b, g, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// allowed are the elements and attributes of a picture: nothing that runs, loads or
// links.
var allowed = map[string][]string{
	"svg":   {"xmlns", "class", "role", "aria-labelledby", "width", "height", "viewBox", "font-family", "font-size", "fill", "stroke-linecap"},
	"title": {"id"}, "desc": {"id"}, "style": {}, "defs": {},
	"marker": {"id", "viewBox", "refX", "refY", "markerWidth", "markerHeight", "markerUnits", "orient"},
	"g":      {"id", "class", "role", "aria-label", "fill", "stroke", "font-size", "font-style"},
	"path":   {"d", "fill", "stroke", "stroke-width", "stroke-dasharray", "marker-end", "marker-start"},
	"rect":   {"x", "y", "width", "height", "rx", "fill", "stroke", "stroke-width", "stroke-dasharray"},
	"text":   {"x", "y", "stroke", "space", "textLength", "lengthAdjust", "opacity", "font-weight", "text-anchor"},
}

// checkSVG parses a picture and looks for what does not belong there. It gives the ids.
func checkSVG(t testing.TB, text string) (ids []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = true
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return ids
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		switch e := token.(type) {
		case xml.StartElement:
			attributes, known := allowed[e.Name.Local]
			if !known {
				t.Errorf("element %s", e.Name.Local)
			}
			for _, a := range e.Attr {
				if !slices.Contains(attributes, a.Name.Local) {
					t.Errorf("attribute %s of %s", a.Name.Local, e.Name.Local)
				}
				if strings.HasPrefix(a.Name.Local, "marker-") && !strings.HasPrefix(a.Value, "url(#") {
					t.Errorf("%s %q", a.Name.Local, a.Value)
				}
				if a.Name.Local == "id" {
					ids = append(ids, a.Value)
				}
			}
		case xml.CharData:
			for line := range strings.Lines(string(e)) {
				if line = strings.TrimSuffix(line, "\n"); report.Clean(line) != line {
					t.Errorf("text %+q", line)
				}
			}
		case xml.Comment, xml.Directive:
			t.Errorf("%T", e)
		}
	}
}

func TestSVG(t *testing.T) {
	eachGraph(t, func(t *testing.T, g trace.Graph) {
		text := svg(t, g, SVGOptions{})
		ids := checkSVG(t, text)
		slices.Sort(ids)
		if len(slices.Compact(slices.Clone(ids))) != len(ids) {
			t.Error("an id stands twice")
		}
		if again := svg(t, g, SVGOptions{}); again != text {
			t.Error("a second picture is another one")
		}
		if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
			t.Error("a number is none")
		}
	})
}

// TestTwoPictures: with prefixes of their own they share no id, and no class.
func TestTwoPictures(t *testing.T) {
	g := everything("name", trace.Upstream)
	a := checkSVG(t, svg(t, g, SVGOptions{Prefix: "up", Inline: true}))
	b := checkSVG(t, svg(t, g, SVGOptions{Prefix: `down" onload="x`, Inline: true}))
	for _, id := range a {
		if slices.Contains(b, id) || !strings.HasPrefix(id, "up-") {
			t.Errorf("id %q", id)
		}
	}
	if text := svg(t, g, SVGOptions{Inline: true}); strings.Contains(text, "<?xml") || strings.Contains(text, "<style") || strings.Contains(text, "#fff") {
		t.Error("a picture for a page brings colours or a declaration of its own")
	}
}

// TestTextsFit: no line is wider than its box, as far as fonts of one width go.
func TestTextsFit(t *testing.T) {
	eachGraph(t, func(t *testing.T, g trace.Graph) {
		for _, n := range g.Nodes {
			lines := linesOf(wordsOf(n), true)
			b := sizeOf(lines)
			for _, line := range lines {
				if columns(line) > mostText || float64(columns(line))*column > b.width-2*padding+0.01 {
					t.Errorf("%q has %d columns in %g", line, columns(line), b.width)
				}
			}
			if len(lines) == 0 || len(lines) > 2+mostLines {
				t.Errorf("%d lines", len(lines))
			}
		}
	})
}

// TestKindsAreTold: every box says in words what it is, and for readers too.
func TestKindsAreTold(t *testing.T) {
	text := svg(t, everything("name", trace.Upstream), SVGOptions{})
	for _, want := range []string{">RUN · ASKED · succeeded<", ">FILE<", ">FOLDER<", ">MODEL VERSION<", ">PACKAGE<", ">COMMIT<", ">SOURCE<", ">MISSING<", "… 3 more name", `aria-label="run python name"`, "stroke-dasharray"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not there:\n%s", want, text)
		}
	}
}

func TestCuts(t *testing.T) {
	for _, c := range []struct {
		text         string
		most         int
		middle, head string
	}{
		{"short", 9, "short", "short"},
		{"abcdefghij", 7, "abc…hij", "abcdef…"},
		{"名前名前名前", 7, "名…前", "名前名…"},
		{"abc", 1, "…", "…"},
	} {
		if got := middleCut(c.text, c.most); got != c.middle || columns(got) > c.most {
			t.Errorf("%q cut in the middle to %d is %q, want %q", c.text, c.most, got, c.middle)
		}
		if got := headCut(c.text, c.most); got != c.head || columns(got) > c.most {
			t.Errorf("%q cut to %d is %q, want %q", c.text, c.most, got, c.head)
		}
	}
}

func FuzzSVG(f *testing.F) {
	f.Add(hostile)
	f.Add("repo:data/train.csv")
	f.Fuzz(func(t *testing.T, text string) {
		checkSVG(t, svg(t, everything(text, trace.Downstream), SVGOptions{Prefix: text, Title: text}))
	})
}
