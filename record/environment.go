package record

import "github.com/lineage-audit/lineage/hashing"

// Environment is what the run took place in: an allow-list, nothing else.
type Environment struct {
	OS        OS          `json:"os"`
	CPU       CPU         `json:"cpu"`
	Memory    int64       `json:"memory,omitempty"` // bytes
	Host      string      `json:"host,omitempty"`
	User      string      `json:"user,omitempty"`
	TimeZone  string      `json:"timeZone,omitempty"`
	Locale    string      `json:"locale,omitempty"`
	Variables []Variable  `json:"variables"`
	Limits    []NameValue `json:"limits,omitempty"` // of the control group
	// Container is absent where nobody looked for one. Its image is a dependency.
	Container *Container `json:"container,omitempty"`
	GPUs      []GPU      `json:"gpus,omitempty"`
	// Libraries are those that compute with several threads, as far as the run was
	// seen to have them loaded.
	Libraries []Library `json:"libraries,omitempty"`
}

// OS is the operating system.
type OS struct {
	Name         string `json:"name"`
	Version      string `json:"version,omitempty"`
	Kernel       string `json:"kernel,omitempty"`
	Architecture string `json:"architecture"`
}

// CPU is the processor.
type CPU struct {
	Model string `json:"model,omitempty"`
	Count int64  `json:"count"` // that the command may use
}

// Variable is an environment variable of the command.
type Variable struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Redacted bool   `json:"redacted,omitempty"`
	// Determinism marks those that govern whether two runs come out the same.
	Determinism bool `json:"determinism,omitempty"`
}

// Container is the container that the run took place in.
type Container struct {
	None    bool   `json:"none,omitempty"`    // it was looked for, and there is no sign of one
	Runtime string `json:"runtime,omitempty"` // docker, podman, kubernetes, apptainer, …
	ID      string `json:"id,omitempty"`
	Image   string `json:"image,omitempty"` // as it is called, which says nothing of its bytes
}

// GPU is a graphics or tensor processor that the command could use.
type GPU struct {
	Vendor  string `json:"vendor,omitempty"`
	Name    string `json:"name"`
	Memory  int64  `json:"memory,omitempty"`  // bytes
	Driver  string `json:"driver,omitempty"`  // the kernel's driver, and its version
	Toolkit string `json:"toolkit,omitempty"` // CUDA or ROCm, and its version
}

// Library is a shared library on which the numbers depend: BLAS, OpenMP.
type Library struct {
	Kind     string              `json:"kind"` // blas, openmp
	Name     string              `json:"name"` // OpenBLAS, MKL, libgomp, …
	Version  string              `json:"version,omitempty"`
	Location *Location           `json:"location,omitempty"`
	Digest   *hashing.FileDigest `json:"sha256,omitempty"`
	Threads  int64               `json:"threads,omitempty"` // that it uses at most
	// ThreadsFrom says what that follows from: a variable's name, or "processors".
	ThreadsFrom string `json:"threadsFrom,omitempty"`
}
