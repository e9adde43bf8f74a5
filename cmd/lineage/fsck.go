package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
)

const fsckHelp = `Read and hash everything that the store has, and see whether it hangs together.

Damage ends with status 1, and each is named with what helps: bytes that do not fit
their name, documents that say nothing or stand with another record, what a record
names and is gone, what is about a record that is gone, and names that are none of a
store's. Runs whose wrapper was killed, blobs that no record names and what killed
writers left are named too, and are no damage. Nothing is changed.

The index is only a cache of what the records say. --rebuild throws it away and makes
it anew from them.

What nothing refers to can go unnoticed: that a signature, an attachment, a statement
or a source is gone. docs/index.md says more.`

const fsckExamples = `  lineage fsck
  lineage fsck --rebuild
  lineage fsck --json | jq -r '.findings[] | select(.damage) | .name'`

func (c *cli) fsckCommand() *cobra.Command {
	var rebuild, asJSON bool
	cmd := &cobra.Command{
		Use: "fsck", Short: "Check everything that the store has", Long: fsckHelp, Example: fsckExamples, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.fsck(cmd.Context(), rebuild, asJSON) },
	}
	cmd.Flags().BoolVar(&rebuild, "rebuild", false, "throw the index away and make it anew from the records")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON ("+report.CheckSchema+")")
	return cmd
}

func (c *cli) fsck(ctx context.Context, rebuild, asJSON bool) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	place, err := c.place(ctx)
	if err != nil {
		return err
	}
	s, dir, err := c.open(ctx, place)
	if err != nil {
		return err
	}
	found, err := c.check(ctx, s)
	if err != nil {
		return err
	}
	doc := checkDocument(found, dir)
	if rebuild {
		if doc.Index, err = c.rebuild(ctx, s); err != nil {
			return err
		}
	}
	if asJSON {
		err = report.CheckJSON(c.stdout, doc)
	} else {
		err = report.CheckText(c.stdout, doc, c.look(c.stdout))
	}
	if err == nil && !found.Sound() {
		return &statusError{status: exitFail}
	}
	return err
}

func (c *cli) check(ctx context.Context, s *store.Store) (*store.Checked, error) {
	bar := c.countBar()
	defer bar.done()
	return s.Check(ctx, store.CheckOptions{Alive: alive, Progress: func(done, total int64) { bar.set("objects", done, total) }})
}

// rebuild makes the index anew, whatever it was.
func (c *cli) rebuild(ctx context.Context, s *store.Store) (*report.CheckedIndex, error) {
	bar := c.countBar()
	defer bar.done()
	began := time.Now()
	built, err := index.Rebuild(ctx, s, index.Options{
		Dirs: c.indexDirs(s), Files: true, Now: time.Now, Progress: bar.set,
		Note: func(note string) { c.say(c.stderr, "%s", clean(note)) },
	})
	if err != nil || built == nil {
		return nil, err
	}
	return &report.CheckedIndex{Runs: built.Runs, Seconds: time.Since(began).Seconds(), Bytes: built.Bytes, Path: near(built.Path)}, nil
}

func checkDocument(found *store.Checked, dir string) report.Check {
	doc := report.Check{Store: near(dir), Sound: found.Sound(), Bytes: found.Bytes}
	for kind, n := range found.Objects {
		if kind != "" && kind != store.KindFormat {
			doc.Objects = append(doc.Objects, report.CheckedKind{Kind: string(kind), Count: n})
		}
	}
	slices.SortFunc(doc.Objects, func(a, b report.CheckedKind) int { return strings.Compare(a.Kind, b.Kind) })
	for _, f := range found.Findings {
		doc.Findings = append(doc.Findings, report.CheckFinding{
			Fault: string(f.Fault), Damage: f.Fault.IsDamage(), Name: f.Name, Why: f.Why, Of: f.Of, Mend: report.MendOf(string(f.Fault)),
		})
	}
	damaged := slices.ContainsFunc(found.Findings, func(f store.Finding) bool {
		return f.Fault.IsDamage() && strings.HasPrefix(f.Name, string(store.KindRecord))
	})
	for _, u := range found.Unsettled {
		doc.Unsettled = append(doc.Unsettled, report.CheckedRun{
			Invocation: u.InvocationID, Status: record.Status(u.State), StartedOn: u.StartedOn, Command: u.Command,
			Mend: report.MendOfRun(record.Status(u.State), damaged),
		})
	}
	return doc
}
