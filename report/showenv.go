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
	s.container(e.Container)
	for _, g := range e.GPUs {
		s.fact("GPU", word("%s", strings.Join(filled(strings.Join(filled(g.Vendor, g.Name), " "), sizeOrNothing(g.Memory), g.Driver, g.Toolkit), ", ")))
	}
	for _, l := range e.Libraries {
		s.library(l)
	}
	s.variables(e.Variables)
}

// container shows what the run took place in, and the image of that.
func (s shower) container(c *record.Container) {
	switch {
	case c == nil:
		s.fact("container", cell{"NOT KNOWN", doubt})
	case c.None && s.r.Coverage() == record.CoverageObserved:
		s.fact("container", word("none"))
	case c.None:
		s.fact("container", word("none around lineage run; not watched whether the command started one"))
	case c.Runtime == "":
		s.fact("container", cell{"NOT KNOWN", doubt}, word(": nothing but an image that was named says that there was one"))
	default:
		s.fact("container", word("%s", strings.Join(filled(c.Runtime, c.ID), " ")))
	}
	images := s.r.Dependencies(record.RoleImage)
	for i := range images {
		f := images[i].Annotations.Image
		s.fact("image", word("%s", strings.Join(filled(f.Reference, "("+f.Seen+")"), " ")))
		s.digests(images[i].Digest)
	}
	if len(images) == 0 && c != nil && !c.None {
		s.fact("image", cell{"NO DIGEST", bad}, word("%s", before(" of ", c.Image)))
	}
}

// before puts a word before what is there.
func before(lead, text string) string {
	if text == "" {
		return ""
	}
	return lead + text
}

func sizeOrNothing(bytes int64) string {
	if bytes == 0 {
		return ""
	}
	return size(bytes)
}

// library shows what computes, how many threads it uses and why.
func (s shower) library(l record.Library) {
	text := strings.Join(filled(l.Name, l.Version), " ")
	if l.Threads > 0 {
		text += ", " + plural(l.Threads, "thread", "threads")
		if l.ThreadsFrom != "" {
			text += " by " + l.ThreadsFrom
		}
	}
	s.fact(l.Kind, word("%s", text))
	if l.Location != nil {
		s.put(3, word("%s", l.Location))
	}
	if l.Digest != nil {
		s.put(3, word("sha256:%s", l.Digest))
	}
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
