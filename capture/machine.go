package capture

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/capture/child"
	"github.com/lineage-audit/lineage/capture/environment"
	"github.com/lineage-audit/lineage/record"
)

// machine is where a run takes place.
type machine struct {
	environment record.Environment
	place       record.Place
	container   environment.Container
	gpus        environment.GPUs
}

// smiPatience is how long a command that has ended is waited for its GPUs' names: a
// driver that is not loaded takes seconds to wake up.
const smiPatience = time.Second

// captureMachine describes the machine; running ends with the command.
func (s *session) captureMachine(ctx, running context.Context) machine {
	o := environment.Options{Env: s.childEnv, Rules: s.rules, Home: s.Place.Home, Hostname: s.Host, User: s.User, Image: s.Image}
	e := environment.Capture(ctx, o)
	for _, p := range e.Problems {
		s.ledger.gap(record.GapEnvironment, "environment", p)
	}
	asking, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(running, func() { time.AfterFunc(smiPatience, stop) })()
	gpus := environment.FindGPUs(asking, o)
	r := record.Environment{
		OS:       record.OS{Name: text(e.OS.ID), Version: text(e.OS.Version), Kernel: text(e.OS.Kernel), Architecture: e.OS.Arch},
		CPU:      record.CPU{Model: text(e.CPU.Model), Count: int64(e.CPU.Logical)},
		Memory:   int64(e.Memory.Total),
		Host:     text(e.Hostname),
		User:     text(e.User),
		TimeZone: text(e.TimeZone),
		Locale:   text(e.Locale),
		Limits:   limits(e.Cgroup),
	}
	if e.CPU.Allowed > 0 {
		r.CPU.Count = int64(e.CPU.Allowed)
	}
	if r.OS.Name == "" {
		r.OS.Name = "unknown"
	}
	for _, v := range e.Variables {
		r.Variables = append(r.Variables, record.Variable{
			Name: text(v.Name), Value: text(v.Value), Redacted: v.Redacted, Determinism: v.Determinism,
		})
	}
	return machine{r, placeOf(environment.BuilderOf(s.Env, s.rules)), e.Container, gpus}
}

// limits are those of the control group, sizes in bytes.
func limits(c environment.Cgroup) (found []record.NameValue) {
	add := func(name, value string) {
		if value != "" && value != "0" {
			found = append(found, record.NameValue{Name: name, Value: text(value)})
		}
	}
	number := func(n uint64) string { return strconv.FormatUint(n, 10) }
	add("cpus", strconv.FormatFloat(c.CPUs, 'g', -1, 64))
	add("cpuset", c.CPUSet)
	add("memory", number(c.Memory))
	add("memory.high", number(c.MemoryHigh))
	add("memory+swap", number(c.MemorySwap))
	if c.Swap != nil { // which may be 0
		found = append(found, record.NameValue{Name: "swap", Value: number(*c.Swap)})
	}
	add("memory nodes", c.MemorySet)
	add("processes", number(c.Processes))
	return found
}

func placeOf(b environment.Builder) record.Place {
	switch b.Kind {
	case environment.CI:
		return record.PlaceCI
	case environment.Cluster:
		return record.PlaceCluster
	}
	return record.PlaceLocal
}

func groupOf(env []string) *record.Group {
	g, ok := environment.GroupOf(env)
	if !ok {
		return nil
	}
	kind, id, _ := strings.Cut(g.ID, ":")
	if kind == "group" {
		kind = "explicit"
	}
	out := &record.Group{Kind: text(kind), ID: text(id)}
	if g.Rank >= 0 {
		out.Rank = strconv.Itoa(g.Rank)
	}
	if g.Size > 0 {
		out.Size = strconv.Itoa(g.Size)
	}
	return out
}

func processOf(i child.Identity, host string) record.Process {
	return record.Process{BootID: i.Boot, Host: host, PID: int64(i.PID), Start: strconv.FormatUint(i.Start, 10), Namespace: i.Namespace}
}

// IdentityOf is the process that an intent names, as the system knows it.
func IdentityOf(p record.Process) child.Identity {
	start, _ := strconv.ParseUint(p.Start, 10, 64) // EncodeIntent was given what processOf wrote
	return child.Identity{PID: int(p.PID), Start: start, Boot: p.BootID, Namespace: p.Namespace}
}

// withVariable is env with one variable set.
func withVariable(env []string, name, value string) []string {
	kept := slices.DeleteFunc(slices.Clone(env), func(v string) bool { return strings.HasPrefix(v, name+"=") })
	return append(kept, name+"="+value)
}

// text makes what the system says fit for a record.
func text(s string) string { return record.EncodeText(s) }
