package child_test

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/lineage-audit/lineage/capture/child"
)

// leaveOrphans leaves three dead orphans to whoever adopts them, one of which is
// killed, waits until no dead child of that adopter is left, and fails.
const leaveOrphans = `
	adopter=$PPID
	for n in 1 2; do sh -c 'sh -c "exit 5" &'; done
	sh -c 'sh -c "kill -9 \$\$" &'
	sh -c 'sh -c "sleep 0.3" &'
	sleep 0.5
	dead() { grep -ls "^PPid:.$adopter\$" $(grep -ls '^State:.Z' /proc/[0-9]*/status) /dev/null; }
	for n in $(seq 200); do [ "$(dead)" ] || { echo none left; break; }; sleep 0.1; done
	exit 7`

// namespaces are ways to become PID 1, as root and as others.
var namespaces = []*syscall.SysProcAttr{
	{Cloneflags: syscall.CLONE_NEWPID, Unshareflags: syscall.CLONE_NEWNS},
	{
		Cloneflags:   syscall.CLONE_NEWPID | syscall.CLONE_NEWUSER,
		Unshareflags: syscall.CLONE_NEWNS,
		UidMappings:  []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings:  []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	},
}

// As PID 1 we reap orphans, and still get the command's own status. Where no
// namespace is to be had, we are at least made to adopt orphans.
func TestOrphansAreReaped(t *testing.T) {
	const asInit = `mount -t proc proc /proc && [ $$ = 1 ] && exec "$@"`
	for _, attr := range append(namespaces, nil) {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			file := outcomeFile(t)
			cmd := exec.Command("sh", "-c", asInit, "sh", wrap(t), file, "sh", "-c", leaveOrphans)
			cmd.SysProcAttr = attr
			if attr == nil {
				cmd = exec.Command(wrap(t), file, "sh", "-c", leaveOrphans)
				cmd.Env = append(os.Environ(), "WRAP_SUBREAPER=1")
			}
			var stdout, stderr strings.Builder
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			var exit *exec.ExitError
			if attr != nil && (!errors.As(err, &exit) || strings.HasPrefix(stderr.String(), "mount:")) {
				t.Logf("no namespace with %+v: %v %s", attr, err, stderr.String())
				return
			}
			out := outcome(t, file)
			if stdout.String() != "none left\n" || out.Status != child.Failed || out.ExitCode != 7 {
				t.Errorf("got %q, %q, %v, %+v", stdout.String(), stderr.String(), err, out)
			}
		})
	}
}

// PID 1 gets no signal that it does not catch, and passes on those that it gets.
func TestSignalToInit(t *testing.T) {
	for _, attr := range namespaces {
		file := outcomeFile(t)
		cmd := exec.Command(wrap(t), file, self(t), "echo")
		cmd.SysProcAttr = attr
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Logf("no namespace with %+v: %v", attr, err)
			continue
		}
		w := newWrapped(cmd, stdout, file)
		w.expect(t, "ready")
		for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGUSR2} {
			if err := cmd.Process.Signal(s); err != nil {
				t.Fatal(err)
			}
			w.expect(t, "got "+child.Signal(s).String())
		}
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
		if out := outcome(t, file); out.Status != child.Interrupted {
			t.Errorf("got %+v", out)
		}
	}
}

// Processes that outlive the command are named, wherever they went.
func TestSurvivors(t *testing.T) {
	file := outcomeFile(t)
	const script = `
		asleep() { until grep -q sleep /proc/$1/comm; do :; done; echo $1; }
		sleep 1000 & asleep $!
		setsid sh -c 'exec sleep 1001' & asleep $!
		asleep $(sh -c 'cd /; sleep 1002 >&2 & echo $!')
		env -i sleep 1003 & asleep $!
		sh -c 'exit 0' &
		wait $!`
	cmd := exec.Command(wrap(t), file, "sh", "-c", script)
	out, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd.Stdout = out // a pipe would wait for those that are left
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, survivor := range outcome(t, file).Survivors {
		got = append(got, strconv.Itoa(survivor.PID)+" "+survivor.Name)
	}
	for n, pid := range strings.Fields(string(raw)) {
		number, err := strconv.Atoi(pid)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = syscall.Kill(number, syscall.SIGKILL) }()
		if n < 3 { // what has another environment cannot be told
			want = append(want, pid+" sleep")
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}
