package record

import (
	"testing"

	"pgregory.net/rapid"
)

// nested is checkNesting as one would say it.
func nested(outputs []Resource) bool {
	for _, f := range outputs {
		if f.Annotations.Tree == nil {
			continue
		}
		for _, r := range outputs {
			folder, file := f.Annotations.Tree.Location, r.Annotations.File
			_, within := r.Annotations.place().below(folder)
			if within && (file == nil || file.Tree == nil || *file.Tree != folder) {
				return true
			}
		}
	}
	return false
}

func TestCheckNesting(t *testing.T) {
	path := rapid.StringMatching(`[.a]?[a-]{0,1}[a](/[a-b]{1,2}){0,2}|\.`)
	rapid.Check(t, func(t *rapid.T) {
		seen := map[Location]bool{}
		var outputs []Resource
		for range rapid.IntRange(0, 6).Draw(t, "outputs") {
			at := Location{rapid.SampledFrom([]Root{RootRepo, RootHome}).Draw(t, "root"), path.Draw(t, "path")}
			if seen[at] {
				continue
			}
			seen[at] = true
			r := Resource{Annotations: Annotations{Tree: &TreeFacts{Location: at}}}
			if rapid.Bool().Draw(t, "file") {
				r.Annotations = Annotations{File: &FileFacts{Location: at}}
				if rapid.Bool().Draw(t, "part") {
					r.Annotations.File.Tree = &Location{at.Root, path.Draw(t, "folder")}
				}
			}
			outputs = append(outputs, r)
		}
		if got := checkNesting(outputs) != nil; got != nested(outputs) {
			t.Errorf("nested is %v, want %v", got, !got)
		}
	})
}
