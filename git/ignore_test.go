package git

import (
	"math/rand/v2"
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// ignoredBy asks git itself, which of the paths it ignores by the .gitignore
// files that stand in the fixture.
func (f *fixture) ignoredBy(paths []string) map[string]bool {
	f.t.Helper()
	out := f.git("-c", "core.excludesFile=/dev/null", "ls-files", "-z", "-o", "--exclude-standard")
	ignored := map[string]bool{}
	for _, p := range paths {
		ignored[p] = true
	}
	for p := range strings.SplitSeq(out, "\x00") {
		ignored[p] = false
	}
	return ignored
}

// ignoredHere walks down to the path, as a walk does.
func ignoredHere(files map[string]string, file string) bool {
	var r *rules
	if text, ok := files[""]; ok {
		r = r.add("", []byte(text))
	}
	for i := range len(file) {
		if file[i] != '/' {
			continue
		}
		if r.ignored(file[:i], true) {
			return true
		}
		if text, ok := files[file[:i]]; ok {
			r = r.add(file[:i], []byte(text))
		}
	}
	return r.ignored(file, false)
}

// TestIgnoreAsGit compares with git itself: written cases, and many drawn ones.
func TestIgnoreAsGit(t *testing.T) {
	paths := []string{
		"a", "b.o", "a.py", "d/a", "d/b.o", "d/e/a", "d/e/f/a.py", "build/x", "d/build/x", "x y", "trail ", "#c", "!n",
		"[a]", "a[b", "*", "d/*", "é", "d/\xff", "back\\slash", "d/.hidden", "abc", "a-b", "d/foo/bar/x", "foo/x/bar", "d/]", "d/e/^", "tab\t",
	}
	cases := []map[string]string{
		{"": "*.o\n!b.o\n"}, {"": "/a\n"}, {"": "a\n", "d": "!a\n"}, {"": "d/\n", "d": "!a\n"}, {"": "build/\n!build/x\n"},
		{"": "d/*\n!d/e\n"}, {"": "d/**\n!d/e/\n"}, {"": "**/a\n"}, {"": "d/**/a\n"}, {"": "**/foo/**\n"}, {"": "a/**/b\nfoo/**/bar\n"},
		{"": "x\\ y\ntrail\\ \n"}, {"": "trail  \nx y  \n"}, {"": "\\#c\n#a\n\\!n\n"}, {"": "[a-c]*\n"}, {"": "[!a]*\n"}, {"": "[^a]\n"},
		{"": "\\[a\\]\n"}, {"": "[[]a]\na[[]b\n"}, {"": "[a\n"}, {"": "a\\\n"}, {"": "[]]\n"}, {"": "[!]]\n"}, {"": "[[:alpha:]]\n"}, {"": "[[:nope:]]\n"},
		{"": "[[:punct:]]*\n"}, {"": "[a-]*\n"}, {"": "[--0]\n"}, {"": "???\n"}, {"": "d/?\n"}, {"": "*\n!*/\n!*.py\n"}, {"": "/*\n!/d\n"}, {"": "é\n"}, {"": "\ufeffa\n"},
		{"": "a\r\nb.o\r\n"}, {"": "d/e/\n"}, {"": "/d/e\n"}, {"": "e/f\n"}, {"d": "/e/f\n"}, {"": "\n\n \n!\n/\n//\n"}, {"": "a/\n"}, {"": "d/foo**\n"}, {"": "d/***/x\n"},
		{"": "back\\\\slash\n"}, {"": "\\a\n"}, {"": "d/[e/]\n"}, {"": "**\n!a\n"}, {"": "tab\t\n"}, {"": "[\\]]\n[\\^]\n"}, {"": "d**/\n"}, {"": "b**/***\n"}, {"": "**/**/a\n"}, {"": "/**/e/\n"},
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		cases = append(cases, map[string]string{"": drawIgnore(random), "d": drawIgnore(random)})
	}
	f := bareFixture(t)
	for _, p := range paths {
		f.write(p, "")
	}
	for _, files := range cases {
		for _, dir := range []string{"", "d"} {
			f.remove(path.Join(dir, ".gitignore"))
			if text, ok := files[dir]; ok {
				f.write(path.Join(dir, ".gitignore"), text)
			}
		}
		want := f.ignoredBy(paths)
		for _, p := range paths {
			if got := ignoredHere(files, p); got != want[p] {
				t.Errorf("with %q: %q is ignored: %v, git says %v", files, p, got, want[p])
			}
		}
	}
}

// drawIgnore makes up a .gitignore out of what matters in one.
func drawIgnore(random *rand.Rand) string {
	parts := []string{"a", "b", "d", "e", "foo", "bar", "x", ".o", ".py", "/", "/", "*", "*", "**", "**/", "/**", "?", "[a-f]", "[!b]", "!", "\\", " ", "\\*", "[[:alpha:]]", "[]x]", "^", "]", "[", "-"}
	var b strings.Builder
	for range 1 + random.IntN(4) {
		if random.IntN(3) == 0 {
			b.WriteString("!")
		}
		for range 1 + random.IntN(5) {
			b.WriteString(parts[random.IntN(len(parts))])
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestGlobAgainstReference compares the one-pass matcher with a recursive one.
func TestGlobAgainstReference(t *testing.T) {
	part := rapid.SampledFrom([]string{"a", "b", "/", "*", "**/", "/**", "?", "[ab]", "[!a]"})
	letter := rapid.SampledFrom([]string{"a", "b", "c", "/"})
	rapid.Check(t, func(t *rapid.T) {
		glob := strings.Join(rapid.SliceOfN(part, 1, 7).Draw(t, "glob"), "")
		text := strings.Join(rapid.SliceOfN(letter, 0, 8).Draw(t, "text"), "")
		p, ok := compile(glob)
		if !ok {
			t.Fatalf("%q does not compile", glob)
		}
		if got, want := p.match(text), reference(p, text); got != want {
			t.Fatalf("%q matches %q: %v, want %v", glob, text, got, want)
		}
	})
}

// reference is the matcher of a textbook: it tries every way.
func reference(p pattern, text string) bool {
	if len(p) == 0 {
		return text == ""
	}
	t, rest := p[0], p[1:]
	switch t.kind {
	case literal:
		return text != "" && text[0] == t.lit && reference(rest, text[1:])
	case oneOf:
		return text != "" && t.set[text[0]] && reference(rest, text[1:])
	}
	for i := 0; i <= len(text); i++ {
		eaten := text[:i]
		fits := t.kind == anything || t.kind == star && !strings.Contains(eaten, "/") ||
			t.kind == folders && (eaten == "" || strings.HasSuffix(eaten, "/"))
		if fits && reference(rest, text[i:]) {
			return true
		}
	}
	return false
}

// TestHostileGlobIsFast: a matcher that tries every way would never end.
func TestHostileGlobIsFast(t *testing.T) {
	p, ok := compile(strings.Repeat("*a**/", 200) + "b")
	if !ok || p.match(strings.Repeat("a", 20000)) {
		t.Error("it should compile, and not match")
	}
}

func FuzzIgnore(f *testing.F) {
	f.Add("*.py\n!a.py\n/d/\n", "d/a.py")
	f.Fuzz(func(t *testing.T, file, name string) {
		for _, r := range parseIgnore([]byte(file)) {
			r.matches(name, false)
		}
	})
}

func TestIsSource(t *testing.T) {
	for _, name := range []string{"a.py", "x/A.PY", "n.ipynb", "k.cu", "s.sql", "t.R"} {
		if !IsSource(name) || !IsCode(name) {
			t.Errorf("%q is no source", name)
		}
	}
	for _, name := range []string{"a", "py", "a.csv", "model.pkl", ".env", "data.json", "a.py.bak", "x.lock", "README.md"} {
		if IsSource(name) {
			t.Errorf("%q is source", name)
		}
	}
	for _, name := range []string{"conf.yaml", "requirements-dev.txt", "Makefile", "d/Dockerfile", "uv.lock", "pyproject.toml"} {
		if !IsCode(name) {
			t.Errorf("%q is no code", name)
		}
	}
	for _, name := range []string{"data.csv", "model.pkl", "notes.txt", ".env", "x.parquet"} {
		if IsCode(name) {
			t.Errorf("%q is code", name)
		}
	}
}
