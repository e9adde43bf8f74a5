package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/bundle"
)

// exportFlags are those of `lineage export`.
type exportFlags struct {
	output   string
	all      bool
	status   string
	since    string
	upstream bool
	partial  bool
	gzip     bool
	json     bool
}

const exportHelp = `Write runs, with all that the store has of them, as one file for lineage import.

The file is a tar archive of the store's own keys: its bytes are the store's, ids stay
what they are, and of the same runs there is one file, byte for byte. What goes along
with a run is its record, intent, blobs, signatures, attachments and statements, and
where its inputs were fetched from; never the inputs or outputs themselves. Unpacked
with tar into an empty folder it is a store. docs/store.md specifies it.

RUN is a record's id or an invocation, which may be shortened as git allows, or @1
for the newest run.`

const exportExamples = `  lineage export @1 -o run.tar
  lineage export --all -o runs.tar.gz
  lineage export models-run --with-upstream -o - | ssh archive lineage import -
  tar tf run.tar`

func (c *cli) exportCommand() *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use: "export [RUN...]", Short: "Write runs as one file", Long: exportHelp, Example: strings.Replace(exportExamples, "models-run", "3f2a91", 1),
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, part string) ([]string, cobra.ShellCompDirective) {
			return c.completeRun(cmd, nil, part)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return c.export(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "", "`file` that is written; - for stdout")
	flags.BoolVar(&f.all, "all", false, "every run that has a record")
	flags.StringVar(&f.status, "status", "", "every run that ended as `word`: succeeded, failed, interrupted, killed, not-started")
	flags.StringVar(&f.since, "since", "", "every run that started on or after the `date`: 2026-01-31, or RFC 3339")
	flags.BoolVar(&f.upstream, "with-upstream", false, "also the runs that made what these ones read")
	flags.BoolVar(&f.partial, "partial", false, "leave out what the store has lost, rather than fail")
	flags.BoolVar(&f.gzip, "gzip", false, "compress; a file that ends with .gz or .tgz is always compressed")
	flags.BoolVar(&f.json, "json", false, "say what was written as JSON ("+report.ExportSchema+"), on stdout")
	return cmd
}

func (c *cli) export(ctx context.Context, f exportFlags, args []string) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	if err := f.check(c, args); err != nil {
		return err
	}
	s, err := c.openHere(ctx)
	if err != nil {
		return err
	}
	runs, err := c.exported(ctx, s, f, args)
	if err != nil {
		return err
	}
	bar := c.bytesBar("writing")
	o := bundle.WriteOptions{Gzip: f.gzip || strings.HasSuffix(f.output, ".gz") || strings.HasSuffix(f.output, ".tgz"), Partial: f.partial, Progress: func(done int64) { bar.set(done, 0) }}
	var told bundle.Summary
	err = c.writeFile(f.output, func(w io.Writer) (err error) {
		told, err = bundle.Write(ctx, w, s, runs, o)
		return err
	})
	bar.done()
	switch {
	case errors.Is(err, bundle.ErrIncomplete):
		return hinted(err, "`lineage fsck` lists what the store has lost; --partial leaves it out")
	case err != nil:
		return err
	}
	for _, key := range told.Missing {
		c.say(c.stderr, "left out, since the store has lost it: %s", key)
	}
	if f.json {
		return report.MovedJSON(c.stdout, report.Moved{File: f.output, Runs: told.Runs, Objects: told.Objects, Bytes: told.Bytes, Missing: told.Missing})
	}
	c.say(c.stderr, "%s with %s, %s, in %s", plural(len(told.Runs), "run"), plural(told.Objects, "object"), humanize.Bytes(uint64(told.Bytes)), clean(nameOf(f.output, "stdout")))
	return nil
}

func (f exportFlags) check(c *cli, args []string) error {
	switch {
	case f.output == "":
		return &statusError{status: exitUsage, err: errors.New("no file to write to"), hint: "name one: lineage export @1 -o run.tar"}
	case f.output == "-" && f.json:
		return usage("--json and -o - would both write to stdout")
	case f.output == "-" && term.IsTerminal(int(c.stdout.Fd())):
		return usage("a bundle is not for a terminal: redirect it, or name a file with -o")
	case len(args) == 0 && !f.all && f.status == "" && f.since == "":
		return &statusError{status: exitUsage, err: errors.New("no run to export"), hint: "name runs, or say --all"}
	case len(args) > 0 && (f.all || f.status != "" || f.since != ""):
		return usage("runs are named, or chosen by --all, --status and --since, not both")
	case f.all && (f.status != "" || f.since != ""):
		return usage("--all leaves nothing to choose for --status and --since")
	}
	return nil
}

// exported are the runs that are asked for.
func (c *cli) exported(ctx context.Context, s *store.Store, f exportFlags, args []string) (runs []record.ID, err error) {
	for _, text := range args {
		r, err := c.findRecord(ctx, s, text)
		if err != nil {
			return nil, err
		}
		runs = append(runs, r.ID())
	}
	if len(args) == 0 {
		if runs, err = c.chosenRuns(ctx, s, f); err != nil {
			return nil, err
		}
	}
	if len(runs) == 0 {
		return nil, errors.New("no run of the store fits")
	}
	if f.upstream {
		more, err := s.Upstream(ctx, runs)
		if err != nil {
			return nil, fmt.Errorf("looking for the runs upstream: %w", err)
		}
		runs = append(runs, more...)
	}
	return runs, nil
}

// chosenRuns are the runs that the flags let through. What cannot be read may be one.
func (c *cli) chosenRuns(ctx context.Context, s *store.Store, f exportFlags) (runs []record.ID, err error) {
	statuses := []record.Status{"", record.Succeeded, record.Failed, record.Interrupted, record.Killed, record.NotStarted}
	if !slices.Contains(statuses, record.Status(f.status)) {
		return nil, usage("--status %q is none that a run with a record has", f.status)
	}
	var since time.Time
	if f.since != "" {
		if since, err = parseSince(f.since); err != nil {
			return nil, usage("--since %q is neither a date (2026-01-31) nor a time in RFC 3339", f.since)
		}
	}
	for r, err := range s.Records(ctx) {
		if err != nil {
			return nil, hinted(err, "name the runs that are to be exported; `lineage fsck` lists what is damaged")
		}
		m := r.Metadata()
		if !m.StartedOn.Before(since) && (f.status == "" || string(m.Outcome.Status) == f.status) {
			runs = append(runs, r.ID())
		}
	}
	return runs, nil
}

// writeFile writes a file whole or not at all, or to stdout.
func (c *cli) writeFile(path string, write func(io.Writer) error) error {
	if path == "-" {
		b := bufio.NewWriterSize(c.stdout, 1<<20)
		if err := write(b); err != nil {
			return err
		}
		return b.Flush()
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return usage("%q is not a regular file", path)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".lineage-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // gone already where all went well
	b := bufio.NewWriterSize(temp, 1<<20)
	if err = write(b); err == nil {
		err = b.Flush()
	}
	if err == nil {
		err = errors.Join(temp.Chmod(0o644), temp.Sync())
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

func nameOf(path, stream string) string {
	if path == "-" {
		return stream
	}
	return path
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
