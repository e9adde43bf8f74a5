package attach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// Subject is an output that a record names: a file, or a folder as a whole.
// Exactly one of the digests is set.
type Subject struct {
	Name string // its path: of a file in a folder, the folder's path, "/" and the rest
	File hashing.FileDigest
	Tree hashing.TreeDigest
}

// RefusedError says why a record must not be hung on a model.
type RefusedError struct {
	// Foreign are the model's files whose bytes the record does not name where the
	// best match of the record has them; Missing are those that match has and the
	// model lacks. Both are empty for a model without content.
	Foreign []string
	Missing []string
}

// Error names the first few files.
func (e *RefusedError) Error() string {
	switch {
	case len(e.Foreign) > 0:
		return fmt.Sprintf("%d of the model's files are not outputs of the run: %s", len(e.Foreign), few(e.Foreign))
	case len(e.Missing) > 0:
		return fmt.Sprintf("the model lacks %d of the files that the run wrote: %s", len(e.Missing), few(e.Missing))
	}
	return "the model has no content"
}

func few(names []string) string {
	const most = 3
	quoted := make([]string, 0, most)
	for _, n := range names[:min(most, len(names))] {
		quoted = append(quoted, fmt.Sprintf("%q", n))
	}
	if len(names) > most {
		quoted = append(quoted, "…")
	}
	return strings.Join(quoted, ", ")
}

// Refuse is the rule that goes before attaching: a record whose subjects are not
// the model's bytes, all of them and nothing else, is not hung on it. It is nil if
// one subject is the tree of these files; if the model is one file, and a subject;
// or if the subjects below one folder are these files, path for path. Otherwise it
// is a [*RefusedError]. A model without content matches nothing.
func Refuse(subjects []Subject, model hashing.Manifest) error {
	entries := model.Entries()
	if !hasContent(entries) {
		return &RefusedError{}
	}
	for _, s := range subjects {
		if s.Tree == model.Digest() || len(entries) == 1 && s.File == entries[0].Digest {
			return nil
		}
	}
	files := make(map[string]hashing.FileDigest, len(subjects))
	for _, s := range subjects {
		if !s.File.IsZero() {
			files[s.Name] = s.File
		}
	}
	best := &RefusedError{Foreign: paths(entries)}
	for _, folder := range folders(files, entries[0].Path) {
		e := compare(files, folder, model)
		if len(e.Foreign) == 0 && len(e.Missing) == 0 {
			return nil
		}
		if len(e.Foreign) < len(best.Foreign) {
			best = e
		}
	}
	return best
}

// hasContent tells whether some file has bytes: empty ones join nothing.
func hasContent(entries []hashing.Entry) bool {
	for _, e := range entries {
		if !e.Digest.IsEmpty() && !e.Digest.IsZero() {
			return true
		}
	}
	return false
}

// folders are those, with a slash at the end, below which a subject has the path.
func folders(files map[string]hashing.FileDigest, path string) []string {
	var found []string
	for name := range files {
		if folder, ok := strings.CutSuffix(name, path); ok && (folder == "" || strings.HasSuffix(folder, "/")) {
			found = append(found, folder)
		}
	}
	slices.Sort(found)
	return found
}

func compare(files map[string]hashing.FileDigest, folder string, model hashing.Manifest) *RefusedError {
	e := &RefusedError{}
	for _, m := range model.Entries() {
		if files[folder+m.Path] != m.Digest {
			e.Foreign = append(e.Foreign, m.Path)
		}
	}
	for name := range files {
		below, ok := strings.CutPrefix(name, folder)
		if _, has := model.Lookup(below); ok && !has {
			e.Missing = append(e.Missing, below)
		}
	}
	slices.Sort(e.Missing)
	return e
}

func paths(entries []hashing.Entry) []string {
	all := make([]string, len(entries))
	for i, e := range entries {
		all[i] = e.Path
	}
	return all
}
