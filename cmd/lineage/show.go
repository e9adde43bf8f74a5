package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
)

const showHelp = `Show what a run was made of.

RUN is a record's id or an invocation, which may be shortened as git allows, or @1
for the newest run, @2 for the one before; or a model that the record hangs on:
models:/NAME/VERSION, models:/NAME@ALIAS, models:/m-ID.`

const showExamples = `  lineage show @1
  lineage show 3f2a91 --files
  lineage show models:/fraud-classifier@champion
  lineage show @1 --json | jq .predicate.buildDefinition.resolvedDependencies`

// maxManifest bounds a manifest that is read back: some ten million files.
const maxManifest = 1 << 30

func (c *cli) showCommand() *cobra.Command {
	var files, asJSON bool
	cmd := &cobra.Command{
		Use: "show RUN", Short: "Show what a run was made of", Long: showHelp, Example: showExamples, Args: exactly(c, "show", 1, "RUN"),
		ValidArgsFunction: c.completeRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.show(cmd.Context(), args[0], files, asJSON)
		},
	}
	cmd.Flags().BoolVar(&files, "files", false, "list every file, package and difference")
	cmd.Flags().BoolVar(&asJSON, "json", false, "the record itself, byte for byte")
	return cmd
}

func (c *cli) show(ctx context.Context, run string, files, asJSON bool) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	s, err := c.openHere(ctx)
	if err != nil {
		return err
	}
	found, err := c.shown(ctx, s, run)
	if err != nil {
		return err
	}
	if found.Record == nil {
		return c.showIntent(found, asJSON)
	}
	r := found.Record
	if asJSON {
		_, err := c.stdout.Write(r.Bytes())
		return err
	}
	facts := report.ShowFacts{Files: files}
	if facts.Attached, err = s.Attachments(ctx, r.ID()); err != nil {
		c.complain(err)
	}
	facts.Sourcing = c.sourcing(ctx, s, r)
	if files {
		facts.Manifests = c.manifests(ctx, s, r)
	}
	return report.Show(c.stdout, r, facts, c.look(c.stdout))
}

// shown is the run that a person named: as for diff, also by a model that its record
// hangs on.
func (c *cli) shown(ctx context.Context, s *store.Store, text string) (report.Run, error) {
	ref, err := attach.ParseTarget(text)
	if err != nil || ref.Kind == attach.RefPath {
		return c.find(ctx, s, text)
	}
	place, err := c.place(ctx)
	if err != nil {
		return report.Run{}, err
	}
	look := &surroundings{cli: c, place: place, store: s}
	defer look.close()
	r, err := look.referred(ctx, ref)
	return report.Run{Record: r}, err
}

// showIntent shows a run that has no record.
func (c *cli) showIntent(run report.Run, asJSON bool) error {
	if !asJSON {
		return report.ShowIntent(c.stdout, *run.Intent, run.State, c.look(c.stdout))
	}
	raw, err := record.EncodeIntent(*run.Intent)
	if err != nil {
		return err
	}
	_, err = c.stdout.Write(raw)
	return err
}

// manifests are those of the record's folders that the store has.
func (c *cli) manifests(ctx context.Context, s *store.Store, r *record.Record) map[hashing.TreeDigest]hashing.Manifest {
	found := map[hashing.TreeDigest]hashing.Manifest{}
	for _, res := range r.Byproducts(record.RoleManifest) {
		raw, err := s.ReadBlob(ctx, *res.Digest.SHA256, maxManifest)
		if err != nil {
			c.complain(err)
			continue
		}
		m, err := hashing.ParseManifest(raw)
		if err != nil {
			c.complain(err)
			continue
		}
		found[m.Digest()] = m
	}
	return found
}

// exactly is cobra.ExactArgs that says what is wanted.
func exactly(c *cli, verb string, n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			c.verb = verb
			return &statusError{status: exitUsage, err: errors.New("want " + what), hint: "`" + cmd.CommandPath() + " --help` shows how it is used"}
		}
		return nil
	}
}

// completeRun offers the newest runs.
func (c *cli) completeRun(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	s, err := c.openHere(cmd.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	catalog, err := c.catalog(cmd.Context(), s, false)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	defer catalog.Close() // what it read is read: nothing hangs on this
	var ids []string
	for r, err := range catalog.Runs(cmd.Context(), index.Query{Limit: 20}) {
		if err == nil {
			ids = append(ids, r.ID.Short()+"\t"+report.Shell(r.Command))
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}
