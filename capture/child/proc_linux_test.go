package child

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestParseStat(t *testing.T) {
	const rest = " 1 2 3 0 -1 4 5 6 7 8 9 10 11 12 20 0 1 0 4711 99 98"
	tests := map[string]struct {
		raw  string
		want stat
	}{
		"plain":          {"42 (true) S" + rest, stat{'S', 1, 4711}},
		"blank":          {"42 (a b) R" + rest, stat{'R', 1, 4711}},
		"parentheses":    {"42 (a) Z 7 (b) Z" + rest, stat{'Z', 1, 4711}},
		"newline":        {"42 (\n) X" + rest + "\n", stat{'X', 1, 4711}},
		"empty":          {"", stat{}},
		"no parentheses": {"42 true S" + rest, stat{}},
		"short":          {"42 (true) S 1 2 3", stat{}},
		"long state":     {"42 (true) SS" + rest, stat{}},
		"no parent":      {"42 (true) S x" + rest, stat{}},
		"negative start": {"42 (true) S" + strings.Replace(rest, "4711", "-1", 1), stat{}},
		"huge start":     {"42 (true) S" + strings.Replace(rest, "4711", "99999999999999999999", 1), stat{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseStat([]byte(test.raw))
			if got != test.want || (err != nil) != (test.want == stat{}) {
				t.Errorf("got %+v, %v; want %+v", got, err, test.want)
			}
		})
	}
}

func TestParseSignals(t *testing.T) {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	if set, err := parseSignals(raw, "SigCgt"); err != nil || !set.has(unix.SIGSEGV) || set.has(unix.SIGKILL) {
		t.Errorf("got %x, %v", set, err)
	}
	for _, raw := range []string{"", "SigIgn: x", "SigIgn:", "SigIgnored: 1", "Name:\tSigIgn: 1"} {
		if set, err := parseSignals([]byte(raw), "SigIgn"); err == nil {
			t.Errorf("%q: got %x", raw, set)
		}
	}
}

func FuzzParseProc(f *testing.F) {
	for _, name := range []string{"stat", "status", "cgroup", "mountinfo"} {
		raw, err := os.ReadFile("/proc/self/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, raw)
	}
	f.Add([]byte("1:memory:/a"), []byte(`1 2 3:4 /a /sys/fs\040x rw - cgroup c rw,memory`))
	f.Fuzz(func(t *testing.T, raw, mounts []byte) {
		if s, err := parseStat(raw); err != nil && s != (stat{}) {
			t.Errorf("got %+v with %v", s, err)
		}
		_, _ = parseSignals(raw, "SigIgn")
		_, _ = counter(raw, "oom_kill")
		_ = hasEntry(raw, "A=b")
		for _, path := range oomCounters(raw, mounts) {
			if strings.Contains(path, "/../") {
				t.Errorf("got path %q", path)
			}
		}
	})
}

func TestOOMCounters(t *testing.T) {
	const (
		v2     = "31 23 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
		v1     = "33 25 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
		cpu    = "34 25 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
		docker = "33 25 0:30 /docker/4f /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
		blank  = `31 23 0:27 / /my\040groups rw - cgroup2 none rw` + "\n"
	)
	tests := map[string]struct {
		groups, mounts string
		want           []string
	}{
		"version 2":            {"0::/user.slice/a.scope\n", v2, []string{"/sys/fs/cgroup/user.slice/a.scope/memory.events"}},
		"version 2, root":      {"0::/\n", v2, []string{"/sys/fs/cgroup/memory.events"}},
		"version 1":            {"5:cpu:/c\n4:memory:/m\n", cpu + v1, []string{"/sys/fs/cgroup/memory/m/memory.oom_control"}},
		"joint controllers":    {"4:cpu,memory:/m\n", cpu + v1, []string{"/sys/fs/cgroup/memory/m/memory.oom_control"}},
		"both":                 {"4:memory:/m\n0::/u\n", v2 + v1, []string{"/sys/fs/cgroup/memory/m/memory.oom_control", "/sys/fs/cgroup/u/memory.events"}},
		"a container":          {"4:memory:/docker/4f\n", docker, []string{"/sys/fs/cgroup/memory/memory.oom_control"}},
		"below a container":    {"4:memory:/docker/4f/x\n", docker, []string{"/sys/fs/cgroup/memory/x/memory.oom_control"}},
		"another container":    {"4:memory:/docker/50\n", docker, nil},
		"outside of namespace": {"0::/../../a\n", v2, nil},
		"colons":               {"0::/a:b:c\n", v2, []string{"/sys/fs/cgroup/a:b:c/memory.events"}},
		"blanks":               {"0::/a\n", blank, []string{"/my groups/a/memory.events"}},
		"not mounted":          {"0::/a\n", cpu, nil},
		"nothing":              {"", "", nil},
		"nonsense":             {"x\n::\n", "y - z\n - cgroup2 a b\n", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, oomCounters([]byte(test.groups), []byte(test.mounts))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCounter(t *testing.T) {
	for raw, want := range map[string]uint64{
		"low 0\nhigh 1\noom 2\noom_kill 3\n": 3, "oom_kill_disable 1\nunder_oom 0\noom_kill 4": 4,
		"": 0, "oom_kill": 0, "oom_kill x": 0, "oom_kill -1": 0, "oom_kill 1 2": 0,
	} {
		if got, ok := counter([]byte(raw), "oom_kill"); got != want || ok != (want != 0) {
			t.Errorf("%q: got %d, %v", raw, got, ok)
		}
	}
}
