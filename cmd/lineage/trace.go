package main

import (
	"bytes"
	"context"

	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/report/graph"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
	"github.com/lineage-audit/lineage/trace"
)

// traceFlags are those of `lineage trace`.
type traceFlags struct {
	up, down     bool
	depth, width int
	format       string
	json         bool
	output       string

	run, path, digest, model string
	pkg, commit              string
}

const traceHelp = `Follow bytes through the recorded runs: up to what they were made of, or with
--downstream to what was made with them. Runs are joined by digest and time alone;
there is no pipeline file, and names join nothing. docs/trace.md has the rules.

WHAT is one of

  a path                     a file or folder, hashed now
  a digest                   of a file or folder, or its first digits; sha256: or
                             lineageTree1: may stand before it
  a model                    models:/NAME/VERSION, models:/NAME@ALIAS, models:/m-ID,
                             runs:/ID/PATH, as your tracker resolves it
  a run                      its id or invocation, which may be shortened, or @1

A word that could be two of them is an error that says so: --run, --path and --digest
say which is meant. A word with a slash in it is a path.

Where a link is missing its place is shown with the reason, such as: no recorded run
made these bytes, they stand in the commit, they were not hashed.`

const traceExamples = `  # what a model was made of
  lineage trace models:/fraud-classifier@champion

  # which runs and models used a file, a version of a package, or a commit
  lineage trace --downstream data/raw.csv
  lineage trace --package numpy@2.3.0
  lineage trace --commit 3f2a91c

  # as a picture, or for Markdown
  lineage trace @1 -o lineage.svg
  lineage trace @1 --format mermaid`

// traceFormats are those that a graph can be written in.
var traceFormats = []string{"tree", "mermaid", "dot", "json", "svg"}

// traceEndings are the formats that the name of a file tells.
var traceEndings = map[string]string{"": "tree", ".txt": "tree", ".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".json": "json", ".svg": "svg"}

func (c *cli) traceCommand() *cobra.Command {
	var f traceFlags
	cmd := &cobra.Command{
		Use: "trace WHAT", Short: "Follow data and models through the runs", Long: traceHelp, Example: traceExamples,
		Args: func(_ *cobra.Command, args []string) error {
			c.verb = "trace"
			return f.check(args)
		},
		ValidArgsFunction: c.completeTrace,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.trace(cmd.Context(), f, append(args, "")[0])
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.up, "upstream", false, "what it was made of (the default)")
	flags.BoolVar(&f.down, "downstream", false, "what was made with it")
	flags.IntVar(&f.depth, "depth", 0, "at most this `number` of runs in a row; 0 for no limit")
	flags.IntVar(&f.width, "width", trace.DefaultWidth, "at most this `number` of inputs, makers or readers of one thing")
	flags.StringVar(&f.format, "format", "", "write it as `word`: tree, mermaid, dot, json, svg; by default what the ending of -o says, or a tree")
	flags.BoolVar(&f.json, "json", false, "as JSON ("+graph.Schema+"): the same as --format json")
	flags.StringVarP(&f.output, "output", "o", "", "`file` to write to, instead of the standard output")
	flags.StringVar(&f.run, "run", "", "trace the `run`")
	flags.StringVar(&f.path, "path", "", "trace the file or folder at the `path`")
	flags.StringVar(&f.digest, "digest", "", "trace the bytes with the `digest`")
	flags.StringVar(&f.model, "model", "", "trace the `model`, a reference such as models:/NAME@ALIAS")
	flags.StringVar(&f.pkg, "package", "", "trace, downstream, a package: `NAME[@VERSION]`, or a package URL")
	flags.StringVar(&f.commit, "commit", "", "trace, downstream, a `commit`, which may be shortened")
	_ = cmd.RegisterFlagCompletionFunc("run", c.completeRun) // fails only for a flag that is not there
	return cmd
}

// completeTrace offers the newest runs, and files.
func (c *cli) completeTrace(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	runs, _ := c.completeRun(cmd, args, word)
	return runs, cobra.ShellCompDirectiveDefault
}

// trace follows what was asked for and writes what it found.
func (c *cli) trace(ctx context.Context, f traceFlags, word string) error {
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
	catalog, err := c.catalog(ctx, s, true)
	if err != nil {
		return err
	}
	defer c.closing(catalog)
	t := &tracing{c: c, f: f, place: place, store: s, dir: dir, catalog: catalog}
	subject, err := t.subject(ctx, word)
	if err != nil {
		return err
	}
	g, err := trace.Trace(ctx, c.traceWorld(ctx, s, catalog), subject, f.options())
	if err != nil {
		return err
	}
	if err := c.writeGraph(ctx, g, f); err != nil {
		return err
	}
	t.knownByName(ctx, subject, g)
	return nil
}

func (f traceFlags) options() trace.Options {
	o := trace.Options{Direction: trace.Upstream, Depth: f.depth, Width: f.width}
	if f.down || f.pkg != "" || f.commit != "" {
		o.Direction = trace.Downstream
	}
	return o
}

// traceWorld is what a trace looks at.
func (c *cli) traceWorld(ctx context.Context, s *store.Store, catalog *index.Catalog) trace.World {
	w := trace.World{Catalog: catalog, Records: s}
	for u, err := range catalog.Unsettled(ctx, alive) {
		switch {
		case err != nil && ctx.Err() == nil:
			c.complain(err)
		case err == nil && u.State == store.Abandoned:
			w.Abandoned = append(w.Abandoned, u.Intent)
		}
	}
	return w
}

// writeGraph writes a graph as it was asked for. A file is there whole, or not at all.
func (c *cli) writeGraph(ctx context.Context, g trace.Graph, f traceFlags) error {
	look := c.look(c.stdout)
	if f.output != "" {
		look.Color, look.Width = false, 0
	}
	var b bytes.Buffer
	var err error
	switch f.format {
	case "mermaid":
		err = graph.Mermaid(&b, g)
	case "dot":
		err = graph.DOT(&b, g)
	case "json":
		err = graph.JSON(&b, g)
	case "svg":
		err = graph.SVG(&b, g, graph.SVGOptions{})
	default:
		err = graph.Tree(&b, g, look)
	}
	if err != nil {
		return err
	}
	return c.deliver(ctx, f.output, b.Bytes())
}
