package restore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// maxBlob bounds a manifest or patch that is read back: some ten million files.
const maxBlob = 1 << 30

// Make reads a record into a plan. A record without any code is an error that wraps
// [ErrNoCode].
func Make(ctx context.Context, r *record.Record, blobs Blobs, o PlanOptions) (*Plan, error) {
	if o.DataDir == "" {
		o.DataDir = DefaultDataDir
	}
	if clean := path.Clean(o.DataDir); clean != o.DataDir || !inside(clean) || clean == "." {
		return nil, fmt.Errorf("the folder %q for inputs is no plain path below the folder that is restored", o.DataDir)
	}
	p := &Plan{Record: r}
	roles := []record.Role{record.RoleData, record.RolePreprocessing}
	if patches := r.Byproducts(record.RolePatch); len(patches) > 0 {
		patch, err := readPatch(ctx, blobs, *patches[0].Digest.SHA256)
		if err != nil {
			return nil, fmt.Errorf("reading how the tree differed from its commit: %w", err)
		}
		p.Patch = &patch
	} else if code := r.Dependencies(record.RoleCode); len(code) > 0 {
		p.add(ctx, blobs, code, o)
	} else {
		return nil, ErrNoCode
	}
	for _, role := range roles {
		if o.Inputs {
			p.add(ctx, blobs, r.Dependencies(role), o)
		}
	}
	return p, ctx.Err()
}

func readPatch(ctx context.Context, blobs Blobs, d hashing.FileDigest) (git.Patch, error) {
	raw, err := readBlob(ctx, blobs, d)
	if err != nil {
		return git.Patch{}, err
	}
	return git.ParsePatch(raw)
}

func readBlob(ctx context.Context, blobs Blobs, d hashing.FileDigest) ([]byte, error) {
	r, err := blobs.Blob(ctx, d)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, maxBlob+1))
	switch {
	case err != nil:
		return nil, err
	case len(raw) > maxBlob:
		return nil, fmt.Errorf("blob %s has more than %d bytes", d, maxBlob)
	case hashing.Bytes(raw) != d:
		return nil, fmt.Errorf("blob %s has other bytes", d)
	}
	return raw, nil
}

func (p *Plan) add(ctx context.Context, blobs Blobs, resources []record.Resource, o PlanOptions) {
	for _, r := range resources {
		in := Ingredient{Role: r.Annotations.Role, URI: r.URI}
		switch a := r.Annotations; {
		case a.File != nil && r.Digest != nil && r.Digest.SHA256 != nil:
			in.Location, in.File, in.Bytes = a.File.Location, r.Digest.SHA256, a.File.Bytes
			in.Files = []hashing.Entry{{Path: ".", Digest: *in.File}}
		case a.Tree != nil && r.Digest != nil && r.Digest.Tree != nil:
			in.Location, in.Tree, in.Bytes = a.Tree.Location, r.Digest.Tree, a.Tree.Bytes
			in.Links, in.Sources = a.Tree.Links, a.Tree.Sources
			in.files(ctx, blobs)
		default:
			continue
		}
		in.Place = place(in.Location, o.DataDir)
		p.Ingredients = append(p.Ingredients, in)
	}
}

// files reads the manifest of a tree.
func (in *Ingredient) files(ctx context.Context, blobs Blobs) {
	if in.Files = []hashing.Entry{}; in.Tree.IsEmpty() {
		return
	}
	raw, err := readBlob(ctx, blobs, in.Tree.ManifestDigest())
	var m hashing.Manifest
	if err == nil {
		m, err = hashing.ParseManifest(raw)
	}
	if err != nil {
		in.Files, in.Why = nil, "the manifest that lists its files cannot be had: "+err.Error()
		return
	}
	in.Files = m.Entries()
}

// place is where a location goes: package doc.
func place(l record.Location, dataDir string) string {
	if l.Root == record.RootRepo {
		return l.Path
	}
	return path.Join(dataDir, string(l.Root), strings.TrimPrefix(l.Path, "/"))
}

// inside tells whether a clean path stays below where it starts.
func inside(p string) bool {
	return !path.IsAbs(p) && p != ".." && !strings.HasPrefix(p, "../")
}

var errReserved = errors.New("nothing is put into a .git or .lineage")

// checkPlace refuses what would change how git, or this program, behaves in the folder.
// A record is foreign input: a hook or a setting in a .git is a program that runs.
func checkPlace(p string) error {
	for part := range strings.SplitSeq(p, "/") {
		plain := strings.ToLower(strings.TrimRight(strings.Map(visible, part), ". "))
		if plain == ".git" || plain == ".lineage" || plain == "git~1" || strings.HasPrefix(plain, ".git:") {
			return errReserved
		}
	}
	return nil
}

// visible drops what some file systems ignore in a name.
func visible(r rune) rune {
	if r >= 0x200c && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x206a && r <= 0x206f || r == 0xfeff {
		return -1
	}
	return r
}
