package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

const restoreHelp = `Put the code of a run back, byte for byte, into a folder that is empty or not there.

The commit is taken from --from, or else from the repository that the command is
started in; what differed from it was kept with the record. The result is checked
against the record's digest: a folder that is there afterwards is the recorded one.
It has a .git of its own with that commit, without its history, and with what was
staged, so that git status says there what it said at the run.`

const restoreExamples = `  lineage restore @1 /tmp/as-it-was
  lineage restore 3f2a91 code --from https://git.example.com/team/model.git`

func (c *cli) restoreCommand() *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use: "restore RUN DIR", Short: "Put the code of a run back into a folder", Long: restoreHelp, Example: restoreExamples,
		Args: exactly(c, "restore", 2, "a RUN and a DIR: lineage restore @1 code"), ValidArgsFunction: c.completeRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.restore(cmd.Context(), args[0], args[1], from)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "`repository` that has the commit: a URL or a folder")
	return cmd
}

func (c *cli) restore(ctx context.Context, run, dir, from string) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	place, err := c.place(ctx)
	if err != nil {
		return err
	}
	s, _, err := c.open(ctx, place)
	if err != nil {
		return err
	}
	r, err := c.findRecord(ctx, s, run)
	if err != nil {
		return err
	}
	patch, err := patchOf(ctx, s, r)
	if err != nil {
		return err
	}
	if from == "" && place.Repo != nil {
		from = place.Root
	}
	o := git.Options{Env: c.environ}
	var source *git.Source
	if patch.Commit != "" {
		if from == "" {
			return hinted(errors.New("no repository to take the commit from"), "name one with --from")
		}
		if source, err = git.OpenSource(ctx, from, o); err != nil {
			return err
		}
		defer source.Close()
	}
	missing := 0
	err = git.Restore(ctx, source, patch, dir, git.RestoreOptions{
		Repository: true,
		Missing: func(path, why string) {
			missing++
			c.complain(fmt.Errorf("%q is not put back: %s", path, why))
		},
		Blob: func(ctx context.Context, d hashing.FileDigest) (io.ReadCloser, error) { return s.Blob(ctx, d) },
		Submodule: func(ctx context.Context, _, url string) (*git.Source, error) {
			return git.OpenSource(ctx, url, o)
		},
	})
	if errors.Is(err, git.ErrNotEmpty) {
		return hinted(err, "name a folder that is empty or not there")
	} else if err != nil {
		return hinted(fmt.Errorf("restoring %s: %w", r.ID().Short(), err), "nothing was left in "+dir)
	}
	if missing > 0 {
		return hinted(fmt.Errorf("the code of %s is in %s, but for %d files whose content was not kept", r.ID().Short(), dir, missing), "all else is as recorded")
	}
	c.say(c.stderr, "the code of %s is in %s, as recorded", r.ID().Short(), clean(dir))
	return nil
}

// patchOf is how the tree of a run is made from its commit. A clean tree has none
// of its own: it is the commit.
func patchOf(ctx context.Context, s *store.Store, r *record.Record) (git.Patch, error) {
	if patches := r.Byproducts(record.RolePatch); len(patches) > 0 {
		raw, err := s.ReadBlob(ctx, *patches[0].Digest.SHA256, record.MaxSize)
		if err != nil {
			return git.Patch{}, fmt.Errorf("reading how the tree differed from its commit: %w", err)
		}
		return git.ParsePatch(raw)
	}
	return git.Patch{}, errors.New("the record does not say how its tree is made from a commit")
}
