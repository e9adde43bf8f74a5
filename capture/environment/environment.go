package environment

import (
	"context"
	"strings"

	"github.com/lineage-audit/lineage/capture/redact"
)

// Options say where to look. The zero value describes this machine under an
// empty environment.
type Options struct {
	Env   []string      // the command's environment: NAME=value
	Root  string        // the root of the file system; empty for /
	Rules *redact.Rules // for the values of variables; nil for redact.New(Env)
	Home  string        // written as ~ where a variable's value is a path below it
	Image string        // of the container, as the command line declares it

	Hostname string // recorded if the caller gives it
	User     string // likewise
}

func (o Options) rules() *redact.Rules {
	if o.Rules == nil {
		return redact.New(o.Env)
	}
	return o.Rules
}

// Environment is what Capture found.
type Environment struct {
	OS        OS
	CPU       CPU
	Memory    Memory
	Cgroup    Cgroup
	BootID    string // differs after each boot; empty where the platform has none
	Container Container
	TimeZone  string // an IANA name, or what TZ says
	Locale    string // what governs: LC_ALL, else LC_CTYPE, else LANG; "C" if none is set
	Hostname  string
	User      string
	Variables []Variable // in the order of their names
	Problems  []string   // what should have been readable and was not
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

// Cgroup holds the limits of the control group that the command runs in; 0, nil and
// "" for no limit.
type Cgroup struct {
	Version    int     // 1 or 2; 0 if there is none
	CPUs       float64 // processors' worth of time
	CPUSet     string  // the processors, if they are not all: 0-3,8
	MemorySet  string  // the nodes of memory, if they are not all
	Memory     uint64  // bytes
	MemoryHigh uint64  // bytes above which it is slowed down
	MemorySwap uint64  // bytes of memory and swap together, as version 1 counts
	Swap       *uint64 // bytes of swap, which may be none
	Processes  uint64
}

// Capture describes the machine. It does not fail: what cannot be read is
// missing, and named in Problems. When ctx ends, the rest is missing.
func Capture(ctx context.Context, o Options) Environment {
	env := parse(o.Env)
	e := Environment{
		Container: container(ctx, o, env),
		TimeZone:  timeZone(o.Root, env),
		Locale:    locale(env),
		Hostname:  o.Hostname,
		User:      o.User,
		Variables: variables(o, env),
	}
	if ctx.Err() == nil {
		describe(o.Root, &e)
	}
	if err := ctx.Err(); err != nil {
		e.problem("describing the machine: %v", err)
	}
	return e
}

// parse reads an environment as the C library does: of a name that stands twice,
// the first counts.
func parse(env []string) map[string]string {
	m := make(map[string]string, len(env))
	for _, e := range env {
		name, value, found := strings.Cut(e, "=")
		if _, twice := m[name]; found && !twice {
			m[name] = value
		}
	}
	return m
}

// locale is what governs how text is read and sorted.
func locale(env map[string]string) string {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := env[name]; v != "" {
			return v
		}
	}
	return "C"
}
