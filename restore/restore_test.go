package restore

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

// kept are blobs in memory.
type kept map[hashing.FileDigest][]byte

func (k kept) Blob(_ context.Context, d hashing.FileDigest) (io.ReadCloser, error) {
	raw, there := k[d]
	if !there {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(raw)), nil
}

func (k kept) add(contents ...string) {
	for _, c := range contents {
		k[hashing.Bytes([]byte(c))] = []byte(c)
	}
}

// read is what stands in a folder: files, and links with an arrow.
func read(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		below, _ := filepath.Rel(dir, p)
		if e.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(p)
			found[filepath.ToSlash(below)] = "-> " + target
			return err
		}
		raw, err := os.ReadFile(p)
		found[filepath.ToSlash(below)] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func lay(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

// restored puts a record's code and inputs back.
func restored(t *testing.T, r *record.Record, blobs kept, o PlanOptions, sources ...Named) (string, *Report) {
	t.Helper()
	p, err := Make(t.Context(), r, blobs, o)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "restored")
	report, err := p.Execute(t.Context(), dir, Options{Blobs: blobs, Sources: sources})
	if err != nil {
		t.Fatal(err)
	}
	if names, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(names) != 1 {
		t.Errorf("beside the folder stand %v, %v", names, err)
	}
	return dir, report
}

// here gives every location a place below a folder.
func here(dir string) func(record.Location) string {
	return func(l record.Location) string { return filepath.Join(dir, string(l.Root), filepath.FromSlash(l.Path)) }
}

// The work tree of recordtest, its code kept and its data on the disk.
func TestRestoresAll(t *testing.T) {
	disk := t.TempDir()
	contents := recordtest.Contents()
	lay(t, filepath.Join(disk, "repo"), contents)
	blobs := kept(recordtest.Blobs())
	sources := []Named{{"kept blobs", Kept{blobs}}, {"recorded path", Recorded{here(disk)}}}
	r := recordtest.Record(t, recordtest.Input(record.RoleData, "abs:/mnt/a.csv", "on a mount"), recordtest.Input(record.RoleData, "home:b.csv", ""))
	lay(t, disk, map[string]string{"abs/mnt/a.csv": "on a mount"})
	dir, report := restored(t, r, blobs, PlanOptions{Inputs: true}, sources...)
	want := map[string]string(maps.Clone(contents))
	for name := range want {
		if strings.HasPrefix(name, "model/") || name == "metrics.json" { // outputs
			delete(want, name)
		}
	}
	want["lineage-inputs/abs/mnt/a.csv"], want["lineage-inputs/home/b.csv"], want["lineage-inputs/.gitignore"] = "on a mount", "", "*\n"
	if diff := cmp.Diff(want, read(t, dir)); diff != "" {
		t.Error(diff)
	}
	if !report.Complete() || len(report.Outcomes) != 6 {
		t.Errorf("%+v", report)
	}
}

func TestMissing(t *testing.T) {
	disk := t.TempDir()
	contents := recordtest.Contents()
	contents["data/train.csv"] = "x,y\n1,3\n" // as long as the other
	contents["data/images/a.png"] = "another image"
	lay(t, filepath.Join(disk, "repo"), contents)
	blobs := kept(recordtest.Blobs())
	recorded := Named{"recorded path", Recorded{here(disk)}}
	dir, report := restored(t, recordtest.Record(t), blobs, PlanOptions{Inputs: true}, recorded)
	got := map[string]string{}
	for _, o := range report.Outcomes {
		got[o.Location.String()] = string(o.Status)
		for _, l := range o.Lost {
			got[o.Location.String()] += " " + l.Path + ": " + strings.ReplaceAll(l.Why, disk, "DISK")
		}
	}
	want := map[string]string{
		"repo:.":              "restored",
		"repo:data/train.csv": "missing .: recorded path: DISK/repo/data/train.csv: it has other bytes",
		"repo:data/images":    "partly a.png: recorded path: DISK/repo/data/images/a.png: it has other bytes",
		"repo:prepare.py":     "restored",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if files := read(t, dir); files["data/train.csv"] != "" || files["data/images/deep/b.png"] == "" || report.Complete() {
		t.Errorf("%v", files)
	}
	delete(blobs, recordtest.Images.Manifest().Digest().ManifestDigest())
	_, report = restored(t, recordtest.Record(t), blobs, PlanOptions{Inputs: true}, recorded)
	if o := report.Outcomes[2]; o.Status != Missing || !strings.Contains(o.Lost[0].Why, "manifest") {
		t.Errorf("without its manifest: %+v", o)
	}
}

// Each source is asked in turn, until one has the very bytes.
func TestSources(t *testing.T) {
	in, digest := recordtest.Input(record.RoleData, "home:a/b.csv", "wanted"), hashing.Bytes([]byte("wanted"))
	disk := t.TempDir()
	blobs := kept(recordtest.Blobs())
	code := maps.Clone(recordtest.Code)
	lay(t, filepath.Join(disk, "repo"), code)
	lay(t, disk, map[string]string{"home/a/b.csv": "other bytes", "one/a/b.csv": "wanteD", "two/b.csv": "wanted", "made/repo/out.csv": "wanted"})
	recorded := Named{"recorded path", Recorded{here(disk)}}
	fetched := 0
	origins := Named{"URI", Origins{
		More: func(context.Context, Want) ([]string, error) {
			return []string{"https://example.org/none", "https://example.org/b.csv"}, nil
		},
		Fetch: func(_ context.Context, uri string, want hashing.FileDigest, file string) error {
			if fetched++; want != digest || strings.HasSuffix(uri, "none") {
				return errors.New("404")
			}
			return os.WriteFile(file, []byte("wanted"), 0o600)
		},
	}}
	made := Named{"made", Made{func(context.Context, Want) ([]record.Location, error) {
		return []record.Location{recordtest.Location("repo:gone.csv"), recordtest.Location("repo:out.csv")}, nil
	}, here(filepath.Join(disk, "made"))}}
	failing := Named{"broken", Origins{More: func(context.Context, Want) ([]string, error) { return nil, errors.New("no network") }}}
	for name, sources := range map[string][]Named{
		"URI":    {recorded, failing, origins},
		"made":   {recorded, failing, made, origins},
		"folder": {recorded, {"folder", Folder(filepath.Join(disk, "one"))}, {"folder", Folder(filepath.Join(disk, "two"))}},
		"kept":   {{"kept", Kept{func() kept { k := kept{}; k.add("wanted"); return k }()}}, recorded},
	} {
		dir, report := restored(t, recordtest.Record(t, recordtest.Without(record.RoleData), recordtest.Without(record.RolePreprocessing), in), blobs, PlanOptions{Inputs: true}, sources...)
		if o := report.Outcomes[1]; o.Status != Restored || o.From[0].Name != name || read(t, dir)["lineage-inputs/home/a/b.csv"] != "wanted" {
			t.Errorf("%s: %+v", name, o)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, ".lineage*")); len(left) > 0 {
			t.Errorf("left: %q", left)
		}
	}
	if fetched != 2 {
		t.Errorf("%d URIs were asked", fetched)
	}
}

// Links of a tree are made again where they stay in it.
func TestLinks(t *testing.T) {
	files := recordtest.Files{"real/x": "1", "alias/x": "1", "deep/up": "1", "out": "2", "absolute": "1", "round/real/x": "1", "gone": "3"}
	link := func(path, target string, outside bool) record.Link {
		return record.Link{Path: path, Target: target, Outside: outside}
	}
	r := recordtest.Record(t, recordtest.Without(record.RoleData), recordtest.Without(record.RolePreprocessing), recordtest.InputTree(record.RoleData, "repo:tree", files),
		func(s *record.Statement) {
			for _, d := range s.Predicate.BuildDefinition.ResolvedDependencies {
				if d.Name == "repo:tree" {
					d.Annotations.Tree.Links = []record.Link{
						link("absolute", "/etc/passwd", false), link("alias", "real", false), link("deep/up", "../real/x", false),
						link("gone", "real/x", false), link("out", "../../x", true), link("round", ".", false),
					}
				}
			}
		})
	blobs := kept(recordtest.Blobs())
	m := files.Manifest()
	blobs.add("1", "2", "3", string(m.Bytes()))
	for _, c := range recordtest.Code {
		blobs.add(c)
	}
	dir, report := restored(t, r, blobs, PlanOptions{Inputs: true}, Named{"kept", Kept{blobs}})
	got := read(t, filepath.Join(dir, "tree"))
	want := map[string]string{
		"real/x": "1", "alias": "-> real", "deep/up": "-> ../real/x", "out": "2", "absolute": "1", "round/real/x": "1", "gone": "-> real/x",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if o := report.Outcomes[1]; o.Status != Partly || len(o.Lost) != 1 || o.Lost[0].Path != "gone" { // it cannot have had other bytes
		t.Errorf("%+v", o.Lost)
	}
}

// A record from anywhere writes nothing outside of the folder, and nothing that runs.
func TestHostilePlaces(t *testing.T) {
	blobs := kept(recordtest.Blobs())
	blobs.add("evil", "")
	for _, c := range recordtest.Code {
		blobs.add(c)
	}
	for _, at := range []string{"repo:.git/hooks/post-checkout", "repo:sub/.GIT/config", "repo:.git ./x", "repo:GIT~1/x", "repo:.lineage/format", "repo:.g\u200cit/config", "home:.git/config"} {
		r := recordtest.Record(t, recordtest.Input(record.RoleData, at, "evil"))
		dir, report := restored(t, r, blobs, PlanOptions{Inputs: true}, Named{"kept", Kept{blobs}})
		o := report.Outcomes[slices.IndexFunc(report.Outcomes, func(o Outcome) bool { return o.Location.String() == at })]
		if o.Status != Missing || !strings.Contains(o.Lost[0].Why, ".git") {
			t.Errorf("%q: %+v", at, o)
		}
		for name, content := range read(t, dir) {
			if content == "evil" {
				t.Errorf("%q: %q was written", at, name)
			}
		}
	}
	tree := recordtest.Files{".git/hooks/x": "evil", "ok": "evil"}
	m := tree.Manifest()
	blobs.add(string(m.Bytes()))
	dir, report := restored(t, recordtest.Record(t, recordtest.InputTree(record.RoleData, "repo:t", tree)), blobs, PlanOptions{Inputs: true}, Named{"kept", Kept{blobs}})
	if read(t, dir)["t/.git/hooks/x"] != "" || read(t, dir)["t/ok"] != "evil" || report.Complete() {
		t.Errorf("%v", read(t, dir))
	}
	for _, dataDir := range []string{"../x", "/x", "a/../..", ".", "a//b"} {
		if _, err := Make(t.Context(), recordtest.Record(t), blobs, PlanOptions{DataDir: dataDir}); err == nil {
			t.Errorf("inputs may be put into %q", dataDir)
		}
	}
}

// What stands in the folder already is never touched, and what fails leaves nothing.
func TestLeavesAlone(t *testing.T) {
	blobs := kept(recordtest.Blobs())
	p, err := Make(t.Context(), recordtest.Record(t), blobs, PlanOptions{Inputs: true})
	if err != nil {
		t.Fatal(err)
	}
	full := t.TempDir()
	lay(t, full, map[string]string{"mine": "mine"})
	if _, err := p.Execute(t.Context(), full, Options{Blobs: blobs}); !errors.Is(err, git.ErrNotEmpty) {
		t.Errorf("a folder that is not empty: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	empty := t.TempDir()
	stop := Named{"stop", Origins{More: func(context.Context, Want) ([]string, error) { cancel(); return nil, nil }}}
	if _, err := p.Execute(ctx, empty, Options{Blobs: blobs, Sources: []Named{stop}}); !errors.Is(err, context.Canceled) {
		t.Errorf("cut short: %v", err)
	}
	if left := read(t, empty); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	none := recordtest.Record(t, recordtest.Without(record.RoleCode))
	if _, err := Make(t.Context(), none, blobs, PlanOptions{}); !errors.Is(err, ErrNoCode) {
		t.Errorf("no code: %v", err)
	}
}
