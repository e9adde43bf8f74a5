//go:build unix

package python

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lineage-audit/lineage/hashing"
)

// line is one of RECORD's for a file with this content.
func line(path, algorithm, content string) string {
	var sum []byte
	switch algorithm {
	case "sha256":
		d := hashing.Bytes([]byte(content))
		sum = d[:]
	case "sha512":
		d := sha512.Sum512([]byte(content))
		sum = d[:]
	case "md5":
		d := md5.Sum([]byte(content))
		sum = d[:]
	case "sha1":
		d := sha1.Sum([]byte(content))
		sum = d[:]
	default:
		sum = []byte("x")
	}
	return fmt.Sprintf("%q,%s=%s,%d\n", path, algorithm, base64.RawURLEncoding.EncodeToString(sum), len(content))
}

func TestCheck(t *testing.T) {
	root := tempDir(t)
	usr := install(t, root+"/usr", "3.11.2")
	site := usr + "/lib/python3.11/site-packages"
	large := strings.Repeat("x", 600<<10)
	record := line("a/__init__.py", "sha256", "") + line("a/large.bin", "sha256", large) + line("a/with, comma.txt", "sha512", "text") +
		line("a/changed.py", "sha256", "before") + line("a/gone.py", "sha256", "x") + line("../../../bin/tool", "sha256", "#!tool") +
		line("a/old.so", "md5", "old") + line("a/odd.txt", "crc9", "?") + line("a/pipe", "sha256", "") + line("a/folder", "sha256", "") +
		line("a/link.py", "sha256", "linked") + "a/plain.txt,,\na/__pycache__/__init__.cpython-311.pyc,,\na-1.dist-info/RECORD,,\na-1.dist-info/METADATA,,\n" +
		line("b/part.py", "sha256", "")
	write(t, site, merge(distInfo("a", "1", map[string]string{"RECORD": record}), distInfo("b", "1", map[string]string{"RECORD": line("b/__init__.py", "sha256", "")}),
		distInfo("none", "1", nil), map[string]string{
			"a/__init__.py": "", "a/large.bin": large, "a/with, comma.txt": "text", "a/changed.py": "after!", "../../../bin/tool": "#!tool", "a/old.so": "old", "a/odd.txt": "?", "a/folder/": "",
			"a/link.py": "-> ../elsewhere.py", "elsewhere.py": "linked", "a/plain.txt": "", "a/__pycache__/__init__.cpython-311.pyc": "", "a/__pycache__/large.cpython-311.pyc": "",
			"a/__pycache__/changed.cpython-311.opt-2.pyc": "", "a/extra.py": "", "a/sub/extra.so": "", "b/__init__.py": "", "b/part.py": "", "b/injected.pyc": "",
		}))
	check(t, syscall.Mkfifo(site+"/a/pipe", 0o644))
	inv := scan(t, root, "usr/bin/python3", ScanOptions{})
	var files, bytes atomic.Int64
	done := make(chan []FileCheck, 1)
	go func() {
		checks, err := Check(context.Background(), &inv, CheckOptions{Progress: func(f int, b int64) { files.Add(int64(f)); bytes.Add(b) }})
		if err != nil {
			t.Error(err)
		}
		done <- checks
	}()
	var checks []FileCheck
	select {
	case checks = <-done:
	case <-time.After(time.Minute):
		t.Fatal("a named pipe blocks")
	}
	want := []FileCheck{
		{Distribution: site + "/a-1.dist-info", Against: "RECORD", Weak: true, Listed: 16, Matching: 7,
			Changed: []string{site + "/a/changed.py"}, Missing: []string{site + "/a/gone.py"}, Unhashed: []string{site + "/a/plain.txt", site + "/a-1.dist-info/METADATA"}, Bytecode: 1,
			Extra:     []string{site + "/a/__pycache__/large.cpython-311.pyc", site + "/a/extra.py", site + "/a/sub/extra.so", site + "/b/injected.pyc"},
			Unchecked: []Problem{{site + "/a/folder", ""}, {site + "/a/odd.txt", ""}, {site + "/a/pipe", ""}}},
		{Distribution: site + "/b-1.dist-info", Against: "RECORD", Listed: 1, Matching: 1},
		{Distribution: site + "/none-1.dist-info"},
	}
	if diff := cmp.Diff(want, checks, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Problem{}, "What")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for i, intact := range []bool{false, true, false} {
		if checks[i].Intact() != intact {
			t.Errorf("%s: intact is %v", checks[i].Distribution, !intact)
		}
	}
	if files.Load() != 13 || bytes.Load() < 600<<10 {
		t.Errorf("progress told of %d files and %d bytes", files.Load(), bytes.Load())
	}
}

// A file that cannot be read is not one that matches. Root reads everything, so
// the fault is a link to itself.
func TestCheckUnreadable(t *testing.T) {
	root := tempDir(t)
	usr := install(t, root+"/usr", "3.11.2")
	site := usr + "/lib/python3.11/site-packages"
	write(t, site, merge(distInfo("a", "1", map[string]string{"RECORD": line("a.py", "sha256", "") + line("b.py", "sha256", "")}), map[string]string{"a.py": "-> a.py", "b.py": ""}))
	inv := scan(t, root, "usr/bin/python3", ScanOptions{})
	checks, err := Check(context.Background(), &inv, CheckOptions{Workers: 1})
	check(t, err)
	if c := checks[0]; c.Intact() || len(c.Unchecked) != 1 || c.Matching != 1 {
		t.Errorf("got %+v", c)
	}
}

// The time that it takes grows with the number of files, not worse.
func TestManyFiles(t *testing.T) {
	root := tempDir(t)
	usr := install(t, root+"/usr", "3.11.2")
	site := usr + "/lib/python3.11/site-packages"
	const projects, each = 30, 1000
	for p := range projects {
		var record strings.Builder
		for f := range each {
			fmt.Fprintf(&record, "p%d/d%d/m%d.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n", p, f%20, f)
		}
		write(t, site, distInfo(fmt.Sprintf("p%d", p), "1", map[string]string{"RECORD": record.String()}))
	}
	start := time.Now()
	inv := scan(t, root, "usr/bin/python3", ScanOptions{})
	took := time.Since(start)
	owners := NewOwners(&inv)
	if i, ok := owners.Find(site + "/p7/d3/m3.py"); !ok || inv.Distributions[i].Name != "p7" {
		t.Errorf("got %d, %v", i, ok)
	}
	checks, err := Check(context.Background(), &inv, CheckOptions{})
	check(t, err)
	if len(inv.Distributions) != projects || len(checks[0].Missing) != each {
		t.Errorf("%d distributions, %d missing", len(inv.Distributions), len(checks[0].Missing))
	}
	if took > 5*time.Second { // 0.05 s on a quiet machine
		t.Errorf("scanning took %v", took)
	}
}

// What is replaced between scan and check is seen.
func TestCheckAfterChange(t *testing.T) {
	root := tempDir(t)
	usr := install(t, root+"/usr", "3.11.2")
	site := usr + "/lib/python3.11/site-packages"
	write(t, site, merge(distInfo("a", "1", map[string]string{"RECORD": line("a.py", "sha256", "one")}), map[string]string{"a.py": "one"}))
	inv := scan(t, root, "usr/bin/python3", ScanOptions{})
	check(t, os.WriteFile(site+"/a.py", []byte("two"), 0o644))
	checks, err := Check(context.Background(), &inv, CheckOptions{})
	check(t, err)
	if len(checks[0].Changed) != 1 {
		t.Errorf("got %+v", checks[0])
	}
}
