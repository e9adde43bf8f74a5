package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Options say how git is run. The zero value finds git in the usual folders.
type Options struct {
	// Program is the git program, a name or a path. "" is "git".
	Program string
	// Env is the user's environment as os.Environ gives it. Of it a repository
	// is read with PATH and little more; only access to a URL that a verifier
	// names sees the rest (credentials, proxies, ssh).
	Env []string
	// TempDir is where what is fetched is kept until Close. "" is os.TempDir.
	TempDir string

	uid   int      // whom a checkout must belong to not to be foreign; 0: who runs
	extra []string // tests set variables for git past the scrubbing
}

// program is git with the environment that it is run in.
type program struct {
	path     string
	env      []string
	args     []string // in front of each command's own
	dir      string
	patience time.Duration
	asks     bool // ssh may ask the user at the terminal
}

// killDelay is how long git may take to end after its context did.
const killDelay = 2 * time.Second

// local is git for reading a repository that nobody vouches for: gitDir is its
// folder, workTree the tree, or "" for none. Both being given, git neither
// searches for them, nor asks core.worktree, nor minds who owns them.
func (o Options) local(gitDir, workTree string) (program, error) {
	path, err := o.find()
	if err != nil {
		return program{}, err
	}
	env := append(o.baseEnv(), "GIT_DIR="+gitDir)
	dir := gitDir
	if workTree != "" {
		env, dir = append(env, "GIT_WORK_TREE="+workTree), workTree
	}
	return program{path, append(env, o.extra...), settings(localSettings), dir, patience, false}, nil
}

// withUser is local with the user's own configuration, of which one value is
// read.
func (o Options) withUser(p place) (program, error) {
	git, err := o.local(p.gitDir, p.root)
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "USERPROFILE"} {
		if value, ok := lookup(o.Env, name); ok {
			git.env = append(git.env, name+"="+value)
		}
	}
	git.env = slices.DeleteFunc(git.env, func(e string) bool { return strings.HasPrefix(e, "GIT_CONFIG_") })
	return git, err
}

// keptVariables are those of the user's environment that git is found, loaded
// and run by. HOME is not among them: it is where configuration is found.
var keptVariables = []string{
	"PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TMP", "TEMP",
	"SYSTEMROOT", "SYSTEMDRIVE", "PATHEXT", "COMSPEC", "WINDIR",
}

// baseEnv shuts out global and system configuration in the ways that old and new
// git know, and whatever would fetch, ask or open something.
func (o Options) baseEnv() []string {
	env := []string{
		"HOME=" + os.DevNull, "XDG_CONFIG_HOME=" + os.DevNull,
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_SYSTEM=" + os.DevNull, "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_ATTR_NOSYSTEM=1", "GIT_NO_REPLACE_OBJECTS=1", "GIT_GRAFT_FILE=" + os.DevNull,
		"GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", "GIT_OPTIONAL_LOCKS=0",
		"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=", "GIT_SSH_COMMAND=false",
		"GIT_PAGER=cat", "GIT_EDITOR=false", "LC_ALL=C", "LANGUAGE=",
	}
	for _, name := range keptVariables {
		if value, ok := lookup(o.Env, name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// localSettings win over what a repository's own configuration says. Only
// plumbing is run, which uses few of them; the others are there for the day on
// which a version of git does.
var localSettings = []string{
	"core.fsmonitor=", "core.hooksPath=" + os.DevNull, "core.pager=cat", "core.editor=false",
	"core.sshCommand=false", "core.askPass=", "core.gitProxy=", "credential.helper=", "diff.external=",
	"gpg.program=false", "log.showSignature=false", "core.excludesFile=" + os.DevNull,
	"core.commitGraph=false", "core.useReplaceRefs=false", "core.warnAmbiguousRefs=false",
	"core.untrackedCache=false", "gc.auto=0", "maintenance.auto=false",
	"submodule.recurse=false", "protocol.allow=never", "safe.directory=*",
	"advice.graftFileDeprecated=false",
}

func settings(list []string) []string {
	args := []string{"--no-pager", "--literal-pathspecs"}
	for _, s := range list {
		args = append(args, "-c", s)
	}
	return args
}

// find looks for git along the PATH of Env, of which relative folders do not
// count: the current one may be a repository.
func (o Options) find() (string, error) {
	name := o.Program
	if name == "" {
		name = "git"
	}
	if strings.ContainsRune(name, filepath.Separator) {
		return o.executable(name)
	}
	path, ok := lookup(o.Env, "PATH")
	if !ok {
		path = "/usr/local/bin:/usr/bin:/bin"
	}
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) {
			continue
		}
		if found, err := o.executable(filepath.Join(dir, name)); err == nil {
			return found, nil
		}
	}
	return "", fmt.Errorf("looking for %q: %w", name, ErrNoProgram)
}

func (o Options) executable(path string) (string, error) {
	found, err := exec.LookPath(path)
	if err == nil {
		found, err = filepath.Abs(found)
	}
	if err != nil {
		return "", fmt.Errorf("looking for %q: %w", path, ErrNoProgram)
	}
	return found, nil
}

// lookup finds the last setting of a variable, as a process would.
func lookup(env []string, name string) (value string, ok bool) {
	for _, e := range env {
		if n, v, found := strings.Cut(e, "="); found && n == name {
			value, ok = v, true
		}
	}
	return value, ok
}

// command is git with these arguments. It is killed when ctx ends, and what it
// has started does not keep us waiting.
func (p program) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.path, append(p.args[:len(p.args):len(p.args)], args...)...)
	cmd.Env, cmd.Dir, cmd.WaitDelay = p.env, p.dir, killDelay
	if !p.asks {
		isolate(cmd)
	}
	return cmd
}

// patience is how long a command may take that reads a repository: a FIFO in the
// place of its index must not keep a run for ever.
const patience = 2 * time.Minute

// output runs git and gives what it prints. A failure is a [*exitError].
func (p program) output(ctx context.Context, stdin io.Reader, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, p.patience, fmt.Errorf("no answer within %s", p.patience))
	defer cancel()
	var out bytes.Buffer
	errs := &tail{max: maxMessage}
	cmd := p.command(ctx, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, errs
	err := start(cmd)
	if err == nil {
		err = cmd.Wait()
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("running git %s: %w", args[0], context.Cause(ctx))
	}
	if err != nil {
		return out.Bytes(), fmt.Errorf("running git %s: %w", args[0], failure(err, errs))
	}
	return out.Bytes(), nil
}

// exitError is git ending with another status than 0.
type exitError struct {
	status  int
	message string // what it said, credentials stripped
}

func (e *exitError) Error() string {
	if e.message == "" {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return fmt.Sprintf("exit status %d: %s", e.status, e.message)
}

func failure(err error, said *tail) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	return &exitError{exit.ExitCode(), redact(said.String())}
}

// exited tells whether err is git ending with a status of its own accord.
func exited(err error) bool {
	var e *exitError
	return errors.As(err, &e) && e.status > 0
}

// maxMessage is how much of what git says an error repeats.
const maxMessage = 2000

// tail keeps the last bytes that are written to it.
type tail struct {
	max int
	b   []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if over := len(t.b) - t.max; over > 0 {
		t.b = append(t.b[:0], t.b[over:]...)
	}
	return len(p), nil
}

// String is what was written, on one line and harmless to a terminal: servers
// have their say in it.
func (t *tail) String() string {
	text := strings.ReplaceAll(strings.TrimSpace(strings.ToValidUTF8(string(t.b), "�")), "\n", "; ")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
}
