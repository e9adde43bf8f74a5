package capture

import (
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/capture/environment"
	"github.com/lineage-audit/lineage/record"
)

// environment is the machine with what the processes of the run showed of it, and the
// image that it was made from.
func (s *session) environment() (record.Environment, []record.Resource) {
	e, loaded := s.machine.environment, s.sampler.Loaded()
	container, image := s.container(loaded.Engines)
	e.Container = container
	e.GPUs = gpus(s.machine.gpus.Found, loaded.Toolkits)
	for _, l := range loaded.Libraries {
		e.Libraries = append(e.Libraries, s.library(l))
	}
	for _, p := range slices.Concat(s.machine.gpus.Problems, loaded.Problems) {
		s.ledger.gap(record.GapEnvironment, "environment", p)
	}
	return e, image
}

func (s *session) library(l environment.Library) record.Library {
	at := s.locateLibrary(l.Path)
	out := record.Library{Kind: l.Kind, Name: l.Name, Version: text(l.Version), Location: &at, Threads: int64(l.Threads), ThreadsFrom: l.From}
	if !l.Digest.IsZero() {
		digest := l.Digest
		out.Digest = &digest
	}
	return out
}

// locateLibrary names a library from the interpreter's environment that it is part of.
func (s *session) locateLibrary(path string) record.Location {
	for _, inv := range s.packages.inventories {
		if at := s.Place.inVenv(inv.Interpreter.Prefix, path); inv.Interpreter.Prefix != "/usr" && at.Root == record.RootVenv {
			return at
		}
	}
	return s.Place.Locate(path)
}

// gpus are the processors, with the toolkit that the run had loaded where one was seen:
// what is installed, or what the driver could serve, need not be what computed.
func gpus(found []environment.GPU, toolkits []string) (all []record.GPU) {
	vendors := map[string]string{"NVIDIA": "CUDA ", "AMD": "ROCm "}
	for _, g := range found {
		var loaded []string
		for _, t := range toolkits {
			if prefix := vendors[g.Vendor]; prefix != "" && strings.HasPrefix(t, prefix) {
				loaded = append(loaded, t)
			}
		}
		if len(loaded) > 0 {
			g.Toolkit = strings.Join(loaded, ", ")
		}
		all = append(all, record.GPU{Vendor: text(g.Vendor), Name: text(g.Name), Memory: int64(g.Memory), Driver: text(g.Driver), Toolkit: text(g.Toolkit)})
	}
	return all
}
