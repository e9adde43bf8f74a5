package python

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// newest is the last process number that was given away; empty if /proc does not
// tell.
func newest(proc string) string {
	text, err := os.ReadFile(filepath.Join(proc, "loadavg"))
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 5 {
		return ""
	}
	return fields[4]
}

// readStat is the parent of a process and the time of its start.
func readStat(proc string, pid int) (parent int, start string, ok bool) {
	text, err := os.ReadFile(filepath.Join(proc, strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0, "", false
	}
	// The name stands in parentheses and may hold anything.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 20 {
		return 0, "", false
	}
	parent, err = strconv.Atoi(fields[1])
	return parent, fields[19], err == nil
}

// manyThreads is from where on looking through all processes is cheaper than
// asking each thread for its children.
const manyThreads = 100

// childrenOf are the children of all threads of a process; ok is false if the
// kernel does not tell, or it takes too long.
func childrenOf(proc string, pid int) (children []int, ok bool) {
	dir := filepath.Join(proc, strconv.Itoa(pid), "task")
	tasks, err := os.ReadDir(dir)
	if err != nil {
		return nil, true // gone
	}
	if len(tasks) > manyThreads {
		return nil, false
	}
	for _, t := range tasks {
		text, err := os.ReadFile(filepath.Join(dir, t.Name(), "children"))
		if err != nil && exists(filepath.Join(dir, t.Name())) {
			return nil, false
		}
		for field := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				children = append(children, child)
			}
		}
	}
	return children, true
}

// allChildren are the children of every process.
func allChildren(proc string) map[int][]int {
	all := map[int][]int{}
	entries, _ := os.ReadDir(proc)
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if parent, _, ok := readStat(proc, pid); ok {
			all[parent] = append(all[parent], pid)
		}
	}
	return all
}
