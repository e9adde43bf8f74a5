package evidence_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/fetch"
	"github.com/lineage-audit/lineage/fetch/fetchtest"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/verify"
	"github.com/lineage-audit/lineage/verify/evidence"
)

// served is a server with files; what is called "down" breaks off.
func served(t *testing.T, files map[string]string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, there := files[strings.TrimPrefix(r.URL.Path, "/")]
		switch {
		case strings.HasSuffix(r.URL.Path, "down"):
			w.WriteHeader(http.StatusServiceUnavailable)
		case !there:
			w.WriteHeader(http.StatusNotFound)
		default:
			fmt.Fprint(w, content)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL + "/"
}

// fetched may ask the origins that are named.
func fetched(t *testing.T, env []string, allowed ...string) evidence.Fetched {
	t.Helper()
	allow, err := fetch.ParseAllowed(allowed, "/")
	if err != nil {
		t.Fatal(err)
	}
	return evidence.Fetched{Client: fetch.New(fetch.Options{Allow: allow, Env: env, Attempts: 1})}
}

func at(in verify.Input, uri string, bytes int64) verify.Input {
	in.URI, in.Bytes = uri, bytes
	return in
}

func TestFetchedFile(t *testing.T) {
	base := served(t, map[string]string{"a": "right", "b": "wrong", "long": "right and more"})
	place := fetched(t, nil, base)
	var refused *verify.NotAllowedError
	is := func(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }
	for name, c := range map[string]struct {
		in    verify.Input
		found string
		err   func(error) bool // nil: none
	}{
		"there":              {at(fileInput("repo:x", "right"), base+"a", 5), "right", nil},
		"other bytes":        {at(fileInput("repo:x", "right"), base+"b", 5), "wrong", nil},
		"no URI":             {fileInput("repo:x", "right"), "", nil},
		"gone":               {at(fileInput("repo:x", "right"), base+"none", 5), "", is(verify.ErrNotFound)},
		"more than there is": {at(fileInput("repo:x", "right"), base+"long", 5), "", is(verify.ErrNotFound)},
		"down":               {at(fileInput("repo:x", "right"), base+"down", 5), "", func(err error) bool { return !errors.Is(err, verify.ErrNotFound) }},
		"not allowed": {at(fileInput("repo:x", "right"), "http://169.254.169.254/latest", 5), "", func(err error) bool {
			return errors.As(err, &refused) && refused.Origins[0] == "http://169.254.169.254/latest"
		}},
		"a file of ours":     {at(fileInput("repo:x", "right"), "file:///etc/passwd", 5), "", func(err error) bool { return errors.As(err, &refused) }},
		"of another scheme":  {at(fileInput("repo:x", "right"), "gs://bucket/x", 5), "", is(fetch.ErrURI)},
		"with a lost secret": {at(fileInput("repo:x", "right"), base+"a?token=%5Bredacted%5D", 5), "", is(fetch.ErrURI)},
	} {
		found, err := place.Look(t.Context(), c.in)
		if (err == nil) != (c.err == nil) || err != nil && !c.err(err) {
			t.Errorf("%s: %v", name, err)
		}
		if (c.found == "") != (len(found) == 0) || len(found) > 0 && *found[0].Content.File != hashing.Bytes([]byte(c.found)) {
			t.Errorf("%s: found %+v", name, found)
		}
	}
}

func TestFetchedTree(t *testing.T) {
	files := map[string]string{"a.png": "first", "deep/b c.png": "second", "empty": ""}
	base := served(t, map[string]string{"p/a.png": "first", "p/deep/b c.png": "second", "moved": "second", "wrong/a.png": "first", "wrong/deep/b c.png": "other"})
	entries := recordtest.Files(files).Manifest().Entries()
	in := func(uri string, sources map[string]string) verify.Input {
		i := at(treeInput("repo:images", files), uri, 11)
		i.Files, i.Sources = entries, sources
		return i
	}
	place := fetched(t, nil, base)
	for name, c := range map[string]struct {
		in   verify.Input
		want string // a part of the error; "" for found
	}{
		"one prefix":               {in(base+"p/", nil), ""},
		"each its own":             {in("", map[string]string{"a.png": base + "p/a.png", "deep/b c.png": base + "moved"}), ""},
		"a prefix, and one aside":  {in(base+"wrong/", map[string]string{"deep/b c.png": base + "moved"}), ""},
		"other bytes of one":       {in(base+"wrong/", nil), "other bytes stand at"},
		"one is gone":              {in(base+"none/", nil), "404"},
		"one without a URI":        {in("", map[string]string{"a.png": base + "p/a.png"}), "no URI of"},
		"a URI of a file":          {in(base+"p", nil), "no URI of a folder"},
		"a server without a list":  {at(treeInput("repo:images", files), base+"p/", 11), "only s3 and file have lists"},
		"some of it not allowed":   {in(base+"p/", map[string]string{"a.png": "http://10.0.0.1/x/a"}), "http://10.0.0.1/x/ not asked"},
		"nothing of it is allowed": {in("s3://bucket/p/", nil), "s3://bucket/p/, s3://bucket/p/deep/ not asked"},
	} {
		found, err := place.Look(t.Context(), c.in)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) || (err == nil) != (len(found) == 1 && found[0].Files) {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	empty := at(treeInput("repo:none", map[string]string{"e": ""}), base+"p/", 0)
	empty.Files = recordtest.Files{"e": ""}.Manifest().Entries()
	if found, err := place.Look(t.Context(), empty); len(found) > 0 || err != nil {
		t.Errorf("files without a byte are found: %+v, %v", found, err)
	}
}

// Without the list of the files, a bucket's own is taken.
func TestFetchedPrefix(t *testing.T) {
	b := fetchtest.NewBucket(t, true)
	files := map[string]string{"a.png": "first", "deep/b.png": "second"}
	for name, content := range files {
		b.Put("p/"+name, []byte(content))
	}
	place := fetched(t, b.Env(), b.URI(""))
	in := at(treeInput("repo:images", files), b.URI("p/"), 11)
	found, err := place.Look(t.Context(), in)
	if err != nil || len(found) != 1 || found[0].Content.Tree == nil {
		t.Fatal(found, err)
	}
	if diff := cmp.Diff(*in.Tree, found[0].Content.Tree.Digest()); diff != "" {
		t.Error(diff)
	}
	in.Bytes = 10
	if _, err := place.Look(t.Context(), in); !errors.Is(err, verify.ErrNotFound) {
		t.Errorf("more bytes than the record has: %v", err)
	}
}
