package evidence_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/verify"
	"github.com/lineage-audit/lineage/verify/evidence"
)

func fileInput(at, content string) verify.Input {
	digest := hashing.Bytes([]byte(content))
	return verify.Input{Location: recordtest.Location(at), File: &digest}
}

func treeInput(at string, files map[string]string) verify.Input {
	digest := recordtest.Files(files).Manifest().Digest()
	return verify.Input{Location: recordtest.Location(at), Tree: &digest}
}

// wheres are the places of sightings, below a folder.
func wheres(t *testing.T, folder string, found []verify.Sighting) (all []string) {
	t.Helper()
	for _, s := range found {
		below, err := filepath.Rel(folder, s.Where)
		if err != nil || s.Content == (verify.Content{}) {
			t.Errorf("sighting %+v", s)
		}
		all = append(all, below)
	}
	return all
}

func TestDataRoot(t *testing.T) {
	images := map[string]string{"a.png": "first", "deep/b.png": "second"}
	root := lay(t, t.TempDir(), map[string]string{
		"data/train.csv": "x", "moved.csv": "y", "other.csv": "z", "data/edited.csv": "edited", "edited.csv": "right",
		"images/a.png": "first", "images/deep/b.png": "second", "mnt/set.csv": "far",
	})
	tests := []struct {
		name string
		in   verify.Input
		want []string
	}{
		{"below its root", fileInput("repo:data/train.csv", "x"), []string{"data/train.csv"}},
		{"other bytes below its root", fileInput("repo:data/train.csv", "was"), []string{"data/train.csv"}},
		{"by the last part", fileInput("repo:data/moved.csv", "y"), []string{"moved.csv"}},
		{"another file with the last part", fileInput("repo:data/other.csv", "was"), nil},
		{"other bytes, and by the last part the right ones", fileInput("repo:data/edited.csv", "right"), []string{"data/edited.csv", "edited.csv"}},
		{"folder by the last part", treeInput("repo:data/images", images), []string{"images"}},
		{"another folder with the last part", treeInput("repo:data/images", map[string]string{"a.png": "first"}), nil},
		{"file where a folder was read", treeInput("repo:other.csv", images), []string{"other.csv"}},
		{"folder where a file was read", fileInput("repo:data/images", "x"), nil},
		{"at the top", fileInput("repo:other.csv", "z"), []string{"other.csv"}},
		{"of the root of the file system", fileInput("abs:/mnt/set.csv", "far"), []string{"mnt/set.csv"}},
		{"of a home", fileInput("home:data/train.csv", "x"), []string{"data/train.csv"}},
		{"nowhere", fileInput("repo:data/gone.csv", "x"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := evidence.DataRoot{Folder: root}.Look(t.Context(), tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, wheres(t, root, found)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestMoreFilesInInputs: a file more makes another input of a folder, whatever its name.
func TestMoreFilesInInputs(t *testing.T) {
	in := treeInput("repo:data", map[string]string{"a.csv": "1"})
	for _, more := range []string{"b.lineage-part", "b.lineage-part.json", "b.lineage-part/x", "a.csv.lineage.intoto.json", "b.csv"} {
		root := lay(t, t.TempDir(), map[string]string{"data/a.csv": "1", "data/" + more: "2"})
		found, err := evidence.DataRoot{Folder: root}.Look(t.Context(), in)
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v, %v", more, found, err)
		}
		if found[0].Content.Tree.Digest() == *in.Tree {
			t.Errorf("%s: the folder is the input", more)
		}
	}
}

func TestRecorded(t *testing.T) {
	root := lay(t, t.TempDir(), map[string]string{"data/train.csv": "x", ".lineage/format": "store", "a": "1"})
	p := evidence.Recorded{Store: filepath.Join(root, ".lineage"), Path: func(l record.Location) string {
		if l.Root != record.RootRepo {
			return ""
		}
		return filepath.Join(root, filepath.FromSlash(l.Path))
	}}
	for _, tt := range []struct {
		in   verify.Input
		want []string
	}{
		{fileInput("repo:data/train.csv", "x"), []string{"data/train.csv"}},
		{fileInput("repo:data/train.csv", "was"), []string{"data/train.csv"}},
		{fileInput("repo:data/gone.csv", "x"), nil},
		{fileInput("venv:data/train.csv", "x"), nil}, // a root that this machine does not have
		{treeInput("repo:.", map[string]string{"data/train.csv": "x", "a": "1"}), []string{"."}},
	} {
		found, err := p.Look(t.Context(), tt.in)
		if diff := cmp.Diff(tt.want, wheres(t, root, found)); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", tt.in.Location, err, diff)
		}
		if tt.in.Tree != nil && found[0].Content.Tree.Digest() != *tt.in.Tree {
			t.Errorf("%s has %v", tt.in.Location, found[0].Content.Tree.Entries())
		}
	}
}

// What stands there and cannot be hashed is not "nothing".
func TestPlacesThatCannotBeLookedAt(t *testing.T) {
	root := lay(t, t.TempDir(), map[string]string{"data/a": "1"})
	if err := os.Symlink("nowhere", filepath.Join(root, "data", "broken")); err != nil {
		t.Fatal(err)
	}
	in := treeInput("repo:data", map[string]string{"a": "1"})
	for _, place := range []verify.Place{
		evidence.DataRoot{Folder: root},
		evidence.Recorded{Path: func(l record.Location) string { return filepath.Join(root, l.Path) }},
	} {
		if found, err := place.Look(t.Context(), in); err == nil || errors.Is(err, verify.ErrNotFound) || found != nil {
			t.Errorf("%T: Look = %v, %v; want an error", place, found, err)
		}
	}
}
