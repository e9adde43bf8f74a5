package python

import (
	"slices"
	"time"
)

// WatchOptions say what to watch. Only PID is required.
type WatchOptions struct {
	// PID is the process that is looked at with all its descendants. It may be the
	// caller's own, if that adopts orphans; the watch then ends with its context.
	PID  int
	Proc string        // where /proc is; empty for /proc
	From time.Duration // the first pause between two looks; 0 for 4 ms
	To   time.Duration // the longest one, reached by doubling; 0 for 250 ms

	// Seen is called by one goroutine with each interpreter soon after it was seen, and
	// again when it was started in a way that lets it import from elsewhere.
	Seen func(Interpreter)

	// Visit is called by the watch itself with each living process at each look, and
	// with what it executes, behind which an interpreter has its arguments.
	Visit func(pid int, program string)
}

func (o WatchOptions) withDefaults() WatchOptions {
	if o.Proc == "" {
		o.Proc = "/proc"
	}
	if o.From <= 0 {
		o.From = 4 * time.Millisecond
	}
	if o.To <= 0 {
		o.To = 250 * time.Millisecond
	}
	return o
}

// Merge makes one of the interpreters that are the same program in the same
// environment, started in several ways: its Sites are those of all of them, those
// of the start that has most first.
func Merge(list []Interpreter) []Interpreter {
	var merged []Interpreter
	for _, in := range list {
		i := slices.IndexFunc(merged, func(m Interpreter) bool { return m.RealPath == in.RealPath && m.Prefix == in.Prefix })
		if i < 0 {
			in.Sites = slices.Clone(in.Sites)
			merged = append(merged, in)
			continue
		}
		m := &merged[i]
		m.Observed = m.Observed || in.Observed
		more, less := m.Sites, in.Sites
		if len(less) > len(more) {
			more, less = slices.Clone(less), more
		}
		for _, s := range less {
			if !slices.ContainsFunc(more, func(o Site) bool { return o.Path == s.Path }) {
				more = append(more, s)
			}
		}
		m.Sites = more
		for _, p := range in.Problems {
			if !slices.Contains(m.Problems, p) {
				m.Problems = append(slices.Clip(m.Problems), p)
			}
		}
	}
	return merged
}
