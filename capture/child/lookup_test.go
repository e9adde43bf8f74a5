//go:build unix

package child_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/capture/child"
)

// awkward are commands to look up, in a folder that has them, p1 and p2 in PATH.
var awkward = map[string]string{
	"a file that is not there":      "./missing",
	"a folder":                      "./dir",
	"a folder with a slash":         "./dir/",
	"a folder in PATH":              "dir",
	"the root":                      "/",
	"the parent folder":             "..",
	"a name that is not there":      "missing",
	"an empty name":                 "",
	"not executable":                "./plain",
	"not executable in PATH":        "plain",
	"not executable, shadowed":      "shadowed",
	"a folder, shadowed":            "shadowdir",
	"no interpreter":                "./nointerp",
	"no interpreter in PATH":        "nointerp",
	"no interpreter, shadowed":      "broken",
	"a relative interpreter":        "./relative",
	"the interpreter is a folder":   "./dirinterp",
	"the interpreter is no program": "./textinterp",
	"no interpreter named":          "./bang",
	"a blank interpreter":           "./blank",
	"Windows line ends":             "./crlf",
	"text without #!":               "./text",
	"text without #! in PATH":       "text",
	"an empty file":                 "./empty",
	"binary":                        "./binary",
	"binary in the second line":     "./binary2",
	"a broken ELF":                  "./elf",
	"a foreign ELF":                 "./foreign",
	"a dangling link":               "./dangling",
	"a loop of links":               "./loop",
	"below a file":                  "./plain/x",
	"a long name":                   "./" + strings.Repeat("a", 300),
	"a long name in PATH":           strings.Repeat("a", 300),
	"a program in PATH":             "true",
	"a program":                     "/bin/true",
	"a name with blanks":            "two words",
	"a name that looks like a flag": "-x",
}

func awkwardFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	executable := map[string]string{
		"nointerp": "#!/no/such\n", "relative": "#!no/such\n", "dirinterp": "#!/tmp\n",
		"textinterp": "#!/etc/passwd\n", "bang": "#!", "blank": "#! \n", "crlf": "#!/bin/sh\r\nexit 3\n",
		"text": "exit 4\n", "empty": "", "binary": "a\x00b\n", "binary2": "exit 5\na\x00b\n",
		"elf": "\x7fELFjunk", "foreign": "\x7fELF\x02\x02\x01" + strings.Repeat("\x00", 57),
		"p1/nointerp": "#!/no/such\n", "p1/broken": "#!/no/such\n", "p1/text": "exit 6\n",
		"p2/broken": "#!/bin/sh\nexit 7\n", "p2/shadowed": "#!/bin/sh\nexit 8\n",
		"p2/shadowdir": "#!/bin/sh\nexit 9\n", "p2/two words": "#!/bin/sh\nexit 10\n", "p2/-x": "#!/bin/sh\nexit 11\n",
	}
	for _, name := range []string{"dir", "p1/dir", "p1/shadowdir", "p2"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range executable {
		write(t, filepath.Join(dir, name), content, 0o755)
	}
	for _, name := range []string{"plain", "p1/plain", "p1/shadowed"} {
		write(t, filepath.Join(dir, name), "exit 1\n", 0o644)
	}
	for link, target := range map[string]string{"dangling": "nowhere", "loop": "loop"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

// Every command gets the status that bash gives it.
func TestLookupAsBash(t *testing.T) {
	dir := awkwardFolder(t)
	paths := map[string]string{
		"absolute": "PATH=" + dir + "/p1:" + dir + "/p2:/usr/bin:/bin",
		"relative": "PATH=p1:./p2::/usr/bin:/bin",
	}
	for kind, path := range paths {
		for name, command := range awkward {
			t.Run(kind+"/"+name, func(t *testing.T) {
				bash := exec.Command("bash", "-c", quoted(command)+`; exit $?`)
				bash.Dir, bash.Env = dir, []string{path}
				_, want := output(t, bash)
				out, err := child.Run(t.Context(), child.Command{
					Argv: []string{command}, Dir: dir, Env: []string{path, "PATH=/ignored"}, Now: time.Now,
				})
				if out.ShellStatus() != want {
					t.Errorf("got %d and %v, bash has %d", out.ShellStatus(), err, want)
				}
			})
		}
	}
}

// A program keeps its name as typed; a script gets its own path, as from execvp.
func TestArguments(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "script"), `printf '%s|' "$0" "$@"`, 0o755)
	write(t, filepath.Join(dir, "hashbang"), "#!/bin/sh\n"+`printf '%s|' "$0" "$@"`, 0o755)
	tests := map[string]struct {
		argv []string
		want string
	}{
		"program":  {[]string{"sh", "-c", `printf '%s|' "$0" "$@"`, "zero", "", "a b", "*"}, "zero||a b|*|"},
		"hashbang": {[]string{"hashbang", "", "a b"}, dir + "/hashbang||a b|"},
		"script":   {[]string{"script", "", "a b"}, dir + "/script||a b|"},
		"by path":  {[]string{"./script", "x"}, "./script|x|"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file, err := os.Create(filepath.Join(t.TempDir(), "out"))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			_, err = child.Run(t.Context(), child.Command{
				Argv: test.argv, Dir: dir, Env: []string{"PATH=" + dir + ":/bin:/usr/bin"}, Stdout: file, Now: time.Now,
			})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(file.Name()); err != nil || string(got) != test.want {
				t.Errorf("got %q, %v; want %q", got, err, test.want)
			}
		})
	}
}

// Without PATH, and with an empty one, the search is that of execvp.
func TestNoPath(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "here"), "#!/bin/sh\nexit 4\n", 0o755)
	for name, test := range map[string]struct {
		env     []string
		command string
		want    int
	}{
		"none":        {[]string{}, "true", 0},
		"none, here":  {[]string{}, "here", 127},
		"empty":       {[]string{"PATH="}, "true", 127},
		"empty, here": {[]string{"PATH="}, "here", 4},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := child.Run(t.Context(), child.Command{
				Argv: []string{test.command}, Dir: dir, Env: test.env, Now: time.Now,
			})
			if out.ShellStatus() != test.want {
				t.Errorf("got %d and %v, want %d", out.ShellStatus(), err, test.want)
			}
		})
	}
}
