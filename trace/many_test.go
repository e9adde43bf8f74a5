package trace_test

import (
	"context"
	"encoding/binary"
	"iter"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store/index"
	"github.com/lineage-audit/lineage/trace"
)

// crowd is a catalog in which very many runs made, and read, the same bytes as one
// run did: one each second from then on.
type crowd struct {
	trace.Catalog
	like   record.ID
	digest index.Digest
	n      int
	given  int // uses that were asked for
	read   int // details
}

func crowded(w *world, like, content string, n int) *crowd {
	c := &crowd{Catalog: w.world.Catalog, like: w.records[like].ID(), digest: index.OfFile(hashing.Bytes([]byte(content))), n: n}
	w.world.Catalog = c
	return c
}

func (c *crowd) member(like index.Run, i int) *index.Run {
	like.ID = record.ID{0xcc}
	binary.BigEndian.PutUint32(like.ID[1:], uint32(i))
	like.Invocation = record.Invocation(like.ID[:16])
	after := time.Duration(i) * time.Second
	like.Started, like.Finished = record.At(like.Started.Add(after)), record.At(like.Finished.Add(after))
	return &like
}

// joined puts the crowd's uses, which are like one of the answer, in front of it.
func (c *crowd) joined(answer iter.Seq2[index.Use, error], until time.Time) iter.Seq2[index.Use, error] {
	return func(yield func(index.Use, error) bool) {
		var all []index.Use
		like := index.Use{}
		for u, err := range answer {
			if err != nil {
				yield(u, err)
				return
			}
			if all = append(all, u); u.Run.ID == c.like && (u.Digest == c.digest || u.Within != nil) {
				like = u
			}
		}
		for i := c.n; i > 0 && like.Run != nil; i-- {
			u := like
			if u.Run = c.member(*like.Run, i); !until.IsZero() && u.Run.Started.After(until) {
				continue
			}
			if c.given++; !yield(u, nil) {
				return
			}
		}
		for _, u := range all {
			if !yield(u, nil) {
				return
			}
		}
	}
}

func (c *crowd) ByDigest(ctx context.Context, d index.Digest, side index.Side) iter.Seq2[index.Use, error] {
	return c.joined(c.Catalog.ByDigest(ctx, d, side), time.Time{})
}

func (c *crowd) MadeUntil(ctx context.Context, d index.Digest, until time.Time) iter.Seq2[index.Use, error] {
	return c.joined(c.Catalog.MadeUntil(ctx, d, until), until)
}

func (c *crowd) ByFilesOf(ctx context.Context, tree hashing.TreeDigest, side index.Side) iter.Seq2[index.Use, error] {
	return c.joined(c.Catalog.ByFilesOf(ctx, tree, side), time.Time{})
}

func (c *crowd) Detail(ctx context.Context, id record.ID) (*index.Detail, error) {
	c.read++
	if id[0] != 0xcc {
		return c.Catalog.Detail(ctx, id)
	}
	like, err := c.Catalog.Detail(ctx, c.like)
	if err != nil {
		return nil, err
	}
	d := *like
	d.Run = *c.member(like.Run, int(binary.BigEndian.Uint32(id[1:])))
	return &d, nil
}

// expect is that little was looked at, and that the graph says that there is more.
func (c *crowd) expect(t *testing.T, g trace.Graph, uses, details int) {
	t.Helper()
	if c.given > uses || c.read > details {
		t.Errorf("%d uses and %d details were asked for, want at most %d and %d", c.given, c.read, uses, details)
	}
	for _, n := range g.Nodes {
		if n.More != nil && n.More.AtLeast {
			return
		}
	}
	t.Error("the graph does not say that there is more")
}

const (
	crowdSize = 100_000
	shared    = "what everybody makes, with many bytes"
)

func TestManyMakersOfOneDigest(t *testing.T) {
	for name, read := range map[string]any{"a file": shared, "a file of a folder": files{"a/shared": shared, "own": "something of its own, with bytes"}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t,
				run{name: "maker", start: 1, makes: in("repo:out", shared)},
				run{name: "reader", start: 10_000, reads: in("repo:in", read), makes: in("repo:end", "the end of it, with many bytes")})
			c := crowded(w, "maker", shared, crowdSize)
			c.expect(t, w.up("reader"), 3*(trace.DefaultWidth+1000), 2*trace.DefaultWidth)
		})
	}
}

func TestManyMakersTooLate(t *testing.T) {
	w := newWorld(t,
		run{name: "reader", start: 1, reads: in("repo:in", shared), makes: in("repo:end", "the end of it, with many bytes")},
		run{name: "maker", start: 100, makes: in("repo:out", shared)})
	c := crowded(w, "maker", shared, crowdSize)
	g := w.up("reader")
	if got := reasons(g); got != string(trace.MadeLater) {
		t.Errorf("ends for %q", got)
	}
	if c.given > 3000 {
		t.Errorf("%d uses were asked for", c.given)
	}
}

// A maker that is not among the last ones is found all the same by who starts from it.
func TestManyMakersDownstreamOfOne(t *testing.T) {
	w := newWorld(t,
		run{name: "maker", start: 1, makes: in("repo:out", shared)},
		run{name: "reader", start: 10_000, reads: in("repo:in", shared), makes: in("repo:end", "the end of it, with many bytes")})
	crowded(w, "maker", shared, crowdSize)
	if got := w.runs(w.down("maker")); got != "maker reader" {
		t.Errorf("downstream are %q", got)
	}
}

// Nor is the run that a registry names, though it is not among the last ones.
func TestManyMakersOfAModel(t *testing.T) {
	w := newWorld(t, run{name: "maker", start: 1, makes: in("repo:out", shared)})
	crowded(w, "maker", shared, crowdSize)
	id := w.records["maker"].ID()
	g := w.ask(trace.Subject{
		Asked: "models:/m/1", File: hashing.Bytes([]byte(shared)), Claims: []record.ID{id},
		Model: &trace.Model{System: "mlflow", Kind: "model-version", Name: "m", ID: "1"},
	}, trace.Options{Depth: 1})
	if len(g.Problems) > 0 {
		t.Errorf("problems: %q", g.Problems)
	}
	for _, e := range g.Edges {
		if e.Likely && e.From != "run:"+id.String() {
			t.Errorf("%s is the likely one", e.From)
		}
	}
}

func TestManyReaders(t *testing.T) {
	w := newWorld(t,
		run{name: "maker", start: 1, makes: in("repo:out", shared)},
		run{name: "reader", start: 100, reads: in("repo:in", shared), makes: in("repo:end", "the end of it, with many bytes")})
	c := crowded(w, "reader", shared, crowdSize)
	g := w.ask(trace.Subject{Asked: "maker", Run: w.records["maker"].ID()}, trace.Options{Direction: trace.Downstream, Depth: 1, Width: 10})
	c.expect(t, g, 3*1010, 3*1010)
}
