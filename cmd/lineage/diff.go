package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/capture/redact"
	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/compare/contents"
	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/verify"
	"github.com/lineage-audit/lineage/verify/evidence"
)

// diffFlags are those of `lineage diff`.
type diffFlags struct {
	repo           string
	content        int
	files          int
	stat, full     bool
	json, exitCode bool
}

const diffHelp = `Say what differs between two runs, and so why their models may differ.

What differs comes first, ordered by how likely it bears on the outputs: what the run
is known to have read or been set to before what was only there; and among these data,
preprocessing, code, command, settings, packages, interpreter, environment, locks.
In one line follows what is the same, and what cannot be told: what was not captured
of one run is never equal to what the other has.

RUN is a record's id or an invocation, which may be shortened as git allows; @1 for
the newest run, @2 for the one before; or a reference of your tracker to a model or a
run, models:/NAME/VERSION or runs:/ID, for the run whose record it names. Both are to
be named, the older one first by habit: a is the first, b the second.

Commits are looked for in --repo, or else in the repository that the command is started
in. --content shows the first lines at which texts differ, as far as their bytes can be
had: kept with the record, from the commit, or at the recorded path if it is unchanged.
A file that may hold a secret is withheld. docs/diff.md explains all of it.

Exit status: 0 whenever the two were compared; with --exit-code 1 if the outputs, or
anything that may bear on them, differ or cannot be told.`

const diffExamples = `  lineage diff @2 @1
  lineage diff @2 @1 --content
  lineage diff models:/fraud-classifier/6 models:/fraud-classifier/7
  lineage diff 3f2a91 @1 --json | jq '.causes[] | select(.status == "differs").name'`

func (c *cli) diffCommand() *cobra.Command {
	var f diffFlags
	cmd := &cobra.Command{
		Use: "diff RUN RUN", Short: "Say what differs between two runs", Long: diffHelp, Example: diffExamples,
		Args: exactly(c, "diff", 2, "two RUNs: lineage diff @2 @1"), ValidArgsFunction: c.completeTwoRuns,
		RunE: func(cmd *cobra.Command, args []string) error { return c.diff(cmd.Context(), f, args[0], args[1]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.repo, "repo", "", "`repository` that has the commits: a URL or a folder")
	flags.IntVar(&f.content, "content", 0, "show the first lines that differ of each changed text: 10, or `number`")
	flags.Lookup("content").NoOptDefVal = "10"
	flags.IntVar(&f.files, "files", 1000, "list at most this `number` of files of a folder; all are counted")
	flags.BoolVar(&f.stat, "stat", false, "only the answer, and a line for each area")
	flags.BoolVar(&f.full, "full", false, "list everything, with whole digests")
	flags.BoolVar(&f.json, "json", false, "as JSON ("+report.DiffSchema+")")
	flags.BoolVar(&f.exitCode, "exit-code", false, "end with 1 if anything differs or cannot be told")
	return cmd
}

func (c *cli) diff(ctx context.Context, f diffFlags, first, second string) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	if f.content < 0 || f.files < 1 || f.stat && f.full {
		return usage("want --content=NUMBER, --files=NUMBER above 0, and not both --stat and --full")
	}
	look, err := c.lookAround(ctx, f.repo)
	if err != nil {
		return err
	}
	defer look.close()
	a, err := look.run(ctx, first)
	if err != nil {
		return err
	}
	b, err := look.run(ctx, second)
	if err != nil {
		return err
	}
	d, err := compare.Compare(ctx, a, b, compare.Options{Contents: look.contents, History: look.contents, Lines: f.content, Files: f.files})
	if err != nil {
		return fmt.Errorf("comparing %s with %s: %w", strconv.Quote(first), strconv.Quote(second), err)
	}
	facts := report.DiffFacts{Stat: f.stat, Full: f.full, Asked: [2]string{first, second}, Upstream: look.upstream(ctx, a, b)}
	if err := c.tellDiff(d, facts, f.json); err != nil {
		return err
	}
	if f.exitCode && !d.Equal() {
		return &statusError{status: exitFail}
	}
	return nil
}

func (c *cli) tellDiff(d compare.Diff, f report.DiffFacts, asJSON bool) error {
	if asJSON {
		return report.DiffJSON(c.stdout, d, f)
	}
	return report.Diff(c.stdout, d, f, c.look(c.stdout))
}

// completeTwoRuns offers the newest runs, twice.
func (c *cli) completeTwoRuns(cmd *cobra.Command, args []string, part string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 1 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return c.completeRun(cmd, nil, part)
}

// surroundings are what a comparison looks at.
type surroundings struct {
	*cli
	place    *capture.Place
	store    *store.Store
	contents *contents.Contents
	system   attach.Tracker // opened when a reference asks for it
	trackers []*evidence.Registry
	closers  []io.Closer
}

// lookAround opens the store, and the repository that has the commits.
func (c *cli) lookAround(ctx context.Context, repo string) (*surroundings, error) {
	place, err := c.place(ctx)
	if err != nil {
		return nil, err
	}
	s, _, err := c.open(ctx, place)
	if err != nil {
		return nil, err
	}
	l := &surroundings{cli: c, place: place, store: s}
	l.contents = &contents.Contents{Store: s, More: l.attached, Path: place.Path, Rules: redact.New(c.environ)}
	if repo == "" && place.Repo != nil {
		repo = place.Root
	}
	if repo == "" {
		return l, nil
	}
	if l.contents.Source, err = git.OpenSource(ctx, repo, git.Options{Env: c.environ}); err != nil {
		return nil, &statusError{status: exitUsage, err: fmt.Errorf("--repo: %w", err)}
	}
	l.closers = append(l.closers, l.contents.Source)
	return l, nil
}

func (l *surroundings) close() {
	for _, opened := range l.closers {
		l.closing(opened)
	}
}

// run is the run that a person named.
func (l *surroundings) run(ctx context.Context, text string) (compare.Run, error) {
	if ref, err := attach.ParseTarget(text); err == nil && ref.Kind != attach.RefPath {
		r, err := l.referred(ctx, ref)
		return compare.Run{Record: r}, err
	}
	found, err := l.find(ctx, l.store, text)
	return compare.Run{Record: found.Record, Intent: found.Intent, State: found.State}, err
}

// referred is the record that an entry of a tracker names: the nearest names count.
func (l *surroundings) referred(ctx context.Context, ref attach.Ref) (*record.Record, error) {
	if l.system == nil {
		system := newMLflow(l.environ, l.place.Dir, l.python(ctx, l.place.Dir))
		l.system, l.closers = system, append(l.closers, system)
	}
	registry := &evidence.Registry{Tracker: l.system, Ref: ref}
	resolved, err := registry.Resolve(ctx)
	if err != nil {
		return nil, fmt.Errorf("resolving %s: %w", strconv.Quote(ref.Asked), err)
	}
	l.trackers = append(l.trackers, registry)
	for _, by := range []verify.ClaimBy{verify.ByEntry, verify.ByRun} {
		claims := map[record.ID]verify.Claim{}
		for _, claim := range resolved.Claims {
			if claim.By == by {
				claims[claim.ID] = claim
			}
		}
		if len(claims) > 1 {
			return nil, hinted(fmt.Errorf("%q names %d records", ref.Asked, len(claims)), "`lineage log` lists runs; name one by its id")
		}
		for _, claim := range claims {
			return l.claimed(ctx, claim)
		}
	}
	return nil, hinted(fmt.Errorf("%q names no record", ref.Asked), "`lineage attach` hangs one there")
}

// claimed is the record that a tracker keeps or names.
func (l *surroundings) claimed(ctx context.Context, claim verify.Claim) (*record.Record, error) {
	if claim.Bytes == nil {
		return l.store.Record(ctx, claim.ID)
	}
	if got := record.IDOf(claim.Bytes); got != claim.ID {
		return nil, fmt.Errorf("reading the record at %s: its bytes are those of %s, not of %s", claim.Where, got, claim.ID)
	}
	return record.Decode(claim.Bytes)
}

// attached is a blob that a tracker keeps with a record.
func (l *surroundings) attached(ctx context.Context, d hashing.FileDigest) ([]byte, error) {
	var failed error
	for _, t := range l.trackers {
		raw, err := t.Blob(ctx, d)
		if err == nil {
			return raw, nil
		}
		if !errors.Is(err, verify.ErrNotFound) {
			failed = errors.Join(failed, err)
		}
	}
	if failed == nil {
		failed = fmt.Errorf("%w: %w", compare.ErrNotFound, os.ErrNotExist)
	}
	return nil, failed
}
