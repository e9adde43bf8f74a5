package git

import (
	"context"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// Judge reads the tree's bytes and compares them with the scan's commit. An
// error means that no judgement was reached; what is merely left out is in
// Omitted and in the differences.
func (s *Scan) Judge(ctx context.Context, o JudgeOptions) (Tree, error) {
	t, err := s.judge(ctx, newKeeper(o))
	if err != nil {
		return Tree{}, fmt.Errorf("judging the tree at %q: %w", s.root, err)
	}
	return t, nil
}

// judgement is one tree being judged.
type judgement struct {
	*Scan
	keep   *keeper
	tree   Tree
	index  map[string]indexEntry // nil where there is none, or it cannot be read
	objs   *objects              // started when first needed
	files  map[string]File
	lines  []hashing.Entry // of the manifest, submodules included
	differ map[string]*Difference
	blobs  map[string]ObjectID // what git would call the bytes of what differs
}

func (s *Scan) judge(ctx context.Context, k *keeper) (Tree, error) {
	j := &judgement{Scan: s, keep: k, files: map[string]File{}, differ: map[string]*Difference{}, blobs: map[string]ObjectID{}}
	j.tree = Tree{Commit: s.heading.Commit, Paths: slices.Clone(s.opts.Paths), NoModes: noModes(s.root)}
	defer j.close()
	steps := []func(context.Context) error{j.readIndex, j.judgeTracked, j.judgeUntracked, j.judgeSubmodules, j.judgeStaged}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return Tree{}, err
		}
		if err := ctx.Err(); err != nil {
			return Tree{}, context.Cause(ctx)
		}
	}
	return j.finish()
}

func (j *judgement) close() {
	if j.objs != nil {
		j.objs.close()
	}
}

// objects is the reader of objects, started when it is first needed, and again
// when it has ended over an object that a partial clone does not have.
func (j *judgement) objects(ctx context.Context) (*objects, error) {
	if j.objs != nil && j.objs.broken == nil {
		return j.objs, nil
	}
	j.close()
	var err error
	j.objs, err = j.repo.git.objects(ctx)
	return j.objs, err
}

// idLen is the length of the repository's ids, 0 outside one.
func (j *judgement) idLen() int {
	if j.repo == nil {
		return 0
	}
	if j.heading.format == "sha256" {
		return 64
	}
	return 40
}

// unlisted is the one file name, at the top, that manifests refuse.
const unlisted = "-"

// finish brings the parts into their order and draws the conclusion.
func (j *judgement) finish() (Tree, error) {
	t := &j.tree
	for _, d := range j.differ {
		t.Differences = append(t.Differences, *d)
	}
	slices.SortFunc(t.Differences, func(a, b Difference) int { return strings.Compare(a.Path, b.Path) })
	t.Files = slices.SortedFunc(maps.Values(j.files), func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(t.Links, func(a, b Link) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(t.Conversions, func(a, b Conversion) int { return strings.Compare(a.Path, b.Path) })
	for _, f := range t.Files {
		if f.Path == unlisted {
			t.Omitted = append(t.Omitted, Omitted{f.Path, "a file of this name cannot stand in a manifest"})
			continue
		}
		j.lines = append(j.lines, hashing.Entry{Path: f.Path, Digest: f.Digest})
	}
	j.leftOut(j.list)
	t.State = j.state()
	var err error
	t.Manifest, err = hashing.NewManifest(j.lines)
	return *t, err
}

// state draws the conclusion. A submodule that is not clean is among the
// differences of the tree around it.
func (j *judgement) state() TreeState {
	switch {
	case j.repo == nil:
		return NoRepository
	case j.heading.Commit == "":
		return NoCommit
	case len(j.tree.Differences) == 0:
		return Clean
	}
	for _, d := range j.tree.Differences {
		if d.Kind != KindFiltered {
			return Dirty
		}
	}
	return Filtered
}

// file adds a file to the code.
func (j *judgement) file(name string, d onDisk, tracked bool) {
	j.files[name] = File{Path: name, Mode: d.mode, Digest: d.digest, Size: d.size, Tracked: tracked}
}

// link adds a symlink to the code.
func (j *judgement) link(name string, d onDisk, tracked bool) {
	j.tree.Links = append(j.tree.Links, Link{Path: name, Target: d.target, Tracked: tracked})
}

// differs notes that a path is not the commit's, and keeps what stands there.
func (j *judgement) differs(name string, kind Kind, was Mode, d onDisk) error {
	diff := &Difference{Path: name, Kind: kind, Was: was, Mode: d.mode, Target: d.target, Digest: d.digest, Size: d.size}
	j.differ[name], j.blobs[name] = diff, d.blob
	switch {
	case d.err != nil:
		diff.Omitted = d.err.Error()
	case d.mode == ModeOther:
		diff.Omitted = "neither a file, a folder nor a link: it is not opened"
	case d.mode == ModeSymlink:
		j.link(name, d, was != ModeNone)
	case kind == KindMode && d.blob == j.id(name):
		j.file(name, d, true) // the commit has the content
	case d.isFile():
		k, err := j.keep.file(j.root, name, d)
		if err != nil {
			return fmt.Errorf("keeping %q: %w", name, err)
		}
		diff.Digest, diff.Size, diff.Kept, diff.Withheld, diff.Omitted = k.digest, k.size, k.kept, k.withheld, k.omitted
		if !k.digest.IsZero() {
			d.digest, d.size = k.digest, k.size
			j.file(name, d, was != ModeNone)
		}
	}
	return nil
}

// id is what the commit has at a path.
func (j *judgement) id(name string) ObjectID { return j.entry(name).id }

// full is where a path of the tree is.
func (j *judgement) full(name string) string {
	return filepath.Join(j.root, filepath.FromSlash(name))
}

// judgeSubmodules judges each submodule in turn, as a tree of its own.
func (j *judgement) judgeSubmodules(ctx context.Context) error {
	urls, err := j.submoduleURLs(ctx)
	if err != nil {
		return err
	}
	for _, e := range j.Scan.tree {
		if e.mode != ModeSubmodule {
			continue
		}
		sub := Submodule{Path: e.path, URL: urls[e.path], Expected: e.id}
		if scan := j.subs[e.path]; scan == nil {
			sub.Absent = true
		} else if err := j.judgeSubmodule(ctx, &sub, scan); err != nil {
			return fmt.Errorf("submodule %q: %w", e.path, err)
		}
		j.tree.Submodules = append(j.tree.Submodules, sub)
	}
	return nil
}

func (j *judgement) judgeSubmodule(ctx context.Context, sub *Submodule, scan *Scan) error {
	var err error
	if sub.Tree, err = scan.judge(ctx, j.keep.at(sub.Path)); err != nil {
		return err
	}
	sub.Commit = scan.heading.Commit
	if own, err := scan.repo.config(ctx); err == nil {
		if url := fetchURL(own); url != "" {
			sub.URL = url
		}
	}
	for _, e := range sub.Tree.Manifest.Entries() {
		j.lines = append(j.lines, hashing.Entry{Path: path.Join(sub.Path, e.Path), Digest: e.Digest})
	}
	if sub.Commit == sub.Expected && sub.Tree.State == Clean {
		return nil
	}
	kind := KindModified
	if sub.Commit == sub.Expected && sub.Tree.State == Filtered {
		kind = KindFiltered
	}
	j.differ[sub.Path] = &Difference{Path: sub.Path, Kind: kind, Was: ModeSubmodule, Mode: ModeSubmodule}
	j.blobs[sub.Path] = sub.Commit
	return nil
}

// submoduleURLs are those that .gitmodules gives, by path.
func (j *judgement) submoduleURLs(ctx context.Context) (map[string]string, error) {
	if !slices.ContainsFunc(j.Scan.tree, func(e treeEntry) bool { return e.mode == ModeSubmodule }) {
		return nil, nil
	}
	file, err := readOwn(j.full(".gitmodules"), maxModules)
	if err != nil {
		return nil, nil // a submodule without a URL is said so
	}
	urls, err := j.repo.git.modules(ctx, file)
	if err != nil && ctx.Err() == nil {
		return nil, nil
	}
	return urls, err
}
