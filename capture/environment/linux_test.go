//go:build linux

package environment_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/lineage-audit/lineage/capture/environment"
)

func TestMachine(t *testing.T) {
	root := tree(t, map[string]string{
		"etc/os-release":                   "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID='12'\n",
		"proc/sys/kernel/ostype":           "Linux\n",
		"proc/sys/kernel/osrelease":        "6.1.0-18-amd64\n",
		"proc/sys/kernel/random/boot_id":   "b007\n",
		"proc/cpuinfo":                     "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\nflags\t\t: fpu sse4_2 avx2 fma avx avx512f\n\nprocessor\t: 1\nmodel name\t: Other\n",
		"proc/meminfo":                     "MemTotal:       2048 kB\nSwapTotal:         4 kB\n",
		"proc/self/status":                 "Name:\tx\nCpus_allowed_list:\t0-1,4\n",
		"sys/devices/system/cpu/online":    "0-7\n",
		"proc/self/cgroup":                 "0::/a/b\n",
		"sys/fs/cgroup/cgroup.controllers": "cpu memory\n",
		"sys/fs/cgroup/a/cpu.max":          "150000 100000\n",
		"sys/fs/cgroup/a/b/cpu.max":        "max 100000\n",
		"sys/fs/cgroup/a/memory.max":       "1073741824\n",
		"sys/fs/cgroup/a/b/memory.max":     "2147483648\n",
		".dockerenv":                       "",
		"etc/localtime":                    "-> /usr/share/zoneinfo/UTC",
	})
	want := environment.Environment{
		OS:        environment.OS{ID: "debian", Name: "Debian GNU/Linux 12 (bookworm)", Version: "12", Kernel: "Linux 6.1.0-18-amd64", Arch: runtime.GOARCH},
		CPU:       environment.CPU{Model: "Xeon", Vendor: "GenuineIntel", Features: []string{"avx", "avx2", "avx512f", "fma", "sse4_2"}, Logical: 8, Allowed: 3},
		Memory:    environment.Memory{Total: 2 << 20, Swap: 4 << 10},
		Cgroup:    environment.Cgroup{Version: 2, CPUs: 1.5, Memory: 1 << 30},
		BootID:    "b007",
		Container: environment.Container{Runtime: "docker"},
		TimeZone:  "UTC",
		Locale:    "C",
	}
	if diff := cmp.Diff(want, environment.Capture(context.Background(), environment.Options{Root: root})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCgroupVersion1(t *testing.T) {
	root := tree(t, map[string]string{
		"proc/self/cgroup":                           "4:memory:/gone/away\n2:cpu,cpuacct:/a\n0::/\nbroken\n",
		"sys/fs/cgroup/cpu/a/cpu.cfs_quota_us":       "-1\n",
		"sys/fs/cgroup/cpu/a/cpu.cfs_period_us":      "100000\n",
		"sys/fs/cgroup/cpu/cpu.cfs_quota_us":         "50000\n",
		"sys/fs/cgroup/cpu/cpu.cfs_period_us":        "100000\n",
		"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
	})
	got := environment.Capture(context.Background(), environment.Options{Root: root}).Cgroup
	if want := (environment.Cgroup{Version: 1, CPUs: 0.5}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// An empty, a broken and a blocking /proc are named, and nothing waits.
func TestMachineThatTellsNothing(t *testing.T) {
	empty := environment.Capture(context.Background(), environment.Options{Root: t.TempDir()})
	if len(empty.Problems) != 4 || empty.OS.ID != "linux" {
		t.Errorf("got %+v", empty)
	}
	root := tree(t, map[string]string{
		"proc/cpuinfo": ":::\n\x00", "proc/meminfo": "MemTotal: -1 kB\nSwapTotal: 99999999999999999999 kB\n",
		"sys/devices/system/cpu/online": "7-0,x", "proc/self/cgroup": "0::\n::\n1:cpu\n", "sys/fs/cgroup/cgroup.controllers": "",
		"sys/fs/cgroup/cpu.max": "NaN 0", "proc/self/status": "Cpus_allowed_list:\t\n", "etc/os-release": "=\n",
	})
	if err := unix.Mkfifo(root+"/etc/timezone", 0o644); err != nil {
		t.Fatal(err)
	}
	done := make(chan environment.Environment, 1)
	go func() { done <- environment.Capture(context.Background(), environment.Options{Root: root}) }()
	select {
	case e := <-done:
		if e.Memory.Total != 0 || e.CPU.Logical != 0 || e.Cgroup.CPUs != 0 || e.Cgroup.Version != 2 {
			t.Errorf("got %+v", e)
		}
	case <-time.After(time.Minute):
		t.Fatal("a named pipe blocks")
	}
}

// The first processor is enough; a machine with hundreds has a long file.
func TestLongCPUInfo(t *testing.T) {
	one := "processor\t: 0\nmodel name\t: Xeon\n\n"
	root := tree(t, map[string]string{"proc/cpuinfo": strings.Repeat(one, 100000)})
	if got := environment.Capture(context.Background(), environment.Options{Root: root}).CPU.Model; got != "Xeon" {
		t.Errorf("got %q", got)
	}
}
