package record

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

func checkEach(where string, all []Resource, check func(*Resource) error) error {
	for i := range all {
		if err := check(&all[i]); err != nil {
			return fmt.Errorf("%s[%d]: %w", where, i, err)
		}
	}
	return nil
}

var dependencyRoles = []Role{RoleCommit, RoleSubmodule, RoleCode, RoleData, RolePreprocessing, RoleLock, RoleInterpreter, RolePackage, RoleImage}

func checkDependency(r *Resource) error {
	if !slices.Contains(dependencyRoles, r.Annotations.Role) {
		return fmt.Errorf("role %q is not that of a dependency", r.Annotations.Role)
	}
	if f := r.Annotations.File; f != nil && f.Tree != nil {
		return fmt.Errorf("%q is part of folder %q, as only outputs are", r.Name, f.Tree)
	}
	return checkResource(r)
}

// checkSamePlaces: in one role a place has one digest, and one commit was checked
// out. Otherwise whoever looks for it finds what it wants.
func checkSamePlaces(all []Resource) error {
	type place struct {
		role Role
		name string
	}
	digests := map[place]DigestSet{}
	for _, r := range all {
		p := place{r.Annotations.Role, r.Name}
		switch p.role {
		case RolePackage, RoleInterpreter:
			continue // one can be installed twice, and each environment is the root venv
		case RoleCommit, RoleImage:
			p.name = ""
		}
		d := digestOf(&r)
		if old, found := digests[p]; found && !old.equal(d) {
			return fmt.Errorf("%s %q stands twice, with digests that differ", p.role, r.Name)
		}
		digests[p] = d
	}
	return nil
}

var byproductRoles = []Role{RoleOutput, RoleManifest, RolePatch, RoleContent, RoleTracking}

func checkByproduct(r *Resource, outcome Outcome) error {
	role := r.Annotations.Role
	if !slices.Contains(byproductRoles, role) {
		return fmt.Errorf("role %q is not that of a byproduct", role)
	}
	if role == RoleOutput && outcome.Ended0() {
		return errors.New("an output of a run that ended with 0 is no byproduct")
	}
	return checkResource(r)
}

func digestOf(r *Resource) DigestSet {
	if r.Digest == nil {
		return DigestSet{}
	}
	return *r.Digest
}

func (d DigestSet) equal(e DigestSet) bool {
	return same(d.SHA256, e.SHA256) && same(d.Tree, e.Tree) && d.GitCommit == e.GitCommit
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// keys tells which algorithms a digest set has, dirHash left aside.
func (d DigestSet) keys() string {
	var keys []string
	if d.SHA256 != nil {
		keys = append(keys, "sha256")
	}
	if d.Tree != nil {
		keys = append(keys, "lineageTree1")
	}
	if d.GitCommit != "" {
		keys = append(keys, "gitCommit")
	}
	return strings.Join(keys, "+")
}

// checkResource checks that digest and facts go with the role.
func checkResource(r *Resource) error {
	d := digestOf(r)
	switch {
	case r.Digest != nil && d == DigestSet{}:
		return errors.New("an empty digest set")
	case d.DirHash != "" && (d.Tree == nil || d.DirHash != d.Tree.String()):
		return fmt.Errorf("dirHash %q is not that of lineageTree1", d.DirHash)
	case d.SHA256 != nil && d.SHA256.IsZero() || d.Tree != nil && d.Tree.IsZero() || d.GitCommit != "" && strings.Trim(string(d.GitCommit), "0") == "":
		return errors.New("a digest of zeros")
	case r.Digest == nil && r.URI == "":
		return errors.New("neither uri nor digest")
	}
	if err := checkOrigin(r); err != nil {
		return err
	}
	return checkFacts(r, d)
}

// checkFacts: each role has its kind of facts, and no other.
func checkFacts(r *Resource, d DigestSet) error {
	a := &r.Annotations
	switch a.Role {
	case RoleOutput, RoleData, RolePreprocessing, RoleCode:
		return checkBytes(r, d)
	case RoleCommit, RoleSubmodule:
		return checkCommit(r, d)
	case RolePackage:
		return checkPackage(r, d)
	case RoleInterpreter:
		return errors.Join(a.only("interpreter", d, "sha256"), must(a.Interpreter == nil || r.Name == a.Interpreter.Location.String(), "interpreter %q is not named by its location", r.Name))
	case RoleLock:
		return errors.Join(a.only("lock", d, "sha256"), checkLock(r))
	case RoleImage:
		return errors.Join(a.only("image", d, "sha256"), must(a.Image == nil || a.Image.Seen != "", "the image's digest was seen nowhere"))
	case RoleRun:
		return errors.Join(a.only("", d, "sha256"), must(r.URI == "" && r.MediaType == "", "the run has a uri or a media type"))
	}
	return a.only("", d, "sha256")
}

// only checks that there are facts of that kind alone, and a digest of that kind.
func (a *Annotations) only(facts string, d DigestSet, digest string) error {
	if got := strings.Join(a.kinds(), "+"); got != facts {
		return fmt.Errorf("a %s has the facts %q, want %q", a.Role, got, facts)
	}
	return must(d.keys() == digest, "a %s has the digests %q, want %q", a.Role, d.keys(), digest)
}

func (a *Annotations) kinds() (kinds []string) {
	for _, k := range []struct {
		there bool
		name  string
	}{
		{a.File != nil, "file"}, {a.Tree != nil, "tree"}, {a.Commit != nil, "commit"},
		{a.Package != nil, "package"}, {a.Interpreter != nil, "interpreter"}, {a.Lock != nil, "lock"},
		{a.Image != nil, "image"},
	} {
		if k.there {
			kinds = append(kinds, k.name)
		}
	}
	return kinds
}

// checkBytes checks a file or a folder, which differ in the key of their digest.
func checkBytes(r *Resource, d DigestSet) error {
	a := &r.Annotations
	if f := a.File; f != nil {
		return errors.Join(a.only("file", d, "sha256"), checkFile(f),
			must(f.Digest == nil, "file %q has a second digest", r.Name),
			must(r.Name == f.Location.String(), "file %q is not named by its location", r.Name))
	}
	if err := a.only("tree", d, "lineageTree1"); err != nil {
		return err
	}
	return errors.Join(checkTree(a.Tree, *d.Tree),
		must(r.Name == a.Tree.Location.String(), "folder %q is not named by its location", r.Name))
}

func checkFile(f *FileFacts) error {
	err := must(f.Bytes >= 0, "file %q has %d bytes", f.Location, f.Bytes)
	if f.Link != "" {
		err = errors.Join(err, checkEncoded(f.Link))
	}
	return err
}

func checkTree(t *TreeFacts, d hashing.TreeDigest) error {
	err := must(t.Files >= 0 && t.Bytes >= 0 && (t.Files == 0) == d.IsEmpty() && (t.Files > 0 || t.Bytes == 0),
		"folder %q with that digest has %d files and %d bytes", t.Location, t.Files, t.Bytes)
	for _, l := range t.Links {
		err = errors.Join(err, checkEncoded(l.Path), checkEncoded(l.Target))
	}
	return errors.Join(err, checkSources(t))
}

// checkSources: a file of a folder has one place to be had from.
func checkSources(t *TreeFacts) (err error) {
	seen := map[string]bool{}
	for _, s := range t.Sources {
		err = errors.Join(err, checkEncoded(s.Path), must(s.URI != "" && !seen[s.Path], "folder %q has a source without uri, or two for %q", t.Location, s.Path))
		seen[s.Path] = true
	}
	return err
}

func checkEncoded(path string) error {
	_, err := DecodePath(path)
	return err
}

// checkOrigin: what was read from a server stands at a place of that server, and
// nothing else does.
func checkOrigin(r *Resource) error {
	o, at := r.Annotations.Origin, r.Annotations.place()
	if o == nil {
		return must(at.Root != RootServer, "%q is on a server, and its origin is missing", r.Name)
	}
	if o.Kind != "server" || o.System == "" || o.Target == "" || o.ID == "" {
		return fmt.Errorf("origin %+v says too little", *o)
	}
	if r.Annotations.Role == RoleTracking {
		return nil
	}
	keeper := Location{RootServer, o.Target + "/" + o.ID}
	_, below := at.below(keeper)
	return must(r.Annotations.Role == RoleOutput && (below || at == keeper), "%q has the origin %s", r.Name, keeper)
}
