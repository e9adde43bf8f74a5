package environment

import (
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// describe asks the kernel by sysctl.
func describe(_ string, e *Environment) {
	get := func(name string) string {
		v, err := unix.Sysctl(name)
		if err != nil {
			return ""
		}
		return v
	}
	version := get("kern.osproductversion")
	e.OS = OS{ID: "macos", Name: strings.TrimSpace("macOS " + version), Version: version,
		Kernel: get("kern.ostype") + " " + get("kern.osrelease"), Arch: runtime.GOARCH}
	e.CPU = CPU{Model: get("machdep.cpu.brand_string"), Vendor: get("machdep.cpu.vendor"), Logical: runtime.NumCPU(),
		Features: strings.Fields(strings.ToLower(get("machdep.cpu.leaf7_features")))}
	if e.CPU.Model == "" {
		e.problem("sysctl does not tell the processor")
	}
	memory, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		e.problem("sysctl does not tell the memory")
	}
	e.Memory.Total = memory
	e.BootID = get("kern.bootsessionuuid")
}

func systemZone() string { return "" }
