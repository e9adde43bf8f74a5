package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lineage-audit/lineage/fetch"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/restore"
	"github.com/lineage-audit/lineage/store"
)

// helping proposes commands that may bring what was missing. Each works as it is
// printed, and none was just tried.
type helping struct {
	*cli
	store  *store.Store
	record *record.Record
	dir    string
	f      restoreFlags
	makers *makers
	taken  map[record.ID]string
}

// commands are what may help each of the outcomes; nil where nothing is known to.
func (h *helping) commands(ctx context.Context, all []restore.Outcome) [][]string {
	found, asked := make([][]string, len(all)), []string{}
	var asking []int
	for i, o := range all {
		if o.Status == restore.Restored {
			continue
		}
		if uri := h.origin(ctx, o); uri != "" {
			asking = append(asking, i)
			if !slices.Contains(asked, uri) {
				asked = append(asked, uri)
			}
		} else if maker := h.makers.of(ctx, o.Location); !maker.IsZero() {
			found[i] = h.restoring(maker, h.upstreamOf(maker), nil)
		}
	}
	for _, i := range asking { // one command asks all of them: its folder is there afterwards
		found[i] = h.restoring(h.record.ID(), fresh(h.dir, nil), asked)
	}
	return found
}

// restoring is the command line that restores a run as it was done before, and asks more.
func (h *helping) restoring(id record.ID, dir string, more []string) []string {
	line := h.line("restore", id.Short(), dir, "--inputs")
	if h.f.from != "" {
		line = append(line, "--from", h.f.from)
	}
	if h.f.dataDir != restore.DefaultDataDir {
		line = append(line, "--data-dir", h.f.dataDir)
	}
	for _, folder := range h.f.dataRoots {
		line = append(line, "--data-root", folder)
	}
	for _, uri := range slices.Concat(h.f.fetch, more) {
		line = append(line, "--fetch", uri)
	}
	return line
}

// upstreamOf is a folder for a run that made an input, the same one each time.
func (h *helping) upstreamOf(maker record.ID) string {
	if h.taken == nil {
		h.taken = map[record.ID]string{}
	}
	if h.taken[maker] == "" {
		var others []string
		for _, dir := range h.taken {
			others = append(others, dir)
		}
		first := beside(h.dir) + "-upstream"
		if isFree(first, others) {
			h.taken[maker] = first
		} else {
			h.taken[maker] = fresh(first, others)
		}
	}
	return h.taken[maker]
}

// fresh is a folder's name with a number that stands for nothing yet.
func fresh(dir string, others []string) string {
	for n := 2; ; n++ {
		if next := beside(dir) + "-" + strconv.Itoa(n); isFree(next, others) {
			return next
		}
	}
}

func isFree(path string, others []string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist) && !slices.Contains(others, path)
}

// beside is a folder's name to which something can be added.
func beside(dir string) string {
	clean := filepath.Clean(dir)
	if base := filepath.Base(clean); base == "." || base == ".." {
		if abs, err := filepath.Abs(clean); err == nil {
			return abs
		}
	}
	if strings.HasPrefix(clean, "-") {
		return "./" + clean
	}
	return clean
}

// origin is a URI that is named for what is missing, by the record or by a note of
// `lineage get`, and that nobody was allowed to ask; of files of a folder the folder.
func (h *helping) origin(ctx context.Context, o restore.Outcome) string {
	uris := []string{o.URI}
	for _, s := range o.Sources {
		uris = append(uris, parentOf(s.URI))
	}
	lost := lostDigests(o)
	noted, _ := h.store.Sources(ctx, lost...) // a note that cannot be read proposes nothing
	for _, d := range lost {
		for _, note := range noted[d] {
			if uri := note.URI; o.Tree == nil {
				uris = append(uris, uri)
			} else {
				uris = append(uris, parentOf(uri))
			}
		}
	}
	allowed, _ := fetch.ParseAllowed(h.f.fetch, "/") // it was read before
	for _, uri := range uris {
		if u, err := fetch.Parse(uri, "/"); uri != "" && err == nil && !allowed.Covers(u) {
			return uri
		}
	}
	return ""
}

func parentOf(uri string) string {
	u, err := fetch.Parse(uri, "/")
	if err != nil {
		return ""
	}
	return u.Parent().String()
}

func lostDigests(o restore.Outcome) (all []hashing.FileDigest) {
	for _, f := range o.Files {
		if slices.ContainsFunc(o.Lost, func(l restore.Lost) bool { return l.Path == f.Path }) {
			all = append(all, f.Digest)
		}
	}
	return all
}
