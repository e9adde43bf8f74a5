package python

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sort"

	sha256 "github.com/minio/sha256-simd"

	"github.com/lineage-audit/lineage/hashing"
)

// facts are what an interpreter's program tells of itself.
type facts struct {
	digest  hashing.FileDigest
	version string
}

// fingerprint reads the program once, for its digest and for the version that is
// compiled into it. Where the program is only a stub, the version is looked for in the
// shared library beside it, then in the header patchlevel.h, then in conda's metadata.
func fingerprint(ctx context.Context, program string, base installation) (facts, error) {
	var p facts
	var err error
	if p.digest, p.version, err = readProgram(ctx, program, base.version()); err != nil {
		return facts{}, err
	}
	for _, pattern := range []string{"lib/lib" + base.lib + "*.so*", "lib64/lib" + base.lib + "*.so*", "lib/lib" + base.lib + "*.dylib", "Python", "bin/lib*.so", "python3[0-9]*.dll"} {
		if p.version != "" || base.prefix == "" {
			break
		}
		libraries, _ := filepath.Glob(filepath.Join(globEscape(base.prefix), pattern))
		sort.Sort(sort.Reverse(sort.StringSlice(libraries)))
		for _, l := range libraries {
			if _, v, err := readProgram(ctx, l, base.version()); err == nil && v != "" {
				p.version = v
				break
			}
		}
	}
	if p.version == "" {
		p.version = headerVersion(base)
	}
	if p.version == "" {
		p.version = condaVersion(base.prefix)
	}
	return p, ctx.Err()
}

// overlap is more than the longest version string has.
const overlap = 64

// readProgram digests a file and finds the string that is PY_VERSION: the only
// one in it that is nothing but a full version of this minor.
func readProgram(ctx context.Context, path, minor string) (digest hashing.FileDigest, version string, err error) {
	f, _, err := openFile(path)
	if err != nil {
		return digest, "", err
	}
	defer f.Close()
	h := sha256.New()
	buf := make([]byte, overlap+1<<20)
	for kept := 0; ; {
		if err := ctx.Err(); err != nil {
			return digest, "", err
		}
		n, err := f.Read(buf[kept:])
		h.Write(buf[kept : kept+n])
		if version == "" && minor != "" {
			version = findVersion(buf[:kept+n], minor)
		}
		if err == io.EOF {
			return hashing.FileDigest(h.Sum(nil)), version, nil
		}
		if err != nil {
			return digest, "", err
		}
		end := kept + n
		kept = min(overlap, end)
		copy(buf, buf[end-kept:end])
	}
}

var versionText = regexp.MustCompile(`^\d+(?:(?:a|b|rc)\d+)?\+?$`)

// findVersion looks for a C string that starts with "3.11." and is a version.
func findVersion(b []byte, minor string) string {
	want := []byte("\x00" + minor + ".")
	for {
		i := bytes.Index(b, want)
		if i < 0 {
			return ""
		}
		b = b[i+1:]
		end := bytes.IndexByte(b, 0)
		if end > 0 && end < overlap && versionText.Match(b[len(want)-1:end]) {
			return string(bytes.TrimSuffix(b[:end], []byte("+")))
		}
	}
}

var headerLine = regexp.MustCompile(`(?m)^#\s*define\s+PY_VERSION\s+"([0-9][0-9a-z.]*)\+?"`)

func headerVersion(base installation) string {
	headers, _ := filepath.Glob(filepath.Join(globEscape(base.prefix), "include", base.lib+"*", "patchlevel.h"))
	for _, h := range headers {
		text, err := readFile(h)
		if m := headerLine.FindSubmatch(text); err == nil && m != nil {
			return string(m[1])
		}
	}
	return ""
}

var condaPython = regexp.MustCompile(`^python-(\d+\.\d+\.\d+[a-z0-9]*)-[^-]+\.json$`)

// condaVersion reads the version from the name of conda's own file about Python.
func condaVersion(prefix string) string {
	entries, err := os.ReadDir(filepath.Join(prefix, "conda-meta"))
	if err != nil {
		return ""
	}
	for _, e := range entries {
		if m := condaPython.FindStringSubmatch(e.Name()); m != nil {
			return m[1]
		}
	}
	return ""
}
