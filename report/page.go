package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
)

// style is an SGR parameter; the zero value paints nothing.
type style string

const (
	plain  style = ""
	strong style = "1"
	good   style = "32"
	bad    style = "1;31"
	doubt  style = "33"
)

// cell is a text, not yet clean, and how it is painted.
type cell struct {
	text  string
	style style
}

// word is a cell that is not painted.
func word(format string, args ...any) cell { return cell{fmt.Sprintf(format, args...), plain} }

// page collects text. Whatever is put on it passes Clean, in paint.
type page struct {
	b bytes.Buffer
	o Options
}

func (p *page) paint(c cell) string {
	text := Clean(c.text)
	if !p.o.Color || c.style == plain || text == "" {
		return text
	}
	return "\x1b[" + string(c.style) + "m" + text + "\x1b[0m"
}

// put writes one line of cells, which stand side by side. It is never wrapped.
func (p *page) put(indent int, cells ...cell) {
	p.b.WriteString(strings.Repeat(" ", indent))
	for _, c := range cells {
		p.b.WriteString(p.paint(c))
	}
	p.b.WriteByte('\n')
}

// gap writes an empty line, unless the page is empty.
func (p *page) gap() {
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
}

// section starts a section.
func (p *page) section(title string) {
	p.gap()
	p.put(0, cell{title, strong})
}

// labelWidth is what the longest label needs.
const labelWidth = 15

// fact writes a label and cells, as prose of which the lines hang below the first.
func (p *page) fact(label string, cells ...cell) { p.alert(cell{label, plain}, cells...) }

// alert is a fact whose label is painted.
func (p *page) alert(label cell, cells ...cell) {
	fill := max(1, labelWidth-twwidth.Width(label.text))
	p.prose(2, append([]cell{label, word("%*s", fill, "")}, cells...), 2+labelWidth)
}

// prose writes cells side by side, wrapped at blanks to the width of the page.
func (p *page) prose(indent int, cells []cell, hang int) {
	p.b.WriteString(strings.Repeat(" ", indent))
	at := indent
	for _, c := range cells {
		lines := wrap(Clean(c.text), at, hang, p.o.Width)
		for i, line := range lines {
			if i > 0 {
				p.b.WriteString("\n" + strings.Repeat(" ", hang))
				at = hang
			}
			p.b.WriteString(p.paint(cell{line, c.style}))
			at += twwidth.Width(line)
		}
	}
	p.b.WriteByte('\n')
}

// wrap cuts a clean text at blanks into lines, of which the first starts in the
// column at and the others in the column hang. A word that is too long for a line
// stands whole on a line of its own. A width of 0 is no limit.
func wrap(text string, at, hang, width int) (lines []string) {
	if width <= 0 {
		return []string{text}
	}
	start, end := 0, 0 // of the line
	for i, w := range strings.Split(text, " ") {
		n := twwidth.Width(w)
		switch {
		case i == 0:
		case at > hang && at+1+n > width:
			lines = append(lines, text[start:end])
			start, end, at = end+1, end+1, hang
		default:
			end, at = end+1, at+1
		}
		end, at = end+len(w), at+n
	}
	return append(lines, text[start:])
}

// writeTo writes the page at once.
func (p *page) writeTo(w io.Writer) error { return write(w, p.b.Bytes()) }

func write(w io.Writer, b []byte) error {
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("writing a report: %w", err)
	}
	return nil
}

// plural is a count and what is counted.
func plural[T int | int64](n T, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
