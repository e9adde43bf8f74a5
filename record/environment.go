package record

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
