package report

import (
	"path"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// absence is a capture that saw nothing where something was to be expected.
type absence struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// missing lists what a reader would expect in the record of such a run, and what
// nobody said to be absent.
func missing(r *record.Record) []absence {
	found := []absence{}
	if r.Metadata().Outcome.Status == record.NotStarted {
		return found
	}
	expect := func(there bool, what, why string) {
		if !there {
			found = append(found, absence{what, why})
		}
	}
	p := r.Parameters()
	expect(count(r.Dependencies(record.RoleCode)).Files > 0, "code", "no file of code is known")
	expect(p.Inputs.None || len(p.Inputs.Paths) > 0 || count(r.Dependencies(record.RoleData)).Count > 0, "data",
		"no input is known: name each with --input PATH, or say --input none")
	expect(len(p.Inputs.Paths) == 0 || count(r.Dependencies(record.RoleData)).Count > 0, "data",
		"inputs were declared, and none was hashed: the gaps say why")
	expect(p.Outputs.None || !r.Metadata().Outcome.Ended0() || count(r.Outputs()).Count > 0, "outputs",
		"none was found: name each with --output PATH")
	if isPython(r) {
		expect(len(r.Dependencies(record.RoleInterpreter)) > 0, "interpreter", "a Python command of which the interpreter is not known")
		expect(len(r.Dependencies(record.RolePackage)) > 0, "packages", "a Python command of which no package is known")
	}
	return append(found, empty(r)...)
}

// empty lists the inputs and outputs without a byte: they join nothing to nothing.
func empty(r *record.Record) (found []absence) {
	list := func(kind string, all []record.Resource) {
		for _, res := range all {
			if t := count([]record.Resource{res}); res.Digest != nil && t.Count > 0 && t.Bytes == 0 {
				found = append(found, absence{res.Name, kind + " without a byte"})
			}
		}
	}
	list("an input", r.Dependencies(record.RoleData))
	list("a preprocessing input", r.Dependencies(record.RolePreprocessing))
	list("an output", r.Outputs())
	return found
}

// isPython tells whether the command looks like one of Python, or was seen as one.
func isPython(r *record.Record) bool {
	if len(r.Dependencies(record.RoleInterpreter)) > 0 {
		return true
	}
	program := path.Base(r.Parameters().Command[0])
	return strings.HasPrefix(program, "python") || strings.HasSuffix(program, ".py")
}
