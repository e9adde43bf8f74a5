//go:build linux

package environment_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/capture/environment"
)

func TestCgroup(t *testing.T) {
	none := uint64(0)
	two := uint64(2 << 30)
	for name, c := range map[string]struct {
		files map[string]string
		want  environment.Cgroup
	}{
		"none": {nil, environment.Cgroup{}},
		"slices": {map[string]string{
			"proc/self/cgroup":                                                         "0::/user.slice/user-1000.slice/run.scope\n",
			"proc/self/mountinfo":                                                      mountinfo("30 27 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate"),
			"sys/devices/system/cpu/online":                                            "0-7\n",
			"sys/devices/system/node/online":                                           "0-1\n",
			"sys/fs/cgroup/cgroup.controllers":                                         "cpu memory pids cpuset\n",
			"sys/fs/cgroup/user.slice/cpu.max":                                         "400000 100000\n",
			"sys/fs/cgroup/user.slice/user-1000.slice/cpu.max":                         "150000 100000\n",
			"sys/fs/cgroup/user.slice/user-1000.slice/memory.max":                      "8589934592\n",
			"sys/fs/cgroup/user.slice/user-1000.slice/memory.high":                     "4294967296\n",
			"sys/fs/cgroup/user.slice/memory.high":                                     "6442450944\n",
			"sys/fs/cgroup/user.slice/user-1000.slice/pids.max":                        "512\n",
			"sys/fs/cgroup/user.slice/memory.swap.max":                                 "2147483648\n",
			"sys/fs/cgroup/user.slice/user-1000.slice/run.scope/cpu.max":               "max 100000\n",
			"sys/fs/cgroup/user.slice/user-1000.slice/run.scope/memory.max":            "max\n",
			"sys/fs/cgroup/user.slice/user-1000.slice/run.scope/pids.max":              "max\n",
			"sys/fs/cgroup/user.slice/user-1000.slice/run.scope/cpuset.cpus.effective": "0-3\n",
			"sys/fs/cgroup/user.slice/user-1000.slice/run.scope/cpuset.mems.effective": "0-1\n",
		}, environment.Cgroup{Version: 2, CPUs: 1.5, CPUSet: "0-3", Memory: 8 << 30, MemoryHigh: 4 << 30, Swap: &two, Processes: 512}},
		"container, own namespace": {map[string]string{
			"proc/self/cgroup":                 "0::/\n",
			"proc/self/mountinfo":              mountinfo("30 27 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw"),
			"sys/fs/cgroup/cgroup.controllers": "cpu memory\n",
			"sys/fs/cgroup/cpu.max":            "50000 100000\n",
			"sys/fs/cgroup/memory.swap.max":    "0\n",
		}, environment.Cgroup{Version: 2, CPUs: 0.5, Swap: &none}},
		"container, the host's path": {map[string]string{
			"proc/self/cgroup":                                 "5:cpu,cpuacct:/docker/" + id + "\n4:memory:/docker/" + id + "/sub\n3:pids:/docker/" + id + "\n2:cpuset:/docker/" + id + "\n1:name=systemd:/docker/" + id + "\n",
			"proc/self/mountinfo":                              mountinfo("30 27 0:26 /docker/"+id+" /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct", "31 27 0:27 /docker/"+id+" /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory", "32 27 0:28 /docker/"+id+" /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids", "33 27 0:29 /docker/"+id+" /mnt/cg\\040sets ro - cgroup cgroup rw,cpuset"),
			"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us":       "200000\n",
			"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us":      "100000\n",
			"sys/fs/cgroup/memory/sub/memory.limit_in_bytes":   "1073741824\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes":       "2147483648\n",
			"sys/fs/cgroup/memory/memory.memsw.limit_in_bytes": "4294967296\n",
			"sys/fs/cgroup/pids/pids.max":                      "100\n",
			"mnt/cg sets/cpuset.effective_cpus":                "1\n",
			"mnt/cg sets/cpuset.cpus":                          "0-1\n",
		}, environment.Cgroup{Version: 1, CPUs: 2, CPUSet: "1", Memory: 1 << 30, MemorySwap: 4 << 30, Processes: 100}},
		"nonsense": {map[string]string{
			"proc/self/cgroup":                 "0::/../../etc\n\n::\n:cpu:/\n9:cpu\n",
			"proc/self/mountinfo":              "x\n - \n1 2 3 4 5 6 -\n30 27 0:26 / /sys/fs/cgroup rw - cgroup2\n",
			"sys/fs/cgroup/cgroup.controllers": "",
			"sys/fs/cgroup/cpu.max":            "-1 NaN\n",
			"sys/fs/cgroup/memory.max":         "99999999999999999999999\n",
			"sys/fs/cgroup/pids.max":           "-5\n",
		}, environment.Cgroup{Version: 2}},
	} {
		got := environment.Capture(t.Context(), environment.Options{Root: tree(t, c.files)}).Cgroup
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}
