package child_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/lineage-audit/lineage/capture/child"
)

func init() {
	helpers["block"] = block
	helpers["cross"] = cross
}

// block executes a program with all signals blocked.
func block(args []string) int {
	runtime.LockOSThread()
	var all unix.Sigset_t
	for i := range all.Val {
		all.Val[i] = ^all.Val[i]
	}
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &all, nil); err != nil {
		panic(err)
	}
	path, err := exec.LookPath(args[0])
	if err != nil {
		panic(err)
	}
	panic(syscall.Exec(path, args, os.Environ()))
}

// The command finds what it would have found without us.
func TestTransparent(t *testing.T) {
	// All but those that the hardware raises, and those that the Go runtime needs.
	const everySignal = `for s in 1 2 3 6 10 12 13 14 15 18 20 21 22 24 25 26 28 29 30 $(seq 34 64)
		do trap '' $s; done; exec "$@"`
	launchers := map[string][]string{
		"plain":              {"sh", "-c", `exec "$@"`, "sh"},
		"hangup ignored":     {"sh", "-c", `trap '' HUP; exec "$@"`, "sh"},
		"job in the back":    {"sh", "-c", `"$@" & wait $!`, "sh"}, // ignores INT and QUIT
		"pipe ignored":       {"sh", "-c", `trap '' PIPE; exec "$@"`, "sh"},
		"everything ignored": {"bash", "-c", everySignal, "bash"},
		"child ignored":      {"bash", "-c", `trap '' CHLD; exec "$@"`, "bash"},
		"everything blocked": {self(t), "block"},
		"few descriptors":    {"sh", "-c", `ulimit -S -n 64; exec "$@"`, "sh"},
		"limits and mask":    {"sh", "-c", `ulimit -c 0; ulimit -t 1000; umask 027; exec "$@"`, "sh"},
		"low priority":       {"nice", "-n", "5"},
		"more descriptors":   {"bash", "-c", `exec "$@" 3</etc/passwd 4>/dev/null 9</etc 27>>/dev/null`, "bash"},
		"descriptor 4 only":  {"sh", "-c", `exec "$@" 4</etc/passwd`, "sh"},
		"errors to output":   {"sh", "-c", `exec "$@" 2>&1`, "sh"},
	}
	commands := map[string][]string{
		"status": {"/usr/bin/env", "grep", "-E", "^(Umask|Uid|Gid|Groups|Sig(Blk|Ign|Cgt)|Cap|NoNewPrivs|Seccomp|Cpus_allowed|Mems_allowed):", "/proc/self/status"},
		"limits": {"cat", "/proc/self/limits"},
		"files":  {"find", "/proc/self/fd", "-lname", "*", "-not", "-lname", "/proc/*", "-printf", "%f %l\n"},
		"nice":   {"nice"},
		"group":  {"sh", "-c", `read -r pid comm state ppid group session rest < /proc/self/stat; echo $group $session`},
	}
	for how, launcher := range launchers {
		for what, command := range commands {
			t.Run(how+"/"+what, func(t *testing.T) {
				want := launched(t, launcher, command)
				got := launched(t, launcher, append([]string{wrap(t), outcomeFile(t)}, command...))
				if how == "child ignored" { // the Go runtime cannot do so
					want = withoutChild(t, want)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// withoutChild is a status in which SIGCHLD is not ignored. What else is depends on
// what started the tests: make ignores signals of its own.
func withoutChild(t *testing.T, status string) string {
	t.Helper()
	const name = "SigIgn:\t"
	before, rest, found := strings.Cut(status, name)
	if !found {
		return status
	}
	digits, after, _ := strings.Cut(rest, "\n")
	mask, err := strconv.ParseUint(digits, 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return before + name + fmt.Sprintf("%016x", mask&^(1<<(unix.SIGCHLD-1))) + "\n" + after
}

// launched is what command prints when it is launched in a session of its own,
// whose number is left out.
func launched(t *testing.T, launcher, command []string) string {
	t.Helper()
	argv := append(append([]string{}, launcher...), command...)
	cmd := exec.Command(argv[0], argv[1:]...)
	file := filepath.Join(t.TempDir(), "out")
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil || len(raw) == 0 {
		t.Fatalf("got %q, %v", raw, err)
	}
	s := strings.ReplaceAll(string(raw), file, "OUT")
	fields := strings.Fields(s)
	if len(fields) == 2 { // the group and the session
		return map[bool]string{true: "the same"}[fields[0] == fields[1]]
	}
	return s
}

// A standard stream that is closed arrives as the null device: the Go runtime opens
// it before we run, and leaving it open is the safer of the two.
func TestClosedStreams(t *testing.T) {
	file := outcomeFile(t)
	cmd := exec.Command("bash", "-c", `"$@" <&- >&-`, "bash", wrap(t), file,
		"bash", "-c", `readlink /proc/$$/fd/0 /proc/$$/fd/1 >&2`)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if got, want := stderr.String(), "/dev/null\n/dev/null\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Bytes go through in both directions, untouched.
func TestStreams(t *testing.T) {
	data := make([]byte, 32<<20)
	random := rand.NewChaCha8([32]byte{})
	_, _ = random.Read(data)
	cmd := exec.Command(wrap(t), outcomeFile(t), "cat")
	cmd.Stdin = bytes.NewReader(data)
	hash := sha256.New()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(hash, stdout)
	if err != nil || n != int64(len(data)) || [32]byte(hash.Sum(nil)) != sha256.Sum256(data) {
		t.Errorf("got %d bytes, %v", n, err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// The mode of a stream is not changed: it is shared with other processes.
func TestNonblockingStream(t *testing.T) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	r, w := os.NewFile(uintptr(fds[0]), "r"), os.NewFile(uintptr(fds[1]), "w")
	defer r.Close()
	defer w.Close()
	out, err := child.Run(t.Context(), child.Command{
		Argv: []string{"true"}, Env: os.Environ(), Stdin: r, Stdout: w, Stderr: w, Now: time.Now,
	})
	if err != nil || out.Status != child.Completed {
		t.Fatal(out, err)
	}
	for _, fd := range fds {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err != nil || flags&unix.O_NONBLOCK == 0 {
			t.Errorf("got flags %#x, %v", flags, err)
		}
	}
}

// Streams may be crossed, and descriptors from 3 up stay what they are.
func TestCrossedStreams(t *testing.T) {
	const script = `exec 4</etc/passwd 5</etc/group 6</dev/zero 7</dev/null 8</dev/null 9</dev/null; exec "$@"`
	cmd := exec.Command("sh", "-c", script, "sh", self(t), "cross",
		"bash", "-c", "echo out; echo err >&2; readlink /proc/$$/fd/{4,5,6}")
	got, code := output(t, cmd)
	if want := "out\nerr\n/etc/passwd\n/etc/group\n/dev/zero\n"; got != want || code != 0 {
		t.Errorf("got %q and %d", got, code)
	}
}

// cross runs a command with its errors going where our output goes.
func cross(args []string) int {
	out, err := child.Run(context.Background(), child.Command{
		Argv: args, Env: os.Environ(), Now: time.Now,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stdout,
	})
	if err != nil {
		panic(err)
	}
	return out.ShellStatus()
}

// A stripped program cannot see all that it has inherited, but keeps what nohup and
// shells set.
func TestStripped(t *testing.T) {
	stripped, err := build("stripped", "-ldflags=-s")
	if err != nil {
		t.Fatal(err)
	}
	launcher := []string{"sh", "-c", `trap '' HUP INT TSTP; exec "$@"`, "sh"}
	command := []string{"grep", "^Sig[BI]", "/proc/self/status"}
	want := launched(t, launcher, command)
	if got := launched(t, launcher, append([]string{stripped, outcomeFile(t)}, command...)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
