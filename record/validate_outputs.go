package record

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// checkSubjects: the run comes first; what it made follows only if it ended with
// 0, so that nobody who ignores our extensions accepts a failed run's model.
func checkSubjects(s *Statement) error {
	if len(s.Subject) == 0 {
		return errors.New("there is no subject")
	}
	run := s.Subject[0]
	if run.Name != string(RoleRun) || run.Annotations.Role != RoleRun || run.Digest == nil || run.Digest.SHA256 == nil {
		return errors.New("subject[0] is not the run")
	}
	outcome := s.Predicate.RunDetails.Metadata.Outcome
	if len(s.Subject) > 1 && !outcome.Ended0() {
		return fmt.Errorf("a run that ended as %q has outputs among its subjects", outcome.Status)
	}
	for i := range s.Subject {
		r := &s.Subject[i]
		if i > 0 && r.Annotations.Role != RoleOutput {
			return fmt.Errorf("subject[%d]: role %q is not that of an output", i, r.Annotations.Role)
		}
		if err := checkResource(r); err != nil {
			return fmt.Errorf("subject[%d]: %w", i, err)
		}
	}
	return checkNames(append(slices.Clone(s.Subject), withRole(s.Predicate.RunDetails.Byproducts, RoleOutput)...))
}

// checkNames: in-toto wants the names of subjects to differ, and two outputs
// cannot stand in one place.
func checkNames(all []Resource) error {
	names := make(map[string]bool, len(all))
	for _, r := range all {
		if names[r.Name] {
			return fmt.Errorf("name %q stands twice", r.Name)
		}
		names[r.Name] = true
	}
	return nil
}

// checkManifests: every folder's manifest is among the byproducts, and an output
// folder is the sum of the files that are named as its parts.
func checkManifests(s *Statement) error {
	run := &s.Predicate.RunDetails
	kept := map[hashing.FileDigest]bool{}
	for _, r := range withRole(run.Byproducts, RoleManifest) {
		if r.Digest != nil && r.Digest.SHA256 != nil {
			kept[*r.Digest.SHA256] = true
		}
	}
	outputs := append(withRole(s.Subject, RoleOutput), withRole(run.Byproducts, RoleOutput)...)
	for _, r := range append(outputs, s.Predicate.BuildDefinition.ResolvedDependencies...) {
		if r.Annotations.Tree != nil && r.Digest != nil && r.Digest.Tree != nil && !kept[r.Digest.Tree.ManifestDigest()] {
			return fmt.Errorf("the manifest of folder %q is not among the byproducts", r.Name)
		}
	}
	return checkParts(outputs)
}

// folder is an output folder, and what its parts add up to.
type folder struct {
	entries []hashing.Entry
	bytes   int64
}

func checkParts(outputs []Resource) error {
	folders := map[Location]*folder{}
	for _, r := range outputs {
		if t := r.Annotations.Tree; t != nil {
			folders[t.Location] = &folder{}
		}
	}
	for _, r := range outputs {
		if err := addPart(folders, r); err != nil {
			return err
		}
	}
	for _, r := range outputs {
		if t := r.Annotations.Tree; t != nil && r.Digest != nil && r.Digest.Tree != nil {
			if err := checkSum(r, folders[t.Location]); err != nil {
				return err
			}
		}
	}
	return nil
}

// addPart adds an output to the folder that it is part of. Within an output
// folder nothing stands that is not its part: its manifest lists all of it.
func addPart(folders map[Location]*folder, r Resource) error {
	var at Location
	var part *Location
	switch a := &r.Annotations; {
	case a.File != nil:
		at, part = a.File.Location, a.File.Tree
	case a.Tree != nil:
		at = a.Tree.Location
	}
	for above := range ancestors(at) {
		if folders[above] != nil && (part == nil || *part != above) {
			return fmt.Errorf("%q stands within the output folder %q and is no part of it", r.Name, above)
		}
	}
	if part == nil || r.Digest == nil || r.Digest.SHA256 == nil {
		return nil
	}
	below, found := at.below(*part)
	whole := folders[*part]
	switch {
	case !found:
		return fmt.Errorf("file %q is not below its folder %q", r.Name, part)
	case whole == nil:
		return fmt.Errorf("folder %q has the file %q and does not stand itself", part, r.Name)
	}
	whole.entries = append(whole.entries, hashing.Entry{Path: below, Digest: *r.Digest.SHA256})
	if whole.bytes += r.Annotations.File.Bytes; whole.bytes < 0 {
		return fmt.Errorf("folder %q has more bytes than there are numbers", part)
	}
	return nil
}

func checkSum(r Resource, f *folder) error {
	m, err := hashing.NewManifest(f.entries)
	if err != nil {
		return err
	}
	t := r.Annotations.Tree
	if m.Digest() != *r.Digest.Tree || int64(m.Len()) != t.Files || f.bytes != t.Bytes {
		return fmt.Errorf("folder %q is not the sum of its %d files", r.Name, m.Len())
	}
	if _, same := m.DirHash(); r.Digest.DirHash != "" && !same {
		return fmt.Errorf("folder %q has names that dirHash does not have", r.Name)
	}
	return nil
}

// ancestors gives the folders that l stands in, up to its root.
func ancestors(l Location) func(yield func(Location) bool) {
	return func(yield func(Location) bool) {
		for p := l.Path; p != "." && p != "/"; {
			if p = path.Dir(p); !yield(Location{l.Root, p}) {
				return
			}
		}
	}
}

// below is the path of l in a folder.
func (l Location) below(folder Location) (string, bool) {
	if l.Root != folder.Root || l.Path == folder.Path {
		return "", false
	}
	if folder.Path == "." {
		return l.Path, true
	}
	return strings.CutPrefix(l.Path, strings.TrimSuffix(folder.Path, "/")+"/")
}
