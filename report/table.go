package report

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// column heads a column and says what becomes of it where the page is too narrow.
type column struct {
	name  string
	least int  // it may be shortened to this width; 0 for never
	most  int  // it is never wider; 0 for no limit
	drops bool // it may be left out, which is said below the table
	wraps bool // it is the last, and its words go on in further rows
}

// table writes rows below their header, without lines between them. Cells are
// not wrapped, so that what is in them can be searched and pasted, but for prose.
func (p *page) table(indent int, columns []column, rows [][]cell) {
	widths := measure(columns, rows)
	dropped := p.drop(indent, &columns, &rows, &widths)
	p.squeeze(indent, columns, widths)
	if last := len(columns) - 1; columns[last].wraps {
		rows = wrapped(rows, widths[last])
		widths[last] = math.MaxInt // a word that is too long stands whole
	}
	for _, row := range rows {
		for i := range row {
			row[i].text = shorten(Clean(row[i].text), widths[i])
		}
	}
	p.render(indent, columns, rows)
	if len(dropped) > 0 {
		p.put(indent, word("(too narrow for: %s)", strings.Join(dropped, ", ")))
	}
}

// wrapped spreads the last cell of each row over as many rows as it needs.
func wrapped(rows [][]cell, width int) (all [][]cell) {
	for _, row := range rows {
		last := row[len(row)-1]
		for i, line := range wrap(Clean(last.text), 0, 0, width) {
			if i > 0 {
				row = make([]cell, len(row))
			}
			row[len(row)-1] = cell{line, last.style}
			all = append(all, row)
		}
	}
	return all
}

func measure(columns []column, rows [][]cell) []int {
	widths := make([]int, len(columns))
	for i, c := range columns {
		widths[i] = twwidth.Width(c.name)
		for _, row := range rows {
			widths[i] = max(widths[i], twwidth.Width(Clean(row[i].text)))
		}
		if c.most > 0 {
			widths[i] = min(widths[i], c.most)
		}
	}
	return widths
}

// excess is by how many columns the table is too wide for the page.
func (p *page) excess(indent int, widths []int) int {
	if p.o.Width <= 0 {
		return 0
	}
	total := indent + between*(len(widths)-1)
	for _, w := range widths {
		total += w
	}
	return total - p.o.Width
}

// between is the space between two columns.
const between = 2

// drop takes away columns from the right until shortening the others is enough.
func (p *page) drop(indent int, columns *[]column, rows *[][]cell, widths *[]int) (dropped []string) {
	for i := len(*columns) - 1; i >= 0; i-- {
		if !(*columns)[i].drops || p.excess(indent, least(*columns, *widths)) <= 0 {
			continue
		}
		dropped = append([]string{(*columns)[i].name}, dropped...)
		*columns = slices.Delete(slices.Clone(*columns), i, i+1)
		*widths = slices.Delete(*widths, i, i+1)
		for j, row := range *rows {
			(*rows)[j] = slices.Delete(row, i, i+1)
		}
	}
	return dropped
}

// least are the widths after shortening all that may be.
func least(columns []column, widths []int) []int {
	narrow := slices.Clone(widths)
	for i, c := range columns {
		if c.least > 0 {
			narrow[i] = min(widths[i], c.least)
		}
	}
	return narrow
}

// squeeze narrows the widest column that may be, again and again.
func (p *page) squeeze(indent int, columns []column, widths []int) {
	for over := p.excess(indent, widths); over > 0; over-- {
		widest := -1
		for i, c := range columns {
			if c.least > 0 && widths[i] > c.least && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
	}
}

// shorten cuts a clean text to a width, and marks where.
func shorten(text string, width int) string {
	if twwidth.Width(text) <= width {
		return text
	}
	return twwidth.Truncate(text, width, "…")
}

// resets are those of a painted cell and one more, which tablewriter adds.
var resets = regexp.MustCompile(`(\x1b\[0m *)\x1b\[0m`)

func (p *page) render(indent int, columns []column, rows [][]cell) {
	var b bytes.Buffer
	t := newTable(&b)
	header := make([]string, len(columns))
	for i, c := range columns {
		header[i] = p.paint(cell{c.name, strong})
	}
	t.Header(header)
	for _, row := range rows {
		texts := make([]string, len(row))
		for i, c := range row {
			texts[i] = p.paint(c)
		}
		if err := t.Append(texts); err != nil {
			panic(fmt.Sprintf("report: %v", err)) // rows are as long as the header
		}
	}
	if err := t.Render(); err != nil {
		panic(fmt.Sprintf("report: %v", err)) // a buffer takes everything
	}
	for line := range strings.Lines(b.String()) {
		line = strings.TrimRight(resets.ReplaceAllString(strings.TrimSuffix(line, "\n"), "$1"), " ")
		p.b.WriteString(strings.Repeat(" ", indent) + line + "\n")
	}
}

// newTable is a table without lines that changes no cell: neither case nor blanks
// nor line ends.
func newTable(b *bytes.Buffer) *tablewriter.Table {
	cells := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{Global: tw.AlignLeft},
		Padding:    tw.CellPadding{Global: tw.Padding{Right: strings.Repeat(" ", between), Overwrite: true}},
	}
	return tablewriter.NewTable(b,
		tablewriter.WithConfig(tablewriter.Config{
			Header: cells, Row: cells,
			Behavior: tw.Behavior{TrimSpace: tw.Off, TrimTab: tw.Off, TrimLine: tw.Off},
		}),
		tablewriter.WithRenderer(renderer.NewBlueprint()),
		tablewriter.WithRendition(tw.Rendition{
			Borders: tw.BorderNone, Symbols: tw.NewSymbols(tw.StyleNone),
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		}),
	)
}
