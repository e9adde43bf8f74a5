package restore

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

// withLinks is a record with one folder that has files and links, and its blobs.
func withLinks(t *testing.T, at string, files recordtest.Files, l ...record.Link) (*record.Record, kept) {
	t.Helper()
	r := recordtest.Record(t, recordtest.Without(record.RoleData), recordtest.Without(record.RolePreprocessing), recordtest.InputTree(record.RoleData, at, files),
		func(s *record.Statement) {
			for _, d := range s.Predicate.BuildDefinition.ResolvedDependencies {
				if d.Name == at {
					d.Annotations.Tree.Links = l
				}
			}
		})
	blobs := kept(recordtest.Blobs())
	m := files.Manifest()
	blobs.add(string(m.Bytes()))
	for _, all := range []map[string]string{files, recordtest.Code} {
		for _, content := range all {
			blobs.add(content)
		}
	}
	return r, blobs
}

// staysInside fails for a link that leads out of the folder, or into a .git.
func staysInside(t *testing.T, dir string) {
	t.Helper()
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.Type()&fs.ModeSymlink == 0 {
			return err
		}
		target, err := os.Readlink(p)
		if to, failed := filepath.EvalSymlinks(p); failed != nil || !strings.HasPrefix(to, root+"/") || strings.Contains(p+to, "/.git") {
			t.Errorf("%s -> %s leads to %q, %v", p, target, to, failed)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// However links of a record are put together, none of them leads out.
func TestLinksTogether(t *testing.T) {
	link := func(path, target string) record.Link { return record.Link{Path: path, Target: target} }
	files := recordtest.Files{
		"sub/deep/keep": "k", "shallow/s": "s", "x": "x", "sub/deep/d/s": "s", "e": "x", "f/s": "s", "real": "x", ".git/hooks/x": "x", ".git/hooks/post-checkout": "x",
	}
	for name, c := range map[string]struct {
		links []record.Link
		made  int
	}{
		"up behind a link":            {[]record.Link{link("e", "sub/deep/d/../../../x"), link("sub/deep/d", "../../shallow")}, 1},
		"up behind a link elsewhere":  {[]record.Link{link("e", "sub/deep/d/../../../x"), {Path: "sub/deep/d", Target: "/mnt/x", Outside: true}}, 0},
		"up behind a link to a link":  {[]record.Link{link("e", "f/../x"), link("f", "sub/deep/d"), link("sub/deep/d", "../../shallow")}, 2},
		"up, and behind no link":      {[]record.Link{link("e", "sub/deep/../../x")}, 1},
		"through a link":              {[]record.Link{link("real", "x"), link("e", "real"), link("f", "sub/deep/d"), link("sub/deep/d", "../../shallow")}, 4},
		"to each other":               {[]record.Link{link("e", "real"), link("real", "e")}, 0},
		"into a .git, and from there": {[]record.Link{link("e", ".git/hooks/x"), link(".git/hooks/post-checkout", "../../x")}, 0},
		"through a file":              {[]record.Link{link("e", "x/../real")}, 0},
	} {
		for _, at := range []string{"repo:tree", "repo:."} {
			t.Run(name+" "+at, func(t *testing.T) {
				r, blobs := withLinks(t, at, files, c.links...)
				dir, report := restored(t, r, blobs, PlanOptions{Inputs: true}, Named{"kept", Kept{blobs}})
				staysInside(t, dir)
				made := 0
				for _, content := range read(t, dir) {
					if strings.HasPrefix(content, "-> ") {
						made++
					}
				}
				if made != c.made {
					t.Errorf("%d links were made: %v", made, report.Outcomes[len(report.Outcomes)-1].Lost)
				}
			})
		}
	}
}

// What is made through a link of the code may lead anywhere.
func TestLinksThroughTheCode(t *testing.T) {
	outside := t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(outside, "in"), 0o777), os.WriteFile(filepath.Join(outside, "x"), []byte("x"), 0o666)); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := errors.Join(root.MkdirAll("real/in", 0o777), root.Symlink(outside, "away"), root.Symlink("real", "near")); err != nil {
		t.Fatal(err)
	}
	e := &execution{root: root}
	out := &Outcome{Ingredient: Ingredient{Place: "."}}
	e.link(t.Context(), out, links{"a": "away/x", "b": "a", "near/in/c": "../../x", "real/d": "../away/in/../x"})
	if len(out.Lost) != 4 {
		t.Errorf("%+v", out.Lost)
	}
	for name, content := range read(t, dir) {
		if name != "away" && name != "near" {
			t.Errorf("%s %s was made", name, content)
		}
	}
}
