package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/relock"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/restore"
	"github.com/lineage-audit/lineage/store"
)

// lockFlags are those of `lineage lock`.
type lockFlags struct {
	format   string
	output   string
	from     string
	unhashed bool
	all      bool
	json     bool
}

const lockHelp = `Write the packages of a run as a lock file that an installer reads, as far as the
record has hashes for them, and say for which it has not.

What is installed keeps no hash of the archive that it came from. The hashes are those
that a lock file of the run has for this very name and version: the lock file's bytes are
taken from the commit, from what was kept, or from its recorded place, and have the
recorded digest. Of a package that was installed from the URL of an archive it is the
hash that the installer noted; of one from a repository its commit. None is made up.

  requirements   requirements.txt, for pip install --require-hashes --no-deps -r
  pylock         pylock.toml of PEP 751; it names URLs too, so that only packages of
                 lock files that have them (uv.lock, pylock.toml, a pdm.lock with URLs)
                 can stand in it

Packages that are left out stand in comments, and on stderr with the reason. --unhashed writes them into
requirements as plain pins; pip then refuses a file that has both.

Exit status: 0 if at least one package stands in it (with --all-hashed, if all do); 1
if not, and then nothing is written.`

const lockExamples = `  lineage lock @1 -o requirements.txt
  lineage lock @1 --format pylock -o pylock.toml
  lineage lock 3f2a91 --all-hashed | pip install --require-hashes --no-deps -r /dev/stdin`

func (c *cli) lockCommand() *cobra.Command {
	var f lockFlags
	cmd := &cobra.Command{
		Use: "lock RUN", Short: "Write the packages of a run as a lock file", Long: lockHelp, Example: lockExamples,
		Args: exactly(c, "lock", 1, "a RUN: lineage lock @1"), ValidArgsFunction: c.completeRun,
		RunE: func(cmd *cobra.Command, args []string) error { return c.lock(cmd.Context(), f, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", string(relock.Requirements), "`word`: requirements, pylock")
	flags.StringVarP(&f.output, "output", "o", "-", "`file` that is written; - for stdout")
	flags.StringVar(&f.from, "from", "", "`repository` that has the commit: a URL or a folder")
	flags.BoolVar(&f.unhashed, "unhashed", false, "write pins of packages that have no hash, too")
	flags.BoolVar(&f.all, "all-hashed", false, "write nothing unless every package has a hash")
	flags.BoolVar(&f.json, "json", false, "say what is in the file as JSON ("+report.LockSchema+"), on stdout")
	return cmd
}

func (c *cli) lock(ctx context.Context, f lockFlags, run string) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	format := relock.Format(f.format)
	switch {
	case format != relock.Requirements && format != relock.Pylock:
		return usage("--format %q is not one of requirements, pylock", f.format)
	case f.json && f.output == "-":
		return usage("--json says what is in a file: name one with -o")
	case f.unhashed && format == relock.Pylock:
		return usage("a pylock.toml cannot hold packages without a hash: --unhashed is for requirements")
	}
	place, s, r, err := c.openRecord(ctx, run)
	if err != nil {
		return err
	}
	locks, err := c.locksOf(ctx, s, place, r, f.from)
	if err != nil {
		return err
	}
	e := relock.Of(r, locks)
	if e.Others > 0 {
		c.say(c.stderr, "the run used %s more: their packages are not in this file", plural(e.Others, "interpreter"))
	}
	w, err := relock.Write(r, e, relock.Options{Format: format, Unhashed: f.unhashed, Version: version()})
	return c.tellLock(f, r, w, err)
}

func (c *cli) tellLock(f lockFlags, r *record.Record, w relock.Written, err error) error {
	for _, line := range leftOut(w.Left) {
		c.say(c.stderr, "%s", clean(line))
	}
	switch {
	case errors.Is(err, relock.ErrNothing):
		return hinted(fmt.Errorf("nothing was written: %w", err), lockHint(f))
	case err != nil:
		return err
	case f.all && len(w.Left) > 0:
		return fmt.Errorf("nothing was written: %d of %d packages would be left out", len(w.Left), len(w.Left)+len(w.In))
	}
	err = c.writeFile(f.output, func(out io.Writer) error {
		_, err := out.Write(w.Content)
		return err
	})
	if err != nil {
		return err
	}
	c.say(c.stderr, "%d of %s stand in it, by hash or commit", len(w.In), plural(len(w.In)+len(w.Left), "package"))
	if f.json {
		return report.LockedJSON(c.stdout, report.Locked{Record: r.ID(), Format: f.format, File: f.output, Hashed: lockedPackages(w.In), Left: lockedPackages(w.Left)})
	}
	return nil
}

// mostLeft is how many packages are named that one reason keeps out: behind it they
// are counted, and stand in the file's comments and in --json.
const mostLeft = 5

// leftOut says of each reason which packages it keeps out.
func leftOut(left []relock.Package) (lines []string) {
	var reasons []string
	packages := map[string][]string{}
	for _, p := range left {
		if packages[p.Why] == nil {
			reasons = append(reasons, p.Why)
		}
		packages[p.Why] = append(packages[p.Why], p.Name+" "+p.Version)
	}
	for _, why := range reasons {
		all, more := packages[why], ""
		if n := len(all) - mostLeft; n > 0 {
			all, more = all[:mostLeft], fmt.Sprintf(" and %d more", n)
		}
		lines = append(lines, "left out: "+strings.Join(all, ", ")+more+": "+why)
	}
	return lines
}

// lockHint is what may hold more.
func lockHint(f lockFlags) string {
	if relock.Format(f.format) == relock.Pylock {
		return "--format requirements needs no URLs"
	}
	return "--unhashed writes pins without hashes"
}

func lockedPackages(all []relock.Package) (found []report.LockedPackage) {
	for _, p := range all {
		found = append(found, report.LockedPackage{Name: p.Name, Version: p.Version, From: p.From, Why: p.Why})
	}
	return found
}

// maxLockFile bounds a lock file that is read back.
const maxLockFile = 64 << 20

// locksOf reads the lock files of a run, by their recorded digests. One that cannot be
// had, or read, is said: it may have had hashes.
func (c *cli) locksOf(ctx context.Context, s *store.Store, place *capture.Place, r *record.Record, from string) (locks []relock.Lock, err error) {
	var sources []restore.Named
	if from == "" && place.Repo != nil {
		from = place.Root
	}
	if from != "" {
		source, err := git.OpenSource(ctx, from, git.Options{Env: c.environ})
		if err != nil {
			return nil, err
		}
		defer c.closing(source)
		sources = commitsOf(r, source)
	}
	sources = append(sources, restore.Named{Name: "kept blobs", Source: restore.Kept{Blobs: s}},
		restore.Named{Name: "recorded path", Source: restore.Recorded{Path: place.Path}})
	for _, res := range r.Dependencies(record.RoleLock) {
		f := res.Annotations.Lock
		w := restore.Want{Digest: *res.Digest.SHA256, Location: f.Location, Top: f.Location, Below: ".", Bytes: f.Bytes}
		raw, err := restore.Read(ctx, w, maxLockFile, sources...)
		if err == nil {
			var lock relock.Lock
			if lock, err = relock.ParseLock(f.Location, raw); err == nil {
				locks = append(locks, lock)
			}
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			c.say(c.stderr, "a lock file of the run cannot be read: %s", clean(err.Error()))
		}
	}
	return locks, nil
}
