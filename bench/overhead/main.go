// Command overhead measures what a wrapper adds to a command that does nothing.
//
//	overhead [-rounds N] [-files N] [-limit DURATION] LINEAGE
//
// It makes one small repository for each wrapper that is installed, runs them in
// turns beside the bare command, so that a busy machine is equally busy for all,
// and prints the median, what that is above the bare command's, and the ratio to
// what lineage adds. With -limit it ends with 1 if lineage adds more than that.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

// options are the figures that the command line can change.
type options struct {
	rounds int
	files  int
	limit  time.Duration
}

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 20, "measured runs of each command")
	flag.IntVar(&o.files, "files", 30, "files in the repository")
	flag.DurationVar(&o.limit, "limit", 0, "the most that lineage may add")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, flag.Arg(0), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "overhead:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, lineage string, out io.Writer) error {
	lineage, err := filepath.Abs(lineage)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "lineage-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	b := bench{dir: work, files: o.files}

	field, missing := contestants(lineage)
	for _, c := range field {
		if err := b.prepare(ctx, c); err != nil {
			return fmt.Errorf("preparing %s: %w", c.name, err)
		}
	}
	times, err := b.race(ctx, field, o.rounds)
	if err != nil {
		return err
	}
	rows := compare(times)
	if err := write(out, rows, missing, o); err != nil {
		return err
	}
	if added := rows[1].added; o.limit > 0 && added > o.limit {
		return errors.New("lineage adds " + milliseconds(added) + ", and may add " + milliseconds(o.limit))
	}
	return nil
}
