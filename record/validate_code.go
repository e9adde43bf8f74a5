package record

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

var (
	treeStates      = []TreeState{TreeClean, TreeDirty, TreeFiltered, TreeNoCommit, TreeUnknown}
	differenceKinds = []string{"modified", "deleted", "added", "untracked", "ignored", "staged", "mode", "type", "filtered"}
	packageStates   = []string{"match", "differ", "unchecked"}
)

func checkCommit(r *Resource, d DigestSet) error {
	a, want := &r.Annotations, "gitCommit"
	if a.Commit != nil && a.Commit.State == TreeNoCommit {
		want = ""
	}
	if err := a.only("commit", d, want); err != nil {
		return err
	}
	c := a.Commit
	err := errors.Join(
		must(slices.Contains(treeStates, c.State), "state %q is not known", c.State),
		must(c.State != TreeClean || len(c.Differences) == 0, "a clean tree with %d differences", len(c.Differences)),
		must(!c.Declared || c.State == TreeUnknown, "a declared commit with a tree of state %q", c.State),
		must(c.ObjectFormat == "" || c.ObjectFormat == "sha256" && len(d.GitCommit) != 40, "commit %q of object format %q", d.GitCommit, c.ObjectFormat),
		must(r.URI == "" || d.GitCommit == "" || strings.HasSuffix(r.URI, string(d.GitCommit)), "uri %q is not that of commit %q", r.URI, d.GitCommit),
	)
	for _, diff := range c.Differences {
		err = errors.Join(err, checkEncoded(diff.Path), must(slices.Contains(differenceKinds, diff.Kind), "difference %q is not known", diff.Kind))
	}
	return err
}

func checkPackage(r *Resource, d DigestSet) error {
	a, want := &r.Annotations, "sha256"
	if r.Digest == nil { // it has no RECORD
		want = ""
	}
	if err := a.only("package", d, want); err != nil {
		return err
	}
	p := a.Package
	err := errors.Join(
		must(p.Name != "" && p.Version != "" && r.Name == p.Name, "package %q is not named %q, or has no version", r.Name, p.Name),
		must(strings.HasPrefix(r.URI, "pkg:"), "package %q has the uri %q, want a purl", r.Name, r.URI),
	)
	if o := p.Origin; o != nil && o.State != "" {
		err = errors.Join(err, must(slices.Contains(treeStates, TreeState(o.State)), "state %q is not known", o.State))
	}
	if f := p.Files; f != nil {
		err = errors.Join(err, checkPackageFiles(r, f))
	}
	return err
}

func checkPackageFiles(r *Resource, f *PackageFiles) error {
	if !slices.Contains(packageStates, f.State) || f.Checked < 0 || f.Unhashed < 0 {
		return fmt.Errorf("package %q: files %+v", r.Name, *f)
	}
	if f.State != "match" {
		return nil
	}
	return must(len(f.Changed)+len(f.Missing) == 0, "package %q matches, with %d changed and %d missing files", r.Name, len(f.Changed), len(f.Missing))
}

func checkLock(r *Resource) error {
	l := r.Annotations.Lock
	if l == nil {
		return nil
	}
	return errors.Join(
		must(r.Name == l.Location.String(), "lock file %q is not named by its location", r.Name),
		must(l.Bytes >= 0 && l.Hashed >= 0 && l.Hashed <= l.Packages, "lock file %q has %d bytes and hashes of %d out of %d packages", r.Name, l.Bytes, l.Hashed, l.Packages),
	)
}

// checkImage: without a container there is no image.
func checkImage(s *Statement) error {
	c := s.Predicate.BuildDefinition.InternalParameters.Container
	if c == nil || !c.None {
		return nil
	}
	for _, r := range s.Predicate.BuildDefinition.ResolvedDependencies {
		if r.Annotations.Role == RoleImage {
			return fmt.Errorf("no container, and image %q", r.Name)
		}
	}
	return nil
}
