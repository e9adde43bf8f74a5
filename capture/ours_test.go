//go:build unix

package capture_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/record"
)

// TestOurFiles: what an interrupted get keeps and a record beside an output are no
// output, and the record says that they were there. Of an input they are data as any
// file: a command may read them, and a name must not hide what it read.
func TestOurFiles(t *testing.T) {
	p := newRepo(t, files{".gitignore": "data/\nout/\n"})
	p.write(files{
		"data/a.csv": "1", "data/b.bin.lineage-part": "half", "data/b.bin.lineage-part.json": "{}", "data/c.lineage-part/x": "1",
		"out/o.txt.lineage.intoto.json": "{}", "out/x.lineage-part": "half",
	})
	r := p.trained("echo 1 >out/o.txt", capture.Declared{Inputs: []string{"data"}, Outputs: []string{"out"}})
	wantGaps(t, r, nil, nil)
	in := r.Dependencies(record.RoleData)
	if len(in) != 1 || in[0].Annotations.Tree.Files != 4 || in[0].Annotations.Tree.Bytes != 8 {
		t.Errorf("the input is %+v", in)
	}
	if diff := cmp.Diff([]string{"repo:out/o.txt"}, names(r.Outputs())); diff != "" {
		t.Error(diff)
	}
	if c := r.Dependencies(record.RoleCommit)[0].Annotations.Commit; c.State != record.TreeClean {
		t.Errorf("the work tree is %s: %+v", c.State, c.Differences)
	}
	for _, what := range []string{"repo:out/x.lineage-part", "repo:out/o.txt.lineage.intoto.json"} {
		if !slices.ContainsFunc(r.Notes(), func(g record.Gap) bool { return g.What == what && g.Kind == record.NoteSkipped }) {
			t.Errorf("no note of %s in %+v", what, r.Notes())
		}
	}
	// Who names such a file means it.
	r = p.trained("true", inputs("data/b.bin.lineage-part"))
	if in := r.Dependencies(record.RoleData); len(in) != 1 || !strings.HasSuffix(in[0].Name, "-part") {
		t.Errorf("the input is %+v", in)
	}
}
