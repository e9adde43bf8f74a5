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

var goodPatch = string(samplePatch().Bytes())

// badPatches makes what must be refused out of the sample, each by the name of
// what is wrong with it.
var badPatches = map[string]func() string{
	"nothing":              func() string { return "" },
	"null":                 func() string { return "null\n" },
	"array":                func() string { return "[]\n" },
	"empty object":         func() string { return "{}\n" },
	"cut off":              func() string { return goodPatch[:len(goodPatch)-10] },
	"no line end":          func() string { return strings.TrimSuffix(goodPatch, "\n") },
	"trailing data":        func() string { return goodPatch + "{}" },
	"two documents":        func() string { return goodPatch + goodPatch },
	"space":                replaced(`{"version"`, `{ "version"`),
	"unknown key":          replaced(`"version":1`, `"version":1,"more":1`),
	"duplicate key":        replaced(`"version":1`, `"version":1,"version":1`),
	"key in another case":  replaced(`"version"`, `"Version"`),
	"other order":          replaced(`"version":1,"commit":"`+string(id40)+`"`, `"commit":"`+string(id40)+`","version":1`),
	"missing key":          replaced(`"version":1,`, ``),
	"null list":            replaced(`"paths":["pkg","x"]`, `"paths":null`),
	"later version":        replaced(`"version":1`, `"version":2`),
	"version as text":      replaced(`"version":1`, `"version":"1"`),
	"escape":               replaced(`"pkg/gone"`, `"pkg\/gone"`),
	"invalid UTF-8":        replaced(`pkg/gone`, "pkg/\xff"),
	"short digest":         replaced(hashing.Bytes([]byte("one")).String(), "00"),
	"commit is a name":     changed(func(p *Patch) { p.Commit = "HEAD" }),
	"absolute path":        firstEntry(func(e *PatchEntry) { e.Path = "/etc/passwd" }),
	"path that leads out":  firstEntry(func(e *PatchEntry) { e.Path = "a/../../b" }),
	"path of a dot":        firstEntry(func(e *PatchEntry) { e.Path = "./a" }),
	"empty path":           firstEntry(func(e *PatchEntry) { e.Path = "" }),
	"path in a .git":       firstEntry(func(e *PatchEntry) { e.Path = "a/.git/hooks/pre-commit" }),
	"path in a .Git":       firstEntry(func(e *PatchEntry) { e.Path = ".Git/config" }),
	"path with a NUL":      firstEntry(func(e *PatchEntry) { e.Path = "a%00b" }),
	"path that hides ..":   firstEntry(func(e *PatchEntry) { e.Path = "%2E%2E/b" }),
	"path out of order":    firstEntry(func(e *PatchEntry) { e.Path = "z" }),
	"path twice":           firstEntry(func(e *PatchEntry) { e.Path = "pkg/gone" }),
	"unknown kind":         firstEntry(func(e *PatchEntry) { e.Kind = "other" }),
	"unknown mode":         firstEntry(func(e *PatchEntry) { e.Mode = "100600" }),
	"a folder":             firstEntry(func(e *PatchEntry) { e.Mode = ModeFolder }),
	"file without digest":  firstEntry(func(e *PatchEntry) { e.Digest = nil }),
	"file with target":     firstEntry(func(e *PatchEntry) { e.Target = "x" }),
	"negative size":        firstEntry(func(e *PatchEntry) { e.Size = -1 }),
	"zero digest":          firstEntry(func(e *PatchEntry) { e.Digest = &hashing.FileDigest{} }),
	"bad staged":           firstEntry(func(e *PatchEntry) { e.Staged.Mode = "x" }),
	"nothing with digest":  firstEntry(func(e *PatchEntry) { e.Mode = ModeNone }),
	"link without target":  changed(func(p *Patch) { p.Entries[2].Target = "" }),
	"link with bad target": changed(func(p *Patch) { p.Entries[2].Target = "%zz" }),
	"unknown form":         changed(func(p *Patch) { p.Forms[0].Form = FormOther }),
	"form and entry":       changed(func(p *Patch) { p.Forms[0].Path = "pkg/gone" }),
	"bad path narrowing":   changed(func(p *Patch) { p.Paths[0] = ".." }),
	"bad submodule path":   changed(func(p *Patch) { p.Submodules[0].Path = "../x" }),
	"bad inner patch":      changed(func(p *Patch) { p.Submodules[1].Patch.Commit = "x" }),
	"bad submodule URL":    changed(func(p *Patch) { p.Submodules[1].URL = "%" }),
	"too deep":             tooDeep,
}

func replaced(old, with string) func() string {
	return func() string { return strings.Replace(goodPatch, old, with, 1) }
}

func changed(change func(p *Patch)) func() string {
	return func() string { p := samplePatch(); change(&p); return string(p.Bytes()) }
}

func firstEntry(change func(e *PatchEntry)) func() string {
	return changed(func(p *Patch) { change(&p.Entries[0]) })
}

func tooDeep() string {
	p := NewPatch(id40, hashing.TreeDigest{})
	for range maxNested + 2 {
		outer, inner := NewPatch(id40, hashing.TreeDigest{}), p
		outer.Submodules = []PatchSubmodule{{Path: "s", Patch: &inner}}
		p = outer
	}
	return string(p.Bytes())
}

func TestParsePatchRefuses(t *testing.T) {
	for name, bad := range badPatches {
		if bad() == goodPatch {
			t.Errorf("%s: it is the sample", name)
		}
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
