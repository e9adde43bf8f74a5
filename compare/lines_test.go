package compare

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

// written is the content's difference as people read it.
func written(c *Content) string {
	var b strings.Builder
	for _, l := range c.Lines {
		fmt.Fprintf(&b, "%s%d %q\n", map[Of]string{OfA: "-", OfB: "+"}[l.Of], l.Number, l.Text)
	}
	fmt.Fprintf(&b, "-%d +%d %s", c.Removed, c.Added, c.Why)
	return b.String()
}

func TestLines(t *testing.T) {
	for name, c := range map[string]struct{ a, b, want string }{
		"one row":          {"x,y\n1,2\n3,4\n5,6\n", "x,y\n1,2\n3,5\n5,6\n", "-3 \"3,4\"\n+3 \"3,5\"\n-1 +1 "},
		"a row at the top": {"1\n2\n", "0\n1\n2\n", "+1 \"0\"\n-0 +1 "},
		"a last line end":  {"1\n2", "1\n2\n", "-2 \"2\"\n+2 \"2\"\n-1 +1 only the end of the last line differs"},
		"all is new":       {"", "1\n2\n", "+1 \"1\"\n+2 \"2\"\n-0 +2 "},
		"returns":          {"1\n", "1\r\n", "-1 \"1\"\n+1 \"1\\r\"\n-1 +1 "},
		"more than asked for": {"1\n2\n3\n4\n", "a\nb\nc\nd\n",
			"-1 \"1\"\n-2 \"2\"\n+1 \"a\"\n+2 \"b\"\n-4 +4 "},
		"a NUL":     {"1\n", "1\x00\n", "-0 +0 it is binary: only its digests are compared"},
		"not UTF-8": {"\xff\n", "1\n", "-0 +0 it is binary: only its digests are compared"},
		"repeated":  {"a\n}\nb\n}\n", "a\n}\nnew\n}\nb\n}\n", "+3 \"new\"\n+4 \"}\"\n-0 +2 "},
	} {
		if diff := cmp.Diff(c.want, written(compareLines([]byte(c.a), []byte(c.b), 4))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	long := compareLines([]byte(strings.Repeat("é", 500)), []byte("x"), 4)
	if l := long.Lines[0]; !l.Cut || l.Text != strings.Repeat("é", 200) {
		t.Errorf("a long line: %q", l.Text)
	}
}

// put is a with the blocks taken from b.
func put(a, b []string, all []block) (out []string) {
	at := 0
	for _, k := range all {
		out = append(append(out, a[at:k.a0]...), b[k.b0:k.b1]...)
		at = k.a1
	}
	return append(out, a[at:]...)
}

// TestBlocksLeadFromOneToTheOther: whatever the texts, and with no line that is the
// same at both ends of a block.
func TestBlocksLeadFromOneToTheOther(t *testing.T) {
	lines := rapid.SliceOf(rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "d\n", "e\n", "}\n", "\n"}))
	rapid.Check(t, func(rt *rapid.T) {
		a, b := lines.Draw(rt, "a"), lines.Draw(rt, "b")
		all := blocks(a, b)
		if got := put(a, b, all); !slices.Equal(got, b) {
			rt.Errorf("%v leads to %q", all, got)
		}
		for _, k := range all {
			if trim(a, b, k) != k || k.a0 == k.a1 && k.b0 == k.b1 {
				rt.Errorf("block %v is too large", k)
			}
		}
	})
}

// TestLargeTablesAreQuick: a table of 50,000 rows, of which each tenth differs.
func TestLargeTablesAreQuick(t *testing.T) {
	var a, b strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&a, "%d,%d\n", i, i*i)
		if i%10 != 0 {
			fmt.Fprintf(&b, "%d,%d\n", i, i*i)
		} else {
			fmt.Fprintf(&b, "%d,0\n", i)
		}
	}
	start := time.Now()
	c := compareLines([]byte(a.String()), []byte(b.String()), 10)
	if c.Removed != 4_999 || len(c.Lines) != 10 { // the first row is the same
		t.Errorf("%s", written(c))
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nb"), []byte("b\na\n"), 3)
	f.Fuzz(func(t *testing.T, a, b []byte, most int) {
		if most < 0 || most > 1000 {
			return
		}
		c := compareLines(a, b, most)
		if len(c.Lines) > most || len(c.Lines) > c.Removed+c.Added {
			t.Errorf("%s", written(c))
		}
		if c.Why == "" && string(a) != string(b) && c.Removed+c.Added == 0 {
			t.Errorf("%q and %q have no line that differs", a, b)
		}
	})
}

// TestContent: the bytes of what changed, as far as they are to be had and shown.
func TestContent(t *testing.T) {
	m := kept(edited)
	second := ordinary(t, later, untracked, recordtest.Without(record.RoleData), recordtest.Input(record.RoleData, "repo:data/train.csv", "x,y\n1,3\n"),
		recordtest.InputTree(record.RoleData, "repo:data/images", edited))
	m.add([]byte("x,y\n1,3\n"))
	d := compared(t, ordinary(t, untracked), second, Options{Contents: m, Lines: 10})
	items := d.Cause(Data).Items
	if got := written(items[1].Content); items[1].What != "repo:data/train.csv" || got != "-2 \"1,2\"\n+2 \"1,3\"\n-1 +1 " {
		t.Errorf("%s: %s", items[1].What, got)
	}
	image := items[0].Files.List[0]
	if got := written(image.Content); image.Path != "a.png" || got != "-1 \"first image\"\n+1 \"another image\"\n-1 +1 only the end of the last line differs" && got != "-1 \"first image\"\n+1 \"another image\"\n-1 +1 " {
		t.Errorf("%s: %s", image.Path, got)
	}
	delete(m, hashing.Bytes([]byte(recordtest.Train)))
	d = compared(t, ordinary(t, untracked), second, Options{Contents: m, Lines: 10})
	if c := d.Cause(Data).Items[1].Content; !strings.Contains(c.Why, "not at hand") || len(c.Lines) > 0 {
		t.Errorf("without the bytes: %s", written(c))
	}
	d = compared(t, ordinary(t, untracked), second, Options{Contents: kept(edited).add([]byte("x,y\n1,3\n")), Lines: 10, ContentBytes: 4})
	if c := d.Cause(Data).Items[1].Content; !strings.Contains(c.Why, "too large") {
		t.Errorf("beyond the limit: %s", written(c))
	}
	d = compared(t, ordinary(t, untracked), second, Options{Contents: m, Lines: 10, ContentFiles: 1})
	if d.Cause(Data).Items[1].Content != nil {
		t.Error("more files were read than asked for")
	}
}
