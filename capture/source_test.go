//go:build unix

package capture_test

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

func TestParseSources(t *testing.T) {
	digest := hashing.Bytes([]byte("1"))
	got, err := capture.ParseConfig([]byte(`version: 1
sources:
  data/train.csv: https://data.example/train.csv
  /mnt/images: s3://bucket/a b/images/
  x.csv: {uri: "file:///srv/x.csv", sha256: ` + digest.String() + `}
  y.csv: {uri: gs://bucket/y.csv}
  z.csv: https://data.example/z.csv?v=2&ticket=same
  a?b.csv: s3://bucket/a?b.csv
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []capture.Source{
		{Path: "data/train.csv", URI: "https://data.example/train.csv"}, {Path: "/mnt/images", URI: "s3://bucket/a b/images/"},
		{Path: "x.csv", URI: "file:///srv/x.csv", SHA256: &digest}, {Path: "y.csv", URI: "gs://bucket/y.csv"},
		{Path: "z.csv", URI: "https://data.example/z.csv?v=2&ticket=%5Bredacted%5D"}, {Path: "a?b.csv", URI: "s3://bucket/a?b.csv"},
	}
	if diff := cmp.Diff(want, got.Sources); diff != "" {
		t.Error(diff)
	}
}

func TestParseSourcesRefuses(t *testing.T) {
	for raw, want := range map[string]string{
		"[a]": "want paths", "{}": "want paths", "": "want paths", "x": "want paths",
		"{a: b}": "want a URI with a scheme", "{a: 1}": "want a URI", "{a: }": "want a URI", "{a: ''}": "want a URI", "{a: [https://h/x]}": "want a URI",
		"{a: 'https:'}": "want a URI", "{a: \"https://h/\\x1b[2J\"}": "want a URI", "{a: \"https://h/\\n\"}": "want a URI",
		"{'': https://h/x}": "want a path", "{1: https://h/x}": "want a path", "{../a: https://h/x}": "leads out",
		"{a: https://h/x, a: https://h/y}": "stands twice", "{a: https://h/x, ./a: https://h/y}": "stands twice",
		"{a: {}}": `"uri" is missing`, "{a: {sha256: 00}}": "sha256sum prints", "{a: {uri: https://h/x, url: y}}": `got "url"`,
		"{a: {uri: https://h/x, uri: https://h/y}}": "each once", "{a: {uri: https://h/x, sha256: [1]}}": "sha256sum prints",
		"{a: {uri: {uri: https://h/x}}}":                                      "want a URI",
		"{a: {uri: https://h/x, sha256: " + strings.Repeat("0", 64) + "}}":    "sha256sum prints",
		"{a: https://ada:hunter22@h/x}":                                       "holds credentials",
		"{a: 'https://h/x?X-Amz-Signature=0123456789abcdef0123456789abcdef'}": "holds credentials",
	} {
		_, err := capture.ParseConfig([]byte("version: 1\nsources: " + raw + "\n"))
		if !errors.Is(err, capture.ErrConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", raw, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter22") {
			t.Errorf("a secret in %v", err)
		}
	}
}

// uris are those of inputs, and of the files in them that have their own.
func uris(r *record.Record) map[string]string {
	found := map[string]string{}
	for _, in := range r.Dependencies(record.RoleData) {
		if in.URI != "" {
			found[in.Name] = in.URI
		}
		if tree := in.Annotations.Tree; tree != nil {
			for _, s := range tree.Sources {
				found[in.Name+"/"+s.Path] = s.URI
			}
		}
	}
	return found
}

func TestDeclaredSources(t *testing.T) {
	t.Parallel()
	digest := hashing.Bytes([]byte("1\n"))
	for name, c := range map[string]struct {
		sources string
		inputs  []string
		want    map[string]string
	}{
		"a file":                {"data/a: https://h/a", []string{"data/a"}, map[string]string{"repo:data/a": "https://h/a"}},
		"a file, checked":       {"data/a: {uri: 'https://h/a', sha256: " + digest.String() + "}", []string{"data/a"}, map[string]string{"repo:data/a": "https://h/a"}},
		"a folder":              {"data: s3://b/p/", []string{"data"}, map[string]string{"repo:data": "s3://b/p/"}},
		"a file of a folder":    {"data: s3://b/p/", []string{"data/sub/c d"}, map[string]string{"repo:data/sub/c d": "s3://b/p/sub/c d"}},
		"escaped as http needs": {"data: https://h/p/", []string{"data/sub/c d"}, map[string]string{"repo:data/sub/c d": "https://h/p/sub/c%20d"}},
		"a folder of a folder":  {"data: s3://b/p/", []string{"data/sub"}, map[string]string{"repo:data/sub": "s3://b/p/sub/"}},
		"a file within":         {"data/a: https://h/a", []string{"data"}, map[string]string{"repo:data/a": "https://h/a"}},
		"both":                  {"{data: 's3://b/p/', data/a: https://h/a}", []string{"data"}, map[string]string{"repo:data": "s3://b/p/", "repo:data/a": "https://h/a"}},
		"a folder within":       {"data/sub: s3://b/p/", []string{"data"}, map[string]string{"repo:data/sub/c d": "s3://b/p/c d"}},
		"of another":            {"other: https://h/o", []string{"data/a"}, nil},
		"of a longer name":      {"data/a: https://h/o", []string{"data/ab"}, nil},
		"of any scheme":         {"data/a: hf://datasets/ada/x", []string{"data/a"}, map[string]string{"repo:data/a": "hf://datasets/ada/x"}},
		"in the home":           {"data/a: file://HOME/x%20y", []string{"data/a"}, map[string]string{"repo:data/a": "file:///~/x%20y"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, files{"data/a": "1\n", "data/ab": "2\n", "data/sub/c d": "3\n"})
			p.write(files{"lineage.yaml": "version: 1\nsources: " + strings.ReplaceAll(flow(c.sources), "HOME", strings.TrimPrefix(p.env[1], "HOME=")) + "\n"})
			r := p.trained("true", inputs(c.inputs...))
			if diff := cmp.Diff(c.want, uris(r), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := len(r.Parameters().Sources); (got > 0) != (c.want != nil) {
				t.Errorf("%d sources are declared", got)
			}
		})
	}
}

func flow(sources string) string {
	if strings.HasPrefix(sources, "{") {
		return sources
	}
	return "{" + sources + "}"
}

func TestDeclaredSourcesRefused(t *testing.T) {
	t.Parallel()
	for sources, want := range map[string]string{
		"data: s3://b/p":                                   "must end with a slash",
		"data/a: s3://b/p/":                                "URI of a folder",
		"data/sub: https://h/x":                            "must end with a slash",
		"data: {uri: 's3://b/p/', sha256: DIGEST}":         "said of files only",
		"data/a: {uri: 'https://h/a', sha256: DIGEST}":     "has sha256:",
		"data/sub/c: {uri: 'https://h/a', sha256: DIGEST}": "has sha256:",
	} {
		p := newRepo(t, files{"data/a": "1\n", "data/sub/c": "3\n"})
		p.write(files{"lineage.yaml": "version: 1\nsources: {" + strings.ReplaceAll(sources, "DIGEST", hashing.Bytes(nil).String()) + "}\n"})
		p.refused(inputs("data"), want)
	}
}

// What was fetched is known by its digest, wherever it stands now.
func TestFetchedSources(t *testing.T) {
	t.Parallel()
	p := newRepo(t, files{"data/a": "1\n", "data/sub/b": "2\n", "data/empty": "", "one": "3\n", "lineage.yaml": "version: 1\nsources: {one: https://said/one}\n"})
	s, err := store.Open(t.Context(), p.backend)
	if err != nil {
		t.Fatal(err)
	}
	put := func(content, uri string, hour int) {
		f := record.Fetched{Digest: hashing.Bytes([]byte(content)), Bytes: int64(len(content)), URI: uri, FetchedOn: record.At(time.Date(2026, 3, 14, hour, 0, 0, 0, time.UTC))}
		if err := s.PutSource(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	run := func() map[string]string {
		o := p.options(".", "true", inputs("data", "one"))
		o.Origins = s
		return uris(p.run(o).Record)
	}
	put("1\n", "s3://b/p/a", 1)
	want := map[string]string{"repo:one": "https://said/one", "repo:data/a": "s3://b/p/a"}
	if diff := cmp.Diff(want, run()); diff != "" {
		t.Errorf("one of two (-want +got):\n%s", diff)
	}
	put("2\n", "s3://b/p/sub/b", 1)
	put("3\n", "https://old/one", 1)
	put("3\n", "https://new/one", 2)
	want = map[string]string{"repo:one": "https://new/one", "repo:data": "s3://b/p/"}
	if diff := cmp.Diff(want, run()); diff != "" {
		t.Errorf("one prefix for all (-want +got):\n%s", diff)
	}
	put("2\n", "s3://b/p/sub/b?versionId=7", 3)
	want = map[string]string{"repo:one": "https://new/one", "repo:data/a": "s3://b/p/a", "repo:data/sub/b": "s3://b/p/sub/b?versionId=7"}
	if diff := cmp.Diff(want, run()); diff != "" {
		t.Errorf("one version (-want +got):\n%s", diff)
	}
	plant := "sources/" + hashing.Bytes([]byte("3\n")).String() + "/damaged"
	if err := p.backend.Put(t.Context(), plant, strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	o := p.options(".", "true", inputs("one"))
	o.Origins = s
	result, err := capture.Run(t.Context(), o)
	if err != nil || uris(result.Record)["repo:one"] != "https://new/one" || len(kinds(result.Record.Gaps())) > 0 {
		t.Errorf("with damage: %v", err)
	}
	if notes := kinds(result.Record.Notes()); !strings.Contains(strings.Join(notes, ";"), "sources fetched") {
		t.Errorf("damage is not said: %q", notes)
	}
}

// What is hashed is told beside the command, with the manifests of folders.
func TestHashed(t *testing.T) {
	t.Parallel()
	p := newRepo(t, files{"data/a": "1\n"})
	o := p.options(".", "while [ ! -e told ]; do sleep 0.01; done", inputs("data"))
	var once sync.Once
	var roles []record.Role
	o.Hashed = func(all []record.Resource, manifests map[hashing.TreeDigest][]byte) {
		for _, r := range all {
			roles = append(roles, r.Annotations.Role)
			if tree := r.Digest.Tree; tree != nil && hashing.Bytes(manifests[*tree]) != tree.ManifestDigest() {
				t.Errorf("no manifest of %s", r.Name)
			}
		}
		once.Do(func() { p.shell("touch " + filepath.Join(p.dir, "told")) })
	}
	p.run(o)
	if diff := cmp.Diff([]record.Role{record.RoleCommit, record.RoleCode, record.RoleData}, roles); diff != "" {
		t.Error(diff)
	}
}
