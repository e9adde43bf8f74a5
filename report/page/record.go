package page

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
)

func recordOf(f Facts) *recordDocument {
	r := f.Record
	m, p := r.Metadata(), r.Parameters()
	d := &recordDocument{
		ID: r.ID(), Invocation: m.InvocationID, Command: report.Shell(p.Command), Directory: p.WorkingDirectory.String(),
		Parameters: append([]record.NameValue{}, p.Parameters...), Coverage: r.Coverage(),
		StartedOn: m.StartedOn, FinishedOn: m.FinishedOn,
		Environment: environment(r.Environment()), Variables: append([]record.Variable{}, r.Environment().Variables...),
		Gaps: append([]record.Gap{}, r.Gaps()...), Notes: append([]record.Gap{}, r.Notes()...),
		Lists: []list{}, Packages: []packageDocument{},
	}
	for _, l := range []struct {
		role  record.Role
		title string
	}{
		{record.RoleOutput, "Outputs"}, {record.RoleData, "Data"}, {record.RolePreprocessing, "Preprocessing"},
		{record.RoleCommit, "Commit"}, {record.RoleSubmodule, "Submodules"}, {record.RoleCode, "Code"},
		{record.RoleLock, "Lock files"}, {record.RoleInterpreter, "Interpreters"}, {record.RoleImage, "Container image"},
	} {
		all := r.Dependencies(l.role)
		if l.role == record.RoleOutput {
			all = r.Outputs()
		}
		items := []item{}
		for _, res := range all {
			items = append(items, itemOf(res, f.Manifests))
		}
		d.Lists = append(d.Lists, list{l.role, l.title, items})
	}
	for _, res := range r.Dependencies(record.RolePackage) {
		d.Packages = append(d.Packages, packageOf(res))
	}
	return d
}

// mostParts bounds the files of one folder that a page lists.
const mostParts = 1000

func itemOf(r record.Resource, manifests map[hashing.TreeDigest]hashing.Manifest) item {
	i := item{Name: r.Name, Kind: "file", Digest: digestText(r.Digest), URI: r.URI}
	a := r.Annotations
	switch {
	case a.File != nil:
		i.Bytes, i.Detail = &a.File.Bytes, linkText(a.File.Link)
	case a.Tree != nil:
		i.Kind, i.Files, i.Bytes = "folder", a.Tree.Files, &a.Tree.Bytes
		i.Parts, i.Unlisted = parts(r, manifests)
	case a.Commit != nil:
		i.Kind, i.Name, i.Detail = "commit", a.Commit.Location.String(), commitText(a.Commit)
	case a.Image != nil:
		i.Kind, i.Name, i.Detail = "container image", cmp.Or(a.Image.Reference, r.Name), "its digest is "+a.Image.Seen
	case a.Lock != nil:
		i.Kind, i.Bytes, i.Detail = "lock file", &a.Lock.Bytes, fmt.Sprintf("%s, %d packages, %d with hashes", a.Lock.Format, a.Lock.Packages, a.Lock.Hashed)
	case a.Interpreter != nil:
		n := a.Interpreter
		i.Kind, i.Detail = "interpreter", fmt.Sprintf("%s %s, %s, %s", n.Implementation, n.Version, n.Environment, n.Seen)
	}
	if o := a.Origin; o != nil {
		i.Detail = strings.TrimPrefix(i.Detail+fmt.Sprintf("; as %s's %s %s %s has it", o.System, o.Kind, o.Target, o.ID), "; ")
	}
	return i
}

func linkText(target string) string {
	if target == "" {
		return ""
	}
	return "a link to " + target
}

func commitText(c *record.CommitFacts) string {
	text := "work tree " + string(c.State)
	if n := len(c.Differences); n > 0 {
		text += ", differences: " + strconv.Itoa(n)
	}
	if c.Branch != "" {
		text += ", branch " + c.Branch
	}
	if c.Declared {
		text += ", declared and read from no repository"
	}
	return text
}

// parts are the files of an input folder; those of an output are outputs themselves.
func parts(r record.Resource, manifests map[hashing.TreeDigest]hashing.Manifest) (all []part, more int64) {
	if r.Annotations.Role == record.RoleOutput || r.Digest == nil || r.Digest.Tree == nil {
		return nil, 0
	}
	m, found := manifests[*r.Digest.Tree]
	if !found {
		return nil, r.Annotations.Tree.Files
	}
	entries := m.Entries()
	for _, e := range entries[:min(len(entries), mostParts)] {
		all = append(all, part{record.EncodePath(e.Path), "sha256:" + e.Digest.String()})
	}
	return all, int64(len(entries) - len(all))
}

// digestText is a digest with its algorithm.
func digestText(d *record.DigestSet) string {
	switch {
	case d == nil:
		return ""
	case d.SHA256 != nil:
		return "sha256:" + d.SHA256.String()
	case d.Tree != nil:
		return "lineageTree1:" + d.Tree.String()
	case d.GitCommit != "":
		return "gitCommit:" + string(d.GitCommit)
	}
	return ""
}

func packageOf(r record.Resource) packageDocument {
	a := r.Annotations.Package
	p := packageDocument{Name: a.Name, Version: a.Version, Digest: digestText(r.Digest), URI: r.URI}
	if a.Files != nil {
		p.Files = a.Files.State
	}
	if a.Location != nil {
		p.Location = a.Location.String()
	}
	return p
}

// environment is what is known of the machine, name by name.
func environment(e record.Environment) []record.NameValue {
	all := []record.NameValue{
		{Name: "operating system", Value: strings.Join([]string{e.OS.Name, e.OS.Version}, " ")},
		{Name: "kernel", Value: e.OS.Kernel}, {Name: "architecture", Value: e.OS.Architecture},
		{Name: "processors", Value: strings.TrimSpace(fmt.Sprintf("%d %s", e.CPU.Count, e.CPU.Model))},
		{Name: "memory in bytes", Value: strconv.FormatInt(e.Memory, 10)},
		{Name: "host", Value: e.Host}, {Name: "user", Value: e.User},
		{Name: "time zone", Value: e.TimeZone}, {Name: "locale", Value: e.Locale},
	}
	if c := e.Container; c != nil {
		text := "none around lineage run, as far as could be seen"
		if !c.None {
			text = strings.TrimSpace(strings.Join([]string{cmp.Or(c.Runtime, "not known"), c.ID, c.Image}, " "))
		}
		all = append(all, record.NameValue{Name: "container", Value: text})
	}
	for _, g := range e.GPUs {
		all = append(all, record.NameValue{Name: "graphics processor", Value: strings.Join([]string{g.Vendor, g.Name, g.Driver, g.Toolkit}, " ")})
	}
	for _, l := range e.Libraries {
		all = append(all, record.NameValue{Name: l.Kind, Value: fmt.Sprintf("%s %s, at most %d threads by %s", l.Name, l.Version, l.Threads, l.ThreadsFrom)})
	}
	for _, l := range e.Limits {
		all = append(all, record.NameValue{Name: "limit " + l.Name, Value: l.Value, Redacted: l.Redacted})
	}
	return slices.DeleteFunc(all, func(v record.NameValue) bool { return v.Value == "" && !v.Redacted })
}
