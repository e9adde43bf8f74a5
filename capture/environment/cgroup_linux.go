package environment

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// unlimited is from where on version 1 means no limit: it writes the largest
// number of pages there is.
const unlimited = 1 << 62

// hierarchy is one tree of control groups, and this process's place in it.
type hierarchy struct {
	controllers []string // of version 1; none for version 2
	at          string   // where it is mounted
	group       string   // below that
}

// readCgroup finds the tightest limits between the command's group and the root.
func readCgroup(root string) Cgroup {
	var c Cgroup
	for _, h := range hierarchies(root) {
		if len(h.controllers) == 0 {
			if exists(root, h.at+"/cgroup.controllers") {
				c.Version = 2
				h.upward(func(dir string) { c.readUnified(root, dir) })
			}
			continue
		}
		c.Version = max(c.Version, 1)
		h.upward(func(dir string) { c.readControllers(root, dir, h.controllers) })
	}
	return c
}

// hierarchies are those of /proc/self/cgroup. Where the mounts do not tell, they stand
// where they stand by custom.
func hierarchies(root string) (all []hierarchy) {
	mounts := readMounts(root)
	for l := range strings.Lines(text(root, "/proc/self/cgroup")) {
		parts := strings.SplitN(strings.TrimSpace(l), ":", 3)
		if len(parts) != 3 || parts[1] == "" && parts[0] != "0" {
			continue
		}
		var controllers []string
		if parts[1] != "" {
			controllers = strings.Split(parts[1], ",")
		}
		found := false
		for _, m := range mounts {
			if m.holds(controllers) {
				all, found = append(all, hierarchy{controllers, m.at, m.within(parts[2])}), true
			}
		}
		if !found {
			for _, at := range customary(controllers) {
				all = append(all, hierarchy{controllers, at, parts[2]})
			}
		}
	}
	return all
}

// holds tells whether a mount is of the hierarchy with these controllers.
func (m mount) holds(controllers []string) bool {
	if len(controllers) == 0 {
		return m.kind == "cgroup2"
	}
	return m.kind == "cgroup" && slices.Contains(strings.Split(m.super, ","), controllers[0])
}

func customary(controllers []string) []string {
	const top = "/sys/fs/cgroup"
	if len(controllers) == 0 {
		return []string{top, top + "/unified"}
	}
	return []string{top + "/" + controllers[0], top + "/" + strings.Join(controllers, ",")}
}

// upward calls look with the group's folder and each one above it. In a container
// the group's own folder may be out of sight; then the root is the group.
func (h hierarchy) upward(look func(dir string)) {
	for group := path.Clean("/" + h.group); ; group = path.Dir(group) {
		look(path.Join(h.at, group))
		if group == "/" {
			return
		}
	}
}

func (c *Cgroup) readUnified(root, dir string) {
	quota, period, _ := strings.Cut(line(root, dir+"/cpu.max"), " ")
	c.limitCPU(quota, period)
	tighten(&c.Memory, line(root, dir+"/memory.max"))
	tighten(&c.MemoryHigh, line(root, dir+"/memory.high"))
	tightenSwap(c, line(root, dir+"/memory.swap.max"))
	tighten(&c.Processes, line(root, dir+"/pids.max"))
	first(&c.CPUSet, line(root, dir+"/cpuset.cpus.effective"))
	first(&c.MemorySet, line(root, dir+"/cpuset.mems.effective"))
}

func (c *Cgroup) readControllers(root, dir string, controllers []string) {
	for _, controller := range controllers {
		switch controller {
		case "cpu":
			c.limitCPU(line(root, dir+"/cpu.cfs_quota_us"), line(root, dir+"/cpu.cfs_period_us"))
		case "memory":
			tighten(&c.Memory, line(root, dir+"/memory.limit_in_bytes"))
			tighten(&c.MemorySwap, line(root, dir+"/memory.memsw.limit_in_bytes"))
		case "pids":
			tighten(&c.Processes, line(root, dir+"/pids.max"))
		case "cpuset":
			first(&c.CPUSet, line(root, dir+"/cpuset.effective_cpus"))
			first(&c.CPUSet, line(root, dir+"/cpuset.cpus"))
			first(&c.MemorySet, line(root, dir+"/cpuset.effective_mems"))
			first(&c.MemorySet, line(root, dir+"/cpuset.mems"))
		}
	}
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

// forget leaves out sets that hold all that there is.
func (c *Cgroup) forget(processors, nodes string) {
	if c.CPUSet == processors {
		c.CPUSet = ""
	}
	if c.MemorySet == nodes || nodes == "" {
		c.MemorySet = ""
	}
}

// tighten takes a limit over if it is one, and tighter.
func tighten(limit *uint64, said string) {
	n, err := strconv.ParseUint(said, 10, 64)
	if err == nil && n > 0 && n < unlimited && (*limit == 0 || n < *limit) {
		*limit = n
	}
}

// tightenSwap is tighten for a limit that may well be 0.
func tightenSwap(c *Cgroup, said string) {
	n, err := strconv.ParseUint(said, 10, 64)
	if err == nil && n < unlimited && (c.Swap == nil || n < *c.Swap) {
		c.Swap = &n
	}
}

// first takes over what the innermost group says: its set holds no more than that of
// the groups above.
func first(set *string, said string) {
	if *set == "" {
		*set = said
	}
}
