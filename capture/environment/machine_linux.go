package environment

import (
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// describe reads what Linux tells in /etc, /proc and /sys.
func describe(root string, e *Environment) {
	e.OS = readOS(root, e)
	e.CPU = readCPU(root, e)
	e.Memory = readMemory(root, e)
	e.Cgroup = readCgroup(root)
	e.Cgroup.forget(line(root, "/sys/devices/system/cpu/online"), line(root, "/sys/devices/system/node/online"))
	e.BootID = line(root, "/proc/sys/kernel/random/boot_id")
}

func systemZone() string { return "UTC" } // what the C library takes where nothing is set

func readOS(root string, e *Environment) OS {
	text, ok := read(root, "/etc/os-release")
	if !ok {
		text, ok = read(root, "/usr/lib/os-release")
	}
	if !ok {
		e.problem("no os-release tells the distribution")
	}
	f := fields(text, "=")
	get := func(name string) string { return strings.Trim(f[name], `"'`) }
	o := OS{ID: get("ID"), Name: get("PRETTY_NAME"), Version: get("VERSION_ID"), Arch: runtime.GOARCH}
	o.Kernel = strings.TrimSpace(line(root, "/proc/sys/kernel/ostype") + " " + line(root, "/proc/sys/kernel/osrelease"))
	if o.ID == "" {
		o.ID = "linux"
	}
	if o.Name == "" {
		o.Name = get("NAME")
	}
	if o.Kernel == "" {
		e.problem("/proc does not tell the kernel")
	}
	return o
}

func readCPU(root string, e *Environment) CPU {
	text, ok := read(root, "/proc/cpuinfo")
	if !ok {
		e.problem("no /proc/cpuinfo tells the processor")
	}
	f := fields(text, ":")
	c := CPU{Model: f["model name"], Vendor: f["vendor_id"]}
	if c.Model == "" && f["CPU part"] != "" { // ARM names numbers
		c.Model = "implementer " + f["CPU implementer"] + " part " + f["CPU part"] + " revision " + f["CPU revision"]
	}
	if c.Model == "" {
		c.Model = f["cpu"] // POWER
	}
	c.Features = numerical(strings.Fields(f["flags"] + " " + f["Features"]))
	c.Logical = countList(line(root, "/sys/devices/system/cpu/online"))
	if c.Logical == 0 && root == "" {
		c.Logical = runtime.NumCPU()
	}
	status, _ := read(root, "/proc/self/status")
	c.Allowed = countList(fields(status, ":")["Cpus_allowed_list"])
	return c
}

// numerical are the features by which numerical libraries choose their kernels,
// and so the order in which they add.
func numerical(flags []string) []string {
	var found []string
	for _, f := range flags {
		for _, p := range []string{"sse4_2", "avx", "fma", "amx", "f16c", "asimd", "sve", "sme", "bf16", "i8mm", "vsx"} {
			if strings.HasPrefix(f, p) {
				found = append(found, f)
				break
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// countList counts what the kernel writes as 0-3,8.
func countList(list string) int {
	n := 0
	for part := range strings.SplitSeq(list, ",") {
		from, to, ranged := strings.Cut(part, "-")
		if !ranged {
			to = from
		}
		a, err := strconv.Atoi(from)
		b, err2 := strconv.Atoi(to)
		if err != nil || err2 != nil || b < a {
			return 0
		}
		n += b - a + 1
	}
	return n
}

func readMemory(root string, e *Environment) Memory {
	text, ok := read(root, "/proc/meminfo")
	if !ok {
		e.problem("no /proc/meminfo tells the memory")
	}
	f := fields(text, ":")
	return Memory{Total: kibibytes(f["MemTotal"]), Swap: kibibytes(f["SwapTotal"])}
}

func kibibytes(s string) uint64 {
	n, err := strconv.ParseUint(strings.TrimSuffix(s, " kB"), 10, 54)
	if err != nil {
		return 0
	}
	return n << 10
}
