package capture

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/lineage-audit/lineage/capture/environment"
	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// codeFacts are what is known of the code.
type codeFacts struct {
	dependencies []record.Resource // commit, submodules, code
	patch        *hashing.FileDigest
	content      []hashing.FileDigest
	tree         git.Tree
	late         map[string]bool // the outputs among the code that had changed when it was judged
}

// holds tells whether the tracked file at the path has these bytes.
func (c codeFacts) holds(path string, digest hashing.FileDigest) bool {
	return slices.ContainsFunc(c.tree.Files, func(f git.File) bool { return f.Path == path && f.Tracked && f.Digest == digest })
}

// maxDifferences bounds how many paths of a dirty tree stand in the record
// itself. The patch has all of them.
const maxDifferences = 100_000

// trackerFiles are where trackers keep their own stores, if nobody says anything,
// in the folder of the run. They change with each run and are no code.
var trackerFiles = []string{"mlflow.db", "mlruns", "mlartifacts", "wandb"}

// lookAtCode takes HEAD and the stat of each code file.
func (s *session) lookAtCode(ctx context.Context) (err error) {
	without := s.Place.WhyNoRepo
	if s.Place.Repo != nil {
		s.scan, without = s.Place.Repo.Scan(ctx, s.codeOptions())
	}
	if without != nil {
		s.scan = s.lookWithoutGit(ctx, without)
	}
	return ctx.Err()
}

func (s *session) codeOptions() git.ScanOptions { return git.ScanOptions{Paths: s.Place.Config.Code} }

// lookWithoutGit is for where there is no repository, and where there is one that
// cannot be read: that is a gap, and the code's bytes are known all the same. No
// failure is a reason to keep anybody from training.
func (s *session) lookWithoutGit(ctx context.Context, why error) *git.Scan {
	if !errors.Is(why, git.ErrNoRepository) {
		s.ledger.gap(record.GapCode, "commit", hashError(ctx, why))
	}
	scan, err := git.ScanFolder(ctx, s.Place.Root, s.codeOptions())
	if err != nil {
		s.ledger.gap(record.GapCode, "code", hashError(ctx, err))
		return nil
	}
	return scan
}

// captureCode judges the tree as it was looked at.
func (s *session) captureCode(ctx context.Context) (facts codeFacts) {
	if s.scan == nil {
		return facts
	}
	keepCtx := context.WithoutCancel(ctx)
	state, tree, err := s.judge(ctx, func(digest hashing.FileDigest, content []byte) error {
		_, err := s.keep(keepCtx, slices.Clone(content))
		if err == nil {
			facts.content = append(facts.content, digest)
		}
		return err
	})
	if err != nil {
		s.ledger.gap(record.GapCode, "code", hashError(ctx, err))
		return facts
	}
	s.codeGaps(tree)
	facts.tree = tree
	facts.late = s.lateOutputs(ctx, facts)
	facts.dependencies = s.commits(state, tree)
	if code, ok := s.codeManifest(keepCtx, tree); ok {
		facts.dependencies = append(facts.dependencies, code)
	}
	if tree.State != git.NoRepository { // a clean tree's patch says which form each file stood in
		patch := tree.Patch().Bytes()
		digest, err := s.keep(keepCtx, patch)
		if err != nil {
			s.ledger.gap(record.GapContentOmitted, "patch", err.Error())
		} else {
			facts.patch = &digest
		}
	}
	return facts
}

// judge asks for the commit and for the tree at once, since each waits for git.
func (s *session) judge(ctx context.Context, keep func(hashing.FileDigest, []byte) error) (state git.State, tree git.Tree, err error) {
	var stateErr error
	var wg sync.WaitGroup
	wg.Go(func() { state, stateErr = s.scan.State(ctx) })
	o := git.JudgeOptions{Apart: s.apart, Withhold: s.withhold, Keep: keep}
	tree, err = s.scan.Judge(ctx, o)
	wg.Wait()
	err = errors.Join(err, stateErr)
	if err == nil || ctx.Err() != nil || s.Place.Repo == nil {
		return state, tree, err
	}
	folder := s.lookWithoutGit(ctx, err)
	if folder == nil {
		return state, tree, err
	}
	tree, err = folder.Judge(ctx, o)
	return state, tree, err
}

// apart tells of an untracked path that it is recorded elsewhere.
func (s *session) apart(path string) bool {
	full := filepath.Join(s.Place.Root, filepath.FromSlash(path))
	if git.IsSource(path) && !s.outputs.names(full) {
		return s.inputs.covers(full) // of an output folder it may be code that stood there
	}
	if first, _, _ := strings.Cut(path, "/"); slices.Contains(trackerFiles, first) || strings.HasPrefix(first, "mlflow.db-") {
		return true
	}
	return s.inputs.covers(full) || s.outputs.covers(full) || strings.HasSuffix(path, SidecarSuffix)
}

func (s *session) withhold(path string, content []byte) string {
	reason, secret := s.rules.File(path, content)
	if !secret {
		return ""
	}
	return reason
}

func (s *session) codeGaps(tree git.Tree) {
	for _, o := range tree.Omitted {
		s.ledger.gap(record.GapCode, o.Path, o.Reason)
	}
	for _, d := range tree.Differences {
		if why := d.Withheld + d.Omitted; why != "" && d.Digest.IsZero() && d.Target == "" {
			s.ledger.gap(record.GapCode, d.Path, why) // not even its digest is known
		} else if why != "" {
			s.ledger.gap(record.GapContentOmitted, d.Path, why)
		}
		if d.Staged != nil && d.Staged.Withheld+d.Staged.Omitted != "" {
			s.ledger.gap(record.GapContentOmitted, d.Path+" (staged)", d.Staged.Withheld+d.Staged.Omitted)
		}
	}
	for _, c := range tree.Conversions {
		if why := c.Withheld + c.Omitted; why != "" {
			s.ledger.gap(record.GapContentOmitted, c.Path, why)
		}
	}
	for _, l := range tree.Links {
		to := path.Join(path.Dir(l.Path), l.Target)
		if git.IsSource(l.Path) && (path.IsAbs(l.Target) || to == ".." || strings.HasPrefix(to, "../")) {
			s.ledger.gap(record.GapCode, l.Path, "it is a link to code outside the work tree, whose bytes are not recorded")
		}
	}
	for _, o := range tree.Skipped {
		s.ledger.note(record.NoteSkipped, o.Path, o.Reason)
	}
	for _, sub := range tree.Submodules {
		if !sub.Absent {
			s.codeGaps(sub.Tree)
		}
	}
}

// codeManifest is the code's own bytes, whether or not there is git.
func (s *session) codeManifest(ctx context.Context, tree git.Tree) (record.Resource, bool) {
	if tree.Manifest.Len() == 0 {
		s.ledger.gap(record.GapCode, "code", "no code file was found")
		return record.Resource{}, false
	}
	if _, err := s.keep(ctx, tree.Manifest.Bytes()); err != nil {
		s.ledger.gap(record.GapCode, "code", err.Error())
		return record.Resource{}, false
	}
	r := record.TreeResource(record.RoleCode, record.Location{Root: record.RootRepo, Path: "."}, tree.Manifest, codeBytes(tree))
	for _, l := range tree.Links {
		r.Annotations.Tree.Links = append(r.Annotations.Tree.Links, record.Link{Path: record.EncodePath(l.Path), Target: record.EncodePath(l.Target)})
	}
	return r, true
}

func codeBytes(tree git.Tree) (sum int64) {
	for _, f := range tree.Files {
		sum += f.Size
	}
	for _, sub := range tree.Submodules {
		sum += codeBytes(sub.Tree)
	}
	return sum
}

// commits are the commit that was checked out and those of its submodules; where
// there is no git, the one that somebody declared.
func (s *session) commits(state git.State, tree git.Tree) []record.Resource {
	if tree.State == git.NoRepository {
		return s.declaredCommit()
	}
	top := record.Location{Root: record.RootRepo, Path: "."}
	found := []record.Resource{commitResource(record.RoleCommit, top, state, tree)}
	return append(found, s.submodules(top, tree)...)
}

func (s *session) submodules(above record.Location, tree git.Tree) (found []record.Resource) {
	for _, sub := range tree.Submodules {
		at := above.Join(sub.Path)
		if sub.Absent {
			s.ledger.note(record.NoteSubmodule, at.String(), "it is not checked out")
			continue
		}
		state := git.State{Head: git.Head{Commit: sub.Commit}}
		if sub.URL != "" {
			state.Remotes = []git.Remote{{Name: "origin", URL: sub.URL}}
		}
		found = append(found, commitResource(record.RoleSubmodule, at, state, sub.Tree))
		found = append(found, s.submodules(at, sub.Tree)...)
	}
	return found
}

func commitResource(role record.Role, at record.Location, state git.State, tree git.Tree) record.Resource {
	facts := &record.CommitFacts{
		Location: at, State: record.TreeState(tree.State), Branch: record.EncodeText(strings.TrimPrefix(state.Branch, "refs/heads/")), Detached: state.Detached,
		Shallow: state.Shallow, Worktree: state.LinkedWorktree, Submodule: state.Submodule, ForeignOwner: state.ForeignOwner,
	}
	if state.ObjectFormat != "sha1" {
		facts.ObjectFormat = state.ObjectFormat
	}
	for _, r := range state.Remotes {
		facts.Remotes = append(facts.Remotes, record.Remote{Name: record.EncodeText(r.Name), URL: record.EncodeText(r.URL)})
	}
	for i, d := range tree.Differences {
		if i == maxDifferences {
			break
		}
		facts.Differences = append(facts.Differences, record.Difference{Path: record.EncodePath(d.Path), Kind: string(d.Kind)})
	}
	r := record.Resource{Name: at.String(), Annotations: record.Annotations{Role: role, Commit: facts}}
	if state.Commit == "" {
		facts.State = record.TreeNoCommit
		r.URI = "git:no-commit"
		return r
	}
	r.Digest = &record.DigestSet{GitCommit: record.GitHash(state.Commit)}
	r.URI = "git:" + state.Commit.String()
	if remote := mainRemote(facts.Remotes); remote != "" {
		r.URI = "git+" + remote + "@" + state.Commit.String()
	}
	return r
}

func mainRemote(remotes []record.Remote) string {
	for _, r := range remotes {
		if r.Name == "origin" {
			return r.URL
		}
	}
	if len(remotes) > 0 {
		return remotes[0].URL
	}
	return ""
}

// declaredCommit is what --source, or else the variables of CI, say where there
// is no repository. It is a declaration: the code's manifest is what can be
// compared with it.
func (s *session) declaredCommit() []record.Resource {
	source := s.Source
	if source == "" {
		b := environment.BuilderOf(s.Env, s.rules)
		if b.Commit == "" || b.Source == "" {
			return nil
		}
		source = b.Source + "@" + b.Commit
	}
	declared, err := git.ParseSource(source)
	if err != nil {
		s.ledger.gap(record.GapCode, "commit", fmt.Sprintf("the declared source cannot be used: %v", err))
		return nil
	}
	return []record.Resource{{
		Name:   "repo:.",
		URI:    "git+" + record.EncodeText(declared.URL) + "@" + declared.Commit.String(),
		Digest: &record.DigestSet{GitCommit: record.GitHash(declared.Commit)},
		Annotations: record.Annotations{Role: record.RoleCommit, Commit: &record.CommitFacts{
			Location: record.Location{Root: record.RootRepo, Path: "."}, State: record.TreeUnknown, Declared: true,
			Remotes: []record.Remote{{Name: "declared", URL: record.EncodeText(declared.URL)}},
		}},
	}}
}
