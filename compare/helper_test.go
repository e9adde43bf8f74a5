package compare

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

// memory is contents that are held in memory, by digest.
type memory map[hashing.FileDigest][]byte

func (m memory) Blob(_ context.Context, d hashing.FileDigest, limit int64) ([]byte, error) {
	raw, found := m[d]
	switch {
	case !found:
		return nil, ErrNotFound
	case int64(len(raw)) > limit:
		return nil, &TooLargeError{limit}
	}
	return raw, nil
}

func (m memory) File(ctx context.Context, f File, limit int64) ([]byte, error) {
	return m.Blob(ctx, f.Digest, limit)
}

func (m memory) add(contents ...[]byte) memory {
	for _, c := range contents {
		m[hashing.Bytes(c)] = c
	}
	return m
}

// kept has every blob of the ordinary run, and the manifests of more folders.
func kept(more ...recordtest.Files) memory {
	m := memory(maps.Clone(recordtest.Blobs()))
	for _, files := range append(more, recordtest.Code, recordtest.Images) {
		m.add(files.Manifest().Bytes())
		for _, content := range files {
			m.add([]byte(content))
		}
	}
	return m.add([]byte(recordtest.Train), []byte(recordtest.Metrics))
}

// later makes a record another run's.
func later(s *record.Statement) {
	recordtest.As(record.Invocation{0xbb}, recordtest.Started.Add(time.Hour))(s)
}

func ordinary(t *testing.T, opts ...recordtest.Option) Run {
	t.Helper()
	return Run{Record: recordtest.Record(t, opts...)}
}

func compared(t *testing.T, a, b Run, o Options) Diff {
	t.Helper()
	d, err := Compare(t.Context(), a, b, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// replaced gives a folder or file of a role other content.
func replaced(role record.Role, r record.Resource) recordtest.Option {
	return func(s *record.Statement) {
		recordtest.Without(role)(s)
		recordtest.Dependency(r)(s)
	}
}

// outline is a comparison in few words, an item a line.
func outline(d Diff) string {
	var b strings.Builder
	fmt.Fprintln(&b, d.Answer)
	for _, areas := range [][]Area{d.Causes, d.Results} {
		for _, ar := range areas {
			if len(ar.Items)+len(ar.Doubts) == 0 {
				continue
			}
			fmt.Fprintf(&b, "%s %s %s\n", ar.Name, ar.Status, ar.Bearing)
			for _, i := range ar.Items {
				fmt.Fprintf(&b, "  %s %s %s", i.Kind, i.Sort, i.What)
				if i.Sort != SortFile && i.Sort != SortFolder && i.Sort != SortLock {
					fmt.Fprintf(&b, " %s>%s", i.A, i.B)
				}
				fmt.Fprintf(&b, " %s %s\n", i.Bearing, i.Why)
				for _, f := range i.Details {
					fmt.Fprintf(&b, "    %s %s>%s\n", f.Name, f.A, f.B)
				}
				if f := i.Files; f != nil {
					for _, c := range f.List {
						fmt.Fprintf(&b, "    %s %s %s %s\n", c.Kind, c.Path, c.Was, c.Bearing)
					}
				}
			}
			for _, doubt := range ar.Doubts {
				fmt.Fprintf(&b, "  ? %s %s: %s\n", doubt.Of, doubt.What, doubt.Why)
			}
		}
	}
	return b.String()
}

// untracked takes away what a tracker had.
func untracked(s *record.Statement) {
	run := &s.Predicate.RunDetails
	run.Byproducts = slices.DeleteFunc(run.Byproducts, func(r record.Resource) bool { return r.Annotations.Role == record.RoleTracking })
}

// track makes the tracker's word of the run what is given.
func track(t *testing.T, m memory, data attach.RunData) recordtest.Option {
	t.Helper()
	raw, err := data.JSON()
	if err != nil {
		t.Fatal(err)
	}
	m.add(raw)
	digest := hashing.Bytes(raw)
	return func(s *record.Statement) {
		untracked(s)
		recordtest.Byproduct(record.Resource{
			Name: "run " + data.RunID, MediaType: "application/json", Digest: &record.DigestSet{SHA256: &digest},
			Annotations: record.Annotations{Role: record.RoleTracking},
		})(s)
	}
}

func metrics(run string, accuracy string, c string) attach.RunData {
	return attach.RunData{
		System: "mlflow", RunID: run, Name: "able-" + run, Status: "FINISHED",
		Metrics: []attach.Metric{{Name: "accuracy", Value: accuracy, Step: 0, Time: int64(len(run))}},
		Params:  []attach.NameValue{{Name: "c", Value: c}},
		Tags:    []attach.NameValue{{Name: "mlflow.runName", Value: run}, {Name: "lineage.invocation", Value: run}, {Name: "team", Value: "birds"}},
	}
}
