package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/store/bundle"
)

// importFlags are those of `lineage import`.
type importFlags struct {
	check    bool
	partial  bool
	maxBytes string
	json     bool
}

const importHelp = `Put the runs of a file that lineage export wrote into the store, unchanged.

The file is trusted in nothing. Before anything is put, all of it is read: every object
is hashed against its key, every record read strictly, every run compared with its
intent, and what the store has already is compared byte by byte. One byte that is not as
it must be, a key with other bytes in the store, or something that a record names and
that is nowhere, and nothing is put. After that the import may be stopped at any point:
a record is put after all that it names. The same file may be imported again.

That a run is in the store says nothing of who made its record.`

const importExamples = `  lineage import run.tar
  lineage import --check run.tar
  ssh training lineage export --all -o - | lineage import -`

func (c *cli) importCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Take over runs from a file", Long: importHelp, Example: importExamples,
		Args: exactly(c, "import", 1, "a FILE, or - for stdin: lineage import run.tar"),
		RunE: func(cmd *cobra.Command, args []string) error { return c.importFile(cmd.Context(), f, args[0]) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.check, "check", false, "read and check the file, and put nothing")
	flags.BoolVar(&f.partial, "partial", false, "take runs of which something is missing, rather than fail")
	flags.StringVar(&f.maxBytes, "max-size", "64GiB", "refuse what is larger once it is unpacked: a `size`")
	flags.BoolVar(&f.json, "json", false, "say what was read as JSON ("+report.ImportSchema+")")
	return cmd
}

func (c *cli) importFile(ctx context.Context, f importFlags, path string) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	limit, err := humanize.ParseBytes(f.maxBytes)
	if err != nil || limit == 0 || limit > 1<<62 {
		return usage("--max-size %q is no size, such as 64GiB", f.maxBytes)
	}
	s, err := c.openHere(ctx)
	if err != nil {
		return err
	}
	in, size, err := c.seekable(ctx, path, int64(limit))
	if err != nil {
		return err
	}
	defer in.Close()
	bar := c.bytesBar("reading")
	o := bundle.ReadOptions{MaxBytes: int64(limit), Partial: f.partial, Progress: func(done int64) { bar.set(done, 2*size) }}
	var told bundle.Imported
	if f.check {
		told.Summary, err = bundle.Check(ctx, in, o)
	} else {
		told, err = bundle.Import(ctx, s, in, o)
	}
	bar.done()
	switch {
	case errors.Is(err, bundle.ErrIncomplete):
		return hinted(err, "ask for a whole export; --partial takes it as it is")
	case err != nil:
		return fmt.Errorf("%q: %w", nameOf(path, "stdin"), err)
	}
	return c.tellImport(f, path, told)
}

func (c *cli) tellImport(f importFlags, path string, told bundle.Imported) error {
	for _, key := range told.Missing {
		c.say(c.stderr, "missing, although a record names it: %s", key)
	}
	if f.json {
		return report.MovedJSON(c.stdout, report.Moved{
			File: path, Runs: told.Runs, Objects: told.Objects, Bytes: told.Bytes, New: &told.New, NewRuns: &told.NewRuns, Missing: told.Missing,
		})
	}
	what := fmt.Sprintf("%s with %s, %s", plural(len(told.Runs), "run"), plural(told.Objects, "object"), humanize.Bytes(uint64(told.Bytes)))
	if f.check {
		c.say(c.stderr, "%s: all of it is as it must be; nothing was put", what)
		return nil
	}
	c.say(c.stderr, "%s: %s and %s are new, the rest was there", what, plural(told.NewRuns, "run"), plural(told.New, "object"))
	return nil
}

// seekable opens a file that is read twice. A stream is kept in a file that has no
// name where the system allows that, and goes away in any case.
func (c *cli) seekable(ctx context.Context, path string, limit int64) (*os.File, int64, error) {
	if path != "-" {
		f, err := patiently(ctx, func() (*os.File, error) { return os.Open(path) })
		if err != nil {
			return nil, 0, &statusError{status: exitUsage, err: err}
		}
		info, err := f.Stat()
		if err == nil && info.Mode().IsRegular() {
			return f, info.Size(), nil
		}
		defer f.Close()
		if err != nil {
			return nil, 0, err
		}
		return spool(ctx, f, limit)
	}
	return spool(ctx, c.stdin, limit)
}

func spool(ctx context.Context, in *os.File, limit int64) (*os.File, int64, error) {
	temp, err := os.CreateTemp("", "lineage-import-*")
	if err != nil {
		return nil, 0, err
	}
	// Where an open file cannot be removed, it stays until the system cleans up.
	os.Remove(temp.Name())
	defer context.AfterFunc(ctx, func() { in.Close() })() // a read that waits ends
	n, err := io.Copy(temp, io.LimitReader(in, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("more than %s came", humanize.IBytes(uint64(limit)))
	}
	if err == nil {
		_, err = temp.Seek(0, io.SeekStart)
	}
	if err = errors.Join(ctx.Err(), err); err != nil {
		return nil, 0, errors.Join(err, temp.Close())
	}
	return temp, n, nil
}
