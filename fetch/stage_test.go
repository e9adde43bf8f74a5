package fetch_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/fetch"
	"github.com/lineage-audit/lineage/fetch/fetchtest"
)

// tree makes a folder with these files.
func tree(t *testing.T, folder string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		write(path, text)
	}
	return folder
}

func getFolder(t *testing.T, src string, at fetch.Target) (fetch.Folder, error) {
	t.Helper()
	return patient(fetch.Options{}).GetFolder(t.Context(), parse(t, src+"/"), at)
}

// No name of an origin is that of a part or note of another file.
func TestNamesOfParts(t *testing.T) {
	files := map[string]string{"a": strings.Repeat("large", 200_000), "b": "x"}
	for _, name := range []string{"a", "b"} {
		files[name+".lineage-part"], files[name+".lineage-part.json"] = "small", "{}"
	}
	src := tree(t, t.TempDir(), files)
	want := manifest(t, src)
	for _, there := range []map[string]string{nil, {"b": "x"}, {"a.lineage-part": "small"}} {
		at := filepath.Join(t.TempDir(), "dst")
		if there != nil {
			tree(t, at, there)
		}
		for range 5 {
			f, err := getFolder(t, src, fetch.Target{Path: at})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.Entries(), f.Manifest.Entries()) + cmp.Diff(want.Entries(), manifest(t, at).Entries()); diff != "" {
				t.Errorf("beside %q (-want +got):\n%s", there, diff)
			}
			alone(t, at, 1)
			if there == nil {
				os.RemoveAll(at)
			}
		}
	}
	tree(t, src, map[string]string{".lineage-part/note.jsonl": "x"})
	at := filepath.Join(t.TempDir(), "dst")
	if _, err := getFolder(t, src, fetch.Target{Path: at}); err == nil || !strings.Contains(err.Error(), "cannot be fetched") {
		t.Error(err)
	}
	absent(t, at)
}

// What stands where parts would, and was left by no call, is neither written to nor removed.
func TestForeignStage(t *testing.T) {
	src := tree(t, t.TempDir(), map[string]string{"authorized_keys": "EVIL", "sub/x": "EVIL"})
	precious := func(t *testing.T, folder string) {
		t.Helper()
		for _, name := range []string{"authorized_keys", "sub/x"} {
			if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(got) != "precious" {
				t.Errorf("%s holds %q, %v", name, got, err)
			}
		}
	}
	mine := map[string]string{"authorized_keys": "precious", "sub/x": "precious"}
	for _, name := range []string{"dst.lineage-part", "dst/.lineage-part"} {
		for _, kind := range []string{"folder", "link", "relative link"} {
			t.Run(name+" "+kind, func(t *testing.T) {
				dir := t.TempDir()
				stage, folder := filepath.Join(dir, name), filepath.Join(dir, "mine")
				if name != "dst.lineage-part" {
					tree(t, dir, map[string]string{"dst/sub/x": "EVIL"})
				}
				if kind == "folder" {
					folder = stage
				}
				tree(t, folder, mine)
				link := map[string]string{"link": folder, "relative link": "mine"}[kind]
				if link != "" && os.Symlink(link, stage) != nil {
					t.Fatal("no link")
				}
				for _, at := range []fetch.Target{{SHA256: sum(nil)}, {}, {Force: true}} {
					at.Path = filepath.Join(dir, "dst")
					if _, err := getFolder(t, src, at); err == nil {
						t.Error("it was fetched")
					}
					precious(t, folder)
				}
			})
		}
	}
}

// A link in a folder leads nothing elsewhere, and what is there already may be behind one.
func TestLinksInFolder(t *testing.T) {
	src := tree(t, t.TempDir(), map[string]string{"a": "1", "sub/x": "2", "sub/y": "3"})
	dir := t.TempDir()
	elsewhere := tree(t, filepath.Join(dir, "elsewhere"), map[string]string{"x": "precious"})
	at := tree(t, filepath.Join(dir, "dst"), map[string]string{"a": "1"})
	if err := os.Symlink(elsewhere, filepath.Join(at, "sub")); err != nil {
		t.Fatal(err)
	}
	for _, force := range []bool{false, true} {
		if _, err := getFolder(t, src, fetch.Target{Path: at, Force: force}); !errors.Is(err, fetch.ErrInTheWay) && (force || !errors.Is(err, fetch.ErrExists)) {
			t.Errorf("force %t: %v", force, err)
		}
		holds(t, filepath.Join(elsewhere, "x"), []byte("precious"))
		notThere(t, filepath.Join(elsewhere, "y"))
	}
	tree(t, elsewhere, map[string]string{"x": "2", "y": "3"})
	if f, err := getFolder(t, src, fetch.Target{Path: at}); err != nil || f.Manifest.Len() != 3 {
		t.Errorf("nothing is lacking: %v", err)
	}
}

// Parts are made anew unless their notes say that they are ours.
func TestForeignFileAsPart(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"a file":         {"x.lineage-part": "precious"},
		"a file as note": {"x.lineage-part.json": "precious"},
		"both":           {"x.lineage-part": "precious", "x.lineage-part.json": "{}"},
		"a folder":       {"x.lineage-part/precious": "precious"},
	} {
		s, dir := newShelf(t, content(1000)), t.TempDir()
		tree(t, dir, files)
		if _, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), fetch.Target{Path: filepath.Join(dir, "x")}); !errors.Is(err, fetch.ErrInTheWay) {
			t.Errorf("%s: %v", name, err)
		}
		for file, text := range files {
			holdsText(t, filepath.Join(dir, file), text)
		}
		notThere(t, filepath.Join(dir, "x"))
	}
}

func holdsText(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%q holds %q, %v; want %q", path, got, err, want)
	}
}

// What takes the part's name while it is written does not become the target.
func TestPartIsReplacedMeanwhile(t *testing.T) {
	for _, force := range []bool{false, true} {
		s, at := newShelf(t, content(1000)), fetch.Target{Path: filepath.Join(t.TempDir(), "x"), Force: force}
		s.odd = func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			other := at.Path + ".other"
			write(other, "other")
			if err := os.Rename(other, at.Path+".lineage-part"); err != nil {
				t.Error(err)
			}
			return false
		}
		if _, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), at); err == nil {
			t.Errorf("force %t: it was fetched", force)
		}
		notThere(t, at.Path)
	}
}

func notThere(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("%q stands there: %v", path, err)
	}
}

// A file of the folder that another takes the place of, before all have come, is no success.
func TestFileIsReplacedMeanwhile(t *testing.T) {
	b, at := fetchtest.NewBucket(t, false), filepath.Join(t.TempDir(), "data")
	for _, name := range []string{"a", "b", "c"} {
		b.Put("data/"+name, []byte(name))
	}
	env := between(t, b, func(_ int64, w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/c") || r.Method != http.MethodGet {
			return false
		}
		placed := filepath.Join(at+".lineage-part", "files", "a")
		for {
			if _, err := os.Stat(placed); err == nil {
				break
			}
			if r.Context().Err() != nil {
				return false
			}
		}
		write(placed+".other", "other")
		if err := os.Rename(placed+".other", placed); err != nil {
			t.Error(err)
		}
		return false
	})
	_, err := patient(fetch.Options{Env: env}).GetFolder(t.Context(), parse(t, b.URI("data/")), fetch.Target{Path: at})
	if err == nil || !strings.Contains(err.Error(), "does not stand in its place") {
		t.Error(err)
	}
	notThere(t, at)
}

// The stage is its owner's alone, and what replaces a file is no more open than that was.
func TestModes(t *testing.T) {
	s, at := newShelf(t, content(300_000)), fetch.Target{Path: filepath.Join(t.TempDir(), "x"), Force: true}
	write(at.Path, "secret")
	if err := os.Chmod(at.Path, 0o600); err != nil {
		t.Fatal(err)
	}
	s.odd = func(_ int, _ http.ResponseWriter, _ *http.Request) bool {
		for _, name := range []string{".lineage-part"} {
			if info, err := os.Stat(at.Path + name); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v", name, info.Mode(), err)
			}
		}
		return false
	}
	if _, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), at); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(at.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	src := tree(t, t.TempDir(), map[string]string{"a": "1", "b": strings.Repeat("2", 300_000)})
	ctx, cancel := context.WithCancel(t.Context())
	folder := filepath.Join(t.TempDir(), "dst")
	o := fetch.Options{Progress: func(done, _ int64) {
		if info, err := os.Stat(folder + ".lineage-part"); done > 0 && (err != nil || info.Mode().Perm() != 0o700) {
			t.Errorf("the stage: %v, %v", info, err)
		}
		if done > 1 {
			cancel()
		}
	}}
	_, err := patient(o).GetFolder(ctx, parse(t, src+"/"), fetch.Target{Path: folder})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := getFolder(t, src, fetch.Target{Path: folder}); err != nil {
		t.Error(err)
	}
	alone(t, folder, 1)
}
