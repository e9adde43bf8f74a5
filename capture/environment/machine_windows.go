package environment

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// describe asks the kernel and the registry.
func describe(_ string, e *Environment) {
	v := windows.RtlGetVersion()
	version := fmt.Sprintf("%d.%d.%d", v.MajorVersion, v.MinorVersion, v.BuildNumber)
	e.OS = OS{ID: "windows", Name: "Windows " + version, Version: version, Kernel: "Windows NT " + version, Arch: runtime.GOARCH}
	const cpu = `HARDWARE\DESCRIPTION\System\CentralProcessor\0`
	e.CPU = CPU{Model: setting(cpu, "ProcessorNameString"), Vendor: setting(cpu, "VendorIdentifier"), Logical: runtime.NumCPU()}
	if e.CPU.Model == "" {
		e.problem("the registry does not tell the processor")
	}
	total, ok := physicalMemory()
	if !ok {
		e.problem("the system does not tell the memory")
	}
	e.Memory.Total = total
}

func systemZone() string {
	return setting(`SYSTEM\CurrentControlSet\Control\TimeZoneInformation`, "TimeZoneKeyName")
}

func setting(path, name string) string {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, path, registry.QUERY_VALUE)
	if err != nil {
		return ""
	}
	defer k.Close()
	value, _, err := k.GetStringValue(name)
	if err != nil {
		return ""
	}
	return value
}

// memoryStatus is MEMORYSTATUSEX of the Windows API.
type memoryStatus struct {
	length, load                                      uint32
	total, available, totalPage, availablePage        uint64
	totalVirtual, availableVirtual, availableExtended uint64
}

func physicalMemory() (uint64, bool) {
	m := memoryStatus{length: uint32(unsafe.Sizeof(memoryStatus{}))}
	ok, _, _ := windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx").Call(uintptr(unsafe.Pointer(&m)))
	return m.total, ok != 0
}
