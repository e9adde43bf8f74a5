package hashing_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
)

const (
	digestA = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" // "a"
	digestB = "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d" // "b"
)

func TestManifestIsWhatSha256sumPrints(t *testing.T) {
	dir := t.TempDir()
	names := []string{"a", "B", "a b", "a-b", "a/b", "a.b/-", "line\nfeed", `back\slash`, "re\rturn", "ü", "\xff", "*x", " y", "e\u0301", "\u00e9"}
	var entries []hashing.Entry
	for i, name := range names {
		if name == "a" {
			continue // a folder
		}
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		content := bytes.Repeat([]byte{byte(i)}, i)
		if err := os.WriteFile(full, content, 0o600); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, hashing.Entry{Path: name, Digest: hashing.Bytes(content)})
	}
	m, err := hashing.NewManifest(entries)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", `find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum --`)
	cmd.Dir = dir
	want, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(m.Bytes())); diff != "" {
		t.Error(diff)
	}
	if got, want := m.Digest().String(), hashing.Bytes(want).String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	again, err := hashing.ParseManifest(m.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m.Entries(), again.Entries()); diff != "" {
		t.Error(diff)
	}
}

// The reference is Go's Hash1 as its documentation defines it.
func TestDirHash(t *testing.T) {
	m := manifest(t, "a/x", digestA, "b", digestB)
	got, ok := m.DirHash()
	if want := hashing.Bytes([]byte(digestA + "  a/x\n" + digestB + "  b\n")).String(); !ok || got != want {
		t.Errorf("got %q %v, want %q", got, ok, want)
	}
	raw, _ := hex.DecodeString(got)
	if h1 := base64.StdEncoding.EncodeToString(raw); len(h1) != 44 {
		t.Errorf("h1:%s", h1)
	}
	if got, ok := manifest(t, "a\nb", digestA).DirHash(); ok {
		t.Errorf("an escaped path has dirHash %q", got)
	}
}

func TestParseManifestRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ raw, want string }{
		"no line end":           {digestA + "  a", "no line end"},
		"one space":             {digestA + " a\n", "two spaces"},
		"binary mark":           {digestA + " *a\n", "two spaces"},
		"upper case":            {strings.ToUpper(digestA) + "  a\n", "not a digest"},
		"short digest":          {digestA[1:] + "  a\n", "not a digest"},
		"empty line":            {"\n", "two spaces"},
		"comment":               {"# x\n", "two spaces"},
		"empty path":            {digestA + "  \n", "not clean"},
		"absolute":              {digestA + "  /a\n", "not clean"},
		"parent":                {digestA + "  ../a\n", "not clean"},
		"inner parent":          {digestA + "  a/../b\n", "not clean"},
		"dot":                   {digestA + "  ./a\n", "not clean"},
		"double slash":          {digestA + "  a//b\n", "not clean"},
		"trailing slash":        {digestA + "  a/\n", "not clean"},
		"standard input":        {digestA + "  -\n", "standard input"},
		"NUL":                   {digestA + "  a\x00b\n", "NUL"},
		"carriage return":       {digestA + "  a\r\n", "escaped"},
		"needless escape":       {`\` + digestA + "  a\n", "escaped"},
		"unknown escape":        {`\` + digestA + `  a\tb` + "\n", "escaped"},
		"backslash not escaped": {digestA + `  a\b` + "\n", "escaped"},
		"out of order":          {digestA + "  b\n" + digestA + "  a\n", "out of order"},
		"twice":                 {digestA + "  a\n" + digestB + "  a\n", "out of order"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := hashing.ParseManifest([]byte(tc.raw))
			if !errors.Is(err, hashing.ErrManifest) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestNewManifestRefuses(t *testing.T) {
	for _, paths := range [][]string{{"-"}, {"a", "a"}, {""}, {"/a"}, {"a/.."}, {"a\x00"}} {
		var entries []hashing.Entry
		for _, p := range paths {
			entries = append(entries, hashing.Entry{Path: p})
		}
		if _, err := hashing.NewManifest(entries); !errors.Is(err, hashing.ErrManifest) {
			t.Errorf("%q: got %v", paths, err)
		}
	}
}

func TestCompare(t *testing.T) {
	old := manifest(t, "changed", digestA, "gone", digestA, "same", digestA)
	new := manifest(t, "added", digestB, "changed", digestB, "same", digestA)
	var got []string
	for _, c := range hashing.Compare(old, new) {
		got = append(got, fmt.Sprintf("%s %t %t", c.Path, c.Old.IsZero(), c.New.IsZero()))
	}
	want := []string{"added true false", "changed false false", "gone false true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := hashing.Compare(old, old); got != nil {
		t.Errorf("equal manifests differ at %v", got)
	}
}

func TestDigestText(t *testing.T) {
	for _, s := range []string{"", "ca", strings.ToUpper(digestA), digestA + "0", " " + digestA[1:], "g" + digestA[1:], "sha256:" + digestA} {
		if _, err := hashing.ParseFileDigest(s); !errors.Is(err, hashing.ErrDigest) {
			t.Errorf("%q: file: %v", s, err)
		}
		if _, err := hashing.ParseTreeDigest(s); !errors.Is(err, hashing.ErrDigest) {
			t.Errorf("%q: tree: %v", s, err)
		}
	}
	if d, err := hashing.ParseFileDigest(digestA); err != nil || d != hashing.Bytes([]byte("a")) || d.String() != digestA {
		t.Errorf("got %v %v", d, err)
	}
	if !hashing.Bytes(nil).IsEmpty() || !(hashing.Manifest{}).Digest().IsEmpty() {
		t.Error("nothing is not known as empty")
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(digestA + "  a\n" + `\` + digestB + `  b\nc\\d\r` + "\n"))
	f.Add([]byte(digestA + "  a b\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := hashing.ParseManifest(raw)
		if err != nil {
			return
		}
		if !bytes.Equal(m.Bytes(), raw) {
			t.Errorf("%q is written as %q", raw, m.Bytes())
		}
		if again, err := hashing.NewManifest(m.Entries()); err != nil || again.Digest() != m.Digest() {
			t.Errorf("%q: %v", raw, err)
		}
	})
}

func manifest(t *testing.T, pairs ...string) hashing.Manifest {
	t.Helper()
	var text strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		d, err := hashing.ParseFileDigest(pairs[i+1])
		if err != nil {
			t.Fatal(err)
		}
		m, err := hashing.NewManifest([]hashing.Entry{{Path: pairs[i], Digest: d}})
		if err != nil {
			t.Fatal(err)
		}
		text.Write(m.Bytes())
	}
	m, err := hashing.ParseManifest([]byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return m
}
