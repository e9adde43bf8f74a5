package python

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write makes files below dir: a content that starts with "-> " is a link, one
// that starts with "#!" or with a NUL is executable, and a path that ends with "/" is a
// folder.
func write(t testing.TB, dir string, files map[string]string) string {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if strings.HasSuffix(name, "/") {
			check(t, os.MkdirAll(path, 0o755))
			continue
		}
		check(t, os.MkdirAll(filepath.Dir(path), 0o755))
		if target, link := strings.CutPrefix(content, "-> "); link {
			check(t, os.Symlink(target, path))
			continue
		}
		mode := os.FileMode(0o644)
		if strings.HasPrefix(content, "#!") || strings.HasPrefix(content, "\x00") {
			mode = 0o755
		}
		check(t, os.WriteFile(path, []byte(content), mode))
	}
	return dir
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tempDir is a new folder, its links followed as the system's own may have some.
func tempDir(t testing.TB) string {
	t.Helper()
	return followed(t.TempDir())
}

// install makes something that looks like a Python installation.
func install(t testing.TB, prefix, version string) string {
	t.Helper()
	minor := version[:strings.LastIndexByte(version, '.')]
	return write(t, prefix, map[string]string{
		"bin/python" + minor:                       "\x00\x00other 9.9.9\x00" + minor + ".x\x00" + version + "\x00",
		"bin/python3":                              "-> python" + minor,
		"bin/python":                               "-> python3",
		"lib/python" + minor + "/os.py":            "",
		"lib/python" + minor + "/site.py":          "",
		"lib/python" + minor + "/site-packages/":   "",
		"lib/python" + minor + "/lib-dynload/x.so": "",
	})
}

// virtual makes something that looks like a virtual environment.
func virtual(t testing.TB, dir, base, config string) string {
	t.Helper()
	return write(t, dir, map[string]string{
		"pyvenv.cfg":                    "home = " + base + "/bin\n" + config,
		"bin/python":                    "-> " + base + "/bin/python3",
		"bin/python3":                   "-> python",
		"lib/python3.11/site-packages/": "",
		"bin/activate":                  "",
	})
}

// distInfo is what the files of a .dist-info are, below its site.
func distInfo(name, version string, more map[string]string) map[string]string {
	dir := name + "-" + version + ".dist-info/"
	files := map[string]string{dir + "METADATA": "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n\nName: not this\n"}
	for file, content := range more {
		files[dir+file] = content
	}
	return files
}

// zipped is an archive with one file.
func zipped(t testing.TB, name, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	check(t, err)
	_, err = f.Write([]byte(content))
	check(t, err)
	check(t, w.Close())
	return b.String()
}
