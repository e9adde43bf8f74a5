//go:build !linux && !darwin && !windows

package environment

import "runtime"

// describe tells what Go itself knows.
func describe(_ string, e *Environment) {
	e.OS = OS{ID: runtime.GOOS, Name: runtime.GOOS, Arch: runtime.GOARCH}
	e.CPU.Logical = runtime.NumCPU()
	e.problem("on %s processor, kernel and memory are not read", runtime.GOOS)
}

func systemZone() string { return "" }
