//go:build unix

package capture_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/capture/capturetest"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// A command that does not start leaves a record that says why, with the code that
// was there.
func TestNotStarted(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]struct {
		status int
		reason string
	}{
		"no-such-command": {127, "the command was not found"},
		"./nowhere":       {127, "the command was not found"},
		"./train.py":      {126, "the command could not be executed"},
		"./":              {126, "the command could not be executed"},
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, nil)
			o := p.options(".", "", outputs("m"))
			o.Command = []string{command}
			result := p.run(o)
			got := result.Record.Metadata().Outcome
			if diff := cmp.Diff(record.Outcome{Status: record.NotStarted, Reason: want.reason}, got); diff != "" || result.ExitStatus != want.status {
				t.Errorf("exit status %d, want %d: %s", result.ExitStatus, want.status, diff)
			}
			if len(result.Record.Dependencies(record.RoleCode)) != 1 {
				t.Error("the code is not in the record")
			}
			wantGaps(t, result.Record, []string{"output-missing repo:m"}, nil)
		})
	}
}

// What keeps a command from starting is said where it is neither of the two.
func TestNotStartedByUs(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	o := p.options(".", "", capture.Declared{})
	o.Command = []string{"true", "a\x00b"}
	result := p.run(o)
	if got := result.Record.Metadata().Outcome; got.Status != record.NotStarted || !strings.Contains(got.Reason, "null byte") || result.ExitStatus != 125 {
		t.Errorf("exit status %d, %+v", result.ExitStatus, got)
	}
}

// Arguments reach the command as they are, and the record so that they can be read.
func TestArguments(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	args := []string{"", " ", "-x", "--", "a\nb", "bad\xff", "100%", "\x1b[31m", "*", "$HOME", `"`, strings.Repeat("x", 100_000)}
	o := p.options(".", "", outputs("got"))
	o.Command = append([]string{"sh", "-c", `printf '%s\0' "$@" >got`, "sh"}, args...)
	r := p.run(o).Record
	raw, err := os.ReadFile(filepath.Join(p.dir, "got"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(args, strings.Split(strings.TrimSuffix(string(raw), "\x00"), "\x00")); diff != "" {
		t.Error(diff)
	}
	want := []string{"", " ", "-x", "--", "a%0Ab", "bad%FF", "100%25", "%1B[31m", "*", "$HOME", `"`, args[11]}
	if diff := cmp.Diff(want, r.Parameters().Command[4:]); diff != "" {
		t.Error(diff)
	}
}

// A long list of arguments is recorded whole.
func TestManyArguments(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	o := p.options(".", "", capture.Declared{})
	o.Command = append([]string{"true"}, strings.Split(strings.Repeat("some/path/of/a/shard.tar ", 20_000), " ")...)
	if got := p.run(o).Record.Parameters().Command; len(got) != len(o.Command) {
		t.Errorf("%d arguments are in the record, want %d", len(got), len(o.Command))
	}
}

// A nested run names its parent; the variable that does it reaches every command.
func TestParent(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	outer := p.trained("echo $LINEAGE_PARENT >out", outputs("out"))
	raw, err := os.ReadFile(filepath.Join(p.dir, "out"))
	if err != nil || strings.TrimSpace(string(raw)) != outer.Invocation().String() {
		t.Errorf("LINEAGE_PARENT is %q (%v), want %s", raw, err, outer.Invocation())
	}
	if outer.Metadata().Parent != nil {
		t.Error("the outer run has a parent")
	}
	p.env = append(p.env, "LINEAGE_PARENT="+outer.Invocation().String())
	inner := p.trained(`test "$(env | grep -c ^LINEAGE_PARENT=)" = 1 && test $LINEAGE_PARENT != `+outer.Invocation().String(), capture.Declared{})
	if got := inner.Metadata().Parent; got == nil || *got != outer.Invocation() {
		t.Errorf("the parent is %v, want %s", got, outer.Invocation())
	}
}

// A variable that is malformed keeps nobody from training: it is said.
func TestMalformedParent(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"x", strings.Repeat("A", 32), "../../x", "\n"} {
		p := newRepo(t, nil)
		p.env = append(p.env, "LINEAGE_PARENT="+value)
		r := p.trained(`test ${#LINEAGE_PARENT} = 32`, capture.Declared{Inputs: []string{"none"}, Preprocessing: []string{"none"}, Outputs: []string{"none"}})
		if got := kinds(r.Notes()); len(got) != 1 || got[0] != "parent LINEAGE_PARENT" || r.Metadata().Parent != nil {
			t.Errorf("%q: got the notes %+v and the parent %v", value, r.Notes(), r.Metadata().Parent)
		}
		wantGaps(t, r, nil, nil)
	}
}

// Ranks of one job share a group.
func TestGroup(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  []string
		want *record.Group
	}{
		"none":          {nil, nil},
		"a job's batch": {[]string{"SLURM_JOB_ID=7"}, nil},
		"slurm":         {[]string{"SLURM_JOB_ID=7", "SLURM_STEP_ID=0", "SLURM_PROCID=3", "SLURM_NTASKS=8"}, &record.Group{Kind: "slurm", ID: "7.0", Rank: "3", Size: "8"}},
		"torchrun":      {[]string{"TORCHELASTIC_RUN_ID=abc", "RANK=0", "WORLD_SIZE=2"}, &record.Group{Kind: "torchrun", ID: "abc", Rank: "0", Size: "2"}},
		"explicit":      {[]string{"LINEAGE_GROUP=a:b", "SLURM_JOB_ID=7", "SLURM_STEP_ID=0"}, &record.Group{Kind: "explicit", ID: "a:b"}},
		"odd":           {[]string{"LINEAGE_GROUP=a\nb\xff"}, &record.Group{Kind: "explicit", ID: "a; b%FF"}},
		"empty":         {[]string{"LINEAGE_GROUP="}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, nil)
			p.env = append(p.env, c.env...)
			if diff := cmp.Diff(c.want, p.trained("true", capture.Declared{}).Metadata().Group); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A clock that is set back does not cost the record.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	o := p.options(".", "true", capture.Declared{})
	var mu sync.Mutex
	now := time.Now()
	o.Now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(-time.Hour)
		return now
	}
	m := p.run(o).Record.Metadata()
	if m.FinishedOn != m.StartedOn {
		t.Errorf("it started on %v and finished on %v", m.StartedOn, m.FinishedOn)
	}
}

// broken is a store that fails, once on is called.
type broken struct {
	*store.Store
	intent, blob, record bool
}

var errBroken = errors.New("no space left on device")

func (b *broken) PutIntent(ctx context.Context, raw []byte) error {
	if b.intent {
		return errBroken
	}
	return b.Store.PutIntent(ctx, raw)
}

func (b *broken) PutBlob(ctx context.Context, d hashing.FileDigest, content io.Reader) error {
	if b.blob {
		return errBroken
	}
	return b.Store.PutBlob(ctx, d, content)
}

func (b *broken) PutRecord(ctx context.Context, r *record.Record) error {
	if b.record {
		return errBroken
	}
	return b.Store.PutRecord(ctx, r)
}

func (p *place) breakStore(o *capture.Options, b broken) {
	b.Store = o.Store.(*store.Store)
	o.Store = &b
}

// A store that takes no intent keeps the command from starting.
func TestStoreBrokenBeforeTheStart(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	o := p.options(".", "touch started", capture.Declared{})
	p.breakStore(&o, broken{intent: true})
	result, err := capture.Run(t.Context(), o)
	if !errors.Is(err, capture.ErrBeforeStart) || !errors.Is(err, errBroken) || result.Record != nil {
		t.Errorf("got %+v, %v", result, err)
	}
	if _, err := os.Lstat(filepath.Join(p.dir, "started")); err == nil {
		t.Error("the command has run")
	}
}

// A record that cannot be kept is none: the command's status stays its own, and
// the run shows as unsettled.
func TestStoreBrokenAtTheEnd(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]broken{"record": {record: true}, "blobs and record": {blob: true, record: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, nil)
			o := p.options(".", "mkdir m; echo 1 >m/a; exit 7", outputs("m"))
			p.breakStore(&o, b)
			result, err := capture.Run(t.Context(), o)
			if !errors.Is(err, errBroken) || errors.Is(err, capture.ErrBeforeStart) || result.Record != nil || result.ExitStatus != 7 {
				t.Errorf("got %+v, %v", result, err)
			}
			capturetest.Check(t, p.backend, 1)
		})
	}
}

// What cannot be kept beside the command is a gap: the record names nothing that
// the store does not have.
func TestStoreBrokenInBetween(t *testing.T) {
	t.Parallel()
	p := newRepo(t, files{"d/a": "1"})
	p.shell("echo 2 >>train.py")
	o := p.options(".", "echo 1 >m", capture.Declared{Inputs: []string{"d"}, Outputs: []string{"m"}})
	p.breakStore(&o, broken{blob: true})
	r := p.run(o).Record
	wantGaps(t, r, []string{"code-not-captured code", "code-not-captured commit", "input-not-hashed repo:d"}, nil)
	if len(r.Byproducts(record.RolePatch))+len(r.Byproducts(record.RoleManifest))+len(r.Byproducts(record.RoleContent)) > 0 {
		t.Errorf("got the byproducts %q", names(r.Statement().Predicate.RunDetails.Byproducts))
	}
}

// Who embeds the package can end a run: the command is asked to stop, and its
// record says that it was interrupted.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	p := newRepo(t, files{"data": "1"})
	o := p.options(".", "trap 'echo tidied >m; exit 0' TERM; echo ready >ready; while :; do sleep 0.01; done", capture.Declared{Inputs: []string{"data"}, Outputs: []string{"m"}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for _, err := os.Stat(filepath.Join(p.dir, "ready")); err != nil; _, err = os.Stat(filepath.Join(p.dir, "ready")) {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	result, err := capture.Run(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	capturetest.Check(t, p.backend, 0)
	if got := result.Record.Metadata().Outcome; got.Status != record.Interrupted || got.ExitCode == nil || *got.ExitCode != 0 {
		t.Errorf("got %+v", got)
	}
	if len(result.Record.Statement().Subject) != 1 || len(result.Record.Outputs()) != 1 {
		t.Errorf("the outputs are %q", names(result.Record.Outputs()))
	}
	wantGaps(t, result.Record, nil, nil)
}

// An interrupted run has no more time than a scheduler gives: what is not hashed by
// then is a gap, and the record is written.
func TestGrace(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	p.shell("truncate -s 256G long")
	o := p.options(".", "echo 1 >m; kill -TERM $$", capture.Declared{Inputs: []string{"long"}, Outputs: []string{"m"}})
	o.Grace = 300 * time.Millisecond
	r := p.run(o).Record
	if got := r.Metadata().Outcome; got.Status != record.Interrupted || got.Signal != "SIGTERM" {
		t.Errorf("got %+v", got)
	}
	wantGaps(t, r, []string{"code-changed code", "input-changed repo:long", "input-not-hashed repo:long", "output-not-hashed repo:m"}, nil)
}

// Progress is told of inputs and outputs, and only when the command has ended.
func TestProgress(t *testing.T) {
	t.Parallel()
	p := newRepo(t, files{"data": "12345"})
	o := p.options(".", "touch running; sleep 0.3; truncate -s 256G m; rm running", capture.Declared{Inputs: []string{"data"}, Preprocessing: []string{"train.py"}, Outputs: []string{"m"}})
	const in, out = 5 + 9, 256 << 30
	ctx, enough := context.WithCancel(t.Context())
	defer enough()
	o.Progress = func(done, total int64) {
		if _, err := os.Lstat(filepath.Join(p.dir, "running")); err == nil {
			t.Error("progress is told while the command runs")
		}
		if done > total || total != in && total != in+out {
			t.Errorf("%d of %d bytes are done", done, total)
		}
		if total == in+out && done > in {
			enough()
		}
	}
	result, err := capture.Run(ctx, o)
	if err != nil || ctx.Err() == nil {
		t.Fatalf("the outputs were not counted: %v", err)
	}
	capturetest.Check(t, p.backend, 0)
	wantGaps(t, result.Record, []string{"code-changed code", "input-changed repo:data", "input-changed repo:train.py", "output-not-hashed repo:m"}, nil)
}

// tracker is one that fails in every way.
type tracker struct{ span capture.Span }

func (*tracker) Prepare(env []string, _ record.Invocation) ([]string, error) {
	return env, errors.New("prepare: no tracker")
}

func (t *tracker) Collect(_ context.Context, s capture.Span) (capture.Collected, error) {
	t.span = s
	return capture.Collected{Tracking: []capture.Tracking{{
		Name: "run 1", Origin: record.Origin{Kind: "server", System: "mlflow", Target: "run", ID: "1"}, Content: []byte("{}"),
	}}}, errors.New("collect: no tracker")
}

// A tracker that fails is said, harms nobody and costs no more than what it held.
func TestTrackerThatFails(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	o := p.options(".", "test ${#LINEAGE_PARENT} = 32", capture.Declared{})
	tr := &tracker{}
	o.Tracker = tr
	result := p.run(o)
	r := result.Record
	if result.ExitStatus != 0 || len(r.Byproducts(record.RoleTracking)) != 1 || tr.span.Invocation != r.Invocation() {
		t.Errorf("exit status %d, %q, %+v", result.ExitStatus, names(r.Byproducts(record.RoleTracking)), tr.span)
	}
	if got := strings.Join(kinds(r.Notes()), ", "); !strings.Contains(got, "tracker prepare") {
		t.Errorf("the notes are %s", got)
	}
	wantGaps(t, r, []string{"tracking-not-read tracker"}, nil)
}

// What outlives its command is named: nobody knows what it goes on to write.
func TestSurvivors(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	r := p.trained("sleep 600 >/dev/null 2>&1 & echo $! >pid; until grep -q sleep /proc/$!/comm; do :; done", outputs("pid"))
	p.shell("kill $(cat pid)")
	wantGaps(t, r, []string{"process-outlived sleep"}, nil)
}
