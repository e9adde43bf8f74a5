//go:build unix

package child_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/capture/child"
)

// helpers are programs that this test binary can be: its first argument names one.
var helpers = map[string]func(args []string) int{
	"echo": echo,
	"idle": idle,
}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && helpers[os.Args[1]] != nil {
		os.Exit(helpers[os.Args[1]](os.Args[2:]))
	}
	// Else each helper takes a second to end when it is built to find races.
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	code := m.Run()
	if dir, err := wrapDir(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// wrapDir is where the program in testdata/wrap is built.
var wrapDir = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "wrap") })

// echo says "ready", then names each signal that it gets, until SIGUSR2.
func echo([]string) int {
	c := make(chan os.Signal, 100)
	signal.Notify(c, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM,
		syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH, syscall.SIGALRM, syscall.SIGCONT)
	fmt.Println("ready")
	for s := range c {
		fmt.Println("got", child.Signal(s.(syscall.Signal)))
		if s == syscall.SIGUSR2 {
			break
		}
	}
	return 0
}

// idle says "ready", and leaves every signal but SIGUSR2 as it is.
func idle([]string) int {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR2)
	fmt.Println("ready")
	fmt.Println("got", child.Signal((<-c).(syscall.Signal)))
	return 0
}

// run runs a command here, in this process.
func run(t testing.TB, argv ...string) (child.Outcome, error) {
	t.Helper()
	return child.Run(t.Context(), child.Command{Argv: argv, Env: os.Environ(), Now: time.Now})
}

// patience is how long anything may take on a loaded machine.
const patience = 20 * time.Second

// eventually waits until what is so.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// output is what a command prints, and its exit status as a shell has it.
func output(t testing.TB, cmd *exec.Cmd) (string, int) {
	t.Helper()
	raw, err := cmd.Output()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return string(raw), 0
	case !errors.As(err, &exit):
		t.Fatal(err)
	}
	if ws := exit.Sys().(syscall.WaitStatus); ws.Signaled() {
		return string(raw), 128 + int(ws.Signal())
	}
	return string(raw), exit.ExitCode()
}

// quoted is argv as a shell's words.
func quoted(argv ...string) string {
	for i, arg := range argv {
		argv[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	return strings.Join(argv, " ")
}
