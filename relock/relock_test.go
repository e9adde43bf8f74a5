package relock

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/capture/python"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

const (
	a64 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	b64 = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	c64 = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
	c40 = "cccccccccccccccccccccccccccccccccccccccc"
)

func installed(name, version string, change ...func(*record.PackageFacts)) recordtest.Option {
	f := &record.PackageFacts{Name: name, Version: version}
	for _, c := range change {
		c(f)
	}
	uri := "pkg:pypi/" + name + "@" + version
	if f.Conda != nil {
		uri = "pkg:conda/" + name + "@" + version
	}
	return recordtest.Dependency(record.Resource{Name: name, URI: uri, Annotations: record.Annotations{Role: record.RolePackage, Package: f}})
}

func origin(o record.DirectURL) func(*record.PackageFacts) {
	return func(f *record.PackageFacts) { f.Origin = &o }
}

// training is a record with one package of each kind.
func training(t *testing.T) *record.Record {
	t.Helper()
	return recordtest.Record(t, recordtest.Without(record.RolePackage),
		installed("numpy", "2.3.0"), installed("pip", "24.0"), installed("pandas", "2.2.0"),
		installed("mine", "0", origin(record.DirectURL{URL: "repo:.", Editable: true})),
		installed("archived", "1", origin(record.DirectURL{URL: "https://example.org/archived-1.tar.gz", Archive: "sha256:" + c64})),
		installed("unhashed", "1", origin(record.DirectURL{URL: "https://example.org/unhashed-1.tar.gz"})),
		installed("weak", "1", origin(record.DirectURL{URL: "https://example.org/weak-1.tar.gz", Archive: "md5:0cc175b9c0f1b6a831c399e269772661"})),
		installed("forked", "1", origin(record.DirectURL{URL: "https://example.org/forked.git", VCS: "git", GitCommit: c40})),
		installed("mkl", "2024", func(f *record.PackageFacts) {
			f.Conda = &record.Conda{URL: "https://conda.example.org/linux-64/mkl-2024-0.conda", SHA256: b64}
		}))
}

func lock(t *testing.T, at, content string) Lock {
	t.Helper()
	l, err := ParseLock(recordtest.Location(at), []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func locks(t *testing.T) []Lock {
	return []Lock{
		lock(t, "repo:requirements.txt", "NumPy==2.3.0 --hash=sha256:"+a64+" --hash=md5:0cc175b9c0f1b6a831c399e269772661\npandas==2.1.0 --hash=sha256:"+a64+"\n"),
		lock(t, "repo:uv.lock", `version = 1
[[package]]
name = "numpy"
version = "2.3.0"
sdist = { url = "https://example.org/numpy-2.3.0.tar.gz", hash = "sha256:`+b64+`", size = 5 }
wheels = [
  { url = "https://example.org/numpy-2.3.0-cp311-cp311-linux_x86_64.whl", hash = "sha256:`+a64+`", size = 7 },
]
`),
	}
}

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestWrite(t *testing.T) {
	r := training(t)
	e := Of(r, locks(t))
	for file, o := range map[string]Options{
		"requirements.txt":          {Format: Requirements, Version: "1.0"},
		"requirements-unhashed.txt": {Format: Requirements, Version: "1.0", Unhashed: true},
		"pylock.toml":               {Format: Pylock, Version: "1.0"},
	} {
		w, err := Write(r, e, o)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, file, w.Content)
		if len(w.In)+len(w.Left) != 9 {
			t.Errorf("%s: %d and %d packages", file, len(w.In), len(w.Left))
		}
		again, err := ParseLock(recordtest.Location("repo:"+strings.Replace(file, "-unhashed", "", 1)), w.Content)
		if err != nil || len(again.Problems) > 0 {
			t.Errorf("%s cannot be read again: %v, %v", file, err, again.Problems)
		}
		hashed := 0
		for _, p := range again.Packages {
			if len(p.Hashes) > 0 || p.Commit != "" && o.Format == Pylock {
				hashed++
			}
		}
		if hashed != len(w.In) {
			t.Errorf("%s: %d of %d come back with a hash", file, hashed, len(w.In))
		}
	}
}

func TestNothing(t *testing.T) {
	r := recordtest.Record(t, recordtest.Without(record.RolePackage), installed("numpy", "2.3.0"))
	w, err := Write(r, Of(r, nil), Options{Format: Requirements})
	if !errors.Is(err, ErrNothing) || w.Content != nil || len(w.Left) != 1 {
		t.Errorf("%+v, %v", w, err)
	}
	if w, err = Write(r, Of(r, nil), Options{Format: Requirements, Unhashed: true}); err != nil || !strings.Contains(string(w.Content), "\nnumpy==2.3.0  #") {
		t.Errorf("%s, %v", w.Content, err)
	}
	none := recordtest.Record(t, recordtest.Without(record.RolePackage))
	if _, err := Write(none, Of(none, nil), Options{Format: Requirements, Unhashed: true}); !errors.Is(err, ErrNothing) {
		t.Errorf("no packages: %v", err)
	}
}

// What a record says cannot become a line of its own, an option or a key.
func TestHostile(t *testing.T) {
	r := recordtest.Record(t, recordtest.Without(record.RolePackage), installed("numpy", "2.3.0"),
		installed("--index-url=http", "1"), installed("a --hash=sha256:00", "1"), installed("b", "1 --index-url https://evil.example"),
		installed("c\u2028--index-url https://evil.example", "1"), installed("d\"]\u2029x = [\"", "1"), installed("-r", "1"),
		installed("e", "1", origin(record.DirectURL{URL: "https://evil.example/e.whl --index-url https://evil.example", Archive: "sha256:" + a64})),
		installed("f", "1", origin(record.DirectURL{URL: "https://evil.example/${HOME}", Archive: "sha256:" + a64 + " --pre"})),
		installed("g", "1", origin(record.DirectURL{URL: "https://evil.example/g.git --pre", VCS: "git", GitCommit: c40})),
		installed("h", "1", origin(record.DirectURL{URL: "file:///etc\u2028-r /etc/passwd"})))
	for _, o := range []Options{{Format: Requirements, Unhashed: true}, {Format: Pylock}} {
		w, err := Write(r, Of(r, locks(t)), o)
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range w.Content {
			if b != '\n' && (b < ' ' || b > '~') {
				t.Errorf("byte %d is %q", i, b)
			}
		}
		for line := range strings.Lines(string(w.Content)) {
			if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "why") && !strings.HasPrefix(line, "name") && !strings.HasPrefix(line, "version") && strings.Contains(line, "evil") {
				t.Errorf("%s has the line %q", o.Format, line)
			}
			if strings.HasPrefix(line, "-") {
				t.Errorf("%s has the option %q", o.Format, line)
			}
		}
		var any map[string]any
		if _, err := toml.Decode(string(w.Content), &any); o.Format == Pylock && err != nil {
			t.Error(err)
		}
	}
}

// Of several interpreters, the one that ran counts.
func TestSeveralInterpreters(t *testing.T) {
	interpreter := func(path, seen string) recordtest.Option {
		at := recordtest.Location(path)
		return recordtest.Dependency(record.Resource{Name: at.String(), URI: "pkg:generic/cpython@3.11.7", Digest: recordtest.SHA256(path), Annotations: record.Annotations{
			Role: record.RoleInterpreter, Interpreter: &record.InterpreterFacts{Location: at, Resolved: at, Implementation: "cpython", Version: "3.11.7", Environment: "venv", Seen: seen},
		}})
	}
	r := recordtest.Record(t, recordtest.Without(record.RolePackage), recordtest.Without(record.RoleInterpreter),
		interpreter("venv:bin/a", "resolved"), installed("one", "1"), interpreter("venv:bin/b", "running"), installed("two", "2"))
	e := Of(r, nil)
	if e.Others != 1 || e.Interpreter.Location.Path != "bin/b" || len(e.Packages) != 1 || e.Packages[0].Name != "two" {
		t.Errorf("%+v", e)
	}
}

func FuzzParseLock(f *testing.F) {
	f.Add("[[package]]\nname = \"a\"\nversion = \"1\"\nfiles = [{file = \"a-1.whl\", hash = \"sha256:" + a64 + "\"}]\n")
	f.Add("lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1\"\nsdist = {url = \"https://example.org/a\\u2028-1.zip\", hashes = {sha256 = \"" + a64 + "\"}}\n")
	r := recordtest.Record(f, recordtest.Without(record.RolePackage), installed("a", "1"))
	f.Fuzz(func(t *testing.T, content string) {
		for _, name := range []string{"repo:uv.lock", "repo:poetry.lock", "repo:pylock.toml", "repo:requirements.txt"} {
			l, err := ParseLock(recordtest.Location(name), []byte(content))
			if err != nil {
				continue
			}
			for _, format := range []Format{Requirements, Pylock} {
				w, err := Write(r, Of(r, []Lock{l}), Options{Format: format})
				if err != nil {
					continue
				}
				again, err := python.ParseLock(map[Format]string{Requirements: "requirements.txt", Pylock: "pylock.toml"}[format], w.Content)
				if err != nil || len(again.Problems) > 0 || len(again.Packages) != 1 {
					t.Errorf("%q cannot be read again: %v, %v", w.Content, err, again.Problems)
				}
			}
		}
	})
}
