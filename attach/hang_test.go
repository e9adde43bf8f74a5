package attach_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/attach/attachtest"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

// names are the targets of what was hung and of what was not.
func names(done []attach.Receipt, failed []attach.Failure) (hung, not []string) {
	for _, r := range done {
		hung = append(hung, fmt.Sprintf("%s %s %s", r.Target.Kind, r.Target.Name, r.Target.ID))
	}
	for _, f := range failed {
		not = append(not, fmt.Sprintf("%s %s %s", f.Target.Kind, f.Target.Name, f.Target.ID))
	}
	return hung, not
}

func TestHang(t *testing.T) {
	s, span, done := train(t, attachtest.Job{
		Models: []attachtest.ModelJob{model("model", "iris")}, Register: map[string]string{"models:/iris/1": "copy"},
	})
	c := collect(t, s, span)
	r := recordOf(t, c)
	blobs := map[hashing.FileDigest][]byte{hashing.Bytes([]byte("patch")): []byte("patch")}
	s.opened = 0
	hung, not := names(attach.Hang(t.Context(), s, r, blobs, c.Targets, c.Models))
	want := []string{"run  " + done.Run, "logged-model model " + done.Models[0], "model-version copy 1", "model-version iris 1"}
	if diff := cmp.Diff(want, hung); diff != "" || len(not) > 0 {
		t.Errorf("hung (-want +got), and not on %v:\n%s", not, diff)
	}
	if s.opened > 0 {
		t.Errorf("%d files were read that had been read already", s.opened)
	}
	tree := "lineageTree1:" + manifest(t, files).Digest().String()
	for i, a := range s.got {
		digest := tree
		if i == 0 { // the run
			digest = ""
		}
		want := attach.Attachment{ID: r.ID(), Invocation: r.Invocation(), Statement: r.Bytes(), Digest: digest,
			Blobs: []attach.Blob{{Digest: hashing.Bytes([]byte("patch")), Bytes: []byte("patch")}}}
		if diff := cmp.Diff(want, a); diff != "" {
			t.Errorf("attachment %d (-want +got):\n%s", i, diff)
		}
	}
}

// What was not read before is read now, and compared.
func TestHangOnModelsThatAreThere(t *testing.T) {
	s, span, done := train(t, attachtest.Job{
		Artifacts: map[string]string{"out/weights": "w", "out/notes": "n"},
		Models:    []attachtest.ModelJob{model("model", "iris")},
		Register:  map[string]string{"runs:/RUN/out/weights": "single"},
	})
	r := recordOf(t, collect(t, s, span), recordtest.Output("repo:weights", "w"))
	another, _, doneAnother := train(t, attachtest.Job{Models: []attachtest.ModelJob{
		{Name: "model", Files: map[string]string{"MLmodel": "flavors: {}\n", "data/model.pkl": "other weights"}, Register: "other"},
		{Name: "less", Files: map[string]string{"MLmodel": "flavors: {}\n"}},
		{Name: "none", Files: map[string]string{"empty": ""}},
	}})
	version := func(name string) attach.Target {
		return attach.Target{System: "memory", Kind: attach.KindModelVersion, Name: name, ID: "1"}
	}
	logged := func(id string) attach.Target {
		return attach.Target{System: "memory", Kind: attach.KindLoggedModel, ID: id}
	}
	tests := []struct {
		name   string
		in     *tracker
		target attach.Target
		digest string // "" for a refusal
		want   string
	}{
		{"version", s, version("iris"), "lineageTree1:" + manifest(t, files).Digest().String(), ""},
		{"logged model", s, logged(done.Models[0]), "lineageTree1:" + manifest(t, files).Digest().String(), ""},
		{"version of one file", s, version("single"), "sha256:" + hashing.Bytes([]byte("w")).String(), ""},
		{"another model", another, version("other"), "", `1 of the model's files are not outputs of the run: "data/model.pkl"`},
		{"a part of the model", another, logged(doneAnother.Models[1]), "", "it is none as a whole"},
		{"an empty model", another, logged(doneAnother.Models[2]), "", "the model has no content"},
		{"no model at all", s, version("gone"), "", "not found"},
		{"an id that is none", s, logged("m-../x"), "", "models:/m-../x"},
		{"of no kind", s, attach.Target{Kind: "trace"}, "", "a trace is no model"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.got = nil
			hung, failed := attach.Hang(t.Context(), tt.in, r, nil, []attach.Target{tt.target}, nil)
			switch {
			case tt.digest == "" && (len(failed) != 1 || !strings.Contains(failed[0].Err.Error(), tt.want) || len(tt.in.got) > 0):
				t.Errorf("hung %v, failed %v; want a refusal that says %q", hung, failed, tt.want)
			case tt.digest != "" && (len(failed) > 0 || len(hung) != 1 || tt.in.got[0].Digest != tt.digest):
				t.Errorf("hung %v, failed %v; want digest %s", hung, failed, tt.digest)
			}
		})
	}
}

// The model was read when the run ended, and was changed before the record hung.
// Its bytes now are not what counts then: whoever verifies reads them again.
func TestHangTrustsWhatWasRead(t *testing.T) {
	s, span, done := train(t, attachtest.Job{Models: []attachtest.ModelJob{model("model", "iris")}})
	c := collect(t, s, span)
	r, changed := recordOf(t, c), "changed"
	s.SetFile(done.Models[0], "MLmodel", &changed)
	if hung, failed := attach.Hang(t.Context(), s, r, nil, c.Targets, c.Models); len(hung) != 3 || s.got[1].Digest != "lineageTree1:"+manifest(t, files).Digest().String() {
		t.Errorf("hung %v, failed %v; want the digest of what was read", hung, failed)
	}
	if _, failed := attach.Hang(t.Context(), s, r, nil, c.Targets, nil); len(failed) != 2 {
		t.Errorf("failed %v; want the model and its version refused", failed)
	}
}

// A model that is no output is refused for the reason that is known, unread, and
// so is a version of it. The run gets the record.
func TestHangRefusesWhatIsNoOutput(t *testing.T) {
	s, span, done := train(t, attachtest.Job{Models: []attachtest.ModelJob{model("model", "iris")}})
	s.open = func(string) error { return errors.New("broken disk") }
	c := collect(t, s, span)
	s.opened = 0
	receipts, failed := attach.Hang(t.Context(), s, recordOf(t, c), nil, c.Targets, c.Models)
	hung, not := names(receipts, failed)
	if diff := cmp.Diff([]string{"run  " + done.Run}, hung); diff != "" || s.opened > 0 {
		t.Errorf("hung (-want +got), with %d files read:\n%s", s.opened, diff)
	}
	if diff := cmp.Diff([]string{"logged-model model " + done.Models[0], "model-version iris 1"}, not); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	for _, f := range failed {
		if !strings.Contains(f.Err.Error(), "broken disk") {
			t.Errorf("%s: %v; want the reason", f.Target, f.Err)
		}
	}
}

// What a failed run left is no output, whatever its bytes are.
func TestHangOfAFailedRun(t *testing.T) {
	s, span, _ := train(t, attachtest.Job{Models: []attachtest.ModelJob{model("model", "iris")}})
	c := collect(t, s, span)
	r := recordOf(t, c, recordtest.Exited(1))
	if subjects := attach.SubjectsOf(r); len(subjects) > 0 {
		t.Errorf("SubjectsOf = %v; want none of a failed run", subjects)
	}
	hung, failed := attach.Hang(t.Context(), s, r, nil, c.Targets, c.Models)
	if len(hung) != 1 || hung[0].Target.Kind != attach.KindRun || len(failed) != 2 {
		t.Fatalf("hung %v, failed %v; want the run alone", hung, failed)
	}
	if got := failed[0].Err.Error(); !strings.Contains(got, "ended as failed") {
		t.Errorf("refused with %q", got)
	}
}

// One failure keeps no other target from being tried.
func TestHangPartly(t *testing.T) {
	s, span, _ := train(t, attachtest.Job{Models: []attachtest.ModelJob{model("model", "iris"), model("more", "iris")}})
	c := collect(t, s, span)
	r := recordOf(t, c)
	for _, bad := range c.Targets {
		s.put = func(t attach.Target) error {
			if t == bad {
				return &attach.Error{Address: "memory", Op: "attaching", Kind: attach.ErrUnreachable}
			}
			return nil
		}
		hung, failed := attach.Hang(t.Context(), s, r, nil, c.Targets, c.Models)
		if len(hung) != len(c.Targets)-1 || len(failed) != 1 || failed[0].Target != bad || !errors.Is(failed[0].Err, attach.ErrUnreachable) {
			t.Errorf("without %s: hung %v, failed %v", bad, hung, failed)
		}
	}
}

// The content of a dirty tree goes along as far as it is small: always the same of it.
func TestHangChoosesBlobs(t *testing.T) {
	s, span, _ := train(t, attachtest.Job{})
	c := collect(t, s, span)
	r := recordOf(t, c)
	third := attach.MaxBlobs / 3
	blobs, sizes := map[hashing.FileDigest][]byte{}, []int{10, third, third, third, attach.MaxBlobs + 1}
	for i, size := range sizes {
		content := bytes.Repeat([]byte{byte(i)}, size)
		blobs[hashing.Bytes(content)] = content
	}
	var first []attach.Blob
	for range 5 {
		s.got = nil
		attach.Hang(t.Context(), s, r, blobs, c.Targets, nil)
		got := s.got[0].Blobs
		if first == nil {
			first = got
		}
		if len(got) != 3 || len(got[0].Bytes) != 10 || len(got[2].Bytes) != third || got[1].Digest.String() > got[2].Digest.String() {
			t.Fatalf("%d blobs; want that of 10 bytes, and two of %d by their digests", len(got), third)
		}
		for i := range got {
			if got[i].Digest != first[i].Digest {
				t.Errorf("blob %d is another one than before", i)
			}
		}
	}
	exact := bytes.Repeat([]byte{9}, attach.MaxBlobs)
	s.got = nil
	attach.Hang(t.Context(), s, r, map[hashing.FileDigest][]byte{hashing.Bytes(exact): exact}, c.Targets, nil)
	if len(s.got[0].Blobs) != 1 {
		t.Error("a blob of exactly the limit is left out")
	}
}

func TestSubjectsOf(t *testing.T) {
	got := attach.SubjectsOf(recordtest.Record(t))
	whole := recordtest.Model.Manifest()
	want := []attach.Subject{
		{Name: "repo:metrics.json", File: hashing.Bytes([]byte(recordtest.Metrics))},
		{Name: "repo:model", Tree: whole.Digest()},
	}
	for _, e := range whole.Entries() {
		want = append(want, attach.Subject{Name: "repo:model/" + e.Path, File: e.Digest})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("SubjectsOf (-want +got):\n%s", diff)
	}
	if err := attach.Refuse(got, whole); err != nil {
		t.Error(err)
	}
	if got := attach.SubjectsOf(recordtest.Record(t, recordtest.Ended(record.Outcome{Status: record.Killed, Signal: "SIGKILL"}))); len(got) > 0 {
		t.Errorf("SubjectsOf a killed run = %v", got)
	}
}
