package contents

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/capture/redact"
	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// site is a repository with one commit, and a store.
type site struct {
	*Contents
	t      *testing.T
	root   string
	commit record.GitHash
}

func newSite(t *testing.T, files map[string]string) *site {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, root: root}
	s.git("init", "-q", "-b", "main")
	for name, content := range files {
		s.write(name, content)
	}
	s.git("add", "-A")
	s.git("commit", "-q", "--allow-empty", "-m", "one\x1b[31m")
	s.commit = record.GitHash(s.git("rev-parse", "HEAD"))
	kept, err := store.Open(t.Context(), &store.Memory{})
	if err != nil {
		t.Fatal(err)
	}
	source, err := git.OpenSource(t.Context(), root, git.Options{Env: []string{"PATH=" + os.Getenv("PATH")}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = source.Close() })
	s.Contents = &Contents{Store: kept, Source: source, Rules: redact.New([]string{"DB_PASSWORD=correct-horse-battery"}),
		Path: func(l record.Location) string { return filepath.Join(root, l.Path) }}
	return s
}

func (s *site) git(args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = s.root
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.root, "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@b",
		"GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@b"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (s *site) write(name, content string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.root, name), []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) keep(content string) {
	s.t.Helper()
	if err := s.Store.PutBlob(s.t.Context(), hashing.Bytes([]byte(content)), strings.NewReader(content)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) file(name, content string) compare.File {
	at := record.Location{Root: record.RootRepo, Path: name}
	return compare.File{At: at, Digest: hashing.Bytes([]byte(content)), Commit: s.commit, Top: record.Location{Root: record.RootRepo, Path: "."}}
}

func TestFile(t *testing.T) {
	s := newSite(t, map[string]string{"committed.csv": "1\n", "crlf.csv": "1\n2\n", "standing.csv": "old\n", "secret.yaml": "a: b\n", "keys.py": "x = 1\n"})
	s.keep("kept\n")
	s.write("committed.csv", "edited since\n")
	s.write("standing.csv", "new\n")
	s.keep("password: hunter2hunter2\n")
	s.keep("x = 'correct-horse-battery'\n")
	s.keep("plain\n")
	for name, c := range map[string]struct{ path, content, err string }{
		"kept":                  {"gone.csv", "kept\n", ""},
		"in the commit":         {"committed.csv", "1\n", ""},
		"checked out with CRLF": {"crlf.csv", "1\r\n2\r\n", ""},
		"at the recorded path":  {"standing.csv", "new\n", ""},
		"other bytes stand":     {"standing.csv", "other\n", "not found"},
		"nowhere":               {"gone.csv", "gone\n", "not found"},
		"a secret by setting":   {"secret.yaml", "password: hunter2hunter2\n", "withheld"},
		"a secret by value":     {"keys.py", "x = 'correct-horse-battery'\n", "withheld"},
		"a secret by name":      {".env", "plain\n", "withheld"},
	} {
		raw, err := s.File(t.Context(), s.file(c.path, c.content), 100)
		switch {
		case c.err == "" && (err != nil || string(raw) != c.content):
			t.Errorf("%s: %q, %v", name, raw, err)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err) || raw != nil):
			t.Errorf("%s: %q, error %v", name, raw, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error tells the secret: %v", name, err)
		}
	}
}

func TestLimits(t *testing.T) {
	s := newSite(t, map[string]string{"large.csv": strings.Repeat("1\n", 100)})
	for name, f := range map[string]compare.File{
		"in the commit": s.file("large.csv", strings.Repeat("1\n", 100)),
		"standing":      {At: record.Location{Root: record.RootRepo, Path: "large.csv"}, Digest: hashing.Bytes([]byte(strings.Repeat("1\n", 100)))},
	} {
		var large *compare.TooLargeError
		if _, err := s.File(t.Context(), f, 199); !errors.As(err, &large) {
			t.Errorf("%s: error %v", name, err)
		}
		if _, err := s.File(t.Context(), f, 200); err != nil {
			t.Errorf("%s: error %v", name, err)
		}
	}
	s.keep("kept")
	var large *compare.TooLargeError
	if _, err := s.Blob(t.Context(), hashing.Bytes([]byte("kept")), 3); !errors.As(err, &large) {
		t.Errorf("a blob: error %v", err)
	}
}

func TestBlob(t *testing.T) {
	s := newSite(t, nil)
	s.keep("kept")
	s.More = func(_ context.Context, d hashing.FileDigest) ([]byte, error) {
		if d == hashing.Bytes([]byte("elsewhere")) {
			return []byte("elsewhere"), nil
		}
		return nil, compare.ErrNotFound
	}
	for _, content := range []string{"kept", "elsewhere"} {
		if raw, err := s.Blob(t.Context(), hashing.Bytes([]byte(content)), 100); err != nil || string(raw) != content {
			t.Errorf("%q, %v", raw, err)
		}
	}
	if _, err := s.Blob(t.Context(), hashing.Bytes([]byte("gone")), 100); !errors.Is(err, compare.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	if _, err := (&Contents{}).Blob(t.Context(), hashing.Bytes([]byte("gone")), 100); !errors.Is(err, compare.ErrNotFound) {
		t.Errorf("without a store: %v", err)
	}
}

// TestNothingBlocks: a FIFO or a folder in the place of a file is no file.
func TestNothingBlocks(t *testing.T) {
	s := newSite(t, nil)
	if err := os.Mkdir(filepath.Join(s.root, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.File(t.Context(), s.file("folder", "x"), 10); !errors.Is(err, compare.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestManifestAndHistory(t *testing.T) {
	s := newSite(t, map[string]string{"a.py": "1\n"})
	m, err := s.Manifest(t.Context(), s.commit)
	if digest, found := m.Lookup("a.py"); err != nil || !found || digest != hashing.Bytes([]byte("1\n")) {
		t.Errorf("manifest %v, %v", m, err)
	}
	first := s.commit
	s.write("a.py", "2\n")
	s.git("commit", "-qam", "two")
	second := record.GitHash(s.git("rev-parse", "HEAD"))
	nowhere := record.GitHash(strings.Repeat("1", 40))
	s.git("checkout", "-q", "--orphan", "alone")
	s.git("commit", "-qm", "alone")
	alone := record.GitHash(s.git("rev-parse", "HEAD"))
	s.git("checkout", "-q", "-b", "side", string(first))
	s.git("commit", "-qm", "side", "--allow-empty")
	side := record.GitHash(s.git("rev-parse", "HEAD"))
	for _, c := range []struct {
		a, b     record.GitHash
		relation compare.Relation
		missing  compare.Of
	}{
		{first, second, compare.RelationForward, ""}, {second, first, compare.RelationBackward, ""},
		{second, second, compare.RelationSame, ""}, {second, side, compare.RelationDiverged, ""},
		{first, alone, compare.RelationUnrelated, ""}, {nowhere, first, compare.RelationUnknown, compare.OfA},
		{first, nowhere, compare.RelationUnknown, compare.OfB}, {nowhere, nowhere, compare.RelationUnknown, compare.OfBoth},
	} {
		r, err := s.Between(t.Context(), c.a, c.b, 10)
		if err != nil || r.Relation != c.relation || r.Missing != c.missing || (r.Missing != "") != (r.Why != "") {
			t.Errorf("%s %s: %+v, %v", c.a[:7], c.b[:7], r, err)
		}
	}
	r, err := s.Between(t.Context(), alone, first, 10)
	if err != nil || len(r.OnlyB) != 1 || bytes.ContainsRune([]byte(r.OnlyB[0].Subject), 0x1b) {
		t.Errorf("a subject that steers terminals: %+v, %v", r.OnlyB, err)
	}
	if r, err := (&Contents{}).Between(t.Context(), first, second, 10); err != nil || r.Relation != compare.RelationUnknown {
		t.Errorf("without a repository: %+v, %v", r, err)
	}
}
