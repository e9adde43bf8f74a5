package restore

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

// repository commits the files of a folder and gives the patch of its tree, with what
// is kept of it.
func repository(t *testing.T, dir string, blobs kept) (*git.Source, git.Patch) {
	t.Helper()
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org"}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-q", "-m", "start"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Env = dir, env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	o := git.Options{Env: env}
	repo, err := git.Open(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	scan, err := repo.Scan(t.Context(), git.ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := scan.Judge(t.Context(), git.JudgeOptions{Keep: func(d hashing.FileDigest, content []byte) error {
		blobs[d] = bytes.Clone(content)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	source, err := git.OpenSource(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { source.Close() })
	blobs[tree.Manifest.Digest().ManifestDigest()] = tree.Manifest.Bytes()
	return source, tree.Patch()
}

// A link in the code is never written through: it may lead into the .git.
func TestLinksOfTheCode(t *testing.T) {
	outside := t.TempDir()
	lay(t, outside, map[string]string{"there.csv": "there", "other.csv": "other"})
	dir := t.TempDir()
	lay(t, dir, map[string]string{"train.py": "1", "folder/x": "x"})
	for name, target := range map[string]string{"hooks": ".git/hooks", "mount": outside, "self": "folder", "up": ".."} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	blobs := kept{}
	source, patch := repository(t, dir, blobs)
	blobs.add("#!/bin/sh\nevil", "here", "x", "there", "wanted", string(patch.Bytes()))
	patched := hashing.Bytes(patch.Bytes())
	r := recordtest.Record(t, recordtest.Without(record.RoleData), recordtest.Without(record.RolePreprocessing),
		recordtest.Byproduct(record.Resource{Name: "patch", Digest: &record.DigestSet{SHA256: &patched}, Annotations: record.Annotations{Role: record.RolePatch}}),
		recordtest.Input(record.RoleData, "repo:hooks/post-checkout", "#!/bin/sh\nevil"), recordtest.Input(record.RoleData, "repo:mount/there.csv", "there"),
		recordtest.Input(record.RoleData, "repo:mount/other.csv", "wanted"), recordtest.Input(record.RoleData, "repo:self/x", "x"),
		recordtest.Input(record.RoleData, "repo:self/y", "here"), recordtest.Input(record.RoleData, "repo:up/z", "here"), recordtest.Input(record.RoleData, "repo:folder/z", "here"))
	p, err := Make(t.Context(), r, blobs, PlanOptions{Inputs: true})
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	report, err := p.Execute(t.Context(), filepath.Join(parent, "out"), Options{Repository: source, Blobs: blobs, Sources: []Named{{"kept", Kept{blobs}}}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"repo:hooks/post-checkout": "missing", "repo:mount/there.csv": "restored a link of the code", "repo:mount/other.csv": "missing",
		"repo:self/x": "restored a link of the code", "repo:self/y": "missing", "repo:up/z": "missing", "repo:folder/z": "restored kept",
	}
	for _, o := range report.Outcomes {
		got := string(o.Status)
		for _, f := range o.From {
			got += " " + f.Name
		}
		if got != want[o.Location.String()] {
			t.Errorf("%s: %s, want %s: %+v", o.Location, got, want[o.Location.String()], o.Lost)
		}
	}
	for _, hook := range []string{"out/.git/hooks/post-checkout", "z"} {
		if _, err := os.Lstat(filepath.Join(parent, hook)); err == nil {
			t.Errorf("%s was written", hook)
		}
	}
	if raw, err := os.ReadFile(filepath.Join(outside, "other.csv")); err != nil || string(raw) != "other" {
		t.Errorf("outside there is %q, %v", raw, err)
	}
}

// A commit that was only declared gives its files by their digests.
func TestDeclaredCommit(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir, map[string]string{"train.py": recordtest.Code["train.py"], "prepare.py": "other"})
	source, patch := repository(t, dir, kept{})
	commit := Commit{Source: source, ID: patch.Commit, Top: recordtest.Location("repo:.")}
	for path, found := range map[string]int{"train.py": 1, "prepare.py": 0, "lineage.yaml": 0} {
		w := Want{Digest: hashing.Bytes([]byte(recordtest.Code[path])), Location: recordtest.Location("repo:" + path), Bytes: -1}
		all, err := commit.Look(t.Context(), w)
		if err != nil || len(all) != found {
			t.Errorf("%s: %d, %v", path, len(all), err)
		}
		if raw, err := Read(t.Context(), w, 1<<20, Named{"commit", commit}); (err == nil) != (found == 1) || found == 1 && string(raw) != recordtest.Code[path] {
			t.Errorf("%s: %q, %v", path, raw, err)
		}
	}
	if _, err := Read(context.Background(), Want{Digest: hashing.Bytes([]byte(recordtest.Code["train.py"])), Location: recordtest.Location("repo:train.py")}, 3, Named{"commit", commit}); err == nil || !strings.Contains(err.Error(), "more than 3 bytes") {
		t.Errorf("too large: %v", err)
	}
}
