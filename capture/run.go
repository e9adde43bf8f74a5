package capture

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/lineage-audit/lineage/capture/child"
	"github.com/lineage-audit/lineage/capture/environment"
	"github.com/lineage-audit/lineage/capture/redact"
	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// ParentVariable tells a nested run which run it is part of.
const ParentVariable = "LINEAGE_PARENT"

// StoreFolder is the folder of a store in a work tree. It belongs to no tree.
const StoreFolder = ".lineage"

const defaultGrace = 8 * time.Second

// ErrBeforeStart says that the command was not started, for a reason of ours.
var ErrBeforeStart = errors.New("the command was not started")

// Run runs the command and settles its record. An error that wraps
// [ErrBeforeStart] means that the command did not run; with any other, the
// command ran, and Result holds its exit status.
func Run(ctx context.Context, o Options) (Result, error) {
	s, err := prepare(ctx, o)
	if err != nil {
		return Result{}, fmt.Errorf("%w: %w", ErrBeforeStart, err)
	}
	signals, release := child.Hold()
	defer release()
	intent, err := s.announce(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("%w: %w", ErrBeforeStart, err)
	}
	b := s.beside(ctx)
	defer b.stop()
	outcome, err := s.observe(ctx, b)
	patience, lose := s.patience(ctx, outcome, signals)
	defer lose()
	b.ended()
	b.begin(0) // for a command that did not start: what was there is captured all the same
	defer s.meter.show(s.Progress)()
	b.wait(patience)
	return s.settle(context.WithoutCancel(ctx), patience, intent, outcome, err)
}

// session is one run. What is captured beside the command stands in fields of
// its own, which are written by one goroutine each and read when all have ended.
type session struct {
	Options
	invocation    record.Invocation
	parent        *record.Invocation
	group         *record.Group
	started       record.Timestamp
	rules         *redact.Rules
	inputs        declaration
	preprocessing declaration
	outputs       declaration
	sources       []declaredSource
	parameters    []Parameter
	scan          *git.Scan
	childEnv      []string
	ledger        ledger
	meter         meter

	machine  machine
	sampler  *environment.Sampler
	code     codeFacts
	data     []record.Resource
	packages packageFacts
	locks    []record.Resource
}

// prepare looks at everything that must be known as it is before the start.
func prepare(ctx context.Context, o Options) (*session, error) {
	s := &session{Options: o, invocation: record.NewInvocation(), rules: redact.New(o.Env), started: record.At(o.Now()), ledger: ledger{place: o.Place}, sampler: environment.NewSampler("")}
	if s.Grace == 0 {
		s.Grace = defaultGrace
	}
	s.parent, s.group = s.parentOf(o.Env), groupOf(o.Env)
	var err error
	if s.inputs, err = o.Place.declare("input", o.Declared.Inputs, o.Place.Config.Inputs); err != nil {
		return nil, err
	}
	if s.preprocessing, err = o.Place.declare("preprocessing", o.Declared.Preprocessing, o.Place.Config.Preprocessing); err != nil {
		return nil, err
	}
	if s.outputs, err = o.Place.declare("output", o.Declared.Outputs, o.Place.Config.Outputs); err != nil {
		return nil, err
	}
	s.parameters = o.Place.parameters(o.Declared.Parameters)
	if err := s.outputs.apart(); err != nil {
		return nil, err
	}
	if err := s.look(ctx); err != nil {
		return nil, err
	}
	if err := s.declareSources(ctx); err != nil {
		return nil, err
	}
	s.childEnv = withVariable(o.Env, ParentVariable, s.invocation.String())
	if o.Tracker != nil {
		env, err := o.Tracker.Prepare(s.childEnv, s.invocation)
		if err != nil {
			s.ledger.note(record.NoteTracker, "prepare", err.Error())
		}
		s.childEnv = env
	}
	return s, nil
}

// look takes the stat of code and data, at once: each waits for the disk.
func (s *session) look(ctx context.Context) error {
	var code, inputs, preprocessing, outputs error
	var wg sync.WaitGroup
	wg.Go(func() { code = s.lookAtCode(ctx) })
	wg.Go(func() { inputs = s.inputs.look(ctx, s.storeDir()) })
	wg.Go(func() { preprocessing = s.preprocessing.look(ctx, s.storeDir()) })
	wg.Go(func() { outputs = s.outputs.look(ctx, s.storeDir()) })
	wg.Wait()
	return errors.Join(code, inputs, preprocessing, outputs)
}

// storeDir is the folder of the store, without links.
func (s *session) storeDir() string {
	folder := absFrom(s.Place.Dir, cmp.Or(s.StoreDir, filepath.Join(s.Place.Root, StoreFolder)))
	if info, err := os.Lstat(folder); err == nil && !info.IsDir() {
		return "" // a link leaves out nothing of what it leads to
	}
	return resolved(folder)
}

// announce writes the intent.
func (s *session) announce(ctx context.Context) ([]byte, error) {
	self, err := child.Identify(os.Getpid())
	if err != nil {
		return nil, fmt.Errorf("announcing the run: %w", err)
	}
	raw, err := record.EncodeIntent(record.Intent{
		InvocationID:     s.invocation,
		StartedOn:        s.started,
		Command:          encoded(s.rules.Args(s.Command)),
		WorkingDirectory: s.Place.Locate(s.Place.Dir),
		Process:          processOf(self, s.Host),
		Parent:           s.parent,
		Group:            s.group,
	})
	if err != nil {
		return nil, fmt.Errorf("announcing the run: %w", err)
	}
	return raw, s.Store.PutIntent(ctx, raw)
}

// observe runs the command.
func (s *session) observe(ctx context.Context, b *beside) (child.Outcome, error) {
	return child.Run(ctx, child.Command{
		Argv: s.Command, Dir: s.Place.Dir, Env: s.childEnv,
		Stdin: s.Stdin, Stdout: s.Stdout, Stderr: s.Stderr,
		Mark: ParentVariable + "=" + s.invocation.String(), Grace: s.Grace, Started: b.begin, Now: s.Now,
	})
}

// patience is how long there is to settle, once the command has ended: until the
// next signal comes, and for a while only where the run was interrupted, since
// whoever interrupts kills after a while. What is not captured by then is a gap.
func (s *session) patience(ctx context.Context, outcome child.Outcome, signals <-chan os.Signal) (context.Context, context.CancelFunc) {
	for len(signals) > 0 {
		<-signals // meant for the command, which has had it
	}
	patience, lose := context.WithCancel(ctx)
	if outcome.Status == child.Interrupted { // by the end of ctx, it may be
		lose()
		patience, lose = context.WithTimeout(context.WithoutCancel(ctx), s.Grace)
	}
	go func() {
		select {
		case <-signals:
			lose()
		case <-patience.Done():
		}
	}()
	return patience, lose
}

// beside is what goes on beside the command.
type beside struct {
	begin func(pid int) // starts it, once
	ended func()        // says that the command has ended
	stop  func()        // cuts short what still goes on
	group sync.WaitGroup
}

func (s *session) beside(ctx context.Context) *beside {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	running, ended := context.WithCancel(work)
	b := &beside{stop: stop, ended: ended}
	var once sync.Once
	judged := make(chan struct{})
	b.begin = func(pid int) {
		once.Do(func() {
			b.group.Go(func() { s.machine = s.captureMachine(work, running) })
			b.group.Go(func() { s.sampler.Describe(work) })
			b.group.Go(func() { defer close(judged); s.code = s.captureCode(work) })
			b.group.Go(func() { s.data = s.captureData(work); <-judged; s.tellHashed() })
			b.group.Go(func() { s.packages = s.capturePackages(work, running, pid) })
			b.group.Go(func() { s.locks = s.captureLocks(work) })
		})
	}
	return b
}

// wait returns when all that goes on beside the command is done. When patience
// ends first, it cuts that short.
func (b *beside) wait(patience context.Context) {
	defer context.AfterFunc(patience, b.stop)()
	b.group.Wait()
}

// parentOf is the run that this one is part of. A variable that names none is said
// and is no reason to keep anybody from training.
func (s *session) parentOf(env []string) *record.Invocation {
	i, err := environment.ParentOf(env)
	if err != nil {
		s.ledger.note(record.NoteParent, ParentVariable, err.Error())
	}
	if err != nil || i.IsZero() {
		return nil
	}
	return &i
}

// keep stores a blob, and remembers it if it goes along where the record is
// attached.
func (s *session) keep(ctx context.Context, content []byte) (hashing.FileDigest, error) {
	digest := hashing.Bytes(content)
	err := s.Store.PutBlob(ctx, digest, bytes.NewReader(content))
	if err == nil {
		s.ledger.blob(digest, content)
	}
	return digest, err
}
