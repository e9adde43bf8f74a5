package report

import (
	"strings"

	"github.com/lineage-audit/lineage/record"
)

func (s shower) interpreters() {
	all := s.r.Dependencies(record.RoleInterpreter)
	if len(all) == 0 {
		return
	}
	s.section("interpreter")
	for i := range all {
		f := all[i].Annotations.Interpreter
		s.fact("version", word("%s %s, %s", f.Implementation, f.Version, f.Environment))
		s.fact("path", word("%s -> %s, %s", f.Location, f.Resolved, f.Seen))
		s.digests(all[i].Digest)
		some, more := bounded(f.Unowned, s.most(mostListed))
		for _, u := range some {
			s.put(3, cell{"UNOWNED", doubt}, word(" %s: of no distribution", u))
		}
		s.more(3, more)
	}
}

// packages counts the distributions and lists those with something to say, or all.
func (s shower) packages() {
	s.section("packages")
	all := s.r.Dependencies(record.RolePackage)
	var rows [][]cell
	for _, r := range all {
		f := r.Annotations.Package
		state := packageState(f)
		if s.f.Files || state.style != plain || f.Origin != nil {
			rows = append(rows, []cell{word("%s", f.Name), word("%s", f.Version), state, word("%s", origin(f))})
		}
	}
	s.put(2, word("%s%s", plural(len(all), "distribution", "distributions"), s.listed(len(all), len(rows))))
	if len(rows) > 0 {
		s.table(2, []column{{name: "name"}, {name: "version"}, {name: "files"}, {name: "from", least: 24, wraps: true}}, rows)
	}
	for _, r := range all {
		s.changedFiles(r.Annotations.Package)
	}
}

// listed says which packages the table below holds.
func (s shower) listed(all, rows int) string {
	switch {
	case all == rows:
		return ""
	case rows == 0:
		return ", from an index, with the files of their RECORD"
	}
	return ", of which these are to note"
}

// packageState says whether a distribution's files are those of its RECORD.
func packageState(f *record.PackageFacts) cell {
	switch {
	case f.Files == nil:
		return cell{"no RECORD", doubt}
	case f.Files.State == "match":
		return word("match")
	case f.Files.State == "differ":
		return cell{"DIFFER", bad}
	}
	return cell{f.Files.State, doubt}
}

// origin says where a distribution was installed from.
func origin(f *record.PackageFacts) string {
	var parts []string
	if o := f.Origin; o != nil {
		if o.Editable {
			parts = append(parts, "EDITABLE")
		}
		parts = append(parts, filled(o.URL, string(o.GitCommit), o.State, o.Archive)...)
	}
	if c := f.Conda; c != nil {
		parts = append(parts, filled("conda", c.Channel, c.Build)...)
	}
	if len(parts) == 0 {
		parts = filled(f.Installer)
	}
	return strings.Join(parts, " ")
}

// changedFiles lists what differs from the RECORD of a distribution.
func (s shower) changedFiles(f *record.PackageFacts) {
	if f.Files == nil {
		return
	}
	for _, l := range []struct {
		label string
		paths []string
	}{{"CHANGED", f.Files.Changed}, {"MISSING", f.Files.Missing}} {
		some, more := bounded(l.paths, s.most(mostListed))
		for _, path := range some {
			s.put(4, cell{l.label, bad}, word(" %s: %s", f.Name, path))
		}
		s.more(4, more)
	}
}

func (s shower) locks() {
	all := s.r.Dependencies(record.RoleLock)
	if len(all) == 0 {
		return
	}
	s.section("lock files")
	for i := range all {
		f := all[i].Annotations.Lock
		s.put(2, word("%s  %s, %s, %d with a hash", f.Location, f.Format, plural(f.Packages, "package", "packages"), f.Hashed))
		s.digests(all[i].Digest)
		if s.f.Files {
			for _, purl := range f.Lists {
				s.put(3, word("%s", purl))
			}
		}
	}
}
