package page

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// checkDrawing refuses what is more than a drawing: other elements than those of
// shapes, texts and style, handlers of events, and addresses.
func checkDrawing(svg []byte) error {
	d := xml.NewDecoder(bytes.NewReader(svg))
	depth := 0
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && depth == 0:
			return nil
		case err != nil:
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; !drawn[t.Name.Local] {
				return fmt.Errorf("element %q is none of a drawing", t.Name.Local)
			}
			if err := checkAttributes(t); err != nil {
				return err
			}
		case xml.EndElement:
			depth--
		case xml.CharData:
		default:
			return fmt.Errorf("%T is none of a drawing", t)
		}
	}
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
