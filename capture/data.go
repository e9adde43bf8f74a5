package capture

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// captureData hashes the declared inputs and preprocessing as they were listed
// before the start.
func (s *session) captureData(ctx context.Context) []record.Resource {
	for _, p := range slices.Concat(s.inputs.paths, s.preprocessing.paths) {
		s.meter.expect(p.listing.Bytes())
	}
	inputs := append(s.hashDeclared(ctx, s.inputs, record.RoleData), s.hashDeclared(ctx, s.preprocessing, record.RolePreprocessing)...)
	s.addSources(ctx, inputs)
	var found []record.Resource
	for _, in := range inputs {
		found = append(found, in.resource)
	}
	return found
}

// hashedInput is one declared path, and what it is in the record.
type hashedInput struct {
	path     declaredPath
	tree     hashing.Tree
	resource record.Resource
}

func (s *session) hashDeclared(ctx context.Context, d declaration, role record.Role) (found []hashedInput) {
	for _, p := range d.paths {
		if why := s.secretInput(p.listing); why != "" {
			s.ledger.gap(record.GapInput, p.location.String(), why)
			s.meter.add(p.listing.Bytes())
			continue
		}
		tree, err := p.listing.Hash(ctx, hashing.Options{Progress: s.meter.add})
		if err != nil {
			s.ledger.gap(record.GapInput, p.location.String(), hashError(ctx, err))
			continue
		}
		r, err := s.resource(ctx, p, tree, role)
		if err != nil {
			s.ledger.gap(record.GapInput, p.location.String(), err.Error())
			continue
		}
		found = append(found, hashedInput{p, tree, r})
	}
	return found
}

// noticeChanges names the inputs that are no longer what they were at the start.
// What is declared as an output too, by its own path, was written by the run itself.
func (s *session) noticeChanges(ctx context.Context) {
	for _, d := range []declaration{s.inputs, s.preprocessing} {
		for _, p := range d.paths {
			changed, err := p.listing.Changed(ctx)
			if err != nil {
				s.ledger.gap(record.GapInputChanged, p.location.String(), "it cannot be looked at again: "+hashError(ctx, err))
			}
			for _, below := range changed {
				at := p.location.Join(below)
				if !s.outputs.names(p.path) && !s.outputs.names(p.listing.File(hashing.Found{Path: below})) {
					s.ledger.gap(record.GapInputChanged, at.String(), "it changed while the run went on, or since")
				}
			}
		}
	}
}

// configChanges tells whether lineage.yaml is still what was read of it.
func (s *session) configChanges() {
	before := s.Place.ConfigFacts
	if before == nil {
		return
	}
	raw, err := readConfigFile(filepath.Join(s.Place.Root, ConfigName))
	if err != nil || hashing.Bytes(raw) != *before.Digest {
		s.ledger.gap(record.GapConfig, before.Location.String(), "it changed while the run went on; what stood there at the start counts")
	}
}

// captureOutputs hashes what stands at the declared outputs now.
func (s *session) captureOutputs(ctx context.Context) []record.Resource {
	var found []record.Resource
	for _, p := range s.outputs.paths {
		listing, err := p.scan(ctx, s.storeDir(), true)
		if err != nil && p.gone() {
			s.ledger.gap(record.GapOutputMissing, p.location.String(), "it was declared, and nothing stands there after the run")
			continue
		} else if err != nil {
			s.ledger.gap(record.GapOutput, p.location.String(), hashError(ctx, err))
			continue
		}
		s.noteLeft(p, listing.Left)
		if len(listing.Files) == 0 {
			s.ledger.gap(record.GapOutputMissing, p.location.String(), "the folder has no file in it after the run")
			continue
		}
		s.meter.expect(listing.Bytes())
		tree, err := listing.Hash(ctx, hashing.Options{Progress: s.meter.add})
		if err != nil {
			s.ledger.gap(record.GapOutput, p.location.String(), hashError(ctx, err))
			continue
		}
		if written := s.written(p, tree); len(written) == len(tree.Hashed) && len(listing.Left) == 0 {
			found = append(found, s.outputResources(ctx, p, tree)...)
		} else if len(written) > record.MaxParts {
			s.ledger.gap(record.GapOutput, p.location.String(), fmt.Sprintf("the run wrote %d of its files, too many to name each, and not the others", len(written)))
		} else {
			found = append(found, fileResources(p, written, nil)...)
		}
	}
	return found
}

// written are the files of an output that the run wrote. It names those that
// stood there before and were not written: they are not its outputs, and neither
// is a folder that holds one, or holds a file of ours: who hashes the folder later leaves
// nothing of it out. What is evidenced otherwise may stand in it.
func (s *session) written(p declaredPath, tree hashing.Tree) (files []hashing.File) {
	before := map[string]hashing.Stat{}
	for _, f := range p.listing.Files {
		before[f.Path] = f.Stat
	}
	for _, f := range tree.Hashed {
		if stat, there := before[f.Path]; !there || stat != f.Stat || s.evidenced(tree.File(f.Found), f) {
			files = append(files, f)
			continue
		}
		s.ledger.gap(record.GapOutputStale, p.location.Join(f.Path).String(), "it stood there before the run, which did not write it: it is no output of this run")
	}
	return files
}

// evidenced tells of a file that the run did not write where it has its bytes from:
// it is an input of the same run, or a tracked file of the code, or empty (a .gitkeep).
func (s *session) evidenced(path string, f hashing.File) bool {
	if s.outputs.names(path) {
		return false
	}
	if f.Digest.IsEmpty() || s.inputs.covers(path) {
		return true
	}
	below, within := Below(s.Place.Root, path)
	return within && s.code.holds(below, f.Digest)
}

func (s *session) outputResources(ctx context.Context, p declaredPath, tree hashing.Tree) []record.Resource {
	whole, err := s.resource(ctx, p, tree, record.RoleOutput)
	if err != nil {
		s.ledger.gap(record.GapOutput, p.location.String(), err.Error())
		return nil
	}
	if !tree.IsDir {
		return []record.Resource{whole}
	}
	if len(tree.Hashed) > record.MaxParts {
		return []record.Resource{whole}
	}
	return append([]record.Resource{whole}, fileResources(p, tree.Hashed, &p.location)...)
}

// fileResources are the files of an output, as parts of a folder or on their own.
func fileResources(p declaredPath, files []hashing.File, folder *record.Location) (found []record.Resource) {
	for _, f := range files {
		found = append(found, record.FileResource(record.RoleOutput, p.location.Join(f.Path), f.Digest, f.Stat.Size, folder))
	}
	return found
}

// resource describes a file or folder that was hashed, and keeps the folder's
// manifest.
func (s *session) resource(ctx context.Context, p declaredPath, tree hashing.Tree, role record.Role) (record.Resource, error) {
	if !tree.IsDir {
		r := record.FileResource(role, p.location, tree.Hashed[0].Digest, tree.Bytes(), nil)
		if len(tree.Links) > 0 {
			r.Annotations.File.Link = record.EncodePath(tree.Links[0].Target)
		}
		return r, nil
	}
	m, err := tree.Manifest()
	if err != nil {
		return record.Resource{}, err
	}
	if _, err := s.keep(context.WithoutCancel(ctx), m.Bytes()); err != nil {
		return record.Resource{}, err
	}
	r := record.TreeResource(role, p.location, m, tree.Bytes())
	for _, l := range tree.Links {
		r.Annotations.Tree.Links = append(r.Annotations.Tree.Links, record.Link{
			Path: record.EncodePath(l.Path), Target: record.EncodePath(l.Target), Outside: l.Outside,
		})
	}
	return r, nil
}

// hashError says why something was not hashed, in a word where it was cut short by
// the end of ctx.
func hashError(ctx context.Context, err error) string {
	if ctx.Err() != nil {
		return "hashing was cut short: the run was interrupted"
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}
