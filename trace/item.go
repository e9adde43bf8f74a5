package trace

import (
	"context"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store/index"
)

// item is a file or folder that a record names, or that was asked about.
type item struct {
	digest  index.Digest
	at      record.Location
	role    record.Role
	files   int64
	bytes   int64 // -1 where nobody knows
	uri     string
	sources map[string]string // of a folder: the URIs of single files, by their paths
	known   *hashing.Manifest // of a folder, where it is known without the store
}

// itemOf is what an item of a record is.
func itemOf(of index.Item) item {
	i := item{digest: of.Digest, at: of.Location, role: of.Role, files: of.Files, bytes: of.Bytes, uri: of.URI}
	for _, s := range of.Sources {
		if path, err := record.DecodePath(s.Path); err == nil {
			if i.sources == nil {
				i.sources = map[string]string{}
			}
			i.sources[path] = s.URI
		}
	}
	return i
}

// itemsOf are the items of a record that are on a side, and have a role.
func itemsOf(d *index.Detail, side index.Side, role record.Role) (found []item) {
	for _, i := range d.Items {
		if i.Side == side && i.Role == role {
			found = append(found, itemOf(i))
		}
	}
	return found
}

// inputs are what a run read of data and preprocessing: what is joined.
func inputs(d *index.Detail) []item {
	return append(itemsOf(d, index.Read, record.RoleData), itemsOf(d, index.Read, record.RolePreprocessing)...)
}

// outputs are the files and folders of their own that a run made.
func outputs(d *index.Detail) []item { return itemsOf(d, index.Made, record.RoleOutput) }

// runInfo is what is known of a run that stands in the graph.
type runInfo struct {
	run    index.Run     // when and where it ran
	detail *index.Detail // nil if it cannot be read
	err    error
	code   *code
}

// code is what the commit of a run holds.
type code struct {
	commit  record.GitHash
	folders map[record.Location]hashing.Manifest
	differs map[record.Location]bool
}

// codeOf reads what the commit of a run holds. A manifest that is not kept says
// nothing, as if there were no commit.
func (t *tracer) codeOf(ctx context.Context, info *runInfo) (*code, error) {
	if info.code != nil || info.detail == nil {
		return info.code, nil
	}
	c := &code{commit: info.run.Commit, folders: map[record.Location]hashing.Manifest{}, differs: map[record.Location]bool{}}
	for _, at := range info.detail.Differs {
		c.differs[at] = true
	}
	for _, i := range itemsOf(info.detail, index.Read, record.RoleCode) {
		if !i.digest.IsTree() {
			continue
		}
		m, err := t.manifest(ctx, i)
		if err != nil {
			return nil, err
		}
		if m != nil {
			c.folders[i.at] = *m
		}
	}
	info.code = c
	return c, nil
}

// holds tells whether the commit has these bytes at the place.
func (c *code) holds(at record.Location, d hashing.FileDigest) bool {
	if c == nil || c.commit == "" || c.differs[at] {
		return false
	}
	for folder, m := range c.folders {
		if path, ok := below(folder, at); ok {
			if held, found := m.Lookup(path); found && held == d {
				return true
			}
		}
	}
	return false
}

// below is the path of what stands in a folder.
func below(folder, at record.Location) (string, bool) {
	if folder.Root != at.Root || folder == at {
		return "", false
	}
	if folder.Path == "." {
		return at.Path, true
	}
	return strings.CutPrefix(at.Path, strings.TrimSuffix(folder.Path, "/")+"/")
}

// manifest lists the files of a folder, nil where they are not kept.
func (t *tracer) manifest(ctx context.Context, i item) (*hashing.Manifest, error) {
	if i.known != nil {
		return i.known, nil
	}
	if m, found := t.manifests[i.digest.Tree]; found {
		return m, nil
	}
	m, err := t.readManifest(ctx, i.digest.Tree)
	if err == nil {
		t.manifests[i.digest.Tree] = m
	}
	return m, err
}

func (t *tracer) readManifest(ctx context.Context, tree hashing.TreeDigest) (*hashing.Manifest, error) {
	var entries []hashing.Entry
	for e, err := range t.w.Catalog.Files(ctx, tree) {
		if err != nil {
			return nil, ctx.Err() // what cannot be read is among the problems already
		}
		entries = append(entries, e)
	}
	m, err := hashing.NewManifest(entries)
	if err != nil {
		t.problem(err)
		return nil, nil
	}
	return &m, nil
}
