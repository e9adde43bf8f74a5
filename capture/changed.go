package capture

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/record"
)

// codeChanges names the code that is no longer what it was at the start. A file
// that was added is an output's business; one that was changed is the code's.
func (s *session) codeChanges(ctx context.Context) {
	if s.scan == nil {
		return
	}
	changes, err := s.scan.Changed(ctx)
	if err != nil {
		s.ledger.gap(record.GapCodeChanged, "code", "it cannot be looked at again: "+hashError(ctx, err))
		return
	}
	for _, c := range changes {
		full := filepath.Join(s.Place.Root, filepath.FromSlash(c.Path))
		if s.code.late[c.Path] {
			s.ledger.gap(record.GapCodeChanged, record.Location{Root: record.RootRepo, Path: c.Path}.String(), "the run wrote it before it was read: the work tree is described with what stood there then")
			continue
		}
		if c.Kind == git.Added || s.inputs.covers(full) || s.outputs.names(full) || s.outputs.covers(full) && !git.IsSource(c.Path) || s.apart(c.Path) && !s.code.tracks(c.Path) {
			continue
		}
		at := record.Location{Root: record.RootRepo, Path: c.Path}.String()
		if !s.code.tracks(c.Path) && !git.IsSource(c.Path) { // a log, most likely
			s.ledger.note(record.NoteWritten, at, "it is no code of the commit, was there at the start, and was "+string(c.Kind)+" meanwhile: declare it with --output if the run writes it")
			continue
		}
		s.ledger.gap(record.GapCodeChanged, at, "it was "+string(c.Kind)+" while the run went on, or since; if the run writes it, declare it with --output")
	}
}

// lateOutputs are the tracked files that are declared as outputs, and that the run had
// written already when the tree was judged: what they were at the start is not known.
func (s *session) lateOutputs(ctx context.Context, facts codeFacts) map[string]bool {
	late := map[string]bool{}
	if s.scan == nil || len(s.outputs.paths) == 0 {
		return late
	}
	changes, err := s.scan.Changed(ctx)
	if err != nil {
		return late // codeChanges will say so
	}
	for _, c := range changes {
		full := filepath.Join(s.Place.Root, filepath.FromSlash(c.Path))
		if c.Kind != git.Added && (s.outputs.names(full) || s.outputs.covers(full)) && facts.tracks(c.Path) {
			late[c.Path] = true
		}
	}
	return late
}

// tracks tells whether the commit, or a submodule's, has something at the path.
func (c codeFacts) tracks(path string) bool { return tracks(c.tree, path) }

func tracks(t git.Tree, path string) bool {
	for _, sub := range t.Submodules {
		if below, found := strings.CutPrefix(path, sub.Path+"/"); found {
			return tracks(sub.Tree, below)
		}
	}
	return slices.ContainsFunc(t.Files, func(f git.File) bool { return f.Path == path && f.Tracked }) ||
		slices.ContainsFunc(t.Links, func(l git.Link) bool { return l.Path == path && l.Tracked }) ||
		slices.ContainsFunc(t.Differences, func(d git.Difference) bool { return d.Path == path && d.Was != git.ModeNone })
}
