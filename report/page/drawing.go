package page

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// checkDrawing refuses what is more than a drawing: other elements than those of
// shapes, texts and style, handlers of events, and addresses. It gives the width that
// the drawing says it has.
func checkDrawing(svg []byte) (width int, err error) {
	d := xml.NewDecoder(bytes.NewReader(svg))
	depth := 0
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && depth == 0:
			return width, nil
		case err != nil:
			return 0, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; !drawn[t.Name.Local] {
				return 0, fmt.Errorf("element %q is none of a drawing", t.Name.Local)
			}
			if err := checkAttributes(t); err != nil {
				return 0, err
			}
			if depth == 1 {
				width = widthOf(t)
			}
		case xml.EndElement:
			depth--
		case xml.CharData:
		default:
			return 0, fmt.Errorf("%T is none of a drawing", t)
		}
	}
}

// widthOf is that of a drawing: by its attribute, or by the box that it shows.
func widthOf(svg xml.StartElement) int {
	width := 0.0
	for _, a := range svg.Attr {
		switch box := strings.Fields(a.Value); {
		case a.Name.Local == "width":
			if w, err := strconv.ParseFloat(strings.TrimSuffix(a.Value, "px"), 64); err == nil {
				return int(w)
			}
		case a.Name.Local == "viewBox" && len(box) == 4:
			width, _ = strconv.ParseFloat(box[2], 64) // what is no number has no width
		}
	}
	return int(width)
}

// drawn are the elements of a drawing.
var drawn = map[string]bool{
	"svg": true, "g": true, "title": true, "desc": true, "style": true, "defs": true, "marker": true, "path": true, "rect": true,
	"circle": true, "ellipse": true, "line": true, "polygon": true, "polyline": true, "text": true, "tspan": true,
}

func checkAttributes(e xml.StartElement) error {
	for _, a := range e.Attr {
		name, value := strings.ToLower(a.Name.Local), strings.ToLower(a.Value)
		if strings.HasPrefix(name, "on") || strings.HasSuffix(name, "href") || name == "src" ||
			strings.Contains(value, "url(") && !strings.Contains(value, "url(#") {
			return fmt.Errorf("attribute %q of %q is none of a drawing", a.Name.Local, e.Name.Local)
		}
	}
	return nil
}
