package environment

import "slices"

// GPU is a graphics or tensor processor that the command could use.
type GPU struct {
	Vendor  string // NVIDIA, AMD, Intel
	Name    string
	Memory  uint64 // bytes; 0 if unknown
	Driver  string // the kernel's, with its version: nvidia 550.54.14
	Toolkit string // CUDA 12.4, ROCm 6.2.0, and whose version that is

	uuid string // as the vendor's library names it
	bus  string // where it is: 0000:70:00.0
}

// GPUs are what GPUs finds.
type GPUs struct {
	Found    []GPU
	Problems []string // what should have been readable and was not
}

func (g *GPUs) problem(what string) {
	if !slices.Contains(g.Problems, what) {
		g.Problems = append(g.Problems, what)
	}
}
