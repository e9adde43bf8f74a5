package environment

import (
	"context"

	"github.com/lineage-audit/lineage/capture/redact"
	"github.com/lineage-audit/lineage/record"
)

// Options say where to look. The zero value describes this machine under an
// empty environment.
type Options struct {
	Env   []string      // the command's environment: NAME=value
	Root  string        // the root of the file system; empty for /
	Rules *redact.Rules // for the values of variables; nil for redact.New(Env)

	Hostname string // recorded if the caller gives it
	User     string // likewise
}

// Environment is what Capture found.
type Environment struct {
	OS           OS
	CPU          CPU
	Memory       Memory
	Cgroup       Cgroup
	Accelerators []Accelerator
	BootID       string // differs after each boot; empty where the platform has none
	Container    string // docker, podman, kubernetes, …; empty if none was noticed
	TimeZone     string // an IANA name, or what TZ says
	Locale       string // what governs: LC_ALL, else LC_CTYPE, else LANG; "C" if none is set
	Hostname     string
	User         string
	Variables    []Variable
	Problems     []string // what should have been readable and was not
}

// OS is the operating system.
type OS struct {
	ID      string // debian, ubuntu, macos, windows, …
	Name    string // as it calls itself
	Version string
	Kernel  string // name and release: Linux 6.1.0-18-amd64
	Arch    string // as Go names it: amd64, arm64
}

// CPU is what computes.
type CPU struct {
	Model    string
	Vendor   string
	Features []string // the instruction sets that change numerical results, such as avx2 and fma
	Logical  int      // processors that are online
	Allowed  int      // processors that this process may use; 0 if unknown
}

// Memory is in bytes; 0 if unknown.
type Memory struct{ Total, Swap uint64 }

// Cgroup holds the limits of the control group that the command runs in.
type Cgroup struct {
	Version int     // 1 or 2; 0 if there is none
	CPUs    float64 // processors' worth of time; 0 for no limit
	Memory  uint64  // bytes; 0 for no limit
}

// Accelerator is a graphics or tensor processor that the system names.
type Accelerator struct {
	Model  string
	Driver string // name and version of its driver
}

// Variable is one environment variable of the allow-list.
type Variable struct {
	Name, Value string
	Redacted    bool
	Determinism bool // it governs whether two runs give the same bits
}

// Capture describes the machine. It does not fail: what cannot be read is
// missing, and named in Problems.
func Capture(ctx context.Context, o Options) Environment { return Environment{} }

// Where a run happens.
const (
	Laptop  = "laptop" // no sign of CI or of a cluster: a person's machine, or a plain server
	CI      = "ci"
	Cluster = "cluster"
)

// Builder says where a run happens, as far as the environment tells. All of it
// is declared: whoever sets the variables can say anything.
type Builder struct {
	Kind   string // Laptop, CI or Cluster
	System string // github-actions, gitlab-ci, slurm, kubernetes, …; empty on a laptop
	URL    string // of the job, where the system gives one
	Job    string // the system's own identifier of the job
	Commit string // the commit that the system says it built
	Source string // the repository that the system says it built
}

// BuilderOf reads the builder from an environment.
func BuilderOf(env []string, rules *redact.Rules) Builder { return Builder{Kind: Laptop} }

// Group is the job that a run is one rank of.
type Group struct {
	ID   string // system:identifier, equal for all ranks of the job
	Rank int    // this run's place in it; -1 if unknown
	Size int    // the number of ranks; 0 if unknown
}

// GroupOf reads the group from an environment; ok is false where there is none.
func GroupOf(env []string) (g Group, ok bool) { return Group{}, false }

// ParentOf reads the run that this one is nested in. An environment that has a
// malformed LINEAGE_PARENT gives an error that wraps [record.ErrInvocation];
// one that has none, the zero value.
func ParentOf(env []string) (record.Invocation, error) { return record.Invocation{}, nil }
