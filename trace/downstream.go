package trace

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store/index"
)

// readers are runs that read something, in the order in which they were found.
type readers struct {
	all []*reader
	at  map[record.ID]*reader
	cut bool // there may be more
}

// reader is one run that read something, as a whole or files of it.
type reader struct {
	run     record.ID
	started record.Timestamp
	whole   bool
	uses    []index.Use
	paths   map[string]bool // of a folder: the files that it read
}

// joins tells whether it read that as more than code.
func (r *reader) joins() bool {
	return slices.ContainsFunc(r.uses, func(u index.Use) bool { return joins(u.Role) })
}

// joins tells whether what a run reads in a role joins it with whoever made that.
func joins(role record.Role) bool {
	return role == record.RoleData || role == record.RolePreprocessing
}

// add notes a use; path is that in the folder that was made, "" for all of it.
func (r *readers) add(u index.Use, path string) {
	if r.at == nil {
		r.at = map[record.ID]*reader{}
	}
	one := r.at[u.Run.ID]
	if one == nil {
		one = &reader{run: u.Run.ID, started: u.Run.Started, paths: map[string]bool{}}
		r.at[u.Run.ID], r.all = one, append(r.all, one)
	}
	one.uses = append(one.uses, u)
	one.whole = one.whole || path == ""
	if path != "" {
		one.paths[path] = true
	}
}

// downstream puts what a run made into the graph, and who read it.
func (t *tracer) downstream(ctx context.Context, s step) error {
	info, err := t.info(ctx, s.run)
	if err != nil || info.detail == nil {
		return err
	}
	node := t.run(ctx, s.run)
	t.models(ctx, node, s.run)
	made := outputs(info.detail)
	if len(made) == 0 {
		t.ends(node, Missing{Reason: NothingMade, Detail: "its record names no output"})
		return nil
	}
	unread := 0
	for i, out := range made {
		if t.full() {
			t.more(node, More{Count: len(made) - i, Of: "outputs"})
			return nil
		}
		read, err := t.output(ctx, s, out)
		if err != nil {
			return err
		}
		if read {
			continue
		}
		if unread++; unread <= t.o.Width {
			t.unread(node, out)
		}
	}
	if more := unread - t.o.Width; more > 0 {
		t.more(node, More{Count: more, Of: "outputs"})
	}
	return nil
}

// unread is an output that nobody read as it is.
func (t *tracer) unread(run string, out item) {
	n := t.node(artifactNode(out, artifactID(out.digest, &origin{})))
	n.Artifact.meet(out)
	t.edge(Edge{From: run, To: n.ID, Why: Made, At: []string{out.at.String()}})
}

// output puts the runs that read an output into the graph, and tells whether one
// read it as it is.
func (t *tracer) output(ctx context.Context, s step, out item) (whole bool, err error) {
	keys, cut, err := t.readersOfOutput(ctx, out)
	if err != nil {
		return false, err
	}
	n := 0
	for _, key := range keys {
		r, there, err := t.readingOf(ctx, key)
		if err != nil {
			return false, err
		}
		if !there {
			continue // its record cannot be read
		}
		o, err := t.origin(ctx, r)
		if err != nil {
			return false, err
		}
		m := t.makerIn(o, r, s.run, out)
		if m == nil {
			continue // the bytes are common, or it read them before
		}
		whole = whole || r.items[0].digest == out.digest
		if n++; n > t.o.Width || t.full() {
			if cut = cut || o.cut; o.cut {
				break // nor is it worth while to count
			}
			continue // it is counted
		}
		t.readDownstream(ctx, s, r, o, m)
	}
	if n > t.o.Width {
		t.more(runNodeID(s.run), More{Count: n - t.o.Width, Of: "runs", AtLeast: cut})
	}
	return whole, nil
}

// makerIn is the run among the makers of what was read, nil if it is none. Of very
// many makers not all are looked at: then it is judged by itself.
func (t *tracer) makerIn(o *origin, r reading, run record.ID, out item) *maker {
	i := slices.IndexFunc(o.makers, func(m *maker) bool { return m.run.ID == run })
	if i >= 0 {
		return o.makers[i]
	}
	order := orderOf(t.infos[run].run, r.info.run)
	if !o.cut || out.digest != r.items[0].digest || order == "" || order == Skewed {
		return nil
	}
	joined, same := r.joinsWhole(index.Use{Location: out.at, Bytes: out.bytes}, r.spots(r.info.code, t.manifests[out.digest.Tree]))
	if !joined {
		return nil
	}
	return &maker{run: t.infos[run].run, order: order, places: []record.Location{out.at}, same: same}
}

func (t *tracer) readDownstream(ctx context.Context, s step, r reading, o *origin, m *maker) {
	node := t.artifact(r, o)
	t.made(runNodeID(s.run), node, r, m, len(o.makers) > 1)
	reader := r.info.run.ID
	if t.o.Depth > 0 && s.depth >= t.o.Depth {
		t.moreReaders(node, reader)
		return
	}
	t.reads(node, t.run(ctx, reader), r, Read)
	t.later(reader, s.depth+1)
}

// moreReaders counts the runs that the depth leaves out, each once.
func (t *tracer) moreReaders(node string, reader record.ID) {
	if t.left[node] == nil {
		t.left[node] = map[record.ID]bool{}
	}
	t.left[node][reader] = true
	t.more(node, More{Of: "runs"}).Count = len(t.left[node])
}

// readersOfOutput are the runs that read what has the bytes of an output in it, and
// what they read: the output itself, files of it, and folders that hold such files.
// There are more of them if they were cut.
func (t *tracer) readersOfOutput(ctx context.Context, out item) (found []originKey, cut bool, err error) {
	if out.digest.IsEmpty() {
		return nil, false, nil
	}
	seen := map[originKey]bool{}
	visit := func(u index.Use) error {
		if !joins(u.Role) {
			return nil
		}
		key := originKey{u.Run.ID, u.Digest}
		if u.Within != nil {
			key.digest = index.OfTree(u.Within.Tree)
		}
		switch {
		case seen[key]:
		case len(found) == t.most():
			cut = true
			return errEnough
		default:
			seen[key] = true
			found = append(found, key)
		}
		return nil
	}
	for u, err := range t.w.Catalog.ByDigest(ctx, out.digest, index.Read) {
		if err == nil {
			err = visit(u)
		}
		if errors.Is(err, errEnough) {
			return found, true, nil
		}
		if err != nil {
			return nil, false, err
		}
	}
	if !out.digest.IsTree() {
		return found, false, nil
	}
	m, err := t.manifest(ctx, out)
	if err == nil && m != nil {
		err = t.usesOfFiles(ctx, out, m, index.Read, visit)
	}
	return found, cut, err
}

// readingOf is what a run read of the digest.
func (t *tracer) readingOf(ctx context.Context, key originKey) (reading, bool, error) {
	info, err := t.info(ctx, key.reader)
	if err != nil || info.detail == nil {
		return reading{}, false, err
	}
	for _, r := range readingsOf(info) {
		if r.items[0].digest == key.digest {
			return r, true, nil
		}
	}
	return reading{}, false, nil
}

// models puts the entries into the graph on which a run's record hangs. The
// tracker's own run is the run itself, and no entry of its own.
func (t *tracer) models(ctx context.Context, run string, id record.ID) {
	attached, err := t.w.Records.Attachments(ctx, id)
	if err != nil {
		t.problem(err)
	}
	for _, a := range attached {
		if a.Kind == "run" {
			continue
		}
		m := Model{System: a.System, Kind: a.Kind, ID: a.ID, Name: a.Name, URL: a.URL}
		n := t.node(Node{ID: modelID(m), Kind: KindModel, Model: &m})
		t.edge(Edge{From: run, To: n.ID, Why: Attached})
	}
}

// modelID names an entry: a version by the model's name too.
func modelID(m Model) string {
	return "model:" + hexOf(m.System) + ":" + hexOf(m.Kind) + ":" + hexOf(m.Name) + ":" + hexOf(m.ID)
}

// hexOf makes a name from outside part of an id.
func hexOf(s string) string { return hex.EncodeToString([]byte(s)) }
