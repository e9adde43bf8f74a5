package evidence_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/attach/attachtest"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
	"github.com/lineage-audit/lineage/verify/evidence"
)

var modelFiles = map[string]string{"MLmodel": "flavors: {}\n", "data/model.pkl": "weights"}

// trained is a tracker on which a run has logged a model, and registered it.
func trained(t *testing.T) (*attachtest.Memory, attachtest.Done) {
	t.Helper()
	m := &attachtest.Memory{}
	env, err := m.Prepare(nil, record.Invocation{1})
	if err != nil {
		t.Fatal(err)
	}
	done := m.Train(env, attachtest.Job{
		Artifacts: map[string]string{"notes/a": "note"},
		Models:    []attachtest.ModelJob{{Name: "model", Files: modelFiles, Register: "iris"}},
		Register:  map[string]string{"runs:/RUN/notes/a": "iris"}, Aliases: map[string][2]string{"champion": {"iris", "1"}},
	})
	return m, done
}

func registry(t *testing.T, tracker attach.Tracker, text string) *evidence.Registry {
	t.Helper()
	ref, err := attach.ParseRef(text)
	if err != nil {
		t.Fatal(err)
	}
	return &evidence.Registry{Tracker: tracker, Ref: ref}
}

func hang(t *testing.T, m *attachtest.Memory, target attach.Target, statement string, blobs ...string) {
	t.Helper()
	a := attach.Attachment{ID: record.IDOf([]byte(statement)), Statement: []byte(statement)}
	for _, b := range blobs {
		a.Blobs = append(a.Blobs, attach.Blob{Digest: hashing.Bytes([]byte(b)), Bytes: []byte(b)})
	}
	if _, err := m.Put(t.Context(), target, a); err != nil {
		t.Fatal(err)
	}
}

// onRun, onModel and onVersion are the targets of what was trained.
func targets(done attachtest.Done) (onRun, onModel, onVersion attach.Target) {
	return attach.Target{System: "memory", Kind: attach.KindRun, ID: done.Run, Run: done.Run},
		attach.Target{System: "memory", Kind: attach.KindLoggedModel, ID: done.Models[0], Name: "model", Run: done.Run},
		attach.Target{System: "memory", Kind: attach.KindModelVersion, ID: "1", Name: "iris", Run: done.Run}
}

func TestRegistryResolve(t *testing.T) {
	m, done := trained(t)
	onRun, onModel, onVersion := targets(done)
	hang(t, m, onRun, "of the run")
	hang(t, m, onModel, "of the model")
	hang(t, m, onVersion, "of the version")
	got, err := registry(t, m, "models:/iris@champion").Resolve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := verify.Resolved{
		Kind: verify.TargetRegistry, System: "mlflow", Name: "iris", Alias: "champion", Version: "1", LoggedModel: done.Models[0],
		Run: done.Run, Source: "models:/" + done.Models[0], Invocations: []record.Invocation{{1}},
	}
	claims := map[string]map[verify.ClaimBy]bool{}
	for _, c := range got.Claims {
		if c.ID != record.IDOf(c.Bytes) || c.Where == "" {
			t.Errorf("claim %+v", c)
		}
		if claims[string(c.Bytes)] == nil {
			claims[string(c.Bytes)] = map[verify.ClaimBy]bool{}
		}
		claims[string(c.Bytes)][c.By] = true
	}
	got.Claims, got.Created = nil, want.Created
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Resolve (-want +got):\n%s", diff)
	}
	// The files of all three stand at the run, and are found beside what names others.
	if diff := cmp.Diff(map[string]map[verify.ClaimBy]bool{
		"of the run":     {verify.ByRun: true, verify.Beside: true},
		"of the model":   {verify.ByEntry: true, verify.Beside: true},
		"of the version": {verify.ByEntry: true, verify.Beside: true},
	}, claims); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
}

// zeros is a tracker whose entries name a record by an id that is none.
type zeros struct{ *attachtest.Memory }

func (z zeros) Get(context.Context, attach.Target) ([]attach.Attached, error) {
	return []attach.Attached{{Named: true}}, nil
}

func TestRegistryWithAnIDOfZeros(t *testing.T) {
	m, _ := trained(t)
	r, err := registry(t, zeros{m}, "models:/iris/1").Resolve(t.Context())
	if err == nil || errors.Is(err, verify.ErrNotFound) || r.Kind != "" {
		t.Errorf("Resolve = %+v, %v; want an error: nothing is named", r, err)
	}
}

func TestRegistryContent(t *testing.T) {
	m, done := trained(t)
	for text, want := range map[string]map[string]string{
		"models:/iris/1": modelFiles, "models:/" + done.Models[0]: modelFiles, "runs:/" + done.Run + "/model": modelFiles,
		"models:/iris/2": {"": "note"}, "runs:/" + done.Run + "/notes/a": {"": "note"}, "runs:/" + done.Run + "/notes": {"a": "note"},
	} {
		if c := content(t, registry(t, m, text)); !is(c, want) {
			t.Errorf("Content of %s = %+v; want %v", text, c, want)
		}
	}
}

// Each look is one at the tracker: an alias that was moved and a file that was
// changed meanwhile are seen.
func TestRegistryLooksAgain(t *testing.T) {
	m, done := trained(t)
	g := registry(t, m, "models:/iris@champion")
	if c := content(t, g); !is(c, modelFiles) {
		t.Errorf("first: %+v", c)
	}
	changed := "changed"
	m.SetFile(done.Models[0], "MLmodel", &changed)
	if c := content(t, g); !is(c, map[string]string{"MLmodel": changed, "data/model.pkl": "weights"}) {
		t.Errorf("after a change: %+v", c)
	}
	m.Train(nil, attachtest.Job{NoRun: true, Aliases: map[string][2]string{"champion": {"iris", "2"}}})
	r, err := g.Resolve(t.Context())
	if err != nil || r.Version != "2" {
		t.Errorf("after the alias moved: %+v, %v", r, err)
	}
	if c := content(t, g); !is(c, map[string]string{"": "note"}) {
		t.Errorf("after the alias moved: %+v", c)
	}
}

func TestRegistryOpen(t *testing.T) {
	m, _ := trained(t)
	g := registry(t, m, "models:/iris/1")
	content(t, g)
	f, err := g.Open(t.Context(), verify.Resolved{}, "data/model.pkl")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil || string(raw) != "weights" {
		t.Errorf("Open = %q, %v", raw, err)
	}
	for _, path := range []string{"gone", "data", "../MLmodel", ""} {
		if _, err := g.Open(t.Context(), verify.Resolved{}, path); !errors.Is(err, verify.ErrNotFound) {
			t.Errorf("Open(%q): %v", path, err)
		}
	}
}

// What the tracker does not have, and what it could not be asked for, are two things
// at every step; and neither comes with a part of an answer.
func TestRegistryAbsentOrNotAsked(t *testing.T) {
	for _, text := range []string{"models:/iris/9", "models:/gone/1", "models:/iris@nobody", "models:/m-9", "runs:/gone/model"} {
		m, _ := trained(t)
		if r, err := registry(t, m, text).Resolve(t.Context()); !errors.Is(err, verify.ErrNotFound) || r.Kind != "" {
			t.Errorf("Resolve(%s) = %+v, %v; want ErrNotFound", text, r, err)
		}
	}
	for _, method := range []string{"Resolve", "Get", "Files", "Open"} {
		m, done := trained(t)
		onRun, _, _ := targets(done)
		hang(t, m, onRun, "of the run")
		m.Fail = func(asked string) error {
			if asked == method {
				return &attach.Error{Address: "memory", Op: asked, Kind: attach.ErrUnreachable}
			}
			return nil
		}
		g := registry(t, m, "models:/iris/1")
		r, err := g.Resolve(t.Context())
		var c verify.Content
		if err == nil {
			c, err = g.Content(t.Context(), r)
		} else if r.Kind != "" || r.Claims != nil {
			t.Errorf("%s fails: Resolve = %+v", method, r)
		}
		if !errors.Is(err, attach.ErrUnreachable) || errors.Is(err, verify.ErrNotFound) || c != (verify.Content{}) {
			t.Errorf("%s fails: %+v, %v; want ErrUnreachable", method, c, err)
		}
	}
}

func TestRegistryBlob(t *testing.T) {
	m, done := trained(t)
	onRun, _, _ := targets(done)
	hang(t, m, onRun, "of the run", "patch")
	g := registry(t, m, "models:/iris/1")
	patch, absent := hashing.Bytes([]byte("patch")), hashing.Bytes([]byte("absent"))
	if _, err := g.Blob(t.Context(), patch); !errors.Is(err, verify.ErrNotFound) {
		t.Errorf("before anything was resolved: %v", err)
	}
	content(t, g)
	if raw, err := g.Blob(t.Context(), patch); err != nil || string(raw) != "patch" {
		t.Errorf("Blob = %q, %v", raw, err)
	}
	if raw, err := g.Blob(t.Context(), absent); !errors.Is(err, verify.ErrNotFound) || raw != nil {
		t.Errorf("Blob that is absent = %q, %v", raw, err)
	}
	// One target says that it has none, another cannot be asked: nobody knows.
	for bad := range 3 {
		asked := 0
		m.Fail = func(method string) error {
			if method == "Blob" {
				if asked++; asked == bad+1 {
					return &attach.Error{Address: "memory", Op: method, Kind: attach.ErrUnreachable}
				}
			}
			return nil
		}
		if raw, err := g.Blob(t.Context(), absent); !errors.Is(err, attach.ErrUnreachable) || errors.Is(err, verify.ErrNotFound) || raw != nil {
			t.Errorf("target %d is down: %q, %v; want ErrUnreachable alone", bad, raw, err)
		}
		asked = 0
		if raw, err := g.Blob(t.Context(), patch); err != nil || string(raw) != "patch" {
			t.Errorf("target %d is down: %q, %v; want what another has", bad, raw, err)
		}
	}
	plain := registry(t, struct{ attach.Tracker }{m}, "models:/iris/1")
	if _, err := plain.Blob(t.Context(), patch); !errors.Is(err, verify.ErrNotFound) {
		t.Errorf("of a tracker without blobs: %v", err)
	}
}

func TestClientFile(t *testing.T) {
	f := evidence.ClientFile()
	if f.Path != "registered_model_meta" {
		t.Errorf("it is called %q", f.Path)
	}
	if name, version, err := f.Parse([]byte("model_name: iris\nmodel_version: '1'\n")); err != nil || name != "iris" || version != "1" {
		t.Errorf("Parse = %q, %q, %v", name, version, err)
	}
	for _, content := range []string{"", "model_name: iris\n", "model_name: iris\nmodel_version: '1'\nmore: x\n", "import os\n"} {
		if name, version, err := f.Parse([]byte(content)); err == nil {
			t.Errorf("Parse(%q) = %q, %q", content, name, version)
		}
	}
}

// The whole way: a tracker that cannot be asked at some step never gives a pass, and
// one that answers differently at the end gives a failure.
func TestVerifyOnATracker(t *testing.T) {
	at := func(n int, method string, fail func(m *attachtest.Memory, id string) error) (verify.Verdict, int) {
		m, done := trained(t)
		calls := 0
		m.Fail = func(asked string) error {
			if asked != method {
				return nil
			}
			if calls++; calls == n {
				calls++ // what fail does is not counted
				return fail(m, done.Models[0])
			}
			return nil
		}
		s, _ := keep(t)
		g := registry(t, m, "models:/iris@champion")
		return verify.Verify(t.Context(), verify.Request{Asked: "models:/iris@champion", Target: g, Records: s, Blobs: g}), calls
	}
	for _, method := range []string{"Resolve", "Get", "Files", "Open"} {
		for n := 1; ; n++ {
			v, calls := at(n, method, func(*attachtest.Memory, string) error { return context.DeadlineExceeded })
			if calls < n {
				break
			}
			if v.Result == verify.Pass {
				t.Errorf("call %d of %s fails: %s", n, method, v.Reason)
			}
		}
	}
	v, _ := at(2, "Resolve", func(m *attachtest.Memory, id string) error {
		m.Fail = nil
		m.Train(nil, attachtest.Job{NoRun: true, Aliases: map[string][2]string{"champion": {"iris", "2"}}})
		return nil
	})
	if v.Result != verify.Fail || !strings.Contains(v.Reason, string(verify.RegistryAgrees)) {
		t.Errorf("the alias moved: %s, %s", v.Result, v.Reason)
	}
}
