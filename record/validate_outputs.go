package record

import (
	"errors"
	"fmt"
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
	return errors.Join(checkNesting(outputs), checkParts(outputs))
}

// checkNesting: within an output folder nothing stands that is not its part, since
// its manifest lists all of it.
func checkNesting(outputs []Resource) error {
	type placed struct {
		order string // in which a folder comes right before what is within it
		at    Location
		r     *Resource
	}
	var all []placed
	for i := range outputs {
		at := outputs[i].Annotations.place()
		path := ""
		if at.Path != "." {
			path = "\x00" + strings.ReplaceAll(strings.Trim(at.Path, "/"), "/", "\x00")
		}
		all = append(all, placed{string(at.Root) + path, at, &outputs[i]})
	}
	slices.SortFunc(all, func(a, b placed) int { return strings.Compare(a.order, b.order) })
	var folder Location
	for _, p := range all {
		a := &p.r.Annotations
		if _, within := p.at.below(folder); within {
			if a.File == nil || a.File.Tree == nil || *a.File.Tree != folder {
				return fmt.Errorf("%q stands within the output folder %q and is no part of it", p.r.Name, folder)
			}
		} else if a.Tree != nil {
			folder = p.at
		}
	}
	return nil
}

// place is the location of a file or folder.
func (a *Annotations) place() Location {
	switch {
	case a.File != nil:
		return a.File.Location
	case a.Tree != nil:
		return a.Tree.Location
	}
	return Location{}
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

// addPart adds an output to the folder that it is part of.
func addPart(folders map[Location]*folder, r Resource) error {
	f := r.Annotations.File
	if f == nil || f.Tree == nil || r.Digest == nil || r.Digest.SHA256 == nil {
		return nil
	}
	below, found := f.Location.below(*f.Tree)
	whole := folders[*f.Tree]
	switch {
	case !found:
		return fmt.Errorf("file %q is not below its folder %q", r.Name, f.Tree)
	case whole == nil:
		return fmt.Errorf("folder %q has the file %q and does not stand itself", f.Tree, r.Name)
	}
	whole.entries = append(whole.entries, hashing.Entry{Path: below, Digest: *r.Digest.SHA256})
	if whole.bytes += f.Bytes; whole.bytes < 0 {
		return fmt.Errorf("folder %q has more bytes than there are numbers", f.Tree)
	}
	return nil
}

// checkSum: a folder is the sum of its parts. One of very many files may have none.
func checkSum(r Resource, f *folder) error {
	if len(f.entries) == 0 && r.Annotations.Tree.Files > MaxParts {
		return nil
	}
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
