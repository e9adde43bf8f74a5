package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store/index"
	"github.com/lineage-audit/lineage/trace"
	"github.com/lineage-audit/lineage/verify"
	"github.com/lineage-audit/lineage/verify/evidence"
)

// bytesAt is what stands at a path now, as a run would hash it. What MLflow's client
// adds to a model that it downloads is no part of it.
func (t *tracing) bytesAt(ctx context.Context, path string) (trace.Subject, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return trace.Subject{}, hinted(fmt.Errorf("nothing stands at %q", path), "--digest traces bytes that are gone, and --run a run")
	} else if err != nil {
		return trace.Subject{}, err
	}
	t.path = path
	full, err := filepath.Abs(path)
	if err != nil {
		return trace.Subject{}, err
	}
	content, err := t.hash(ctx, path)
	if err != nil {
		return trace.Subject{}, err
	}
	s := trace.Subject{Asked: path, At: t.place.Locate(full), Bytes: -1}
	if content.File != nil {
		s.File, s.Bytes = *content.File, info.Size()
		return s, nil
	}
	m := withoutGit(t.withoutDownloaded(path, *content.Tree))
	s.Tree, s.Files, s.Sizes = m.Digest(), &m, sizesOf(ctx, path, m)
	return s, nil
}

// sizesOf are those of the files of a folder. What cannot be looked at again is left
// out: then the records say how large it is, or nobody does.
func sizesOf(ctx context.Context, path string, m hashing.Manifest) map[hashing.FileDigest]int64 {
	sizes := map[hashing.FileDigest]int64{}
	listing, err := hashing.Scan(ctx, path, hashing.ScanOptions{})
	if err != nil {
		return sizes
	}
	for _, f := range listing.Files {
		if d, found := m.Lookup(f.Path); found {
			sizes[d] = f.Stat.Size
		}
	}
	return sizes
}

// hash hashes what stands at a path, and shows how far it is.
func (t *tracing) hash(ctx context.Context, path string) (verify.Content, error) {
	bar := t.c.bar(false)
	defer bar.done()
	p := evidence.Path{Path: path, Store: t.dir}
	if bar.show {
		listing, err := hashing.Scan(ctx, path, hashing.ScanOptions{})
		if err != nil {
			return verify.Content{}, err
		}
		var mu sync.Mutex
		var done int64
		p.Progress = func(n int64) {
			mu.Lock()
			defer mu.Unlock()
			done += n
			bar.set(done, listing.Bytes())
		}
	}
	return p.Content(ctx, verify.Resolved{})
}

// withoutGit leaves out what git keeps beside its work trees: no run reads or makes that.
func withoutGit(m hashing.Manifest) hashing.Manifest {
	entries := slices.DeleteFunc(m.Entries(), func(e hashing.Entry) bool {
		return slices.Contains(strings.Split(e.Path, "/"), ".git")
	})
	if without, err := hashing.NewManifest(entries); err == nil && len(entries) > 0 {
		return without
	}
	return m
}

// withoutDownloaded leaves the file out that MLflow's client wrote into a download.
func (t *tracing) withoutDownloaded(path string, m hashing.Manifest) hashing.Manifest {
	d, found := m.Lookup(attach.DownloadedFile)
	if !found {
		return m
	}
	raw, err := os.ReadFile(filepath.Join(path, attach.DownloadedFile))
	if err != nil || hashing.Bytes(raw) != d {
		return m
	}
	if _, err := attach.ParseDownloaded(raw); err != nil {
		return m
	}
	entries := slices.DeleteFunc(m.Entries(), func(e hashing.Entry) bool { return e.Path == attach.DownloadedFile })
	if without, err := hashing.NewManifest(entries); err == nil {
		return without
	}
	return m
}

// mostKnown is how many other contents of a path are told.
const mostKnown = 3

// knownByName says what stood at the path at other times, where no run knows the
// bytes that stand there now. That joins nothing: it helps whoever wonders.
func (t *tracing) knownByName(ctx context.Context, s trace.Subject, g trace.Graph) {
	joined := slices.ContainsFunc(g.Nodes, func(n trace.Node) bool { return n.Kind == trace.KindRun })
	if t.path == "" || joined {
		return
	}
	told := map[index.Digest]bool{}
	for u, err := range t.catalog.ByLocation(ctx, s.At, "") {
		if err != nil || len(told) == mostKnown {
			return
		}
		if told[u.Digest] || u.Digest.IsEmpty() {
			continue
		}
		told[u.Digest] = true
		what := map[index.Side]string{index.Made: "made", index.Read: "read"}[u.Side]
		t.c.say(t.c.stderr, "%s", clean(fmt.Sprintf("this path held %s when run %s %s it at %s", digestText(u.Digest), u.Run.ID.Short(), what, stamp(u.Run.Started))))
	}
}

func stamp(t record.Timestamp) string { return t.UTC().Format("2006-01-02 15:04:05Z") }
