package mlflow

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/lineage-audit/lineage/attach"
)

//go:embed helper.py
var helper string

// startTimeout is what a first import of mlflow may take on a cold, busy machine.
const startTimeout = 2 * time.Minute

// store is a local store, reached through the mlflow package of an interpreter. It
// starts the interpreter at the first call and ends it at Close.
type store struct {
	address address
	env     []string
	dir     string
	python  string
	timeout time.Duration

	mu      sync.Mutex
	process *exec.Cmd
	in      io.WriteCloser
	lines   chan []byte
	stderr  *tail
	err     error // why there is no process any more
}

func newStore(o Options, a address) *store {
	env := append(o.Env[:len(o.Env):len(o.Env)],
		"MLFLOW_DISABLE_TELEMETRY=true", "PYTHONDONTWRITEBYTECODE=1", "PYTHONIOENCODING=utf-8")
	return &store{address: a, env: env, dir: o.Dir, python: o.Python, timeout: o.Timeout}
}

func (s *store) fail(op string, kind error, detail string, err error) *attach.Error {
	return &attach.Error{Address: s.address.shown, Op: op, Kind: kind, Detail: detail, Err: err}
}

func (s *store) do(ctx context.Context, c call) error {
	raw, err := s.ask(ctx, c.op, c.route.method+" "+c.route.path, c.fields)
	if err != nil {
		return err
	}
	if err := c.decode(raw); err != nil {
		return s.fail(c.op, attach.ErrMalformed, err.Error(), nil)
	}
	return nil
}

// ask sends one line to the interpreter and reads one.
func (s *store) ask(ctx context.Context, op, route string, fields map[string]any) (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	timeout := s.timeout
	if s.process == nil && s.err == nil {
		timeout += startTimeout
		s.err = s.start(op)
	}
	if s.err != nil {
		return nil, s.err
	}
	request, err := json.Marshal(map[string]any{"route": route, "fields": fields})
	if err != nil {
		return nil, s.fail(op, attach.ErrUnsupported, "", err)
	}
	_, _ = s.in.Write(append(request, '\n')) // a failure shows as the end of the answers
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case line, ok := <-s.lines:
		if !ok {
			return nil, s.stop(s.fail(op, attach.ErrUnreachable, "the interpreter ended: "+s.stderr.String(), nil))
		}
		return s.answer(op, line)
	case <-timer.C:
		return nil, s.stop(s.fail(op, attach.ErrUnreachable, fmt.Sprintf("no answer within %v", timeout), nil))
	case <-ctx.Done():
		return nil, s.stop(s.fail(op, attach.ErrUnreachable, "", ctx.Err()))
	}
}

func (s *store) start(op string) error {
	if !s.address.exists() {
		e := s.fail(op, attach.ErrUnreachable, "there is no MLflow store", nil)
		e.Hint = hintURI
		return e
	}
	if s.python == "" {
		e := s.fail(op, attach.ErrUnsupported, "a local store is read by the mlflow package of an interpreter, and none is known", nil)
		e.Hint = "activate the virtual environment that the training ran in"
		return e
	}
	cmd := exec.Command(s.python, "-c", helper)
	cmd.Env, cmd.Dir, cmd.WaitDelay = s.env, s.dir, time.Second
	s.stderr = &tail{}
	cmd.Stderr = s.stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return s.fail(op, attach.ErrUnreachable, "", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return s.fail(op, attach.ErrUnreachable, "", err)
	}
	if err := cmd.Start(); err != nil {
		return s.fail(op, attach.ErrUnsupported, "the interpreter cannot be started", err)
	}
	s.process, s.in, s.lines = cmd, in, make(chan []byte, 1)
	go readLines(out, s.lines)
	return nil
}

// readLines sends every line, and closes the channel at the end or at a line that
// is too long to be an answer.
func readLines(r io.Reader, lines chan<- []byte) {
	defer close(lines)
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxAnswer)
	for scanner.Scan() {
		lines <- append([]byte(nil), scanner.Bytes()...)
	}
}

func (s *store) answer(op string, line []byte) (json.RawMessage, error) {
	var said struct {
		OK    json.RawMessage `json:"ok"`
		Error *struct {
			Code    string `json:"error_code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if err := decodeAnswer(line, &said); err != nil {
		return nil, s.stop(s.fail(op, attach.ErrMalformed, err.Error(), nil))
	}
	if said.Error == nil {
		return said.OK, nil
	}
	e := s.fail(op, attach.ErrUnsupported, fmt.Sprintf("%.60q: %.300q", said.Error.Code, said.Error.Message), nil)
	switch said.Error.Code {
	case "RESOURCE_DOES_NOT_EXIST":
		e.Kind = attach.ErrNotFound
	case "NO_MLFLOW":
		e.Detail = fmt.Sprintf("the interpreter %q has no working mlflow package: %.300q", s.python, said.Error.Message)
		e.Hint = "activate the virtual environment that the training ran in"
		return nil, s.stop(e)
	}
	return nil, e
}

// stop ends the interpreter, for the reason e, for good.
func (s *store) stop(e error) error {
	s.err = e
	if s.process != nil {
		_ = s.process.Process.Kill()
		go finish(s.process, s.in, s.lines)
		s.process = nil
	}
	return e
}

// finish waits for the end of the process. It does not wait for whoever else has
// its output: waiting closes the pipe, which ends the lines.
func finish(p *exec.Cmd, in io.Closer, lines <-chan []byte) {
	in.Close()
	go func() {
		for range lines {
		}
	}()
	_ = p.Wait()
}

// Close ends the interpreter, if one was started.
func (s *store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return nil
	}
	p := s.process
	late := time.AfterFunc(5*time.Second, func() { _ = p.Process.Kill() })
	defer late.Stop()
	finish(p, s.in, s.lines)
	s.process, s.err = nil, s.fail("asking", attach.ErrUnreachable, "it was closed", nil)
	return nil
}

// tail keeps the end of what a program writes, for a message.
type tail struct {
	mu  sync.Mutex
	end []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = append(t.end, p...)
	t.end = t.end[max(0, len(t.end)-500):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return fmt.Sprintf("%q", strings.TrimSpace(string(t.end)))
}
