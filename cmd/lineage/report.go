package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/report/page"
)

// reportFlags are those of `lineage report`.
type reportFlags struct {
	verifyFlags
	format string
	output string
	exit   bool
}

const reportHelp = `Make the evidence page of a model: what an auditor gets.

MODEL is verified as lineage verify does it, and the page says what was found: the
verdict, every check with its evidence, its limits and how to check it by hand with
git, sha256sum and curl; the lineage; what changed since the version before; what is
evidenced, what was only declared, and what a person must supply; the gaps; and the
whole set of inputs, outputs and packages with their digests.

The HTML is one file that loads nothing and runs nothing; it can be printed. The
Markdown is for GitHub and GitLab. The JSON is ` + page.Schema + `, for machines.

Exit status: 0 if the page was made, whatever it says: a report on a model that
fails is a report. With --exit-code it is that of lineage verify. 2 if the command
line is wrong, 3 if no page could be made: there is no such model, or nobody could look;
130 or 143 if a signal ended it.`

const reportExamples = `  lineage report models:/fraud-classifier/7 -o evidence.html
  lineage report models:/fraud-classifier@champion --policy lineage.policy.yaml --format markdown >>"$GITHUB_STEP_SUMMARY"
  lineage report model.pkl --format json | jq '.checks[] | {id, doesNotProve}'`

// formats are those of a page, by name; the ending of a file chooses one, too.
var formats = map[string]func(io.Writer, page.Facts) error{
	"html": page.HTML, "markdown": page.Markdown, "json": page.JSON,
}

var endings = map[string]string{".html": "html", ".htm": "html", ".md": "markdown", ".markdown": "markdown", ".json": "json"}

func (c *cli) reportCommand() *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use: "report MODEL", Short: "Make the evidence page of a model", Long: reportHelp, Example: reportExamples,
		Args: exactly(c, "report", 1, "a MODEL: a path, or models:/NAME/VERSION"),
		RunE: func(cmd *cobra.Command, args []string) error { return c.report(cmd.Context(), f, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "", "html, markdown or json; otherwise by the ending of the `name` given to -o, or html")
	flags.StringVarP(&f.output, "output", "o", "", "`file` to write, at once and whole; otherwise standard output")
	flags.BoolVar(&f.exit, "exit-code", false, "end with the exit status of lineage verify")
	f.judging(cmd)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"html", "markdown", "json"}, cobra.ShellCompDirectiveNoFileComp)) // fails only for a flag that is not there
	return cmd
}

func (c *cli) report(ctx context.Context, f reportFlags, asked string) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	write, err := f.writer()
	if err != nil {
		return err
	}
	if err := foreign(f.output, c.evidence(ctx, f.verifyFlags, asked)); f.output != "" && err != nil {
		return usage("-o: %w", err)
	}
	j, err := c.judge(ctx, f.verifyFlags, asked)
	if err != nil {
		return unmade(err)
	}
	defer j.close()
	if j.verdict.Target.Resolved == nil { // a page about nothing would be taken for one about a model
		return unmade(errors.New(j.verdict.Reason))
	}
	facts, err := c.pageFacts(ctx, j)
	if err != nil {
		return unmade(err)
	}
	var b bytes.Buffer
	if err := write(&b, facts); err != nil {
		return unmade(err)
	}
	if err := c.deliver(ctx, f.output, b.Bytes()); err != nil {
		return unmade(err)
	}
	if status := j.verdict.Result.ExitStatus(); f.exit && status != exitPass {
		return &statusError{status: status}
	}
	return nil
}

// unmade is our own failure to make a page.
func unmade(err error) error {
	if own := cannot(err); own == err {
		return err
	}
	return &statusError{status: exitCannot, err: fmt.Errorf("making the page: %w", err), hint: hintOf(err)}
}

// writer is the format that was asked for.
func (f reportFlags) writer() (func(io.Writer, page.Facts) error, error) {
	name := f.format
	if name == "" {
		name = "html"
		if ending := strings.ToLower(filepath.Ext(f.output)); f.output != "" && ending != "" {
			if name = endings[ending]; name == "" {
				return nil, usage("the ending of %q is none of a format: say which with --format html, markdown or json", f.output)
			}
		}
	}
	write, found := formats[name]
	if !found {
		return nil, usage("--format %q is none of html, markdown, json", f.format)
	}
	return write, nil
}
