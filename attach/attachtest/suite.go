package attachtest

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
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// System is all that the suite asks of an implementation.
type System interface {
	attach.System
	attach.Registry
	attach.BlobReader
	attach.RunReader
}

// Fixture is a system, and a child that uses it.
type Fixture struct {
	System System
	// Base is the environment that a child has without lineage.
	Base []string
	// Train does a job in a child with this environment.
	Train func(t *testing.T, env []string, job Job) Done
}

// Run is the conformance suite: what every system does. name makes the names of
// registered models unique, where the registry is shared.
func Run(t *testing.T, name string, f Fixture) {
	s := &suite{Fixture: f, name: name}
	s.invocation, s.started = record.NewInvocation(), time.Now()
	s.env = s.prepared(t, s.invocation)
	s.done = f.Train(t, s.env, Job{
		Params: map[string]string{"depth": "3"}, Metrics: map[string]string{"accuracy": "0.5"},
		Artifacts: map[string]string{"notes/a b.txt": "note", "notes/deep/b": "", "c": "sea"},
		Models: []ModelJob{
			{Name: "model", Files: modelFiles, Register: name},
			{Name: "other", Files: map[string]string{"w": "w"}},
		},
		Register: map[string]string{"models:/" + name + "/1": name + "-copy"},
		Outside:  []ModelJob{{Name: "stray", Files: modelFiles, Register: name}},
		Aliases:  map[string][2]string{"champion": {name, "1"}}, Escape: true,
	})
	s.span = attach.Span{Invocation: s.invocation, Started: s.started, Ended: time.Now()}
	t.Run("find", s.find)
	t.Run("own", s.own)
	t.Run("resolve", s.resolve)
	t.Run("bytes", s.bytes)
	t.Run("absent", s.absent)
	t.Run("attach", s.attach)
	t.Run("named only", s.namedOnly)
	t.Run("run data", s.runData)
	t.Run("alias moves", s.aliasMoves)
	t.Run("cancelled", s.cancelled)
}

var modelFiles = map[string]string{"MLmodel": "flavors: {}\n", "data/model.pkl": "weights", "empty": "", "ü &+=;,@!~.txt": "odd"}

type suite struct {
	Fixture
	name       string
	invocation record.Invocation
	started    time.Time
	span       attach.Span
	env        []string
	done       Done
	targets    []attach.Target
}

// prepared is the environment for a child, and checks what every one has.
func (s *suite) prepared(t *testing.T, i record.Invocation) []string {
	t.Helper()
	base := append(slices.Clone(s.Base), "OTHER=kept")
	before := slices.Clone(base)
	env, err := s.System.Prepare(base[:len(base):cap(base)], i)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, base); diff != "" {
		t.Errorf("Prepare changed its argument:\n%s", diff)
	}
	if !slices.Contains(env, "OTHER=kept") {
		t.Error("Prepare lost a variable")
	}
	return env
}

// the gives the target of a kind and id.
func (s *suite) the(t *testing.T, kind attach.Kind, id string) attach.Target {
	t.Helper()
	for _, target := range s.targets {
		if target.Kind == kind && target.ID == id {
			return target
		}
	}
	t.Fatalf("no %s %q was found", kind, id)
	return attach.Target{}
}

func (s *suite) find(t *testing.T) {
	var err error
	if s.targets, err = s.System.Find(t.Context(), s.span); err != nil {
		t.Fatal(err)
	}
	type found struct {
		Kind          attach.Kind
		ID, Name, Run string
	}
	got := map[found]bool{}
	for _, target := range s.targets {
		if target.Kind == attach.KindRun {
			target.Name = "" // a tracker may give names of its own
		}
		got[found{target.Kind, target.ID, target.Name, target.Run}] = true
	}
	d := s.done
	want := map[found]bool{
		{attach.KindRun, d.Run, "", d.Run}:                      true,
		{attach.KindLoggedModel, d.Models[0], "model", d.Run}:   true,
		{attach.KindLoggedModel, d.Models[1], "other", d.Run}:   true,
		{attach.KindLoggedModel, d.Models[2], "stray", ""}:      true,
		{attach.KindModelVersion, "1", s.name, d.Run}:           true,
		{attach.KindModelVersion, "1", s.name + "-copy", d.Run}: true,
		{attach.KindModelVersion, "2", s.name, ""}:              true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Find (-want +got):\n%s", diff)
	}
	order := []attach.Kind{attach.KindRun, attach.KindLoggedModel, attach.KindModelVersion}
	if !slices.IsSortedFunc(s.targets, func(a, b attach.Target) int {
		return slices.Index(order, a.Kind) - slices.Index(order, b.Kind)
	}) {
		t.Errorf("not runs first, then models, then versions: %v", s.targets)
	}
	other := s.span
	other.Invocation = record.NewInvocation()
	if got, err := s.System.Find(t.Context(), other); err != nil || len(got) != 0 {
		t.Errorf("Find for another invocation = %v, %v; want nothing", got, err)
	}
}

func (s *suite) resolved(t *testing.T, text string) attach.Model {
	t.Helper()
	ref, err := attach.ParseTarget(text)
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.System.Resolve(t.Context(), ref)
	if err != nil {
		t.Fatalf("Resolve(%q): %v", text, err)
	}
	if m.Ref != ref {
		t.Errorf("Resolve(%q).Ref = %+v", text, m.Ref)
	}
	return m
}

func (s *suite) own(t *testing.T) {
	for i, why := range []string{"", "", "no run"} {
		m := s.resolved(t, "models:/"+s.done.Models[i])
		got := attach.NotOwn(m, s.span, s.targets)
		if (got == "") != (why == "") || !strings.Contains(got, why) {
			t.Errorf("NotOwn of model %d = %q, want %q", i, got, why)
		}
	}
}

func (s *suite) resolve(t *testing.T) {
	d := s.done
	tests := []struct {
		text string
		want attach.Model
		on   []attach.Kind
	}{
		{"models:/" + d.Models[0], attach.Model{LoggedModelID: d.Models[0], RunID: d.Run},
			[]attach.Kind{attach.KindLoggedModel, attach.KindRun}},
		{"models:/" + d.Models[2], attach.Model{LoggedModelID: d.Models[2]}, []attach.Kind{attach.KindLoggedModel}},
		{"models:/" + s.name + "/1", attach.Model{Name: s.name, Version: "1", LoggedModelID: d.Models[0], RunID: d.Run},
			[]attach.Kind{attach.KindModelVersion, attach.KindLoggedModel, attach.KindRun}},
		{"models:/" + s.name + "@champion",
			attach.Model{Name: s.name, Version: "1", Alias: "champion", LoggedModelID: d.Models[0], RunID: d.Run},
			[]attach.Kind{attach.KindModelVersion, attach.KindLoggedModel, attach.KindRun}},
		{"models:/" + s.name + "-copy/1",
			attach.Model{Name: s.name + "-copy", Version: "1", LoggedModelID: d.Models[0], RunID: d.Run},
			[]attach.Kind{attach.KindModelVersion, attach.KindLoggedModel, attach.KindRun}},
		{"runs:/" + d.Run + "/model", attach.Model{LoggedModelID: d.Models[0], RunID: d.Run},
			[]attach.Kind{attach.KindLoggedModel, attach.KindRun}},
		{"runs:/" + d.Run + "/notes", attach.Model{RunID: d.Run, Path: "notes"}, []attach.Kind{attach.KindRun}},
		{"runs:/" + d.Run + "/notes/a b.txt", attach.Model{RunID: d.Run, Path: "notes/a b.txt", SingleFile: true},
			[]attach.Kind{attach.KindRun}},
		{"runs:/" + d.Run, attach.Model{RunID: d.Run}, []attach.Kind{attach.KindRun}},
	}
	for _, tt := range tests {
		m := s.resolved(t, tt.text)
		got := attach.Model{Name: m.Name, Version: m.Version, Alias: m.Alias, LoggedModelID: m.LoggedModelID,
			RunID: m.RunID, ClaimedRunID: m.ClaimedRunID, Path: m.Path, SingleFile: m.SingleFile}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("Resolve(%q) (-want +got):\n%s", tt.text, diff)
		}
		var on []attach.Kind
		for _, target := range m.Targets {
			on = append(on, target.Kind)
		}
		if diff := cmp.Diff(tt.on, on); diff != "" {
			t.Errorf("Resolve(%q).Targets (-want +got):\n%s", tt.text, diff)
		}
		if again := s.resolved(t, tt.text); !m.Same(again) {
			t.Errorf("Resolve(%q) is not the same twice: %+v, %+v", tt.text, m, again)
		}
		if near := time.Since(m.Created); near < -time.Minute || near > time.Hour {
			t.Errorf("Resolve(%q) was created at %v", tt.text, m.Created)
		}
	}
}

// content reads a model whole.
func (s *suite) content(t *testing.T, m attach.Model) map[string]string {
	t.Helper()
	files, err := s.System.Files(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for i, f := range files {
		if i > 0 && files[i-1].Path >= f.Path {
			t.Errorf("files are out of order: %q, %q", files[i-1].Path, f.Path)
		}
		r, err := s.System.Open(t.Context(), m, f)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		if int64(len(b)) != f.Size {
			t.Errorf("file %q has %d bytes, and was listed with %d", f.Path, len(b), f.Size)
		}
		got[f.Path] = string(b)
	}
	return got
}

func (s *suite) bytes(t *testing.T) {
	run := "runs:/" + s.done.Run
	for text, want := range map[string]map[string]string{
		"models:/" + s.name + "@champion": modelFiles,
		"models:/" + s.done.Models[2]:     modelFiles,
		run + "/other":                    {"w": "w"},
		run + "/notes":                    {"a b.txt": "note", "deep/b": ""},
		run + "/notes/a b.txt":            {"a b.txt": "note"},
		run + "/c":                        {"c": "sea"},
	} {
		if diff := cmp.Diff(want, s.content(t, s.resolved(t, text))); diff != "" {
			t.Errorf("the files of %q (-want +got):\n%s", text, diff)
		}
	}
}

func (s *suite) absent(t *testing.T) {
	for _, text := range []string{
		"runs:/0123456789abcdef0123456789abcdef/model", "runs:/" + s.done.Run + "/nothing",
		"runs:/" + s.done.Run + "/nothing/below", "models:/m-0123456789abcdef0123456789abcdef",
		"models:/" + s.name + "/999", "models:/" + s.name + "-none/1", "models:/" + s.name + "-none@champion",
		"models:/" + s.name + "@nobody",
	} {
		ref, err := attach.ParseRef(text)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := s.System.Resolve(t.Context(), ref); !errors.Is(err, attach.ErrNotFound) {
			t.Errorf("Resolve(%q) = %+v, %v; want ErrNotFound", text, m, err)
		}
	}
	gone := attach.Target{System: attach.MLflow, Kind: attach.KindRun, ID: "0123456789abcdef", Run: "0123456789abcdef"}
	if got, err := s.System.Get(t.Context(), gone); !errors.Is(err, attach.ErrNotFound) {
		t.Errorf("Get of a run that is not there = %v, %v; want ErrNotFound", got, err)
	}
	if _, err := s.System.Put(t.Context(), gone, attachment("x")); !errors.Is(err, attach.ErrNotFound) {
		t.Errorf("Put on a run that is not there: %v; want ErrNotFound", err)
	}
}

func attachment(statement string) attach.Attachment {
	blob := []byte("manifest of " + statement)
	return attach.Attachment{
		ID: record.IDOf([]byte(statement)), Invocation: record.NewInvocation(), Statement: []byte(statement),
		Blobs: []attach.Blob{
			{Name: "manifest", Digest: hashing.Bytes(blob), Bytes: blob},
			{Name: "again", Digest: hashing.Bytes(blob), Bytes: blob},
		},
		Digest: "lineageTree1:" + hashing.Bytes(blob).String(),
	}
}

func (s *suite) attach(t *testing.T) {
	first, second := attachment(`{"statement": 1}`), attachment(`{"statement": 2, "ü": "\n"}`)
	targets := []attach.Target{
		s.the(t, attach.KindRun, s.done.Run), s.the(t, attach.KindLoggedModel, s.done.Models[0]),
		s.the(t, attach.KindModelVersion, "1"),
	}
	for _, target := range targets {
		if got, err := s.System.Get(t.Context(), target); err != nil || slices.ContainsFunc(got, named) {
			t.Errorf("Get before Put on %s = %v, %v; want nothing named", target.Kind, got, err)
		}
		for range 2 {
			receipt, err := s.System.Put(t.Context(), target, first)
			if err != nil {
				t.Fatalf("Put on %s: %v", target.Kind, err)
			}
			if receipt.Target != target || receipt.Location == "" {
				t.Errorf("Put on %s: receipt %+v", target.Kind, receipt)
			}
		}
		s.has(t, target, first)
	}
	s.put(t, targets[0], second)
	for _, target := range targets {
		s.has(t, target, first)
	}
	s.has(t, targets[0], second)
	bad := first
	bad.Statement = []byte("other")
	if _, err := s.System.Put(t.Context(), targets[0], bad); err == nil {
		t.Error("a record was attached under the id of another")
	}
	// The records stand beside the models, and never in them.
	if diff := cmp.Diff(modelFiles, s.content(t, s.resolved(t, "models:/"+s.done.Models[0]))); diff != "" {
		t.Errorf("attaching changed the model (-want +got):\n%s", diff)
	}
	for _, target := range s.resolved(t, "models:/"+s.name+"@champion").Targets {
		s.has(t, target, first)
	}
}

func named(a attach.Attached) bool { return a.Named }

func (s *suite) put(t *testing.T, target attach.Target, a attach.Attachment) {
	t.Helper()
	if _, err := s.System.Put(t.Context(), target, a); err != nil {
		t.Fatalf("Put on %s: %v", target.Kind, err)
	}
}

// has checks that the target names the record and gives it back with its blobs.
func (s *suite) has(t *testing.T, target attach.Target, a attach.Attachment) {
	t.Helper()
	all, err := s.System.Get(t.Context(), target)
	if err != nil {
		t.Fatalf("Get of %s: %v", target.Kind, err)
	}
	want := attach.Attached{ID: a.ID, Target: target, Named: true, Statement: a.Statement}
	i := slices.IndexFunc(all, func(got attach.Attached) bool { return got.ID == a.ID })
	if i < 0 {
		t.Fatalf("%s does not have record %s", target.Kind, a.ID)
	}
	if diff := cmp.Diff(want, all[i]); diff != "" {
		t.Errorf("Get of %s (-want +got):\n%s", target.Kind, diff)
	}
	if !slices.IsSortedFunc(all, func(a, b attach.Attached) int { return strings.Compare(a.ID.String(), b.ID.String()) }) {
		t.Errorf("the records of %s are out of order", target.Kind)
	}
	for _, b := range a.Blobs {
		if got, err := s.System.Blob(t.Context(), target, b.Digest); err != nil || string(got) != string(b.Bytes) {
			t.Errorf("Blob of %s = %q, %v; want %q", target.Kind, got, err, b.Bytes)
		}
	}
	if _, err := s.System.Blob(t.Context(), target, hashing.Bytes([]byte("never put"))); !errors.Is(err, attach.ErrNotFound) {
		t.Errorf("Blob that was never put: %v; want ErrNotFound", err)
	}
}

// namedOnly: a model without a run names a record that it cannot keep.
func (s *suite) namedOnly(t *testing.T) {
	target, a := s.the(t, attach.KindLoggedModel, s.done.Models[2]), attachment("kept elsewhere")
	receipt, err := s.System.Put(t.Context(), target, a)
	if err != nil || receipt.Location != "" {
		t.Fatalf("Put = %+v, %v; want no location", receipt, err)
	}
	got, err := s.System.Get(t.Context(), target)
	want := []attach.Attached{{ID: a.ID, Target: target, Named: true}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Get: %v (-want +got):\n%s", err, diff)
	}
	if _, err := s.System.RunData(t.Context(), target); !errors.Is(err, attach.ErrNotFound) {
		t.Errorf("RunData of a model without a run: %v; want ErrNotFound", err)
	}
}

func (s *suite) runData(t *testing.T) {
	d, err := s.System.RunData(t.Context(), s.the(t, attach.KindRun, s.done.Run))
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Metrics {
		d.Metrics[i].Time = 0
	}
	if diff := cmp.Diff([]attach.Metric{{Name: "accuracy", Value: "0.5"}}, d.Metrics); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]attach.NameValue{{Name: "depth", Value: "3"}}, d.Params); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if d.RunID != s.done.Run || d.Status == "" {
		t.Errorf("run data is about %q, %q", d.RunID, d.Status)
	}
}

func (s *suite) aliasMoves(t *testing.T) {
	text := "models:/" + s.name + "@champion"
	before := s.resolved(t, text)
	s.Train(t, s.Base, Job{NoRun: true, Aliases: map[string][2]string{"champion": {s.name, "2"}}})
	after := s.resolved(t, text)
	if before.Same(after) || after.Version != "2" {
		t.Errorf("the alias moved, and %+v is taken for %+v", after, before)
	}
}

func (s *suite) cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.System.Resolve(ctx, attach.LoggedModelRef(s.done.Models[0])); !errors.Is(err, attach.ErrUnreachable) {
		t.Errorf("Resolve with a cancelled context: %v; want ErrUnreachable", err)
	}
}
