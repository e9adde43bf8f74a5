package python

import (
	"bufio"
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// waiting is a Python program that says that it is there, and stays until its
// standard input ends.
const waiting = `import sys; print("ready", flush=True); sys.stdin.read()`

// Watch sees the interpreter that runs behind a shell and a make-like chain, in
// its virtual environment, and a second one beside it.
func TestWatch(t *testing.T) {
	t.Parallel()
	root := tempDir(t)
	env := hermetic(root)
	for _, venv := range []string{"one", "two"} {
		run(t, root, env, "python3", "-m", "venv", "--without-pip", "--symlinks", venv)
	}
	write(t, root, map[string]string{
		"wait.py":  waiting,
		"train.sh": "#!/bin/sh\ncd /\nPATH=" + root + "/one/bin:$PATH\nexport PATH\npython " + root + "/wait.py\n" + root + "/two/bin/python -I -c 'import sys; sys.stdin.read()'\n",
	})
	cmd := exec.Command("sh", "-c", "sh ./train.sh; true")
	cmd.Dir, cmd.Env = root, env
	stdin, err := cmd.StdinPipe()
	check(t, err)
	stdout, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	seen := make(chan Interpreter, 10)
	done := make(chan []Interpreter, 1)
	go func() {
		done <- Watch(context.Background(), WatchOptions{PID: cmd.Process.Pid, Seen: func(in Interpreter) { seen <- in }})
	}()
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		t.Fatal(line, err)
	}
	first := receive(t, seen)
	if first.Path != root+"/one/bin/python" || first.Prefix != root+"/one" || first.Kind != KindVenv || !first.Observed || first.Version == "" {
		t.Errorf("got %+v", first)
	}
	if len(first.Sites) == 0 || first.Sites[0].Path != root || !strings.HasPrefix(first.Sites[len(first.Sites)-1].Path, root+"/one/lib") {
		t.Errorf("got %+v", first.Sites)
	}
	check(t, stdin.Close())
	check(t, cmd.Wait())
	all := receive(t, done)
	if len(all) == 0 || all[0].Path != first.Path {
		t.Errorf("got %+v", all)
	}
	for _, in := range all[1:] { // the second one ends at once; it may or may not be seen
		if in.Prefix != root+"/two" {
			t.Errorf("got %+v", in)
		}
	}
}

func receive[T any](t *testing.T, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(time.Minute):
		t.Fatal("nothing came within a minute")
	}
	return v
}

// A process that replaces itself by the same program in another environment is
// two interpreters.
func TestWatchExec(t *testing.T) {
	t.Parallel()
	root := tempDir(t)
	env := hermetic(root)
	for _, venv := range []string{"one", "two"} {
		run(t, root, env, "python3", "-m", "venv", "--without-pip", "--symlinks", venv)
	}
	again := "import os; input(); p='" + root + "/two/bin/python'; os.execv(p, [p, '-s', '-c', 'input()'])"
	cmd := exec.Command(root+"/one/bin/python", "-c", again)
	cmd.Dir, cmd.Env = root, env
	stdin, err := cmd.StdinPipe()
	check(t, err)
	check(t, cmd.Start())
	seen := make(chan Interpreter, 10)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan []Interpreter, 1)
	go func() {
		done <- Watch(ctx, WatchOptions{PID: cmd.Process.Pid, To: 10 * time.Millisecond, Seen: func(in Interpreter) { seen <- in }})
	}()
	for _, want := range []string{"one", "two"} {
		if in := receive(t, seen); in.Prefix != filepath.Join(root, want) {
			t.Errorf("got %+v, want %s", in, want)
		}
		_, err := stdin.Write([]byte("\n"))
		check(t, err)
	}
	cancel()
	if all := receive(t, done); len(all) != 2 {
		t.Errorf("got %+v", all)
	}
	check(t, stdin.Close())
	check(t, cmd.Wait())
}

// The watch ends with a process that is gone, or was never there.
func TestWatchNothing(t *testing.T) {
	cmd := exec.Command("true")
	check(t, cmd.Run())
	if got := Watch(context.Background(), WatchOptions{PID: cmd.Process.Pid}); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got := Watch(ctx, WatchOptions{PID: 1}); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
	if _, ok := OfProcess(context.Background(), "/proc", cmd.Process.Pid); ok {
		t.Error("a process that is gone runs Python")
	}
}

// A /proc that was made up: names with parentheses, threads with children of
// their own, a number that was given away again, and an argv[0] that lies.
func TestWatchMadeUp(t *testing.T) {
	root := tempDir(t)
	usr := install(t, root+"/usr", "3.11.2")
	virtual(t, root+"/venv", usr, "")
	proc := func(pid, ppid, start, exe, cmdline, environ string) map[string]string {
		p := "proc/" + pid + "/"
		return map[string]string{
			p + "stat": pid + " (a) b ) S " + ppid + strings.Repeat(" 0", 17) + " " + start + " 0 0\n", p + "exe": "-> " + exe, p + "cwd": "-> " + root,
			p + "cmdline": cmdline, p + "environ": environ, p + "task/" + pid + "/children": "",
		}
	}
	write(t, root, proc("10", "1", "5", "/bin/sh", "sh\x00", ""))
	write(t, root, map[string]string{"proc/10/task/11/children": "12 13 x 14 15 \n", "proc/loadavg": "0 0 0 1/2 15\n"})
	write(t, root, proc("12", "10", "5", usr+"/bin/python3.11", "venv/bin/python\x00-u\x00t.py\x00", "A=b\x00"))
	write(t, root, proc("13", "10", "5", usr+"/bin/python3.11", "/bin/ls\x00x\x00", "PATH=/nowhere\x00"))
	write(t, root, proc("14", "10", "5", usr+"/bin/python3.11", "", "")) // a zombie
	write(t, root, proc("15", "10", "5", usr+"/bin/python3.11", "python\x00", "PATH=bin:venv/bin\x00B=c\x00"))
	w := watcher{proc: root + "/proc", family: map[int]member{10: {}, 12: {start: "4"}}, seen: map[string]bool{}}
	launches := make(chan sighting, 10)
	w.launches = launches
	w.look()
	w.look()
	close(launches)
	got := map[int]string{}
	for s := range launches {
		got[s.pid] = s.path
	}
	// 12 was another process when it was last looked at, and is found again as a child.
	if len(got) != 2 || got[12] != root+"/venv/bin/python" && got[15] != root+"/venv/bin/python" || got[13] != usr+"/bin/python3.11" {
		t.Errorf("got %v", got)
	}
	if _, still := w.family[10]; !still || len(w.family) != 5 {
		t.Errorf("got %+v", w.family)
	}
	if all := allChildren(root + "/proc"); len(all[10]) != 4 {
		t.Errorf("got %v", all)
	}
}

func BenchmarkLook(b *testing.B) {
	w := watcher{proc: "/proc", family: map[int]member{1: {}}, seen: map[string]bool{}, launches: make(chan sighting, 1000)}
	for b.Loop() {
		w.last = ""
		w.look()
	}
}
