package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
	"github.com/lineage-audit/lineage/trace"
)

// times are how long the questions of one kind took.
type times struct {
	what string
	all  []time.Duration
}

// at is the time within which so many hundredths of the questions were answered.
func (t times) at(percent int) time.Duration {
	sorted := slices.Sorted(slices.Values(t.all))
	return sorted[(len(sorted)-1)*percent/100]
}

// asker asks one store.
type asker struct {
	ctx     context.Context
	store   *store.Store
	catalog *index.Catalog
	known   facts
	random  *rand.Rand
}

func measure(ctx context.Context, dir string, known facts, o options, out, progress io.Writer) ([]times, error) {
	s, err := store.Open(ctx, store.NewDir(dir))
	if err != nil {
		return nil, err
	}
	place := filepath.Join(dir, ".index")
	open := func(what string) (*index.Catalog, error) {
		began := time.Now()
		c, err := index.Open(ctx, s, index.Options{
			Dirs: []string{place}, Files: true, Now: time.Now,
			Progress: func(what string, done, total int64) {
				if done%10_000 == 0 || done == total {
					fmt.Fprintf(progress, "\r%s: %d of %d ", what, done, total)
				}
			},
			Note: func(note string) { fmt.Fprintln(progress, note) },
		})
		fmt.Fprintln(progress)
		fmt.Fprintf(out, "%-34s %s\n", what, rounded(time.Since(began)))
		return c, err
	}
	steps := []string{"opening the index", "opening it again"}
	if _, err := os.Stat(place); errors.Is(err, fs.ErrNotExist) {
		steps = append([]string{"building the index"}, steps...)
	}
	var c *index.Catalog
	for _, what := range append(steps, "opening it after one more run") {
		if what == "opening it after one more run" {
			if err := another(ctx, s, known.Runs); err != nil {
				return nil, err
			}
		}
		if c != nil {
			if err := c.Close(); err != nil {
				return nil, err
			}
		}
		if c, err = open(what); err != nil {
			return nil, err
		}
	}
	defer c.Close()
	if err := sizes(out, place, known.Runs); err != nil {
		return nil, err
	}
	a := &asker{ctx, s, c, known, rand.New(rand.NewPCG(1, 2))}
	return a.askAll(o.queries, out)
}

// askAll asks so many questions of each kind.
func (a *asker) askAll(queries int, out io.Writer) (all []times, err error) {
	fmt.Fprintf(out, "\n%-34s %10s %10s %10s\n", "", "p50", "p99", "most")
	for _, q := range a.questions() {
		t := times{what: q.what}
		for range queries {
			began := time.Now()
			if err := q.ask(); err != nil {
				return nil, fmt.Errorf("%s: %w", q.what, err)
			}
			t.all = append(t.all, time.Since(began))
		}
		fmt.Fprintf(out, "%-34s %10s %10s %10s\n", t.what, rounded(t.at(50)), rounded(t.at(99)), rounded(t.at(100)))
		all = append(all, t)
	}
	return all, nil
}

// another puts one more run, as `lineage run` does.
func another(ctx context.Context, s *store.Store, n int) error {
	r, err := record.Encode(recordtest.Statement(recordtest.As(record.NewInvocation(), startOf(n))))
	if err != nil {
		return err
	}
	return s.PutRecord(ctx, r)
}

func rounded(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Second:
		return d.Round(100 * time.Millisecond)
	case d > 100*time.Millisecond:
		return d.Round(time.Millisecond)
	}
	return d.Round(10 * time.Microsecond)
}

func sizes(out io.Writer, place string, runs int) error {
	entries, err := os.ReadDir(place)
	if err != nil {
		return err
	}
	var size int64
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return err
		}
		size += info.Size()
	}
	fmt.Fprintf(out, "%-34s %d MB, %d bytes a run\n", "the index has", size>>20, size/int64(runs))
	return nil
}

// question is what a verb asks, of a thing that is drawn each time.
type question struct {
	what string
	ask  func() error
}

func (a *asker) questions() []question {
	return []question{
		{"log -n 20", func() error { return a.log(index.Query{Limit: 20}) }},
		{"log -n 20 --status failed", func() error { return a.log(index.Query{Limit: 20, Status: record.Failed}) }},
		{"log --commit", func() error {
			return a.log(index.Query{Limit: 20, Commit: digestOf("commit", a.random.IntN(commits)%max(1, a.known.Runs/perProject)).String()[:12]})
		}},
		{"log -n 20 --package", func() error { return a.log(index.Query{Limit: 20, Package: "numpy"}) }},
		{"show ID", a.show},
		{"show @N, N up to 100", a.newest},
		{"who made this model", func() error { return a.uses(draw(a, a.known.Models), index.Made) }},
		{"who read this data", func() error { return a.uses(draw(a, a.known.Data), index.Read) }},
		{"who read this image in a folder", func() error { return a.uses(draw(a, a.known.Images), index.Read) }},
		{"trace a model", func() error { return a.trace(draw(a, a.known.Models), trace.Upstream) }},
		{"trace --downstream data", func() error { return a.trace(draw(a, a.known.Data), trace.Downstream) }},
	}
}

func draw[T any](a *asker, all []T) T { return all[a.random.IntN(len(all))] }

// log reads the records that it lists, as the verb does.
func (a *asker) log(q index.Query) error {
	var ids []record.ID
	for r, err := range a.catalog.Runs(a.ctx, q) {
		if err != nil {
			return err
		}
		ids = append(ids, r.ID)
	}
	for _, err := range a.store.ReadRecords(a.ctx, ids) {
		if err != nil {
			return err
		}
	}
	return some(len(ids))
}

func some(n int) error {
	if n == 0 {
		return fmt.Errorf("nothing was found")
	}
	return nil
}

func (a *asker) show() error {
	for r, err := range a.catalog.Runs(a.ctx, index.Query{ID: draw(a, a.known.IDs).String()[:12]}) {
		if err != nil {
			return err
		}
		_, err = a.store.Record(a.ctx, r.ID)
		return err
	}
	return some(0)
}

func (a *asker) newest() error {
	n := 1 + a.random.IntN(min(100, a.known.Runs))
	for r, err := range a.catalog.Runs(a.ctx, index.Query{Offset: n - 1, Limit: 1}) {
		if err != nil {
			return err
		}
		_, err = a.store.Record(a.ctx, r.ID)
		return err
	}
	return some(0)
}

func (a *asker) uses(d hashing.FileDigest, side index.Side) error {
	n := 0
	for _, err := range a.catalog.ByDigest(a.ctx, index.OfFile(d), side) {
		if err != nil {
			return err
		}
		n++
	}
	return some(n)
}

func (a *asker) trace(d hashing.FileDigest, way trace.Direction) error {
	g, err := trace.Trace(a.ctx, trace.World{Catalog: a.catalog, Records: a.store}, trace.Subject{Asked: d.String(), File: d, Bytes: -1}, trace.Options{Direction: way})
	if err != nil {
		return err
	}
	return some(len(g.Edges))
}
