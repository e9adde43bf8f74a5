package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/verify"
)

// questions are what no program can answer. They are never filled in.
var questions = []question{
	{"Intended purpose", "What is the model for, and what must it not be used for?"},
	{"Responsible", "Who answers for the model: name, role, organisation?"},
	{"Approval", "Who approved it for use, when, and on which conditions?"},
	{"Right to the data", "Whose are the data; by which licence, consent or law may they be used for this?"},
	{"Fitness of the data", "Are the data representative of the use? Which biases are known?"},
	{"Acceptance", "Which results were required, on which data, and who found them reached?"},
	{"Limits and oversight", "Where does the model fail, and who watches over its use?"},
	{"Retention", "How long are record, data and model kept, and by whom?"},
}

// grounds tells how a fact stands that one check looks at: it is evidenced only if
// that check held.
func (k *known) grounds(id verify.CheckID) fact {
	f := fact{Manner: declared, Check: id, Word: "the record's"}
	for _, c := range k.v.Checks {
		if c.ID == id {
			f.Status = c.Status
		}
	}
	if f.Status == verify.Held {
		f.Manner, f.Word = evidenced, "the check's"
	}
	return f
}

type known struct {
	v   verify.Verdict
	all []fact
}

// checked adds a fact that a check looks at.
func (k *known) checked(id verify.CheckID, name string, values ...string) {
	f := k.grounds(id)
	f.Name, f.Values = name, said(values)
	k.add(f)
}

// word adds a fact that is somebody's word, and looked at by no check.
func (k *known) word(whose, name string, values ...string) {
	k.add(fact{Manner: declared, Name: name, Values: said(values), Word: whose})
}

func (k *known) add(f fact) {
	if len(f.Values) > 0 {
		k.all = append(k.all, f)
	}
}

func said(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
}

// facts lists what is known, the evidenced first.
func facts(f Facts) []fact {
	k := &known{v: f.Verdict, all: []fact{}}
	k.model()
	if f.Record != nil {
		k.run(f.Record)
		k.inputs(f.Record)
		k.words(f.Record)
	}
	if r := f.Verdict.Target.Resolved; r != nil && r.Kind == verify.TargetRegistry {
		k.checked(verify.RegistryAgrees, "What the registry says of it", resolvedText(r))
		k.word("the registry's", "Owner", r.Owner)
		k.word("the registry's", "State", r.Status)
	}
	slices.SortStableFunc(k.all, func(a, b fact) int { return strings.Compare(string(b.Manner), string(a.Manner)) })
	return k.all
}

func (k *known) model() {
	t := k.v.Target
	if t.Digest == nil {
		return
	}
	f := k.grounds(verify.ModelBytes)
	if f.Name, f.Values = "The model's bytes", []string{modelDigest(t.Digest)}; f.Manner == declared {
		// The bytes were hashed here; that a run made them is what nothing bears out.
		f.Word = "nobody's: no record bears out where they are from"
	}
	k.add(f)
}

func modelDigest(d *verify.ModelDigest) string {
	switch {
	case d.SHA256 != nil:
		return "sha256:" + d.SHA256.String()
	case d.Tree != nil:
		return "lineageTree1:" + d.Tree.String()
	}
	return ""
}

func resolvedText(r *verify.Resolved) string {
	var parts []string
	for _, f := range []struct{ name, value string }{
		{"system", r.System}, {"model", r.Name}, {"version", r.Version}, {"alias", r.Alias},
		{"logged model", r.LoggedModel}, {"run", r.Run}, {"path", r.Path}, {"source", r.Source},
	} {
		if f.value != "" {
			parts = append(parts, f.name+" "+f.value)
		}
	}
	return strings.Join(parts, ", ")
}

func (k *known) run(r *record.Record) {
	m := r.Metadata()
	k.checked(verify.RecordUnambiguous, "The run that made it", "record "+r.ID().String())
	k.checked(verify.RunCompleted, "How the run ended", outcomeText(m.Outcome))
	var commits []string
	for _, c := range slices.Concat(r.Dependencies(record.RoleCommit), r.Dependencies(record.RoleSubmodule)) {
		commits = append(commits, strings.TrimSuffix(digestText(c.Digest)+", "+c.Annotations.Commit.Branch, ", "))
	}
	k.checked(verify.GitReachable, "The commit, on a branch that counts", commits...)
	k.checked(verify.CodeCaptured, "The code", tally(r.Dependencies(record.RoleCode)))
	k.checked(verify.PackagesCaptured, "The installed packages", fmt.Sprint(len(r.Dependencies(record.RolePackage))))
	k.checked(verify.PackagesLocked, "That a lock in the commit pins them with hashes", names(r.Dependencies(record.RoleLock))...)
	k.checked(verify.EnvironmentCaptured, "The machine", systemText(r.Environment()))
	k.checked(verify.GapsNone, "What the record says was left out", gapText(r))
}

func outcomeText(o record.Outcome) string {
	text := string(o.Status)
	if o.ExitCode != nil {
		text += fmt.Sprintf(", exit status %d", *o.ExitCode)
	}
	return strings.TrimSuffix(text+", "+o.Signal, ", ")
}

func systemText(e record.Environment) string {
	return fmt.Sprintf("%s %s, %s, processors: %d", e.OS.Name, e.OS.Version, e.OS.Architecture, e.CPU.Count)
}

func gapText(r *record.Record) string {
	if n := len(r.Gaps()); n > 0 {
		return fmt.Sprintf("gaps: %d", n)
	}
	return "nothing"
}

// mostInputs bounds the inputs that are facts of their own; an appendix has all.
const mostInputs = 20

// inputs are evidenced one by one: by what inputs.available found of each.
func (k *known) inputs(r *record.Record) {
	for _, kind := range []struct {
		name string
		role record.Role
	}{{"Data", record.RoleData}, {"Preprocessing", record.RolePreprocessing}} {
		all := r.Dependencies(kind.role)
		for _, in := range all[:min(len(all), mostInputs)] {
			k.input(kind.name, in)
		}
		if more := len(all) - mostInputs; more > 0 {
			k.word("the record's", kind.name, fmt.Sprintf("and %d more: the appendix has them", more))
		}
	}
	k.checked(verify.InputsObserved, "That it read nothing else", "coverage "+string(r.Coverage()))
}

func (k *known) input(name string, in record.Resource) {
	f := fact{Manner: declared, Name: name, Values: said([]string{in.Name, digestText(in.Digest)}), Check: verify.InputsAvailable, Word: "the record's"}
	for _, c := range k.v.Checks {
		for _, e := range c.Evidence {
			if c.ID == verify.InputsAvailable && e.Name == in.Name {
				f.Status = e.Status
				break
			}
		}
	}
	if f.Status == verify.Held {
		f.Manner, f.Word = evidenced, "the check's"
	}
	k.add(f)
}

// words are what no check looks at.
func (k *known) words(r *record.Record) {
	p, m, e := r.Parameters(), r.Metadata(), r.Environment()
	const wrapper = "the record's"
	k.word(wrapper, "The command", report.Shell(p.Command))
	k.word(wrapper, "When", m.StartedOn.UTC().Format(timeFormat)+" to "+m.FinishedOn.UTC().Format(timeFormat))
	k.word(wrapper, "By whom, where", strings.Join(said([]string{e.User, e.Host}), " on "))
	k.word("the user's", "Declared inputs", declaredText(p.Inputs))
	k.word("the user's", "Declared preprocessing", declaredText(p.Preprocessing))
	k.word("the user's", "Declared outputs", declaredText(p.Outputs))
	k.word("the user's", "Declared source", p.Source)
	for _, c := range r.Dependencies(record.RoleCommit) {
		for _, remote := range c.Annotations.Commit.Remotes {
			k.word(wrapper, "A remote", remote.Name+" "+remote.URL)
		}
	}
	if n := len(p.Parameters); n > 0 {
		k.word("the user's", "Parameters", fmt.Sprintf("%d: the appendix has them", n))
	}
	k.checked(verify.SignatureTrusted, "Who made the record", "nobody has signed it")
}

const timeFormat = "2006-01-02 15:04:05 UTC"

func declaredText(d record.Declared) string {
	if d.None {
		return "none"
	}
	var all []string
	for _, l := range d.Paths[:min(len(d.Paths), mostInputs)] {
		all = append(all, l.String())
	}
	if more := len(d.Paths) - len(all); more > 0 {
		all = append(all, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, ", ")
}

func names(all []record.Resource) (names []string) {
	for _, r := range all {
		names = append(names, r.Name)
	}
	return names
}

// tally counts files and bytes of files and folders.
func tally(all []record.Resource) string {
	var files, bytes int64
	for _, r := range all {
		switch a := r.Annotations; {
		case a.Tree != nil:
			files, bytes = files+a.Tree.Files, bytes+a.Tree.Bytes
		case a.File != nil:
			files, bytes = files+1, bytes+a.File.Bytes
		}
	}
	return fmt.Sprintf("files: %d, bytes: %d", files, bytes)
}
