package git

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// PatchVersion is the version of [Patch] that this package writes.
const PatchVersion = 1

// Patch describes a tree as a commit and what stands otherwise, without the
// content, which is found by digest. [Patch.Bytes] is its one and only form, so
// that one tree has one patch. In paths, targets and URLs, bytes that are not
// valid UTF-8, control characters and "%" stand percent-encoded, as in records.
type Patch struct {
	Version int      `json:"version"`
	Commit  ObjectID `json:"commit"` // "" if there is none yet
	// Tree is the digest of the tree's manifest, within Paths.
	Tree       hashing.TreeDigest `json:"tree"`
	Paths      []string           `json:"paths"`
	Entries    []PatchEntry       `json:"entries"`
	Forms      []PatchForm        `json:"forms"`
	Submodules []PatchSubmodule   `json:"submodules"`
}

// PatchEntry is what stands at a path instead of what the commit has there.
type PatchEntry struct {
	Path string `json:"path"`
	Kind Kind   `json:"kind"`
	PatchContent
	// Staged is what the index has there, if that is not the commit's.
	Staged *PatchContent `json:"staged,omitempty"`
}

// PatchContent is a file, a link, or nothing.
type PatchContent struct {
	Mode   Mode                `json:"mode"` // "" if nothing stands there
	Target string              `json:"target,omitempty"`
	Digest *hashing.FileDigest `json:"digest,omitempty"`
	Size   int64               `json:"size,omitempty"`
	// Missing says why the content was not kept; then there may be no digest.
	Missing string `json:"missing,omitempty"`
}

// PatchForm is a file of the commit that stands on disk in another form.
type PatchForm struct {
	Path   string             `json:"path"`
	Form   Form               `json:"form"`
	Digest hashing.FileDigest `json:"digest"`
}

// PatchSubmodule is a submodule: where its commit is had, and what differs from that.
type PatchSubmodule struct {
	Path  string `json:"path"`
	URL   string `json:"url"`
	Patch *Patch `json:"patch,omitempty"` // none if it is not checked out
}

// NewPatch is the patch of a tree that is the commit's in every byte.
func NewPatch(commit ObjectID, tree hashing.TreeDigest) Patch {
	return Patch{
		Version: PatchVersion, Commit: commit, Tree: tree,
		Paths: []string{}, Entries: []PatchEntry{}, Forms: []PatchForm{}, Submodules: []PatchSubmodule{},
	}
}

// Patch describes the tree so that [Restore] can put it back.
func (t Tree) Patch() Patch {
	p := NewPatch(t.Commit, t.Manifest.Digest())
	for _, path := range t.Paths {
		p.Paths = append(p.Paths, encodeText(path))
	}
	for _, d := range t.Differences {
		if d.Mode != ModeSubmodule || d.Staged != nil {
			p.Entries = append(p.Entries, d.entry())
		}
	}
	for _, c := range t.Conversions {
		if c.Form == FormOther {
			p.Entries = append(p.Entries, c.entry())
		} else {
			p.Forms = append(p.Forms, PatchForm{encodeText(c.Path), c.Form, c.Digest})
		}
	}
	for _, s := range t.Submodules {
		sub := PatchSubmodule{Path: encodeText(s.Path), URL: encodeText(s.URL)}
		if !s.Absent {
			inner := s.Tree.Patch()
			sub.Patch = &inner
		}
		p.Submodules = append(p.Submodules, sub)
	}
	// Encoded paths have an order of their own.
	slices.Sort(p.Paths)
	slices.SortFunc(p.Entries, func(a, b PatchEntry) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(p.Forms, func(a, b PatchForm) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(p.Submodules, func(a, b PatchSubmodule) int { return strings.Compare(a.Path, b.Path) })
	return p
}

func (d Difference) entry() PatchEntry {
	e := PatchEntry{Path: encodeText(d.Path), Kind: d.Kind}
	e.PatchContent = patchContent(d.Mode, d.Target, d.Digest, d.Size, d.Withheld+d.Omitted)
	if s := d.Staged; s != nil {
		if d.Kind == KindStaged { // the tree itself has what the commit has
			e.PatchContent = PatchContent{}
		}
		c := patchContent(s.Mode, s.Target, s.Digest, s.Size, s.Withheld+s.Omitted)
		e.Staged = &c
	}
	return e
}

// KindConverted is an entry of a patch that is no difference: the file is the
// commit's, in a form that cannot be made again from it.
const KindConverted Kind = "converted"

func (c Conversion) entry() PatchEntry {
	return PatchEntry{
		Path: encodeText(c.Path), Kind: KindConverted,
		PatchContent: patchContent(c.Mode, "", c.Digest, c.Size, c.Withheld+c.Omitted),
	}
}

func patchContent(mode Mode, target string, digest hashing.FileDigest, size int64, missing string) PatchContent {
	c := PatchContent{Mode: mode, Target: encodeText(target), Size: size, Missing: missing}
	if !digest.IsZero() {
		c.Digest = &digest
	}
	return c
}

// Bytes is the patch as one line of JSON, keys in the order of the fields.
func (p Patch) Bytes() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(p); err != nil {
		panic("git: a patch cannot be encoded: " + err.Error()) // its types always can
	}
	return b.Bytes()
}

// ParsePatch reads exactly what Bytes writes: other orders, spaces, cases,
// escapes, duplicate or unknown keys are errors, since they would not be written
// again. Errors wrap [ErrPatch].
func ParsePatch(b []byte) (Patch, error) {
	var p Patch
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return Patch{}, fmt.Errorf("%w: %w", ErrPatch, err)
	}
	if p.Version != PatchVersion {
		return Patch{}, fmt.Errorf("%w: version %d is not known", ErrPatch, p.Version)
	}
	if err := p.check(0); err != nil {
		return Patch{}, fmt.Errorf("%w: %w", ErrPatch, err)
	}
	if !bytes.Equal(p.Bytes(), b) {
		return Patch{}, fmt.Errorf("%w: it is not in the one form that patches have", ErrPatch)
	}
	return p, nil
}

// maxNested bounds how deep submodules may nest.
const maxNested = 32

// check is for what types cannot say.
func (p Patch) check(depth int) error {
	if depth > maxNested {
		return fmt.Errorf("submodules nest deeper than %d", maxNested)
	}
	if p.Version != PatchVersion {
		return fmt.Errorf("version %d is not known", p.Version)
	}
	if p.Commit != "" {
		if _, err := ParseObjectID(string(p.Commit)); err != nil {
			return err
		}
	}
	if p.Paths == nil || p.Entries == nil || p.Forms == nil || p.Submodules == nil {
		return fmt.Errorf("a list is missing")
	}
	for _, check := range []func(int) error{p.checkPaths, p.checkEntries, p.checkSubmodules} {
		if err := check(depth); err != nil {
			return err
		}
	}
	return nil
}

// checkPaths: each list is in order, no path stands twice in what is written,
// and none leads out of the tree or beneath what is no folder.
func (p Patch) checkPaths(int) error {
	var entries, forms, subs, written []string
	solid := map[string]bool{} // what nothing can stand beneath
	for _, e := range p.Entries {
		entries = append(entries, e.Path)
		if e.Mode != ModeNone && e.Mode != ModeSubmodule {
			solid[e.Path] = true
			written = append(written, e.Path)
		}
	}
	for _, f := range p.Forms {
		if _, twice := slices.BinarySearch(entries, f.Path); twice {
			return fmt.Errorf("path %q stands twice", f.Path)
		}
		forms = append(forms, f.Path)
	}
	for _, s := range p.Submodules {
		subs = append(subs, s.Path)
	}
	for _, list := range [][]string{p.Paths, entries, forms, subs} {
		if err := checkOrder(list); err != nil {
			return err
		}
	}
	for _, file := range slices.Concat(written, forms, subs) {
		for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
			if solid[dir] {
				return fmt.Errorf("path %q stands beneath %q, which is no folder", file, dir)
			}
		}
	}
	return nil
}

func checkOrder(paths []string) error {
	for i, path := range paths {
		if err := checkPath(path); err != nil {
			return err
		}
		if i > 0 && paths[i-1] >= path {
			return fmt.Errorf("path %q is out of order, or stands twice", path)
		}
	}
	return nil
}

// checkPath refuses what would lead out of the tree or into a .git.
func checkPath(encoded string) error {
	file, err := decodeText(encoded)
	if err != nil {
		return err
	}
	for part := range strings.SplitSeq(file, "/") {
		if !safeName(part) {
			return fmt.Errorf("path %q is none in a tree", file)
		}
	}
	return nil
}

var patchKinds = []Kind{
	KindModified, KindDeleted, KindAdded, KindUntracked, KindIgnored,
	KindStaged, KindMode, KindType, KindFiltered, KindConverted,
}

func (p Patch) checkEntries(int) error {
	for _, e := range p.Entries {
		if !slices.Contains(patchKinds, e.Kind) {
			return fmt.Errorf("path %q: kind %q is not known", e.Path, e.Kind)
		}
		if err := e.check(); err != nil {
			return fmt.Errorf("path %q: %w", e.Path, err)
		}
		if e.Staged == nil {
			continue
		}
		if err := e.Staged.check(); err != nil {
			return fmt.Errorf("path %q: staged: %w", e.Path, err)
		}
	}
	for _, f := range p.Forms {
		if !slices.Contains([]Form{FormCRLF, FormIdent, FormIdentCRLF, FormLFS}, f.Form) {
			return fmt.Errorf("path %q: form %q is not known", f.Path, f.Form)
		}
	}
	return nil
}

// check: a file has a digest or says why not, a link has a target, and nothing
// else has either.
func (c PatchContent) check() error {
	ok := false
	switch c.Mode {
	case ModeFile, ModeExecutable:
		ok = (c.Digest != nil || c.Missing != "") && c.Target == "" && c.Size >= 0
	case ModeSymlink:
		_, err := decodeText(c.Target)
		ok = c.Digest == nil && c.Size == 0 && (c.Target != "" || c.Missing != "") && err == nil
	case ModeSubmodule: // staged, its target is the commit
		ok = c.Digest == nil && c.Size == 0
	case ModeNone, ModeOther:
		ok = c.Digest == nil && c.Size == 0 && c.Target == ""
	}
	if !ok || c.Digest != nil && c.Digest.IsZero() {
		return fmt.Errorf("mode %q with other facts", c.Mode)
	}
	return nil
}

func (p Patch) checkSubmodules(depth int) error {
	for _, s := range p.Submodules {
		if _, err := decodeText(s.URL); err != nil {
			return fmt.Errorf("submodule %q: %w", s.Path, err)
		}
		if s.Patch == nil {
			continue
		}
		if err := s.Patch.check(depth + 1); err != nil {
			return fmt.Errorf("submodule %q: %w", s.Path, err)
		}
	}
	return nil
}
