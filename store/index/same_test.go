package index_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
)

// world is a store, its index, and what was put into it.
type world struct {
	t       *rapid.T
	dir     string
	at      string // the folder of the index
	store   *store.Store
	clock   time.Time
	records []record.ID
	runs    []record.Invocation
	trees   []recordtest.Files
	damaged bool
}

func newWorld(t *rapid.T) *world {
	dir, err := os.MkdirTemp("", "index")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s, err := store.Open(t.Context(), store.NewDir(filepath.Join(dir, "store")))
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, dir: dir, at: filepath.Join(dir, "store", ".index"), store: s, clock: time.Now()}
}

// few contents and names, so that runs meet; one content is empty.
func (w *world) content() string {
	return rapid.SampledFrom([]string{"", "a", "b", "c", "d"}).Draw(w.t, "content")
}

func (w *world) path() string {
	return rapid.SampledFrom([]string{"a", "b", "sub/a", "sub/b", "sub/deep/c", "x\ny"}).Draw(w.t, "path")
}

func (w *world) files() recordtest.Files {
	f := recordtest.Files{}
	for range rapid.IntRange(0, 3).Draw(w.t, "files") {
		f[w.path()] = w.content()
	}
	w.trees = append(w.trees, f)
	return f
}

func (w *world) number(n int) int { return rapid.IntRange(0, n-1).Draw(w.t, "number") }

// put puts a run, with its intent or without.
func (w *world) put() {
	i := record.Invocation{byte(w.number(256)), byte(len(w.runs)), 1}
	started := recordtest.Started.Add(time.Duration(w.number(3)) * time.Hour).Add(time.Duration(w.number(2)))
	if w.number(4) > 0 {
		w.announce(i, started)
	}
	w.runs = append(w.runs, i)
	opts := []recordtest.Option{recordtest.As(i, started), recordtest.NoOutputs, recordtest.Without(record.RoleData), recordtest.Without(record.RolePackage)}
	for n := range w.number(3) {
		opts = append(opts, recordtest.Dependency(recordtest.Package([]string{"numpy", "torch"}[n], []string{"1", "2"}[w.number(2)])))
	}
	for n := range w.number(3) {
		opts = append(opts, recordtest.Input(record.RoleData, fmt.Sprintf("repo:in/%d/a", n), w.content()))
	}
	if w.number(2) > 0 {
		f := w.files()
		opts = append(opts, recordtest.InputTree(record.RoleData, "repo:in", f))
		w.keep(f)
	}
	if w.number(2) > 0 {
		opts = append(opts, recordtest.Output("abs:/out/a", w.content()))
	}
	if w.number(2) > 0 {
		f := w.files()
		opts = append(opts, recordtest.OutputTree("repo:model", f))
		w.keep(f)
	}
	if w.number(3) == 0 {
		opts = append(opts, recordtest.Exited(1))
	}
	opts = append(opts, w.told)
	if w.number(4) == 0 && len(w.runs) > 1 {
		parent := w.runs[w.number(len(w.runs)-1)]
		opts = append(opts, func(s *record.Statement) { s.Predicate.RunDetails.Metadata.Parent = &parent })
	}
	raw, err := record.Encode(recordtest.Statement(opts...))
	if err != nil {
		w.t.Fatal(err)
	}
	w.records = append(w.records, raw.ID())
	w.check(w.store.PutRecord(w.t.Context(), raw))
}

// told draws the commits of a run, and what else a detail has. More commits start with
// an "a" than are looked for one by one.
func (w *world) told(s *record.Statement) {
	d, r := &s.Predicate.BuildDefinition, &s.Predicate.RunDetails
	commit := func(resource *record.Resource) {
		hash := fmt.Sprintf("%s%02x%s", []string{"a", "b"}[w.number(2)], w.number(40), recordtest.Commit[3:])
		resource.URI, resource.Digest = "git+https://git.example/x@"+hash, &record.DigestSet{GitCommit: record.GitHash(hash)}
	}
	for i := range d.ResolvedDependencies {
		switch res := &d.ResolvedDependencies[i]; {
		case res.Annotations.Role == record.RoleCommit:
			commit(res)
			if w.number(3) == 0 {
				res.Annotations.Commit.State = record.TreeDirty
				res.Annotations.Commit.Differences = []record.Difference{{Path: "x%0Ay", Kind: "modified"}, {Path: "in", Kind: "untracked"}}
			}
		case res.Annotations.Role == record.RoleData && w.number(3) == 0:
			res.URI = "https://example.org/<data>&c"
		case res.Annotations.Tree != nil && w.number(2) == 0:
			res.Annotations.Tree.Sources = []record.Source{{Path: "a", URI: "s3://bucket/a"}, {Path: "b", URI: "s3://bucket/b"}}
		}
	}
	if w.number(3) == 0 {
		sub := record.Resource{Name: "repo:vendored", Annotations: record.Annotations{Role: record.RoleSubmodule, Commit: &record.CommitFacts{
			Location: recordtest.Location("repo:vendored"), State: record.TreeClean, Submodule: true,
		}}}
		commit(&sub)
		d.ResolvedDependencies = append(d.ResolvedDependencies, sub)
	}
	if w.number(3) == 0 {
		recordtest.Observed(s)
		r.Gaps = append(r.Gaps, record.Gap{Kind: record.GapInput, What: "repo:\"x\"", Why: "it is a <pipe>"})
	}
	d.ExternalParameters.Inputs = record.Declared{None: w.number(2) == 0}
}

// keep keeps a manifest, mostly.
func (w *world) keep(f recordtest.Files) {
	if m := f.Manifest(); w.number(6) > 0 && m.Len() > 0 {
		w.check(w.store.PutBlob(w.t.Context(), m.Digest().ManifestDigest(), bytes.NewReader(m.Bytes())))
	}
}

func (w *world) announce(i record.Invocation, started time.Time) {
	raw, err := record.EncodeIntent(recordtest.Intent(i, started))
	w.check(err)
	w.check(w.store.PutIntent(w.t.Context(), raw))
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// anyFile is a file of the store.
func (w *world) anyFile() string {
	var all []string
	for key, err := range w.store.Keys(w.t.Context(), "") {
		w.check(err)
		if key != "format" {
			all = append(all, filepath.Join(w.dir, "store", key))
		}
	}
	if len(all) == 0 {
		return ""
	}
	return all[w.number(len(all))]
}

// damage changes a file: in place, or as another one of its name.
func (w *world) damage(path string) {
	raw, err := os.ReadFile(path)
	if path == "" || err != nil || len(raw) == 0 {
		return
	}
	switch w.number(4) {
	case 0:
		raw[w.number(len(raw))] ^= 1 << w.number(8)
	case 1:
		raw = raw[:w.number(len(raw))]
	case 2:
		w.check(os.Remove(path))
		return
	case 3:
		w.check(os.Remove(path))
		raw[w.number(len(raw))] ^= 0x40
	}
	os.Chmod(path, 0o600)
	w.check(os.WriteFile(path, raw, 0o600))
}

func (w *world) damageIndex() {
	entries, err := os.ReadDir(w.at)
	if err != nil || len(entries) == 0 {
		return
	}
	w.damage(filepath.Join(w.at, entries[w.number(len(entries))].Name()))
}

func (w *world) stray() {
	key := rapid.SampledFrom([]string{"records/stray", "records/00/stray", "records/zz/stray", "intents/stray", "intents/00/ab", "records/00/in/it"}).Draw(w.t, "key")
	w.check(os.MkdirAll(filepath.Dir(filepath.Join(w.dir, "store", key)), 0o700))
	w.check(os.WriteFile(filepath.Join(w.dir, "store", key), []byte("x"), 0o600))
}

// The index gives the answers of the scan, whatever happened to either.
func TestSameAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for range 3 {
			for range w.number(5) {
				w.put()
			}
			if w.number(3) == 0 {
				w.announce(record.Invocation{byte(w.number(256)), 99, byte(len(w.runs))}, recordtest.Started)
			}
			for range w.number(3) {
				w.damage(w.anyFile())
				w.damaged = true
			}
			if w.number(6) == 0 {
				w.stray()
			}
			if w.number(3) == 0 {
				w.damageIndex()
			}
			w.clock = w.clock.Add(time.Duration(w.number(3)) * 2 * time.Second)
			w.compare()
		}
	})
}

// compare asks everything of the scan and of the index.
func (w *world) compare() {
	ctx := w.t.Context()
	var notes []string
	c, err := index.Open(ctx, w.store, index.Options{
		Dirs: []string{w.at}, Files: w.number(2) > 0, Now: func() time.Time { return w.clock },
		Note: func(s string) { notes = append(notes, s) },
	})
	w.check(err)
	defer c.Close()
	// What was damaged in place is noticed when it is met.
	scan := index.Scan(w.store)
	for name, ask := range w.questions() {
		want, got := ask(ctx, scan), ask(ctx, c)
		if reflect.DeepEqual(want, got) {
			continue
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			w.t.Fatalf("%s (-scan +index), notes %q:\n%s", name, notes, diff)
		}
	}
	w.compareProblems(scan, c)
	for _, note := range notes {
		if strings.Contains(note, "every record") {
			w.t.Errorf("the index is not used: %s", note)
		}
	}
}

// compareProblems: the index knows no other problems than the scan, and all of them
// unless a file was changed that no answer needed.
func (w *world) compareProblems(scan, c *index.Catalog) {
	want, err := scan.Problems(w.t.Context())
	w.check(err)
	got, err := c.Problems(w.t.Context())
	w.check(err)
	for _, problem := range got {
		if !slices.ContainsFunc(want, func(p error) bool { return p.Error() == problem.Error() }) {
			w.t.Errorf("only the index knows of: %v", problem)
		}
	}
	if diff := cmp.Diff(texts(want), texts(got), cmpopts.EquateEmpty()); diff != "" && !w.damaged {
		w.t.Error(diff)
	}
}

func texts(all []error) (found []string) {
	for _, err := range all {
		found = append(found, err.Error())
	}
	return found
}

type question func(context.Context, *index.Catalog) any

func (w *world) questions() iter.Seq2[string, question] {
	return func(yield func(string, question) bool) {
		ask := func(name string, q question) { yield(name, q) }
		uses := func(f func(context.Context, *index.Catalog) iter.Seq2[index.Use, error]) question {
			return func(ctx context.Context, c *index.Catalog) any { return drain(f(ctx, c)) }
		}
		for name, q := range w.queries() {
			ask("runs "+name, func(ctx context.Context, c *index.Catalog) any { return drain(c.Runs(ctx, q)) })
		}
		for _, id := range w.records {
			ask("uses of "+id.Short(), uses(func(ctx context.Context, c *index.Catalog) iter.Seq2[index.Use, error] { return c.UsesOf(ctx, id) }))
		}
		for _, id := range append(w.records, record.ID{1}) {
			ask("detail of "+id.Short(), func(ctx context.Context, c *index.Catalog) any {
				d, err := c.Detail(ctx, id)
				return []any{d, text(err)}
			})
		}
		for _, side := range []index.Side{"", index.Made, index.Read} {
			for _, content := range []string{"", "a", "b", "nobody's"} {
				d := index.OfFile(hashing.Bytes([]byte(content)))
				ask("made until "+content, uses(func(ctx context.Context, c *index.Catalog) iter.Seq2[index.Use, error] {
					return c.MadeUntil(ctx, d, recordtest.Started.Add(time.Hour))
				}))
				ask(fmt.Sprintf("%q %s", content, side), uses(func(ctx context.Context, c *index.Catalog) iter.Seq2[index.Use, error] {
					return c.ByDigest(ctx, d, side)
				}))
			}
			for i, f := range w.trees {
				d := f.Manifest().Digest()
				ask(fmt.Sprintf("tree %d %s", i, side), uses(func(ctx context.Context, c *index.Catalog) iter.Seq2[index.Use, error] {
					return c.ByDigest(ctx, index.OfTree(d), side)
				}))
				ask(fmt.Sprintf("files of tree %d %s", i, side), uses(func(ctx context.Context, c *index.Catalog) iter.Seq2[index.Use, error] {
					return c.ByFilesOf(ctx, d, side)
				}))
			}
			for _, at := range []string{"repo:in", "repo:in/0/a", "repo:in/sub/a", "repo:model/a", "repo:.", "abs:/out/a", "repo:prepare.py", "repo:i"} {
				ask("at "+at+" "+string(side), uses(func(ctx context.Context, c *index.Catalog) iter.Seq2[index.Use, error] {
					return c.ByLocation(ctx, recordtest.Location(at), side)
				}))
			}
		}
		for _, prefix := range []string{"", "3", "e3b0", "c", "xyz", strings.Repeat("0", 65)} {
			for _, limit := range []int{0, 1, 3, 1000} {
				ask(fmt.Sprintf("digests %q %d", prefix, limit), func(ctx context.Context, c *index.Catalog) any {
					found, err := c.Digests(ctx, prefix, limit)
					return []any{found, text(err)}
				})
			}
		}
		ask("unsettled", func(ctx context.Context, c *index.Catalog) any {
			return drain(c.Unsettled(ctx, func(p record.Process) (bool, error) { return false, nil }))
		})
	}
}

func (w *world) queries() map[string]index.Query {
	all := map[string]index.Query{
		"all": {}, "limit": {Limit: 2}, "offset": {Offset: 1, Limit: 2}, "far": {Offset: 100},
		"failed": {Status: record.Failed}, "succeeded": {Status: record.Succeeded, Limit: 1},
		"commit": {Commit: string(recordtest.Commit[:5])}, "no commit": {Commit: "ffff"}, "no hex": {Commit: "zz"},
		"package": {Package: "numpy"}, "version": {Package: "numpy", Version: "2"}, "no package": {Package: "nump"},
		"commit, failed": {Commit: string(recordtest.Commit), Status: record.Failed}, "commit, since": {Commit: string(recordtest.Commit[:7]), Since: recordtest.Started.Add(time.Hour), Before: recordtest.Started.Add(time.Hour).Add(1)},
		"any commit": {Commit: "a", Offset: 1, Limit: 3}, "commit and package": {Commit: "a", Package: "numpy", Status: record.Succeeded},
		"package, since": {Package: "numpy", Since: recordtest.Started.Add(time.Hour), Limit: 2}, "package, failed": {Package: "torch", Status: record.Failed},
		"since": {Since: recordtest.Started.Add(time.Hour)}, "before": {Before: recordtest.Started.Add(time.Hour).Add(1)},
		"command": {Command: "train.py --data"}, "no command": {Command: "rm"},
		"id": {ID: "a"}, "no id": {ID: "xyz"}, "invocation": {Invocation: "0"}, "long": {ID: strings.Repeat("a", 65)},
		"all of them": {Status: record.Succeeded, Commit: "3f", Package: "torch", Since: recordtest.Started, Offset: 1},
	}
	for i, run := range w.runs[:min(3, len(w.runs))] {
		all[fmt.Sprintf("parent %d", i)] = index.Query{Parent: run}
		all[fmt.Sprintf("run %d", i)] = index.Query{Invocation: run.String()}
	}
	return all
}

// drain is everything that an answer has, as values.
func drain[T any](all iter.Seq2[T, error]) any {
	var found []T
	for v, err := range all {
		if err != nil {
			return []any{found, text(err)}
		}
		found = append(found, v)
	}
	return []any{found, ""}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
