package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
)

// world is a store with a random history, and what is known of it by its making.
type world struct {
	*store.Store
	memory  *store.Memory
	random  *rand.Rand
	runs    []*told // as they were made
	running map[record.Invocation]bool
}

// told is a run, and what a naive reference needs to know of it.
type told struct {
	record     *record.Record // nil if it has none
	invocation record.Invocation
	parent     *record.Invocation
	group      string
	started    time.Time
	put        time.Time // when its first object was put
	failed     bool
	attached   bool
	reads      []string // contents
	makes      []string
	keys       []string
}

const day = 24 * time.Hour

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	m := &store.Memory{}
	s, err := store.Open(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Store: s, memory: m, random: rand.New(rand.NewPCG(seed, 1)), running: map[record.Invocation]bool{}}
	for i := range 4 + w.random.IntN(12) {
		w.memory.Pass(time.Duration(w.random.IntN(40)) * time.Hour)
		w.run(t, byte(i+1))
	}
	w.memory.Pass(time.Duration(w.random.IntN(60)) * time.Hour)
	return w
}

func (w *world) now(t *testing.T) time.Time {
	t.Helper()
	now, err := w.memory.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// content is one of few, so that runs read what others made; the empty one joins nothing.
func (w *world) content() string {
	return []string{"", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"}[w.random.IntN(12)]
}

func (w *world) run(t *testing.T, n byte) {
	t.Helper()
	ctx, now := t.Context(), w.now(t)
	r := &told{invocation: record.Invocation{n, 15: 1}, started: now, put: now}
	intent := recordtest.Intent(r.invocation, now)
	intent.Process.PID = int64(n)
	if len(w.runs) > 0 && w.random.IntN(4) == 0 {
		p := w.runs[w.random.IntN(len(w.runs))].invocation
		r.parent, intent.Parent = &p, &p
	}
	if w.random.IntN(4) == 0 {
		r.group = fmt.Sprint(w.random.IntN(2))
		intent.Group = &record.Group{Kind: "explicit", ID: r.group}
	}
	raw, err := record.EncodeIntent(intent)
	if err != nil {
		t.Fatal(err)
	}
	check(t, w.PutIntent(ctx, raw))
	r.keys = append(r.keys, store.Key{Kind: store.KindIntent, Invocation: r.invocation}.String())
	w.runs = append(w.runs, r)
	statement := w.statement(r, raw, now)
	for _, content := range []string{"shared content", fmt.Sprintf("content of %d", n), fmt.Sprintf("content of %d and its neighbour", n/2)} {
		recordtest.Byproduct(blobOf(record.RoleContent, content))(&statement)
		w.blob(t, r, []byte(content))
	}
	if w.random.IntN(5) == 0 { // it has kept something, and no record
		w.running[r.invocation] = w.random.IntN(2) == 0
		return
	}
	w.memory.Pass(time.Duration(w.random.IntN(30)) * time.Hour)
	w.settle(t, r, statement)
}

func (w *world) statement(r *told, intent []byte, now time.Time) record.Statement {
	s := recordtest.Statement(recordtest.As(r.invocation, now), recordtest.NoOutputs,
		recordtest.Without(record.RoleData), recordtest.Without(record.RolePreprocessing))
	s.Subject = []record.Resource{record.RunSubject(intent)}
	m := &s.Predicate.RunDetails.Metadata
	if m.Parent = r.parent; r.group != "" {
		m.Group = &record.Group{Kind: "explicit", ID: r.group}
	}
	for i := range w.random.IntN(3) {
		content := w.content()
		r.reads = append(r.reads, content)
		if w.random.IntN(2) == 0 {
			recordtest.Input(record.RoleData, fmt.Sprintf("repo:in/%d", i), content)(&s)
			continue
		}
		more := w.content()
		r.reads = append(r.reads, more)
		recordtest.InputTree(record.RoleData, fmt.Sprintf("repo:in/%d", i), recordtest.Files{"x": content, "deep/y": more})(&s)
	}
	for i := range w.random.IntN(3) {
		content := w.content()
		r.makes = append(r.makes, content)
		recordtest.Output(fmt.Sprintf("repo:out/%d", i), content)(&s)
	}
	if r.failed = w.random.IntN(3) == 0; r.failed {
		recordtest.Exited(1)(&s)
	}
	return s
}

func (w *world) settle(t *testing.T, r *told, s record.Statement) {
	t.Helper()
	var err error
	if r.record, err = record.Encode(s); err != nil {
		t.Fatal(err)
	}
	for _, content := range recordtest.Blobs() {
		w.blob(t, r, content)
	}
	for _, dep := range s.Predicate.BuildDefinition.ResolvedDependencies {
		if dep.Annotations.Tree != nil && dep.Annotations.Role == record.RoleData {
			w.blob(t, r, manifestOf(*dep.Digest.Tree, r.reads))
		}
	}
	check(t, w.PutRecord(t.Context(), r.record))
	r.keys = append(r.keys, store.Key{Kind: store.KindRecord, Record: r.record.ID()}.String())
	if r.attached = w.random.IntN(3) == 0; r.attached {
		check(t, w.PutAttachment(t.Context(), record.Attachment{RecordID: r.record.ID(), AttachedOn: record.At(r.started), System: "mlflow", Kind: "run", ID: "1"}))
	}
	if w.random.IntN(3) == 0 {
		check(t, w.PutSignature(t.Context(), r.record.ID(), []byte("signed")), w.PutStatement(t.Context(), r.record.ID(), []byte("said")))
	}
}

// manifestOf finds which two contents the folder was made of.
func manifestOf(tree hashing.TreeDigest, contents []string) []byte {
	for _, x := range contents {
		for _, y := range contents {
			if m := (recordtest.Files{"x": x, "deep/y": y}).Manifest(); m.Digest() == tree {
				return m.Bytes()
			}
		}
	}
	panic("no such folder")
}

func blobOf(role record.Role, content string) record.Resource {
	return record.Resource{Name: "content", Digest: recordtest.SHA256(content), Annotations: record.Annotations{Role: role}}
}

func (w *world) blob(t *testing.T, r *told, content []byte) {
	t.Helper()
	d := hashing.Bytes(content)
	check(t, w.PutBlob(t.Context(), d, bytes.NewReader(content)))
	r.keys = append(r.keys, store.Key{Kind: store.KindBlob, Digest: d}.String())
}

func check(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// alive knows runs by the process in their intent.
func (w *world) alive(p record.Process) (bool, error) {
	return w.running[record.Invocation{byte(p.PID), 15: 1}], nil
}

// objects is the whole of the store.
func (w *world) objects(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for key, err := range w.memory.List(t.Context(), "") {
		check(t, err)
		r, err := w.memory.Get(t.Context(), key)
		check(t, err)
		raw, err := io.ReadAll(r)
		check(t, err)
		all[key] = string(raw)
	}
	return all
}

// options are random rules.
func (w *world) options(t *testing.T) store.SweepOptions {
	o := store.SweepOptions{NoUpstream: w.random.IntN(3) == 0, Grace: time.Duration(1+w.random.IntN(60)) * time.Hour, Alive: w.alive}
	for range 1 + w.random.IntN(2) {
		k := store.Keep{Name: "rule"}
		switch w.random.IntN(5) {
		case 0:
			k.Last = 1 + w.random.IntN(3)
		case 1:
			k.Since = w.now(t).Add(-time.Duration(w.random.IntN(200)) * time.Hour)
		case 2:
			k.Attached = true
		case 3:
			k.Succeeded, k.Last = true, 1+w.random.IntN(5)
		case 4:
			k.Runs = []record.Invocation{w.runs[w.random.IntN(len(w.runs))].invocation}
		}
		o.Keep = append(o.Keep, k)
	}
	return o
}

// wanted is the naive reference: which runs have to stay, found by asking every pair
// again and again.
func (w *world) wanted(t *testing.T, o store.SweepOptions, before time.Time) map[*told]bool {
	keep := map[*told]bool{}
	settled := slices.DeleteFunc(slices.Clone(w.runs), func(r *told) bool { return r.record == nil })
	slices.SortFunc(settled, func(a, b *told) int {
		if c := b.started.Compare(a.started); c != 0 {
			return c
		}
		ia, ib := a.record.ID(), b.record.ID()
		return bytes.Compare(ib[:], ia[:])
	})
	for _, r := range w.runs {
		stat, err := w.memory.Stat(t.Context(), r.mainKey())
		check(t, err)
		keep[r] = !stat.LastPut.Before(before) || w.running[r.invocation] && r.record == nil
		for _, k := range o.Keep {
			place := slices.Index(settled, r)
			fits := (k.Last == 0 || place >= 0 && place < k.Last) && !r.started.Before(k.Since) && (!k.Attached || r.attached) &&
				(!k.Succeeded || r.record != nil && !r.failed) && (k.Runs == nil || slices.Contains(k.Runs, r.invocation))
			keep[r] = keep[r] || fits
		}
	}
	for again := true; again; {
		again = false
		for _, a := range w.runs {
			for _, b := range w.runs {
				if keep[a] && !keep[b] && (related(a, b) || !o.NoUpstream && feeds(b, a)) {
					keep[b], again = true, true
				}
			}
		}
	}
	return keep
}

func (r *told) mainKey() string {
	if r.record == nil {
		return store.Key{Kind: store.KindIntent, Invocation: r.invocation}.String()
	}
	return store.Key{Kind: store.KindRecord, Record: r.record.ID()}.String()
}

func related(a, b *told) bool {
	names := func(r *told) []record.Invocation {
		if r.parent == nil {
			return []record.Invocation{r.invocation}
		}
		return []record.Invocation{r.invocation, *r.parent}
	}
	for _, n := range names(a) {
		if slices.Contains(names(b), n) {
			return true
		}
	}
	return a.group != "" && a.group == b.group
}

// feeds tells whether one run made what the other read.
func feeds(maker, reader *told) bool {
	if maker.record == nil || reader.record == nil {
		return false
	}
	return slices.ContainsFunc(maker.makes, func(c string) bool { return c != "" && slices.Contains(reader.reads, c) })
}

// missing are the objects that records name and that are not there, or not whole.
func (w *world) missing(t *testing.T) []string {
	t.Helper()
	var all []string
	for r, err := range w.Records(t.Context()) {
		check(t, err)
		if a, err := w.Intent(t.Context(), r.Invocation()); err != nil || a.Digest != *r.Statement().Subject[0].Digest.SHA256 {
			all = append(all, fmt.Sprintf("%s of %s: %v", r.Invocation(), r.ID(), err))
		}
		for _, d := range store.Names(r) {
			if there, err := w.HasBlob(t.Context(), d); !there {
				all = append(all, fmt.Sprintf("%s of %s: %v", d, r.ID(), err))
			}
		}
	}
	return all
}

// TestSweepKeeps: after any sweep of any store, what had to stay is there, byte for
// byte, and every record that is left has all that it names.
func TestSweepKeeps(t *testing.T) {
	removed := 0
	for seed := range uint64(60) {
		w := newWorld(t, seed)
		o := w.options(t)
		p, err := w.PlanSweep(t.Context(), o)
		check(t, err)
		keep, before := w.wanted(t, o, p.Before), w.objects(t)
		swept, err := w.Sweep(t.Context(), p, nil)
		check(t, err)
		after := w.objects(t)
		for _, r := range w.runs {
			_, there := after[r.mainKey()]
			if there != keep[r] {
				t.Errorf("seed %d: run %s is there: %v, want %v", seed, r.invocation, there, keep[r])
			}
			if keep[r] {
				w.intact(t, seed, r, before, after)
			}
		}
		if lost := w.missing(t); lost != nil {
			t.Errorf("seed %d: missing: %q", seed, lost)
		}
		if len(before)-len(after) != len(swept.Removed) || len(swept.Spared) > 0 {
			t.Errorf("seed %d: %d objects are gone, told %d and %q", seed, len(before)-len(after), len(swept.Removed), swept.Spared)
		}
		again, err := w.PlanSweep(t.Context(), o)
		check(t, err)
		if len(o.Keep) == 1 && o.Keep[0].Last == 0 && len(again.Removed)+len(again.Orphans) > 0 {
			t.Errorf("seed %d: a second sweep finds more: %+v", seed, again)
		}
		removed += len(swept.Removed)
	}
	if removed < 200 {
		t.Errorf("only %d objects were removed in all: the test tests little", removed)
	}
}

func (w *world) intact(t *testing.T, seed uint64, r *told, before, after map[string]string) {
	t.Helper()
	for key, content := range before {
		about := r.record != nil && strings.Contains(key, r.record.ID().String())
		if (about || slices.Contains(r.keys, key)) && (r.record != nil || w.running[r.invocation] || key == r.mainKey()) && after[key] != content {
			t.Errorf("seed %d: of the kept run %s %s is gone, or other", seed, r.invocation, key)
		}
	}
}

// TestSweepBreaksOff: wherever a sweep is cut off, no record names what is gone.
func TestSweepBreaksOff(t *testing.T) {
	for seed := range uint64(12) {
		for _, after := range []int{0, 1, 2, 5, 10, 20} {
			w := newWorld(t, seed)
			p, err := w.PlanSweep(t.Context(), w.options(t))
			check(t, err)
			breaking, err := store.Open(t.Context(), &breaksOff{w.memory, after})
			check(t, err)
			_, err = breaking.Sweep(t.Context(), p, nil)
			if err != nil && !errors.Is(err, errBroken) {
				t.Fatal(err)
			}
			if lost := w.missing(t); lost != nil {
				t.Fatalf("seed %d, after %d: missing: %q", seed, after, lost)
			}
		}
	}
}

var errBroken = errors.New("the power is gone")

// breaksOff removes so many objects.
type breaksOff struct {
	*store.Memory
	left int
}

func (b *breaksOff) Remove(ctx context.Context, before time.Time, keys ...string) (removed []string, err error) {
	for _, key := range keys {
		if b.left--; b.left < 0 {
			return removed, errBroken
		}
		gone, err := b.Memory.Remove(ctx, before, key)
		if removed = append(removed, gone...); err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// old is a store with a run that is a year old, and one of today.
func old(t *testing.T) (*store.Store, *store.Memory, *record.Record, *record.Record) {
	t.Helper()
	s, m := open(t)
	first := settled(t, s, 1, "first")
	m.Pass(365 * day)
	return s, m, first, settled(t, s, 2, "second")
}

// settled puts a run with a blob of its own.
func settled(t *testing.T, s *store.Store, n byte, content string) *record.Record {
	t.Helper()
	i := record.Invocation{n, 15: 1}
	raw, err := record.EncodeIntent(recordtest.Intent(i, recordtest.Started))
	check(t, err, s.PutIntent(t.Context(), raw), s.PutBlob(t.Context(), hashing.Bytes([]byte(content)), strings.NewReader(content)))
	r := recordtest.Record(t, recordtest.As(i, recordtest.Started), recordtest.NoOutputs, recordtest.Byproduct(blobOf(record.RoleContent, content)))
	check(t, s.PutRecord(t.Context(), r))
	return r
}

var none = store.SweepOptions{Keep: []store.Keep{{Name: "none", Runs: []record.Invocation{{9}}}}, Alive: dead}

func dead(record.Process) (bool, error) { return false, nil }

func TestSweepKeepsAllWithoutRules(t *testing.T) {
	s, m, first, _ := old(t)
	orphan := "nobody's"
	check(t, s.PutBlob(t.Context(), hashing.Bytes([]byte(orphan)), strings.NewReader(orphan)), s.PutStatement(t.Context(), record.ID{1}, []byte("said")))
	m.Pass(2 * day)
	p, err := s.PlanSweep(t.Context(), store.SweepOptions{Alive: dead})
	check(t, err)
	if len(p.Removed) != 0 || len(p.Kept) != 2 || len(p.Orphans) != 2 {
		t.Errorf("%+v", p)
	}
	if _, err := s.Record(t.Context(), first.ID()); err != nil {
		t.Error(err)
	}
}

// While a record cannot be read, blobs and intents stay, unless that is said; the
// record itself stays in any case.
func TestSweepBesideDamage(t *testing.T) {
	for _, despite := range []bool{false, true} {
		s, m, first, second := old(t)
		damaged := keyOf(record.ID{7})
		check(t, m.Put(t.Context(), damaged, strings.NewReader("{}")), s.PutStatement(t.Context(), record.ID{7}, []byte("said")))
		m.Pass(2 * day)
		o := none
		o.DespiteDamage = despite
		p, err := s.PlanSweep(t.Context(), o)
		check(t, err)
		if len(p.Damaged) != 1 || p.Blocked == despite || len(p.Removed) != 2 {
			t.Errorf("despite %v: %+v", despite, p)
		}
		_, err = s.Sweep(t.Context(), p, nil)
		check(t, err)
		for _, r := range []*record.Record{first, second} {
			if _, err := s.Record(t.Context(), r.ID()); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("a record that was to go: %v", err)
			}
			if _, err := s.Intent(t.Context(), r.Invocation()); errors.Is(err, store.ErrNotFound) != despite {
				t.Errorf("despite %v: its intent: %v", despite, err)
			}
		}
		there, err := s.HasBlob(t.Context(), hashing.Bytes([]byte("first")))
		if err != nil || there == despite {
			t.Errorf("despite %v: its blob is there: %v, %v", despite, there, err)
		}
		if _, err := m.Stat(t.Context(), damaged); err != nil {
			t.Errorf("the damaged record is gone: %v", err)
		}
		n := 0
		for range s.Statements(t.Context(), record.ID{7}) {
			n++
		}
		if n != 1 {
			t.Error("what is about the damaged record is gone")
		}
	}
}

// A run that began long ago and goes on has put blobs that no record names yet; one of
// another host counts as going on for a while.
func TestSweepBesideALongRun(t *testing.T) {
	unknown := func(record.Process) (bool, error) { return false, errors.New("another host") }
	for _, d := range []struct {
		alive store.Alive
		days  time.Duration
		stays bool
	}{
		{func(record.Process) (bool, error) { return true, nil }, 100, true},
		{unknown, 20, true}, {unknown, 40, false}, {dead, 20, false},
	} {
		s, m := open(t)
		raw, err := record.EncodeIntent(recordtest.Intent(record.Invocation{3}, recordtest.Started))
		check(t, err, s.PutIntent(t.Context(), raw))
		m.Pass(time.Hour)
		check(t, s.PutBlob(t.Context(), hashing.Bytes([]byte("code")), strings.NewReader("code")))
		m.Pass(d.days * day)
		o := none
		o.Alive = d.alive
		p, err := s.PlanSweep(t.Context(), o)
		check(t, err)
		_, err = s.Sweep(t.Context(), p, nil)
		check(t, err)
		there, err := s.HasBlob(t.Context(), hashing.Bytes([]byte("code")))
		_, gone := s.Intent(t.Context(), record.Invocation{3})
		if err != nil || there != d.stays || (gone == nil) != d.stays {
			t.Errorf("after %d days: blob %v, intent %v", d.days, there, gone)
		}
	}
}

// What is put, again or for the first time, between the plan and the sweep stays.
func TestSweepMeanwhile(t *testing.T) {
	s, m, _, _ := old(t)
	m.Pass(2 * day)
	p, err := s.PlanSweep(t.Context(), none)
	check(t, err)
	check(t, s.PutBlob(t.Context(), hashing.Bytes([]byte("first")), strings.NewReader("first")))
	swept, err := s.Sweep(t.Context(), p, nil)
	check(t, err)
	if there, err := s.HasBlob(t.Context(), hashing.Bytes([]byte("first"))); err != nil || !there || len(swept.Spared) != 1 {
		t.Errorf("the blob is there: %v, %v; spared %q", there, err, swept.Spared)
	}

	s, m, first, _ := old(t)
	m.Pass(2 * day)
	p, err = s.PlanSweep(t.Context(), none)
	check(t, err, s.PutRecord(t.Context(), first))
	swept, err = s.Sweep(t.Context(), p, nil)
	check(t, err)
	if there, err := s.HasBlob(t.Context(), hashing.Bytes([]byte("first"))); err != nil || !there || len(swept.Spared) != 1 {
		t.Errorf("of a record that was put again the blob is there: %v, %v; spared %q", there, err, swept.Spared)
	}

	// Copied into the store by hand, with its old time: nobody touched the blob.
	s, m, _, _ = old(t)
	m.Pass(2 * day)
	p, err = s.PlanSweep(t.Context(), none)
	late := recordtest.Record(t, recordtest.As(record.Invocation{5}, recordtest.Started), recordtest.NoOutputs, recordtest.Byproduct(blobOf(record.RoleContent, "first")))
	check(t, err, s.PutRecord(t.Context(), late))
	_, err = s.Sweep(t.Context(), p, nil)
	check(t, err)
	if there, err := s.HasBlob(t.Context(), hashing.Bytes([]byte("first"))); err != nil || !there {
		t.Errorf("of a record that came meanwhile the blob is there: %v, %v", there, err)
	}
}

// fixed is a backend that gives nothing up.
type fixed struct{ store.Backend }

func TestSweepOfWhatCannot(t *testing.T) {
	s, err := store.Open(t.Context(), fixed{&store.Memory{}})
	check(t, err)
	if _, err := s.PlanSweep(t.Context(), none); !errors.Is(err, store.ErrNoRemoval) {
		t.Error(err)
	}
	if _, err := s.Sweep(t.Context(), &store.SweepPlan{}, nil); !errors.Is(err, store.ErrNoRemoval) {
		t.Error(err)
	}
}

// TestSweepDir is one sweep of a folder, with a run that goes on in between.
func TestSweepDir(t *testing.T) {
	dir := store.NewDir(t.TempDir())
	s, err := store.Open(t.Context(), dir)
	check(t, err)
	gone := settled(t, s, 1, "first")
	o := none
	o.Grace = time.Nanosecond
	stat, err := dir.Stat(t.Context(), keyOf(gone.ID()))
	check(t, err)
	for now := stat.LastPut; !now.After(stat.LastPut.Add(time.Millisecond)); { // the clock of the file system
		now, err = dir.Now(t.Context())
		check(t, err)
	}
	p, err := s.PlanSweep(t.Context(), o)
	check(t, err)
	swept, err := s.Sweep(t.Context(), p, nil)
	if check(t, err); len(swept.Removed) != 3 {
		t.Errorf("%+v", swept)
	}
	for key, err := range dir.List(t.Context(), "") {
		if check(t, err); key != "format" {
			t.Errorf("%q is left", key)
		}
	}
	settled(t, s, 1, "first") // the folders are still good
}

func TestParseKey(t *testing.T) {
	w := newWorld(t, 1)
	for key := range w.objects(t) {
		k, err := store.ParseKey(key)
		if err != nil || k.String() != key {
			t.Errorf("%q: %q, %v", key, k, err)
		}
		for _, other := range []string{key + "/", "/" + key, key + "0", strings.ToUpper(key), "x" + key, "../" + key} {
			if _, err := store.ParseKey(other); err == nil {
				t.Errorf("%q is a key", other)
			}
		}
	}
}

// TestUpstream compares with asking every pair of runs.
func TestUpstream(t *testing.T) {
	for seed := range uint64(20) {
		w := newWorld(t, seed)
		for _, r := range w.runs {
			if r.record == nil {
				continue
			}
			got, err := w.Upstream(t.Context(), []record.ID{r.record.ID()})
			check(t, err)
			want := map[record.ID]bool{}
			for todo := []*told{r}; len(todo) > 0; todo = todo[1:] {
				for _, other := range w.runs {
					if other != todo[0] && feeds(other, todo[0]) && !want[other.record.ID()] {
						want[other.record.ID()] = true
						todo = append(todo, other)
					}
				}
			}
			if len(got) != len(want) || slices.ContainsFunc(got, func(id record.ID) bool { return !want[id] }) {
				t.Errorf("seed %d: upstream of %s are %v, want %v", seed, r.record.ID(), got, want)
			}
		}
	}
}

// What a sweep has removed is told as it goes, up to all.
func TestSweepProgress(t *testing.T) {
	w := newWorld(t, 1)
	p, err := w.PlanSweep(t.Context(), store.SweepOptions{Keep: []store.Keep{{Last: 1}}, NoUpstream: true, Grace: time.Nanosecond, Alive: w.alive})
	check(t, err)
	var told [][2]int
	swept, err := w.Sweep(t.Context(), p, func(done, total int) { told = append(told, [2]int{done, total}) })
	check(t, err)
	n := len(swept.Removed)
	if n == 0 || len(told) < 2 || told[len(told)-1] != [2]int{n, n} {
		t.Errorf("of %d that were removed this is told: %v", n, told)
	}
	if !slices.IsSortedFunc(told, func(a, b [2]int) int { return a[0] - b[0] }) {
		t.Errorf("it goes back: %v", told)
	}
}
