package main

import (
	"context"
	"slices"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/trace"
)

// makers finds which runs made what one run read, by the rules of lineage trace.
type makers struct {
	*cli
	store *store.Store
	run   record.ID
	graph *trace.Graph // of the run and those before it; made when it is needed
}

// line is a command line of this program, about the same store.
func (c *cli) line(words ...string) []string {
	line := []string{"lineage"}
	if c.storeDir != "" && c.storeDir != c.getenv("LINEAGE_STORE") {
		line = append(line, "--store", c.storeDir)
	}
	return append(line, words...)
}

// of is the run that made what was read at a place: all of the very bytes, and before
// the reader had ended.
func (m *makers) of(ctx context.Context, at record.Location) record.ID {
	if m.graph == nil {
		m.graph = m.upstream(ctx)
	}
	var bytes []string
	for _, e := range m.graph.Edges {
		if e.Why == trace.Read && slices.Contains(m.graph.Start, e.To) && slices.Contains(e.At, at.String()) {
			bytes = append(bytes, e.From)
		}
	}
	var best record.ID
	for _, e := range m.graph.Edges {
		whole := e.Why == trace.Made || e.Why == trace.MadePart && e.Files == e.Of
		if !whole || e.Order == trace.Skewed || !slices.Contains(bytes, e.To) || !best.IsZero() && !e.Likely {
			continue
		}
		for _, n := range m.graph.Nodes {
			if n.ID == e.From && n.Run != nil && n.Run.Record != nil && *n.Run.Record != m.run {
				best = *n.Run.Record
			}
		}
	}
	return best
}

// upstream is the graph of the record and of the runs before it. One that cannot be
// had proposes nothing.
func (m *makers) upstream(ctx context.Context) *trace.Graph {
	catalog, err := m.catalog(ctx, m.store, true)
	if err != nil {
		return new(trace.Graph)
	}
	defer m.closing(catalog)
	id := m.run
	w := trace.World{Catalog: catalog, Records: m.store}
	g, err := trace.Trace(ctx, w, trace.Subject{Run: id, Asked: id.Short()}, trace.Options{Depth: 2, Width: 1000})
	if err != nil {
		return new(trace.Graph)
	}
	return &g
}
