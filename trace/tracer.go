package trace

import (
	"context"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store/index"
)

// Unreadable is the status of a run whose record cannot be read.
const Unreadable record.Status = "unreadable"

// tracer is a trace under way.
type tracer struct {
	w     World
	o     Options
	g     Graph
	asked Subject

	nodes map[string]int // where in g a node is
	edges map[edgeKey]int
	queue []step
	seen  map[record.ID]bool // what was or is in the queue

	infos     map[record.ID]*runInfo
	origins   map[originKey]*origin
	manifests map[hashing.TreeDigest]*hashing.Manifest
	sizes     map[hashing.FileDigest]int64
	left      map[string]map[record.ID]bool // by node: the readers that the depth leaves out
}

// step is a run that is still to be followed.
type step struct {
	run   record.ID
	depth int // runs in a row, this one among them
}

type edgeKey struct {
	from, to string
	why      Why
	role     record.Role
}

type originKey struct {
	reader record.ID
	digest index.Digest
}

func newTracer(w World, o Options) *tracer {
	return &tracer{
		w: w, o: o, g: Graph{Direction: o.Direction},
		nodes: map[string]int{}, edges: map[edgeKey]int{}, seen: map[record.ID]bool{},
		infos:   map[record.ID]*runInfo{},
		origins: map[originKey]*origin{}, manifests: map[hashing.TreeDigest]*hashing.Manifest{},
		sizes: map[hashing.FileDigest]int64{}, left: map[string]map[record.ID]bool{},
	}
}

// problem notes what could not be read, once.
func (t *tracer) problem(err error) {
	if text := err.Error(); !slices.Contains(t.g.Problems, text) {
		t.g.Problems = append(t.g.Problems, text)
	}
}

// node adds a node, unless it is there.
func (t *tracer) node(n Node) *Node {
	i, found := t.nodes[n.ID]
	if !found {
		i = len(t.g.Nodes)
		t.nodes[n.ID] = i
		t.g.Nodes = append(t.g.Nodes, n)
	}
	return &t.g.Nodes[i]
}

// edge adds an edge, or what it says to the one that is there.
func (t *tracer) edge(e Edge) {
	key := edgeKey{e.From, e.To, e.Why, e.Role}
	i, found := t.edges[key]
	if !found {
		t.edges[key] = len(t.g.Edges)
		t.g.Edges = append(t.g.Edges, e)
		return
	}
	old := &t.g.Edges[i]
	for _, at := range e.At {
		if !slices.Contains(old.At, at) {
			old.At = append(old.At, at)
		}
	}
}

// later puts a run into the queue, unless it was there.
func (t *tracer) later(id record.ID, depth int) {
	if !t.seen[id] {
		t.seen[id] = true
		t.queue = append(t.queue, step{id, depth})
	}
}

// full tells whether the graph is as large as it may become.
func (t *tracer) full() bool { return len(t.g.Nodes) >= t.o.Nodes }

// info asks what a run's record says.
func (t *tracer) info(ctx context.Context, id record.ID) (*runInfo, error) {
	if known := t.infos[id]; known != nil {
		return known, nil
	}
	d, err := t.w.Catalog.Detail(ctx, id)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	info := &runInfo{run: index.Run{ID: id}, detail: d, err: err}
	if err != nil {
		info.detail = nil
		t.problem(err)
	} else {
		info.run = d.Run
	}
	t.infos[id] = info
	return info, nil
}

func runNodeID(id record.ID) string { return "run:" + id.String() }

// run adds the node of a recorded run.
func (t *tracer) run(ctx context.Context, id record.ID) string {
	node := runNodeID(id)
	if _, found := t.nodes[node]; found {
		return node
	}
	info, err := t.info(ctx, id)
	if err != nil {
		info = &runInfo{err: err}
	}
	t.node(Node{ID: node, Kind: KindRun, Run: describe(id, info)})
	if info.detail == nil {
		t.ends(node, Missing{Reason: Damaged, Detail: reason(info.err)})
	}
	return node
}

func reason(err error) string {
	if err == nil {
		return "its record cannot be read"
	}
	return "its record cannot be read: " + err.Error()
}

// describe is a run as a graph shows it.
func describe(id record.ID, info *runInfo) *Run {
	if info.detail == nil {
		return &Run{Record: &id, Status: Unreadable, Command: []string{}}
	}
	r := &info.detail.Run
	return &Run{
		Record: &id, Invocation: r.Invocation, Status: r.Outcome.Status, Started: r.Started, Finished: &r.Finished,
		Command: r.Command, Commit: r.Commit, State: r.State, Gaps: r.Gaps,
	}
}

// more says that a limit left something out, beyond a node.
func (t *tracer) more(beyond string, m More) *More {
	n := t.node(Node{ID: "more:" + m.Of + ":" + beyond, Kind: KindMore, More: &m})
	t.link(n.ID, beyond, Ends)
	return n.More
}

// link joins what lies beyond a node with it, whichever way the trace goes.
func (t *tracer) link(beyond, node string, why Why) {
	e := Edge{From: beyond, To: node, Why: why}
	if t.o.Direction == Downstream {
		e.From, e.To = node, beyond
	}
	t.edge(e)
}

// finish is the graph, whole and in order.
func (t *tracer) finish() Graph {
	for i := range t.g.Nodes {
		if a := t.g.Nodes[i].Artifact; a != nil {
			slices.Sort(a.Names)
			a.Names = slices.Compact(a.Names)
		}
	}
	if t.g.Start == nil {
		t.g.Start = []string{}
	}
	if t.g.Edges == nil {
		t.g.Edges = []Edge{}
	}
	if t.g.Problems == nil {
		t.g.Problems = []string{}
	}
	return t.g
}
