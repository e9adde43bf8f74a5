package trace_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
	"github.com/lineage-audit/lineage/trace"
)

// files are the content of a folder's files by their paths.
type files = recordtest.Files

// run is a run as tests write it down: times are minutes.
type run struct {
	name       string // the command
	start, end int
	reads      map[string]any // by location: a string is a file, files a folder
	prepares   map[string]any // preprocessing
	code       files          // of the commit, besides what every run has
	makes      map[string]any
	parent     string // by name
	host       string
	failed     bool
	more       []recordtest.Option
}

// world is a store of runs.
type world struct {
	t       testing.TB
	store   *store.Store
	world   trace.World
	records map[string]*record.Record
	names   map[record.ID]string
	written map[string]run
	decoded map[record.ID]*record.Record
}

func newWorld(t testing.TB, runs ...run) *world {
	t.Helper()
	s, err := store.Open(context.Background(), &store.Memory{})
	if err != nil {
		t.Fatal(err)
	}
	decoded := map[record.ID]*record.Record{}
	w := &world{t: t, decoded: decoded, store: s, records: map[string]*record.Record{}, names: map[record.ID]string{}, written: map[string]run{}}
	w.world = trace.World{Catalog: &memo{Catalog: index.Scan(s), uses: map[string][]index.Use{}, records: decoded, details: map[record.ID]*index.Detail{}}, Records: s}
	for _, r := range runs {
		w.put(r)
	}
	return w
}

var epoch = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

func minute(n int) record.Timestamp {
	return record.At(epoch.Add(time.Duration(n) * time.Minute))
}

// invocation is that of the nth run.
func invocation(n int) (i record.Invocation) {
	binary.BigEndian.PutUint64(i[:], uint64(n)+1)
	return i
}

func (w *world) put(r run) {
	w.t.Helper()
	i := invocation(len(w.records))
	opts := []recordtest.Option{recordtest.NoOutputs, recordtest.As(i, minute(r.start).Time)}
	for _, role := range []record.Role{record.RoleData, record.RolePreprocessing, record.RoleCode, record.RolePackage, record.RoleLock, record.RoleInterpreter} {
		opts = append(opts, recordtest.Without(role))
	}
	opts = append(opts, w.told(r), recordtest.InputTree(record.RoleCode, "repo:.", codeOf(r)))
	opts = append(opts, resources(r)...)
	if r.failed {
		opts = append(opts, recordtest.Exited(1))
	}
	made := recordtest.Record(w.t, append(opts, r.more...)...)
	w.records[r.name], w.names[made.ID()], w.written[r.name] = made, r.name, r
	w.decoded[made.ID()] = made
	w.keep(r, made)
}

func codeOf(r run) files {
	all := files{"run.py": "import " + r.name}
	for path, content := range r.code {
		all[path] = content
	}
	return all
}

// told is what does not concern bytes.
func (w *world) told(r run) recordtest.Option {
	return func(s *record.Statement) {
		p, m := &s.Predicate.BuildDefinition, &s.Predicate.RunDetails.Metadata
		p.ExternalParameters.Command, p.ExternalParameters.Config = []string{r.name}, nil
		p.InternalParameters.Host = r.host
		if m.FinishedOn = minute(max(r.start, r.end)); r.end == 0 {
			m.FinishedOn = minute(r.start + 1)
		}
		if parent := w.records[r.parent]; parent != nil {
			i := parent.Invocation()
			m.Parent = &i
		}
	}
}

func resources(r run) (opts []recordtest.Option) {
	for _, at := range sorted(r.makes) {
		switch content := r.makes[at].(type) {
		case string:
			opts = append(opts, recordtest.Output(at, content))
		case files:
			opts = append(opts, recordtest.OutputTree(at, content))
		}
	}
	for role, all := range map[record.Role]map[string]any{record.RoleData: r.reads, record.RolePreprocessing: r.prepares} {
		for _, at := range sorted(all) {
			switch content := all[at].(type) {
			case string:
				opts = append(opts, recordtest.Input(role, at, content))
			case files:
				opts = append(opts, recordtest.InputTree(role, at, content))
			}
		}
	}
	return opts
}

func sorted(m map[string]any) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// keep puts a record and the manifests of its folders.
func (w *world) keep(r run, made *record.Record) {
	ctx := context.Background()
	if err := w.store.PutRecord(ctx, made); err != nil {
		w.t.Fatal(err)
	}
	folders := []files{codeOf(r)}
	for _, all := range []map[string]any{r.reads, r.prepares, r.makes} {
		for _, content := range all {
			if f, ok := content.(files); ok {
				folders = append(folders, f)
			}
		}
	}
	for _, f := range folders {
		raw := f.Manifest().Bytes()
		if err := w.store.PutBlob(ctx, hashing.Bytes(raw), bytes.NewReader(raw)); err != nil {
			w.t.Fatal(err)
		}
	}
}

// ask traces a subject.
func (w *world) ask(s trace.Subject, o trace.Options) trace.Graph {
	w.t.Helper()
	g, err := trace.Trace(context.Background(), w.world, s, o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.check(g)
	return g
}

func (w *world) up(name string) trace.Graph {
	return w.ask(trace.Subject{Asked: name, Run: w.records[name].ID()}, trace.Options{})
}

func (w *world) down(name string) trace.Graph {
	return w.ask(trace.Subject{Asked: name, Run: w.records[name].ID()}, trace.Options{Direction: trace.Downstream})
}

// check looks for what no graph may have.
func (w *world) check(g trace.Graph) {
	w.t.Helper()
	ids := map[string]bool{}
	for _, n := range g.Nodes {
		if ids[n.ID] || n.ID == "" || strings.Trim(n.ID, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:@-") != "" {
			w.t.Errorf("node id %q", n.ID)
		}
		ids[n.ID] = true
	}
	touched := map[string]bool{}
	for _, s := range g.Start {
		touched[s] = true
	}
	for _, e := range g.Edges {
		if !ids[e.From] || !ids[e.To] || e.From == e.To {
			w.t.Errorf("edge %+v", e)
		}
		touched[e.From], touched[e.To] = true, true
	}
	for id := range ids {
		if !touched[id] {
			w.t.Errorf("node %s hangs on nothing", id)
		}
	}
}

// runs are the names of the runs of a graph, in order.
func (w *world) runs(g trace.Graph) string {
	var found []string
	for _, n := range g.Nodes {
		if n.Kind == trace.KindRun {
			found = append(found, w.names[*n.Run.Record])
		}
	}
	slices.Sort(found)
	return strings.Join(found, " ")
}

// reasons are those for which a graph ends, in order.
func reasons(g trace.Graph) string {
	var found []string
	for _, n := range g.Nodes {
		if n.Missing != nil {
			found = append(found, string(n.Missing.Reason))
		}
	}
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " ")
}
