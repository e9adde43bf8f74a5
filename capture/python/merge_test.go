package python

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMerge(t *testing.T) {
	site := func(paths ...string) (s []Site) {
		for _, p := range paths {
			s = append(s, Site{Path: p})
		}
		return s
	}
	got := Merge([]Interpreter{
		{RealPath: "/p", Prefix: "/a", Path: "first", Sites: site("x"), Problems: []Problem{{"a", "b"}}},
		{RealPath: "/p", Prefix: "/b", Sites: site("z")},
		{RealPath: "/p", Prefix: "/a", Path: "second", Sites: site("u", "y"), Observed: true, Problems: []Problem{{"a", "b"}, {"c", "d"}}},
		{RealPath: "/p", Prefix: "/a", Sites: nil},
	})
	want := []Interpreter{
		{RealPath: "/p", Prefix: "/a", Path: "first", Sites: site("u", "y", "x"), Observed: true, Problems: []Problem{{"a", "b"}, {"c", "d"}}},
		{RealPath: "/p", Prefix: "/b", Sites: site("z")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if Merge(nil) != nil {
		t.Error("nothing became something")
	}
}
