// Command index measures how quickly a large store answers.
//
//	index [-n N] [-queries N] [-dir FOLDER] [-python PYTHON]
//
// It makes a store of N runs, as a team would have them after some years, makes the
// index, and asks what log, show and trace ask: the 50th and 99th percentile of each.
// With a Python that has MLflow it fills MLflow's own SQLite tables with as many runs,
// each with the digest of its data as a tag, and asks MLflow which runs have a digest.
//
// What is made is removed again, unless -dir names a folder, in which it is also found
// again: a million runs take about 14 GB and some minutes.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

// options are what the command line can change.
type options struct {
	runs    int
	queries int
	dir     string
	python  string
	peer    int
}

func main() {
	var o options
	flag.IntVar(&o.runs, "n", 1_000_000, "runs in the store")
	flag.IntVar(&o.queries, "queries", 1000, "questions of each kind")
	flag.StringVar(&o.dir, "dir", "", "folder to keep what is made in")
	flag.StringVar(&o.python, "python", "", "Python with MLflow, to compare with")
	flag.IntVar(&o.peer, "peer", 10, "questions to MLflow")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "index:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out, progress io.Writer) (err error) {
	dir := o.dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "lineage-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	known, err := world(ctx, o, dir, out, progress)
	if err != nil {
		return err
	}
	ours, err := measure(ctx, filepath.Join(dir, "store"), known, o, out, progress)
	if err != nil || o.python == "" {
		return err
	}
	theirs, err := peer(ctx, dir, known, o)
	if err != nil {
		return fmt.Errorf("asking MLflow: %w", err)
	}
	return compare(out, ours, theirs)
}

// world makes the store, or finds the one of an earlier run.
func world(ctx context.Context, o options, dir string, out, progress io.Writer) (known facts, err error) {
	path := filepath.Join(dir, "facts.json")
	raw, err := os.ReadFile(path)
	if err == nil {
		if err = json.Unmarshal(raw, &known); err == nil && known.Runs != o.runs {
			err = fmt.Errorf("%s has %d runs", dir, known.Runs)
		}
		return known, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return known, err
	}
	began := time.Now()
	known, err = generate(ctx, filepath.Join(dir, "store"), o.runs, func(done int) {
		fmt.Fprintf(progress, "\rmade %d of %d runs", done, o.runs)
	})
	fmt.Fprintln(progress)
	if err != nil {
		return known, err
	}
	fmt.Fprintf(out, "made %d runs in %s\n", o.runs, time.Since(began).Round(time.Second))
	if raw, err = json.Marshal(known); err != nil {
		return known, err
	}
	return known, os.WriteFile(path, raw, 0o600)
}
