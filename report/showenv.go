package report

import (
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// governing are the variables that a capture always records where they are set,
// and that govern whether two runs come out the same: their absence is told.
var governing = []string{"CUBLAS_WORKSPACE_CONFIG", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "PYTHONHASHSEED"}

func (s shower) environment() {
	e := s.r.Environment()
	s.section("environment")
	s.fact("system", word("%s", strings.Join(filled(e.OS.Name, e.OS.Version, e.OS.Architecture), " ")))
	if e.OS.Kernel != "" {
		s.fact("kernel", word("%s", e.OS.Kernel))
	}
	s.fact("processors", word("%d %s", e.CPU.Count, e.CPU.Model))
	if e.Memory != 0 {
		s.fact("memory", word("%s", size(e.Memory)))
	}
	for _, l := range e.Limits {
		s.fact("limit", word("%s", l.Name), value(l.Value, l.Redacted))
	}
	if e.TimeZone != "" {
		s.fact("time zone", word("%s", e.TimeZone))
	}
	if e.Locale != "" {
		s.fact("locale", word("%s", e.Locale))
	}
	s.variables(e.Variables)
}

// variables shows those first that govern determinism, and which of these are not
// set.
func (s shower) variables(all []record.Variable) {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b record.Variable) int {
		switch {
		case a.Determinism == b.Determinism:
			return strings.Compare(a.Name, b.Name)
		case a.Determinism:
			return -1
		}
		return 1
	})
	for _, v := range sorted {
		label := "variable"
		if v.Determinism {
			label = "determinism"
		}
		s.fact(label, word("%s", v.Name), value(v.Value, v.Redacted))
	}
	unset := slices.DeleteFunc(slices.Clone(governing), func(name string) bool {
		return slices.ContainsFunc(all, func(v record.Variable) bool { return v.Name == name })
	})
	if len(unset) > 0 {
		s.fact("not set", word("%s", strings.Join(unset, ", ")))
	}
}
