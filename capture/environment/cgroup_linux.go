package environment

import (
	"path"
	"strconv"
	"strings"
)

// unlimited is from where on version 1 means no limit: it writes the largest
// number of pages there is.
const unlimited = 1 << 62

// readCgroup finds the tightest limits between the command's group and the root.
func readCgroup(root string) Cgroup {
	text, _ := read(root, "/proc/self/cgroup")
	var c Cgroup
	for l := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSpace(l), ":", 3)
		if len(parts) != 3 {
			continue
		}
		for controller := range strings.SplitSeq(parts[1], ",") {
			switch {
			case parts[0] == "0" && parts[1] == "":
				c.readUnified(root, parts[2])
			case controller == "cpu":
				c.readCPU(root, parts[2])
			case controller == "memory":
				c.readMemory(root, parts[2])
			}
		}
	}
	return c
}

// upward calls look with the group's folder and each one above it. In a container
// the group's own folder may be out of sight; then the root is the group.
func upward(mount, group string, look func(dir string)) {
	for group = path.Clean("/" + group); ; group = path.Dir(group) {
		look(path.Join(mount, group))
		if group == "/" {
			return
		}
	}
}

func (c *Cgroup) readUnified(root, group string) {
	if !exists(root, "/sys/fs/cgroup/cgroup.controllers") {
		return
	}
	c.Version = 2
	upward("/sys/fs/cgroup", group, func(dir string) {
		quota, period, _ := strings.Cut(line(root, dir+"/cpu.max"), " ")
		c.limitCPU(quota, period)
		c.limitMemory(line(root, dir+"/memory.max"))
	})
}

func (c *Cgroup) readCPU(root, group string) {
	c.Version = max(c.Version, 1)
	for _, mount := range []string{"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"} {
		upward(mount, group, func(dir string) {
			c.limitCPU(line(root, dir+"/cpu.cfs_quota_us"), line(root, dir+"/cpu.cfs_period_us"))
		})
	}
}

func (c *Cgroup) readMemory(root, group string) {
	c.Version = max(c.Version, 1)
	upward("/sys/fs/cgroup/memory", group, func(dir string) {
		c.limitMemory(line(root, dir+"/memory.limit_in_bytes"))
	})
}

func (c *Cgroup) limitCPU(quota, period string) {
	q, err := strconv.ParseFloat(quota, 64)
	p, err2 := strconv.ParseFloat(period, 64)
	if err != nil || err2 != nil || !(q > 0) || !(p > 0) {
		return // "max" and -1 are no limits
	}
	if cpus := q / p; c.CPUs == 0 || cpus < c.CPUs {
		c.CPUs = cpus
	}
}

func (c *Cgroup) limitMemory(bytes string) {
	n, err := strconv.ParseUint(bytes, 10, 64)
	if err == nil && n < unlimited && (c.Memory == 0 || n < c.Memory) {
		c.Memory = n
	}
}
