package trace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store/index"
)

// upstream puts what a run read into the graph, and who made it.
func (t *tracer) upstream(ctx context.Context, s step) error {
	info, err := t.info(ctx, s.run)
	if err != nil || info.detail == nil {
		return err
	}
	node := t.run(ctx, s.run)
	readings := readingsOf(info)
	for i, r := range readings {
		if i == t.o.Width || t.full() {
			t.more(node, More{Count: len(readings) - i, Of: "inputs"})
			break
		}
		if err := t.input(ctx, node, r, s.depth); err != nil {
			return err
		}
	}
	for _, g := range info.detail.Unhashed {
		t.notHashed(node, g)
	}
	if len(readings) == 0 {
		t.readNothing(node, info.detail)
	}
	return nil
}

// readingsOf are what a run read, by digest, in the record's order.
func readingsOf(info *runInfo) (found []reading) {
	at := map[index.Digest]int{}
	for _, i := range inputs(info.detail) {
		n, there := at[i.digest]
		if !there {
			n = len(found)
			at[i.digest] = n
			found = append(found, reading{info: info})
		}
		found[n].items = append(found[n].items, i)
	}
	return found
}

// input puts one thing that a run read into the graph.
func (t *tracer) input(ctx context.Context, run string, r reading, depth int) error {
	o, err := t.origin(ctx, r)
	if err != nil {
		return err
	}
	node := t.artifact(r, o)
	t.reads(node, run, r, Read)
	if t.o.Depth > 0 && depth >= t.o.Depth && len(o.makers) > 0 {
		t.more(node, More{Count: len(o.makers), Of: "runs", AtLeast: o.cut})
		return nil
	}
	t.makers(ctx, node, r, o, depth+1)
	return nil
}

// reads joins bytes with the run that read them, once for each role.
func (t *tracer) reads(node, run string, r reading, why Why) {
	for _, i := range r.items {
		t.edge(Edge{From: node, To: run, Why: why, Role: i.role, At: []string{i.at.String()}})
	}
}

// artifact adds the node of what was read. Bytes that others made are another node.
func (t *tracer) artifact(r reading, o *origin) string {
	first := r.items[0]
	n := t.node(artifactNode(first, artifactID(first.digest, o)))
	for _, i := range r.items {
		n.Artifact.meet(i)
	}
	return n.ID
}

func artifactNode(i item, id string) Node {
	n := Node{ID: id, Kind: KindFile, Artifact: &Artifact{Names: []string{}, Files: i.files, Bytes: max(i.bytes, 0), SizeKnown: i.bytes >= 0}}
	if i.digest.IsTree() {
		n.Kind, n.Artifact.Tree = KindFolder, &i.digest.Tree
	} else {
		n.Artifact.File = &i.digest.File
	}
	return n
}

// meet notes where bytes were met, and how many they are.
func (a *Artifact) meet(i item) {
	if i.at != (record.Location{}) && !slices.Contains(a.Names, i.at.String()) {
		a.Names = append(a.Names, i.at.String())
	}
	if !a.SizeKnown && i.bytes >= 0 {
		a.Bytes, a.SizeKnown = i.bytes, true
	}
	a.Files = max(a.Files, i.files)
}

// artifactID names bytes, by who made them: the same bytes of other makers came
// about at another time, and what was made of the ones was not made of the others.
func artifactID(d index.Digest, o *origin) string {
	id := "sha256:" + d.String()
	if d.IsTree() {
		id = "lineageTree1:" + d.String()
	}
	if len(o.makers) == 0 {
		return id
	}
	var ids []string
	for _, m := range o.makers {
		ids = append(ids, m.run.ID.String())
	}
	slices.Sort(ids)
	sum := sha256.Sum256([]byte(strings.Join(ids, "\n")))
	return id + "@" + hex.EncodeToString(sum[:6])
}

// makers puts who made bytes into the graph, or why nobody is known.
func (t *tracer) makers(ctx context.Context, node string, r reading, o *origin, depth int) {
	for i, m := range o.makers {
		if i == t.o.Width || t.full() {
			t.more(node, More{Count: len(o.makers) - i, Of: "runs", AtLeast: o.cut})
			break
		}
		t.made(t.run(ctx, m.run.ID), node, r, m, len(o.makers) > 1)
		t.later(m.run.ID, depth)
	}
	t.beyond(node, r, o)
}

// made joins a run with what it made, or made files of.
func (t *tracer) made(run, node string, r reading, m *maker, several bool) {
	e := Edge{From: run, To: node, Why: Made, Order: m.order, Likely: several && m.likely}
	for _, at := range m.places {
		if len(e.At) < maxNamed {
			e.At = append(e.At, at.String())
		}
	}
	if m.paths != nil {
		e.Why, e.Files, e.Of = MadePart, int64(len(m.paths)), r.items[0].files
	}
	slices.Sort(e.At)
	t.edge(e)
}

// notHashed is an input whose bytes are not known.
func (t *tracer) notHashed(run string, g record.Gap) {
	id := "missing:not-hashed:" + hex.EncodeToString([]byte(g.What)) + ":" + run
	t.node(Node{ID: id, Kind: KindMissing, Missing: &Missing{Reason: NotHashed, What: g.What, Detail: g.Why}})
	t.edge(Edge{From: id, To: run, Why: Ends})
}

// readNothing says why a run has no inputs.
func (t *tracer) readNothing(run string, d *index.Detail) {
	m := Missing{Reason: NothingUsed, Detail: "its record names no data and no preprocessing, and the run was not watched"}
	switch {
	case d.Coverage == record.CoverageObserved:
		m.Detail = "the run was watched, and read no data"
	case d.NoData && d.NoPreprocessing:
		m.Detail = "it was declared to read no data and no preprocessing"
	case d.NoData:
		m.Detail = "it was declared to read no data"
	}
	if len(d.Unhashed) > 0 {
		return // what it read is there, without its bytes
	}
	t.ends(run, m)
}

func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
