package python

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Watch looks for Python interpreters among a process and its descendants until
// ctx ends or all of them are gone, and answers each different one, as [Merge]
// does, in the order in which it was first seen. A process that starts and ends between
// two looks is missed, and so are the descendants of one that ended before they were
// seen.
func Watch(ctx context.Context, o WatchOptions) []Interpreter {
	o = o.withDefaults()
	launches, done := make(chan sighting, 64), make(chan []Interpreter)
	go func() { done <- describeAll(context.WithoutCancel(ctx), launches, o.Seen) }()
	w := watcher{proc: o.Proc, family: map[int]member{o.PID: {}}, seen: map[string]bool{}, launches: launches, visited: o.Visit}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for pause := o.From; ctx.Err() == nil && len(w.family) > 0; pause = min(2*pause, o.To) {
		select {
		case <-ctx.Done():
		case <-timer.C:
			w.look()
			timer.Reset(pause)
		}
	}
	close(launches)
	return Merge(<-done)
}

// sighting is a start of an interpreter, and the process that it was seen in.
type sighting struct {
	launch
	pid int
}

// describeAll reads interpreters beside the watch, which must not be held up by
// it. What was seen is described to the end, also when the watch is over.
func describeAll(ctx context.Context, launches <-chan sighting, seen func(Interpreter)) []Interpreter {
	var all []Interpreter
	for s := range launches {
		in, ok := observe(ctx, s.launch, s.pid)
		if !ok {
			continue
		}
		all = append(all, in)
		if seen != nil {
			seen(in)
		}
	}
	return all
}

// watcher knows the living descendants and what each one executes.
type watcher struct {
	proc     string
	family   map[int]member
	last     string // the newest process of the whole system, as when last looked at
	seen     map[string]bool
	launches chan<- sighting
	visited  func(pid int, program string) // may be nil
}

// member is a process, as when it was last looked at.
type member struct {
	start   string // when it started; another one may get its number
	program string // what it executes; for an interpreter with its arguments
}

// look goes through the family once. As long as nothing was started anywhere on
// the system, there are no new children to look for.
func (w *watcher) look() {
	last := newest(w.proc)
	quiet := last != "" && last == w.last
	w.last = last
	queue := make([]int, 0, len(w.family))
	for pid := range w.family {
		queue = append(queue, pid)
	}
	var all map[int][]int
	for i := 0; i < len(queue); i++ {
		pid := queue[i]
		if !w.visit(pid) || quiet {
			continue
		}
		children, ok := childrenOf(w.proc, pid)
		if !ok {
			if all == nil {
				all = allChildren(w.proc)
			}
			children = all[pid]
		}
		for _, child := range children {
			if _, known := w.family[child]; !known {
				w.family[child] = member{}
				queue = append(queue, child)
			}
		}
	}
}

// visit looks at one process, and tells whether it is still there.
func (w *watcher) visit(pid int) bool {
	m := w.family[pid]
	_, start, ok := readStat(w.proc, pid)
	if !ok || m.start != "" && m.start != start {
		delete(w.family, pid)
		if ok {
			w.last = "" // whoever has the number now may be a child: look again
		}
		return false
	}
	program := programOf(w.proc, pid)
	w.family[pid] = member{start, program}
	if w.visited != nil {
		w.visited(pid, program)
	}
	if program == m.program || program == "" {
		return true
	}
	l, ok := launchOf(w.proc, pid)
	if !ok {
		return true
	}
	if key := l.key(); !w.seen[key] {
		w.seen[key] = true
		w.launches <- sighting{l, pid}
	}
	return true
}

// key is equal for starts that import from the same places. The script's folder is
// left aside: a run of many scripts is still one of one interpreter.
func (l launch) key() string {
	o := parseOptions(l.args)
	parts := []string{l.path, l.env["PYTHONPATH"], l.env["PYTHONHOME"], l.env["PYTHONUSERBASE"], l.env["PYTHONNOUSERSITE"], l.env.home(),
		strconv.FormatBool(o.noEnv), strconv.FormatBool(o.noUser), strconv.FormatBool(o.noSite)}
	if l.env["PYTHONPATH"] != "" {
		parts = append(parts, l.dir) // it may be relative
	}
	return strings.Join(parts, "\x00")
}

// programOf is what a process executes, links followed. One interpreter may
// replace itself by another that is the same program under another name; its arguments
// tell.
func programOf(proc string, pid int) string {
	dir := filepath.Join(proc, strconv.Itoa(pid))
	exe, err := os.Readlink(filepath.Join(dir, "exe"))
	if err != nil || !isInterpreter(filepath.Base(exe)) {
		return exe
	}
	cmdline, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
	return exe + "\x00" + string(cmdline)
}
