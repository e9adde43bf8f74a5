package attach_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/attach/attachtest"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

var files = map[string]string{"MLmodel": "flavors: {}\n", "data/model.pkl": "weights", "empty": ""}

// tracker is a system in memory that lies where a test tells it to.
type tracker struct {
	*attachtest.Memory
	find    func([]attach.Target) []attach.Target
	resolve func(attach.Model) attach.Model
	list    func([]attach.File) []attach.File
	open    func(path string) error
	opened  int
	put     func(attach.Target) error
	got     []attach.Attachment // that were put
}

func (s *tracker) Find(ctx context.Context, span attach.Span) ([]attach.Target, error) {
	found, err := s.Memory.Find(ctx, span)
	if s.find != nil && err == nil {
		found = s.find(found)
	}
	return found, err
}

func (s *tracker) Resolve(ctx context.Context, r attach.Ref) (attach.Model, error) {
	m, err := s.Memory.Resolve(ctx, r)
	if s.resolve != nil && err == nil {
		m = s.resolve(m)
	}
	return m, err
}

func (s *tracker) Files(ctx context.Context, m attach.Model) ([]attach.File, error) {
	found, err := s.Memory.Files(ctx, m)
	if s.list != nil && err == nil {
		found = s.list(found)
	}
	return found, err
}

func (s *tracker) Open(ctx context.Context, m attach.Model, f attach.File) (io.ReadCloser, error) {
	s.opened++
	if s.open != nil {
		if err := s.open(f.Path); err != nil {
			return nil, err
		}
	}
	return s.Memory.Open(ctx, m, f)
}

func (s *tracker) Put(ctx context.Context, t attach.Target, a attach.Attachment) (attach.Receipt, error) {
	if s.put != nil {
		if err := s.put(t); err != nil {
			return attach.Receipt{}, err
		}
	}
	s.got = append(s.got, a)
	return s.Memory.Put(ctx, t, a)
}

// train does a job as the child of a run, and gives what it left.
func train(t *testing.T, job attachtest.Job) (*tracker, attach.Span, attachtest.Done) {
	t.Helper()
	s := &tracker{Memory: &attachtest.Memory{}}
	span := attach.Span{Invocation: record.NewInvocation(), Started: time.Now()}
	env, err := s.Prepare(nil, span.Invocation)
	if err != nil {
		t.Fatal(err)
	}
	done := s.Train(env, job)
	span.Ended = time.Now()
	return s, span, done
}

func collect(t *testing.T, s *tracker, span attach.Span) attach.Collected {
	t.Helper()
	c, err := attach.Collect(t.Context(), s, span)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func manifest(t *testing.T, files map[string]string) hashing.Manifest {
	t.Helper()
	return recordtest.Files(files).Manifest()
}

func model(name, register string) attachtest.ModelJob {
	return attachtest.ModelJob{Name: name, Files: files, Register: register}
}

func TestCollectReadsModelsBack(t *testing.T) {
	s, span, done := train(t, attachtest.Job{Models: []attachtest.ModelJob{model("model", "iris")}})
	c := collect(t, s, span)
	id := done.Models[0]
	at := recordtest.Location("server:logged-model/" + id)
	origin := &record.Origin{Kind: "server", System: "memory", Target: "logged-model", ID: id}
	want := append([]record.Resource{recordtest.Tree(record.RoleOutput, at, files)}, recordtest.Parts(at, files)...)
	for i := range want {
		want[i].Annotations.Origin = origin
	}
	if diff := cmp.Diff(want, c.Outputs); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	if m := c.Models[id]; m.Err != nil || m.Manifest.Digest() != manifest(t, files).Digest() || len(c.Models) != 1 || c.Err() != nil {
		t.Errorf("models %+v, %v; want the one with its manifest", c.Models, c.Err())
	}
	if len(c.Targets) != 3 {
		t.Errorf("targets %v; want a run, a model and a version", c.Targets)
	}
	recordOf(t, c) // is one
}

// recordOf is the record of a run that left this.
func recordOf(t *testing.T, c attach.Collected, opts ...recordtest.Option) *record.Record {
	t.Helper()
	opts = append([]recordtest.Option{recordtest.NoOutputs, func(s *record.Statement) {
		s.Subject = append(s.Subject, c.Outputs...)
		for _, m := range c.Models {
			if m.Err == nil {
				digest := m.Manifest.Digest().ManifestDigest()
				recordtest.Byproduct(record.Resource{
					Digest: &record.DigestSet{SHA256: &digest}, Annotations: record.Annotations{Role: record.RoleManifest},
				})(s)
			}
		}
	}}, opts...)
	return recordtest.Record(t, opts...)
}

func TestCollectNothing(t *testing.T) {
	s, span, _ := train(t, attachtest.Job{NoRun: true, Escape: true})
	c := collect(t, s, span)
	if len(c.Targets)+len(c.Outputs)+len(c.Models) > 0 || c.Err() != nil {
		t.Errorf("%+v, %v; want nothing: no run carries the invocation", c, c.Err())
	}
}

// leftOut are the ways in which a model's bytes may be another's, or not known.
var leftOut = []struct {
	name   string
	change func(s *tracker, id string)
	want   string
}{
	{"without the invocation", func(s *tracker, id string) {
		s.resolve = only(id, func(m *attach.Model) { m.Invocations = nil })
	}, "does not carry the invocation"},
	{"with another one", func(s *tracker, id string) {
		s.resolve = only(id, func(m *attach.Model) { m.Invocations = []record.Invocation{{9}} })
	}, "does not carry the invocation"},
	{"of another run", func(s *tracker, id string) {
		s.resolve = only(id, func(m *attach.Model) { m.RunID = "run99" })
	}, "run run99 wrote it"},
	{"of no run", func(s *tracker, id string) {
		s.resolve = only(id, func(m *attach.Model) { m.RunID = "" })
	}, "no run wrote it"},
	{"created before", func(s *tracker, id string) {
		s.resolve = only(id, func(m *attach.Model) { m.Created = m.Created.Add(-time.Hour) })
	}, "do the clocks agree?"},
	{"created later", func(s *tracker, id string) {
		s.resolve = only(id, func(m *attach.Model) { m.Created = m.Created.Add(time.Hour) })
	}, "do the clocks agree?"},
	{"without files", func(s *tracker, id string) {
		for path := range files {
			s.SetFile(id, path, nil)
		}
	}, "has no files"},
	{"with a file that cannot be read", func(s *tracker, _ string) {
		n := 0
		s.open = func(path string) error {
			if n++; n == 1 {
				return errors.New("broken disk")
			}
			return nil
		}
	}, `reading "MLmodel" of "": broken disk`},
	{"with a path that leads out", func(s *tracker, _ string) {
		n := 0
		s.list = func(files []attach.File) []attach.File {
			if n++; n == 1 {
				return []attach.File{{Path: "../MLmodel"}}
			}
			return files
		}
	}, `"../MLmodel"`},
	{"with a file twice", func(s *tracker, _ string) {
		n := 0
		s.list = func(files []attach.File) []attach.File {
			if n++; n == 1 {
				files = append(files, files[0])
			}
			return files
		}
	}, "stands twice"},
	{"gone", func(s *tracker, id string) {
		s.find = func(found []attach.Target) []attach.Target {
			for i := range found {
				if found[i].ID == id {
					found[i].ID = "m-gone"
				}
			}
			return found
		}
	}, "not found"},
}

// A model whose bytes may be another's, or are not known, is no output; the others
// of the run are.
func TestCollectLeavesOut(t *testing.T) {
	for _, tt := range leftOut {
		t.Run(tt.name, func(t *testing.T) {
			s, span, done := train(t, attachtest.Job{Models: []attachtest.ModelJob{model("bad", ""), model("good", "")}})
			tt.change(s, done.Models[0])
			c := collect(t, s, span)
			if err := c.Err(); err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("Err() = %v; want one that says %q", err, tt.want)
			}
			if m := c.Models[done.Models[1]]; m.Err != nil || m.Manifest.Len() != len(files) {
				t.Errorf("the other model: %+v", m)
			}
			for _, o := range c.Outputs {
				if o.Annotations.Origin.ID != done.Models[1] {
					t.Errorf("%s is an output", o.Name)
				}
			}
			recordOf(t, c)
		})
	}
}

// only changes what one logged model is resolved to.
func only(id string, change func(*attach.Model)) func(attach.Model) attach.Model {
	return func(m attach.Model) attach.Model {
		if m.LoggedModelID == id {
			change(&m)
		}
		return m
	}
}

func TestCollectOutsideOfTheRun(t *testing.T) {
	s, span, done := train(t, attachtest.Job{
		Models: []attachtest.ModelJob{model("model", "iris")}, Outside: []attachtest.ModelJob{model("stray", "iris")},
	})
	c := collect(t, s, span)
	if len(c.Targets) != 5 || c.Models[done.Models[0]].Err != nil || c.Models[done.Models[1]].Err == nil {
		t.Errorf("%v, %v; want the model of the run alone among the outputs", c.Targets, c.Models)
	}
}

// What a system says of ids is not trusted: neither may lead to another place, nor
// cost the whole record.
func TestCollectOfALiar(t *testing.T) {
	for _, id := range []string{"m-../../etc", "", "x", "m-1/../m-2", "m-\x1b[2J", "iris/1"} {
		s, span, _ := train(t, attachtest.Job{Models: []attachtest.ModelJob{model("model", "iris")}})
		s.find = func(found []attach.Target) []attach.Target {
			return append(found, attach.Target{System: "memory", Kind: attach.KindLoggedModel, ID: id})
		}
		c := collect(t, s, span)
		if c.Models[id].Err == nil || len(c.Outputs) != 1+len(files) {
			t.Errorf("logged model %q: %+v", id, c.Models[id])
		}
		recordOf(t, c)
	}
	s, span, _ := train(t, attachtest.Job{Models: []attachtest.ModelJob{model("model", "")}})
	s.find = func(found []attach.Target) []attach.Target { return slices.Concat(found, found) }
	recordOf(t, collect(t, s, span))
}

func TestCollectWithoutAnswer(t *testing.T) {
	s, span, _ := train(t, attachtest.Job{Models: []attachtest.ModelJob{model("model", "")}})
	down := &attach.Error{Address: "memory", Op: "finding", Kind: attach.ErrUnreachable}
	s.Fail = func(method string) error {
		if method == "Find" {
			return down
		}
		return nil
	}
	if c, err := attach.Collect(t.Context(), s, span); !errors.Is(err, attach.ErrUnreachable) || len(c.Targets) > 0 {
		t.Errorf("Collect = %+v, %v; want ErrUnreachable alone", c, err)
	}
	s.Fail = nil
	ctx, cancel := context.WithCancel(t.Context())
	s.open = func(string) error { cancel(); return nil }
	c, err := attach.Collect(ctx, s, span)
	if err != nil || c.Err() == nil || len(c.Outputs) > 0 {
		t.Errorf("Collect that is cut short = %+v, %v, %v; want no outputs", c, err, c.Err())
	}
}

func TestHashModel(t *testing.T) {
	s, _, done := train(t, attachtest.Job{Artifacts: map[string]string{"notes/a": "note"}, Models: []attachtest.ModelJob{model("model", "")}})
	for text, want := range map[string]map[string]string{
		"models:/" + done.Models[0]:      files,
		"runs:/" + done.Run + "/notes":   {"a": "note"},
		"runs:/" + done.Run + "/notes/a": {"a": "note"},
	} {
		ref, err := attach.ParseRef(text)
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.Resolve(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		got, hashed, err := attach.HashModel(t.Context(), s, m)
		if err != nil || got.Digest() != manifest(t, want).Digest() || len(hashed) != len(want) {
			t.Errorf("HashModel(%q) = %v, %v, %v; want %v", text, got.Entries(), hashed, err, want)
		}
		for _, f := range hashed {
			if f.Bytes != int64(len(want[f.Path])) {
				t.Errorf("%q has %d bytes", f.Path, f.Bytes)
			}
		}
	}
}
