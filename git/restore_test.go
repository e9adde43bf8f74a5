package git

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
)

func (b blobs) open(_ context.Context, d hashing.FileDigest) (io.ReadCloser, error) {
	content, ok := b[d]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(strings.NewReader(content)), nil
}

// contents reads a folder: each file's mode and bytes, each link's target.
func contents(t *testing.T, root string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(root, file)
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(file)
			got[name] = "-> " + target
			return err
		case !d.Type().IsRegular():
			got[name] = d.Type().String()
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		b, err := os.ReadFile(file)
		got[name] = string(modeOf(info)) + " " + string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// expected is what contents should give of a tree that was put back.
func (f *fixture) expected(tree Tree, dir string, all map[string]string) {
	disk := contents(f.t, f.path("."))
	for _, file := range tree.Files {
		all[filepath.Join(dir, file.Path)] = disk[filepath.Join(dir, file.Path)]
	}
	for _, l := range tree.Links {
		all[filepath.Join(dir, l.Path)] = "-> " + l.Target
	}
	for _, s := range tree.Submodules {
		f.expected(s.Tree, filepath.Join(dir, s.Path), all)
	}
}

// wantRestored puts a tree back by its patch, as it is written and read again,
// and compares every byte, mode and link.
func (f *fixture) wantRestored(tree Tree, kept blobs) {
	f.t.Helper()
	p, err := ParsePatch(tree.Patch().Bytes())
	if err != nil {
		f.t.Fatal(err)
	}
	src, err := OpenSource(f.t.Context(), f.root, f.options())
	if err != nil {
		f.t.Fatal(err)
	}
	defer src.Close()
	dst := filepath.Join(f.t.TempDir(), "restored")
	if err := Restore(f.t.Context(), src, p, dst, RestoreOptions{Blob: kept.open}); err != nil {
		f.t.Fatal(err)
	}
	want := map[string]string{}
	f.expected(tree, "", want)
	if d := cmp.Diff(want, contents(f.t, dst)); d != "" {
		f.t.Errorf("restored (-want +got):\n%s", d)
	}
}

func TestRestoreDirtyTree(t *testing.T) {
	f := newFixture(t)
	f.write("gone.py", "x\n")
	f.link("a.py", "link")
	f.write("d/e/f.txt", "deep\n")
	f.commit("more")
	f.remove("gone.py")
	f.remove("link")
	f.link("pkg/b.py", "link")
	f.write("a.py", "staged\n")
	f.git("add", "a.py")
	f.write("a.py", "and edited\n")
	f.chmod("run.sh", 0o644)
	f.remove("d")
	f.write("d", "a file now\n")
	f.write("new \xff\n\\%.py", "odd\n")
	f.script("tool", "true")
	f.link("/nowhere", "dangling")
	tree, kept := f.judge()
	f.wantRestored(tree, kept)

	p := tree.Patch()
	var staged *PatchContent
	for _, e := range p.Entries {
		if e.Path == "a.py" {
			staged = e.Staged
		}
	}
	if staged == nil || staged.Digest == nil || kept[*staged.Digest] != "staged\n" {
		t.Errorf("staged content %+v is not kept", staged)
	}
}

func TestRestoreWithoutCommit(t *testing.T) {
	f := bareFixture(t)
	f.write("a.py", "a\n")
	tree, kept := f.judge()
	dst := t.TempDir() // empty, and stays the same folder
	if err := Restore(t.Context(), nil, tree.Patch(), dst, RestoreOptions{Blob: kept.open}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"a.py": "100644 a\n"}, contents(t, dst)); d != "" {
		t.Error(d)
	}
}

func withholdSecret(o *JudgeOptions) {
	o.Withhold = func(_ string, content []byte) string {
		if bytes.Contains(content, []byte("password")) {
			return "a secret"
		}
		return ""
	}
}

// TestRestoreLeavesNothing: whatever goes wrong, dst is as it was.
func TestRestoreLeavesNothing(t *testing.T) {
	f := newFixture(t)
	f.write("a.py", "dirty\n")
	f.write("secret.py", "password\n")
	tree, kept := f.judge(withholdSecret)
	src := f.source(f.root)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	skip := func(string, string) {}
	lying := func(context.Context, hashing.FileDigest) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("another content")), nil
	}
	tests := []struct {
		name   string
		ctx    context.Context
		src    *Source
		change func(*Patch)
		opts   RestoreOptions
		want   error
	}{
		{"withheld", t.Context(), src, nil, RestoreOptions{Blob: kept.open}, ErrMissing},
		{"no content", t.Context(), src, nil, RestoreOptions{Missing: skip}, ErrMissing},
		{"other content", t.Context(), src, nil, RestoreOptions{Missing: skip, Blob: lying}, ErrCorrupt},
		{"no repository", t.Context(), nil, nil, RestoreOptions{Missing: skip, Blob: kept.open}, ErrNoCommit},
		{"no such commit", t.Context(), src, func(p *Patch) { p.Commit = ObjectID(strings.Repeat("1", 40)) },
			RestoreOptions{Missing: skip, Blob: kept.open}, ErrNoCommit},
		{"other tree", t.Context(), src, func(p *Patch) { p.Tree[0]++ }, RestoreOptions{Missing: skip, Blob: kept.open}, ErrMissing},
		{"path that leads out", t.Context(), src, func(p *Patch) { p.Entries[0].Path = "../a.py" }, RestoreOptions{}, ErrPatch},
		{"cancelled", cancelled, src, nil, RestoreOptions{Missing: skip, Blob: kept.open}, context.Canceled},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := ParsePatch(tree.Patch().Bytes())
			if err != nil {
				t.Fatal(err)
			}
			if test.change != nil {
				test.change(&p)
			}
			wantNothingLeft(t, func(dst string) error { return Restore(test.ctx, test.src, p, dst, test.opts) }, test.want)
		})
	}
}

// wantNothingLeft restores into an empty folder and into one that is not there.
func wantNothingLeft(t *testing.T, restore func(dst string) error, want error) {
	t.Helper()
	empty := t.TempDir()
	for _, dst := range []string{empty, filepath.Join(t.TempDir(), "absent")} {
		if err := restore(dst); !errors.Is(err, want) {
			t.Errorf("error %v, want %v", err, want)
		}
		left, _ := os.ReadDir(filepath.Dir(dst))
		inside, _ := os.ReadDir(dst)
		if _, err := os.Lstat(dst); dst != empty && (err == nil || len(left) > 0) || len(inside) > 0 {
			t.Errorf("left behind: %v %v", left, inside)
		}
	}
}

func TestRestoreWithoutWithheld(t *testing.T) {
	f := newFixture(t)
	f.write("secret.py", "password\n")
	tree, kept := f.judge(withholdSecret)
	src := f.source(f.root)
	var missing []string
	o := RestoreOptions{Blob: kept.open, Missing: func(path, why string) { missing = append(missing, path+": "+why) }}
	dst := filepath.Join(t.TempDir(), "out")
	if err := Restore(t.Context(), src, tree.Patch(), dst, o); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"secret.py: a secret"}, missing); d != "" {
		t.Error(d)
	}
	if _, err := os.Lstat(filepath.Join(dst, "secret.py")); err == nil {
		t.Error("a withheld file was restored")
	}
}

func TestRestoreRefusesWhatStands(t *testing.T) {
	f := newFixture(t)
	src, err := OpenSource(t.Context(), f.root, f.options())
	if err != nil {
		t.Fatal(err)
	}
	tree, _ := f.judge()
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "mine"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("nowhere", link); err != nil {
		t.Fatal(err)
	}
	for _, dst := range []string{full, link} {
		if err := Restore(t.Context(), src, tree.Patch(), dst, RestoreOptions{}); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("error %v, want %v", err, ErrNotEmpty)
		}
	}
	if err := Restore(t.Context(), src, tree.Patch(), filepath.Join(full, "mine"), RestoreOptions{}); err == nil {
		t.Error("a file was taken for a folder")
	}
}

// TestRestoreStaysInside: a commit's link must not lead a patch's file out.
func TestRestoreStaysInside(t *testing.T) {
	f := newFixture(t)
	outside := t.TempDir()
	f.link(outside, "out")
	f.commit("link")
	tree, _ := f.judge()
	p := tree.Patch()
	digest := hashing.Bytes([]byte("x"))
	p.Entries = []PatchEntry{{Path: "out/x", Kind: KindUntracked, PatchContent: PatchContent{Mode: ModeFile, Digest: &digest, Size: 1}}}
	src, err := OpenSource(t.Context(), f.root, f.options())
	if err != nil {
		t.Fatal(err)
	}
	kept := blobs{digest: "x"}
	if err := Restore(t.Context(), src, p, filepath.Join(t.TempDir(), "d"), RestoreOptions{Blob: kept.open}); err == nil {
		t.Error("a file was written through a link")
	}
	if names, _ := os.ReadDir(outside); len(names) > 0 {
		t.Errorf("outside there is %v", names)
	}
}

// TestRestoreRepository: git sees in what was put back what it saw at the run.
func TestRestoreRepository(t *testing.T) {
	for _, format := range []string{"sha1", "sha256"} {
		f := newFixture(t, "--object-format="+format)
		f.write("x.bat", "old\n")
		f.link("a.py", "link")
		f.write("gone.py", "x\n")
		f.commit("two")
		f.write("a.py", "staged\n")
		f.write("new.py", "new\n")
		f.remove("link")
		f.link("run.sh", "link")
		f.git("add", "a.py", "new.py", "link")
		f.git("rm", "-q", "--cached", "gone.py")
		f.chmod("x.bat", 0o755)
		f.write("a.py", "and edited\n")
		f.write("untracked.py", "u\n")
		f.remove("pkg")
		tree, kept := f.judge()
		for name, src := range map[string]*Source{"folder": f.source(f.root), "ssh": f.source("ssh://host"+f.root, "GIT_SSH_COMMAND="+f.ssh(false))} {
			dst := f.at(filepath.Join(t.TempDir(), name))
			if err := Restore(t.Context(), src, tree.Patch(), dst.root, RestoreOptions{Blob: kept.open, Repository: true}); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"status", "--porcelain"}, {"diff"}, {"diff", "--cached"}, {"rev-parse", "HEAD"}} {
				if d := cmp.Diff(f.git(args...), dst.git(args...)); d != "" {
					t.Errorf("%s: git %v (-want +got):\n%s", name, args, d)
				}
			}
			dst.git("fsck", "--strict")
			again, _ := dst.judge()
			if again.Manifest.Digest() != tree.Manifest.Digest() || again.Commit != tree.Commit || string(again.Patch().Bytes()) != string(tree.Patch().Bytes()) {
				t.Errorf("%s: judged again it is another tree: %v", name, kinds(again))
			}
		}
	}
}
