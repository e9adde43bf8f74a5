package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/capture/environment"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/store"
)

// runFlags are those of `lineage run`.
type runFlags struct {
	declared  capture.Declared
	params    []string
	source    string
	image     string
	strict    bool
	quiet     bool
	json      bool
	sidecar   bool
	anonymous bool
	noAttach  bool
}

const runHelp = `Run a command and record what it was made of.

The command behaves as without lineage: its input, output, signals and exit status
are its own. Before it starts, the commit and a stat of every code and input file
are taken; their bytes are hashed while it runs. At the end the record is kept in
the store, and hung on what the command left in MLflow.

Inputs, preprocessing and outputs are declared, by flags or in a lineage.yaml at the
root of the repository. What the command line says of a kind replaces what the file
says of it; parameters are merged by name:

  version: 1
  inputs: [data/train.csv]        # or: none
  preprocessing: [prepare.py]     # or: none
  outputs: [model]
  parameters: {learning-rate: 0.1}
  code: [src, configs]            # narrows what counts as code; otherwise all
  sources:                        # where data is from that no ` + "`lineage get`" + ` has fetched
    data/train.csv: https://data.example.org/train.csv

A folder is hashed as a whole; links are followed. A declared path that does not
exist is an error before the command starts.

In a container nothing tells the digest of the image: name it with --image, or with
the variable LINEAGE_IMAGE where the container is started; otherwise that is a gap.

Exit status: the command's own; 128+n if a signal ended it, 127 if it was not found,
126 if it cannot be executed; 125 for a failure of lineage before the start, and for
--strict with an incomplete record.`

const runExamples = `  lineage run -- python train.py
  lineage run --input data/train.csv --preprocess none --output model -- python train.py --epochs 3
  lineage run --param fold=3 --output models/fold-3 -- make train
  lineage run --image registry.example.com/train@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef -- python train.py
  lineage run --source https://git.example.com/team/model@0123456789abcdef0123456789abcdef01234567 -- python train.py`

func (c *cli) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:     "run [flags] -- COMMAND [ARG...]",
		Short:   "Run a command and record what it was made of",
		Long:    runHelp,
		Example: runExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				c.verb = "run"
				return &statusError{status: exitUsage, err: errors.New("no command to run"), hint: "put it behind two dashes: lineage run -- python train.py"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.SetInterspersed(false) // what follows the command's name is the command's
	flags.StringArrayVarP(&f.declared.Inputs, "input", "i", nil, "`path` of data that the command reads, or \"none\"; repeatable")
	flags.StringArrayVarP(&f.declared.Preprocessing, "preprocess", "p", nil, "`path` of preprocessing code or configuration, or \"none\"; repeatable")
	flags.StringArrayVarP(&f.declared.Outputs, "output", "o", nil, "`path` that the command writes; repeatable")
	flags.StringArrayVar(&f.params, "param", nil, "a parameter, as `name=value`; repeatable")
	flags.StringVar(&f.source, "source", "", "the code's `URL@COMMIT`, where there is no .git")
	flags.StringVar(&f.image, "image", "", "the image of the container that the command runs in, as `NAME@sha256:DIGEST`, where that cannot be seen")
	flags.BoolVar(&f.strict, "strict", false, "exit with 125 when the record is incomplete and the command's status was 0")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no summary and no progress bar")
	flags.BoolVar(&f.json, "json", false, "the summary as JSON, on stderr")
	flags.BoolVar(&f.sidecar, "sidecar", false, "write the record beside each output too, as OUTPUT"+capture.SidecarSuffix)
	flags.BoolVar(&f.anonymous, "anonymous", false, "leave out the names of host and user")
	flags.BoolVar(&f.noAttach, "no-attach", false, "do not look for the run in a tracker")
	return cmd
}

func (c *cli) run(ctx context.Context, f runFlags, command []string) error {
	var err error
	if f.declared.Parameters, err = parseParams(f.params); err != nil {
		return err
	}
	if f.image != "" {
		if i, err := environment.ParseImage(f.image); err != nil || i.Digest.IsZero() {
			return usage("--image %q is not of the form NAME@sha256:DIGEST", f.image)
		}
	}
	place, err := c.place(ctx)
	if err != nil {
		return err
	}
	s, dir, err := c.open(ctx, place)
	if err != nil {
		return err
	}
	o := capture.Options{
		Place: place, Command: command, Env: c.environ, Stdin: c.stdin, Stdout: c.stdout, Stderr: c.stderr,
		Declared: f.declared, Source: f.source, Image: f.image, Strict: f.strict, Version: version(), Store: s, StoreDir: dir, Now: time.Now,
	}
	o.Host, o.User = c.who(f.anonymous)
	t := &tracker{env: c.environ, dir: place.Dir}
	if !f.noAttach {
		o.Tracker = t
	}
	o.Origins = s
	sought := &seeker{store: s, place: place, env: c.environ}
	if !f.quiet || f.json {
		o.Hashed = sought.hashed(ctx)
	}
	bar := c.bar(f.quiet || f.json)
	o.Progress = bar.set
	result, err := capture.Run(ctx, o)
	bar.done()
	// Who read our stderr may be gone, as in `2>&1 | head`: the write then fails and
	// nothing more, for the exit status is the command's own.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	if err != nil && result.Record == nil {
		return c.unsettled(result, err)
	}
	return c.afterRun(ctx, f, s, dir, t, sought, result)
}

// unsettled ends a run without a record. If the command ran, its exit status
// stays what it was.
func (c *cli) unsettled(result capture.Result, err error) error {
	if errors.Is(err, capture.ErrBeforeStart) {
		return &statusError{status: exitOurs, err: err, hint: hintOf(err)}
	}
	return &statusError{status: result.ExitStatus, err: fmt.Errorf("the run has no record: %w", err), hint: "`lineage log` shows it as abandoned"}
}

// afterRun hangs up the record, tells what was captured, and ends as the command
// did.
func (c *cli) afterRun(ctx context.Context, f runFlags, s *store.Store, dir string, t *tracker, sought *seeker, result capture.Result) error {
	waiting, release := interruptible(ctx)
	defer release()
	over := time.After(lookOn)
	facts := report.SummaryFacts{Store: near(dir)}
	if !f.noAttach {
		facts.Attached, facts.NotAttached = c.hang(waiting, s, t, result)
	}
	if f.sidecar {
		if err := writeSidecars(result.Record, placeOfSidecars(ctx, c)); err != nil {
			c.complain(err)
		}
	}
	facts.Sourcing = sought.found(over)
	if !f.quiet && !f.json {
		c.staleSidecars(result.Record, sought.place)
		c.doubtSources(waiting, s, sought.place, result.Record)
	}
	switch {
	case f.json:
		if err := report.SummaryJSON(c.stderr, result.Record, facts); err != nil {
			c.complain(err)
		}
	case !f.quiet:
		if err := report.Summary(c.stderr, result.Record, facts, c.look(c.stderr)); err != nil {
			c.complain(err)
		}
	}
	return c.status(f, result)
}

func (c *cli) status(f runFlags, result capture.Result) error {
	outcome := result.Record.Metadata().Outcome
	if outcome.Status == record.NotStarted {
		return &statusError{status: result.ExitStatus, err: fmt.Errorf("%s: %s", result.Record.Parameters().Command[0], outcome.Reason)}
	}
	if f.strict && result.ExitStatus == 0 && len(result.Record.Gaps()) > 0 {
		return &statusError{status: exitOurs, err: fmt.Errorf("--strict: the record %s is incomplete (gaps: %d)", result.Record.ID().Short(), len(result.Record.Gaps())), hint: "`lineage show " + result.Record.ID().Short() + "` lists them"}
	}
	if result.ExitStatus != 0 {
		return &statusError{status: result.ExitStatus}
	}
	return nil
}

// near is a path as one would type it here: relative, if it is below.
func near(path string) string {
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	if below, ok := capture.Below(dir, path); ok {
		return below
	}
	return path
}

func parseParams(params []string) (parsed []capture.Parameter, err error) {
	seen := map[string]bool{}
	for _, p := range params {
		name, value, found := strings.Cut(p, "=")
		if !found || name == "" {
			return nil, usage("--param %q is not of the form name=value", p)
		}
		if seen[name] {
			return nil, usage("--param %q stands twice", name)
		}
		seen[name] = true
		parsed = append(parsed, capture.Parameter{Name: name, Value: value})
	}
	return parsed, nil
}

// hang hangs the record on what the run left in its tracker, and notes where.
func (c *cli) hang(ctx context.Context, s *store.Store, t *tracker, result capture.Result) ([]record.Attachment, []report.NotAttached) {
	command := []string{"lineage", "attach", result.Record.ID().Short(), "mlflow"}
	if t.failed != nil {
		return nil, []report.NotAttached{{System: "mlflow", Why: t.failed.Error(), Command: command}}
	}
	if t.system == nil || len(t.collected.Targets) == 0 {
		return nil, nil
	}
	attached, failures, err := hangOn(ctx, s, t.system, result.Record, result.Blobs, t.collected.Targets, t.collected.Models)
	var not []report.NotAttached
	for _, f := range failures {
		not = append(not, report.NotAttached{System: "mlflow", Why: string(f.Target.Kind) + " " + f.Target.ID + ": " + f.Err.Error(), Command: command})
	}
	if err != nil {
		not = append(not, report.NotAttached{System: "store", Why: err.Error()})
	}
	return attached, not
}

func placeOfSidecars(ctx context.Context, c *cli) *capture.Place {
	p, err := c.place(ctx)
	if err != nil {
		return &capture.Place{}
	}
	return p
}

func writeSidecars(r *record.Record, p *capture.Place) error {
	for _, d := range r.Parameters().Outputs.Paths {
		path := p.Path(d) + capture.SidecarSuffix
		if err := replaceFile(path, r.Bytes()); err != nil {
			return fmt.Errorf("writing the sidecar: %w", err)
		}
	}
	return nil
}
