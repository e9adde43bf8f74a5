package child

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// oomKills is how many processes the out-of-memory killer has taken so far in our
// control group, or on this machine where the group has no count.
func oomKills() uint64 {
	n, _ := readCounter(oomCounterPath())
	return n
}

var oomCounterPath = sync.OnceValue(func() string {
	groups, _ := os.ReadFile("/proc/self/cgroup")
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	for _, path := range oomCounters(groups, mounts) {
		if _, ok := readCounter(path); ok {
			return path
		}
	}
	return "/proc/vmstat"
})

func readCounter(path string) (uint64, bool) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	return counter(raw, "oom_kill")
}

// counter finds "name number" in lines of such.
func counter(raw []byte, name string) (uint64, bool) {
	for line := range bytes.Lines(raw) {
		if fields := bytes.Fields(line); len(fields) == 2 && string(fields[0]) == name {
			n, err := strconv.ParseUint(string(fields[1]), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}

// oomCounters are the files that may count for our control group, given
// /proc/self/cgroup and /proc/self/mountinfo. A hierarchy of version 1 with the
// memory controller comes first, since then version 2 has none.
func oomCounters(groups, mounts []byte) []string {
	var v1, v2 []string
	for line := range strings.Lines(string(groups)) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		switch {
		case len(fields) < 3:
		case fields[1] == "memory" || strings.Contains(","+fields[1]+",", ",memory,"):
			v1 = under(mounts, "cgroup", fields[2], "memory.oom_control")
		case fields[0] == "0":
			v2 = under(mounts, "cgroup2", fields[2], "memory.events")
		}
	}
	return append(v1, v2...)
}

// under is where a group's file stands, below each mount of its hierarchy.
func under(mounts []byte, kind, group, file string) (paths []string) {
	if strings.HasPrefix(group, "/..") { // outside of what this namespace shows
		return nil
	}
	for line := range strings.Lines(string(mounts)) {
		mount, source, ok := strings.Cut(line, " - ")
		place, origin := strings.Fields(mount), strings.Fields(source)
		if !ok || len(place) < 5 || len(origin) < 3 || origin[0] != kind ||
			kind == "cgroup" && !strings.Contains(","+origin[2]+",", ",memory,") {
			continue
		}
		below, err := filepath.Rel(unescape(place[3]), group)
		if err == nil && filepath.IsLocal(below) {
			paths = append(paths, filepath.Join(unescape(place[4]), below, file))
		}
	}
	return paths
}

// unescape undoes what mountinfo does to blanks and backslashes.
func unescape(path string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(path)
}
