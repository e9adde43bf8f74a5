package git

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
)

// samplePatch has one of everything.
func samplePatch() Patch {
	one, two := hashing.Bytes([]byte("one")), hashing.Bytes([]byte("two"))
	p := NewPatch(id40, hashing.TreeDigest(one))
	p.Paths = []string{"pkg", "x"}
	p.Entries = []PatchEntry{
		{Path: "pkg/%FF<&>\u2028", Kind: KindModified, PatchContent: PatchContent{Mode: ModeFile, Digest: &one, Size: 3}, Staged: &PatchContent{Mode: ModeExecutable, Digest: &two, Size: 3}},
		{Path: "pkg/gone", Kind: KindDeleted},
		{Path: "pkg/link", Kind: KindType, PatchContent: PatchContent{Mode: ModeSymlink, Target: "/abs%25"}},
		{Path: "pkg/secret", Kind: KindUntracked, PatchContent: PatchContent{Mode: ModeFile, Size: 9, Missing: "a secret"}},
		{Path: "pkg/staged", Kind: KindStaged, Staged: &PatchContent{}},
	}
	p.Forms = []PatchForm{{Path: "pkg/x.bat", Form: FormCRLF, Digest: two}}
	inner := NewPatch(id64, hashing.TreeDigest(two))
	p.Submodules = []PatchSubmodule{{Path: "x/absent", URL: ""}, {Path: "x/sub", URL: "https://example.com/sub", Patch: &inner}}
	return p
}

func TestPatchRoundTrip(t *testing.T) {
	p := samplePatch()
	got, err := ParsePatch(p.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(p, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if b := p.Bytes(); bytes.Count(b, []byte("\n")) != 1 || !bytes.HasSuffix(b, []byte("\n")) {
		t.Errorf("it is no line: %q", b)
	}
}

func TestParsePatchRefuses(t *testing.T) {
	good := string(samplePatch().Bytes())
	replace := func(old, with string) func() string {
		return func() string {
			if !strings.Contains(good, old) {
				t.Fatalf("%q is not in the sample", old)
			}
			return strings.Replace(good, old, with, 1)
		}
	}
	set := func(change func(p *Patch)) func() string {
		return func() string { p := samplePatch(); change(&p); return string(p.Bytes()) }
	}
	first := func(change func(e *PatchEntry)) func() string {
		return set(func(p *Patch) { change(&p.Entries[0]) })
	}
	deep := func() string {
		p := NewPatch(id40, hashing.TreeDigest{})
		for range maxNested + 2 {
			outer := NewPatch(id40, hashing.TreeDigest{})
			inner := p
			outer.Submodules = []PatchSubmodule{{Path: "s", Patch: &inner}}
			p = outer
		}
		return string(p.Bytes())
	}
	for name, bad := range map[string]func() string{
		"nothing":             func() string { return "" },
		"null":                func() string { return "null\n" },
		"array":               func() string { return "[]\n" },
		"empty object":        func() string { return "{}\n" },
		"cut off":             func() string { return good[:len(good)-10] },
		"no line end":         func() string { return strings.TrimSuffix(good, "\n") },
		"trailing data":       func() string { return good + "{}" },
		"two documents":       func() string { return good + good },
		"space":               replace(`{"version"`, `{ "version"`),
		"unknown key":         replace(`"version":1`, `"version":1,"more":1`),
		"duplicate key":       replace(`"version":1`, `"version":1,"version":1`),
		"key in another case": replace(`"version"`, `"Version"`),
		"other order":         replace(`"version":1,"commit":"`+string(id40)+`"`, `"commit":"`+string(id40)+`","version":1`),
		"missing key":         replace(`"version":1,`, ``),
		"null list":           replace(`"paths":["pkg","x"]`, `"paths":null`),
		"later version":       replace(`"version":1`, `"version":2`),
		"version as text":     replace(`"version":1`, `"version":"1"`),
		"escape":              replace(`"pkg/gone"`, `"pkg\/gone"`),
		"invalid UTF-8":       replace(`pkg/gone`, "pkg/\xff"),
		"short digest":        replace(hashing.Bytes([]byte("one")).String(), "00"),
		"commit is a name":    set(func(p *Patch) { p.Commit = "HEAD" }),
		"absolute path":       first(func(e *PatchEntry) { e.Path = "/etc/passwd" }),
		"path that leads out": first(func(e *PatchEntry) { e.Path = "a/../../b" }),
		"path of a dot":       first(func(e *PatchEntry) { e.Path = "./a" }),
		"empty path":          first(func(e *PatchEntry) { e.Path = "" }),
		"path in a .git":      first(func(e *PatchEntry) { e.Path = "a/.git/hooks/pre-commit" }),
		"path in a .Git":      first(func(e *PatchEntry) { e.Path = ".Git/config" }),
		"path with a NUL":     first(func(e *PatchEntry) { e.Path = "a%00b" }),
		"path that hides ..":  first(func(e *PatchEntry) { e.Path = "%2E%2E/b" }),
		"path out of order":   first(func(e *PatchEntry) { e.Path = "z" }),
		"path twice":          first(func(e *PatchEntry) { e.Path = "pkg/gone" }),
		"path beneath a file": set(func(p *Patch) {
			p.Entries[1] = PatchEntry{Path: "pkg/link", Kind: KindDeleted}
			p.Entries[2].Path = "pkg/link/x"
			p.Entries[1].PatchContent = p.Entries[2].PatchContent
		}),
		"unknown kind":         first(func(e *PatchEntry) { e.Kind = "other" }),
		"unknown mode":         first(func(e *PatchEntry) { e.Mode = "100600" }),
		"a folder":             first(func(e *PatchEntry) { e.Mode = ModeFolder }),
		"file without digest":  first(func(e *PatchEntry) { e.Digest = nil }),
		"file with target":     first(func(e *PatchEntry) { e.Target = "x" }),
		"negative size":        first(func(e *PatchEntry) { e.Size = -1 }),
		"zero digest":          first(func(e *PatchEntry) { e.Digest = &hashing.FileDigest{} }),
		"bad staged":           first(func(e *PatchEntry) { e.Staged.Mode = "x" }),
		"nothing with digest":  first(func(e *PatchEntry) { e.Mode = ModeNone }),
		"link without target":  set(func(p *Patch) { p.Entries[2].Target = "" }),
		"link with bad target": set(func(p *Patch) { p.Entries[2].Target = "%zz" }),
		"unknown form":         set(func(p *Patch) { p.Forms[0].Form = FormOther }),
		"form and entry":       set(func(p *Patch) { p.Forms[0].Path = "pkg/gone" }),
		"bad path narrowing":   set(func(p *Patch) { p.Paths[0] = ".." }),
		"bad submodule path":   set(func(p *Patch) { p.Submodules[0].Path = "../x" }),
		"bad inner patch":      set(func(p *Patch) { p.Submodules[1].Patch.Commit = "x" }),
		"bad submodule URL":    set(func(p *Patch) { p.Submodules[1].URL = "%" }),
		"too deep":             deep,
	} {
		if p, err := ParsePatch([]byte(bad())); !errors.Is(err, ErrPatch) {
			t.Errorf("%s: %+v, error %v, want %v", name, p, err, ErrPatch)
		}
	}
}

func FuzzParsePatch(f *testing.F) {
	f.Add(samplePatch().Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParsePatch(b)
		if err == nil && !bytes.Equal(p.Bytes(), b) {
			t.Errorf("%q is written as %q", b, p.Bytes())
		}
	})
}
