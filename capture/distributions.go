package capture

import (
	"net/url"
	"path/filepath"

	"github.com/lineage-audit/lineage/capture/python"
	"github.com/lineage-audit/lineage/record"
)

// maxPaths bounds how many changed files of one distribution are named.
const maxPaths = 100

// describe gives the resources of the inventories.
func (s *session) describe(found []inventory) packageFacts {
	facts := packageFacts{inventories: found}
	for _, inv := range found {
		if facts.python == "" {
			facts.python = inv.Interpreter.Path
		}
		facts.dependencies = append(facts.dependencies, s.interpreter(inv)...)
		for i, d := range inv.Distributions {
			var check *python.FileCheck
			if i < len(inv.checks) {
				check = &inv.checks[i]
			}
			facts.dependencies = append(facts.dependencies, s.distribution(inv, d, check)...)
		}
		facts.dependencies = append(facts.dependencies, condaPackages(inv.Inventory)...)
		for _, p := range inv.Problems {
			s.ledger.gap(record.GapPackage, s.Place.inVenv(inv.Interpreter.Prefix, p.Path).String(), p.What)
		}
		for _, d := range inv.Shadowed {
			s.ledger.note(record.NotePackages, d.Name+" "+d.Version, "it is hidden by "+s.Place.inVenv(inv.Interpreter.Prefix, d.ShadowedBy).String())
		}
	}
	return facts
}

func (s *session) interpreter(inv inventory) []record.Resource {
	in := inv.Interpreter
	at := s.Place.inVenv(in.Prefix, in.Path)
	for _, p := range in.Problems {
		s.ledger.gap(record.GapPackages, at.String(), p.Path+": "+p.What)
	}
	if in.Digest.IsZero() {
		s.ledger.gap(record.GapInterpreter, at.String(), "its bytes were not read")
		return nil
	}
	seen := "resolved"
	if in.Observed {
		seen = "running"
	}
	facts := &record.InterpreterFacts{
		Location: at, Resolved: s.Place.Locate(in.RealPath), Implementation: in.Implementation, Version: in.Version,
		Environment: string(in.Kind), Seen: seen,
	}
	for _, l := range inv.Loose {
		facts.Unowned = append(facts.Unowned, s.Place.inVenv(in.Prefix, l.Path).String())
	}
	digest := in.Digest
	return []record.Resource{{
		Name: at.String(), URI: "pkg:generic/" + in.Implementation + "@" + in.Version, Digest: &record.DigestSet{SHA256: &digest},
		Annotations: record.Annotations{Role: record.RoleInterpreter, Interpreter: facts},
	}}
}

func (s *session) distribution(inv inventory, d python.Distribution, check *python.FileCheck) []record.Resource {
	in := inv.Interpreter
	if d.PURL == "" || d.Name == "" || d.Version == "" {
		s.ledger.gap(record.GapPackage, d.Name, "name or version are not known: "+s.Place.inVenv(in.Prefix, d.Metadata).String())
		return nil
	}
	site := s.Place.inVenv(in.Prefix, d.Site)
	facts := &record.PackageFacts{
		Name: text(d.Name), Version: text(d.Version), Location: &site, Installer: text(d.Installer),
		Origin: s.origin(d), Conda: condaOf(d), Files: s.packageFiles(in, d, check),
	}
	for _, t := range d.Tags {
		facts.Tags = append(facts.Tags, text(t))
	}
	r := record.Resource{Name: text(d.Name), URI: text(d.PURL), Annotations: record.Annotations{Role: record.RolePackage, Package: facts}}
	if !d.Record.IsZero() {
		digest := d.Record
		r.Digest = &record.DigestSet{SHA256: &digest}
	}
	return []record.Resource{r}
}

// condaOf is what conda noted about the package that brought a distribution.
func condaOf(d python.Distribution) *record.Conda {
	if d.Conda == nil {
		return nil
	}
	return condaFacts(*d.Conda)
}

func condaFacts(p python.CondaPackage) *record.Conda {
	return &record.Conda{URL: text(p.URL), Channel: text(p.Channel), Build: text(p.Build), SHA256: text(p.SHA256), MD5: text(p.MD5)}
}

// condaPackages are those of conda's packages that hold no distribution: libraries
// and programs, which bear on what a run computes as much as Python's do.
func condaPackages(inv python.Inventory) (found []record.Resource) {
	owned := map[string]bool{}
	for _, d := range inv.Distributions {
		if d.Conda != nil {
			owned[d.Conda.Metadata] = true
		}
	}
	for _, p := range inv.Conda {
		if owned[p.Metadata] || p.PURL == "" || p.Name == "" || p.Version == "" {
			continue
		}
		facts := &record.PackageFacts{Name: text(p.Name), Version: text(p.Version), Installer: "conda", Conda: condaFacts(p)}
		found = append(found, record.Resource{Name: facts.Name, URI: text(p.PURL), Annotations: record.Annotations{Role: record.RolePackage, Package: facts}})
	}
	return found
}

// origin is where a distribution came from if not from an index. What an
// editable install loads is its checkout: one that is dirty is a gap, unless it is
// the work tree of the run itself.
func (s *session) origin(d python.Distribution) *record.DirectURL {
	o := d.Origin
	if o == nil {
		return nil
	}
	out := &record.DirectURL{URL: s.originURL(o), Editable: o.Editable, VCS: text(o.VCS)}
	if o.Commit != "" {
		var hash record.GitHash
		if hash.UnmarshalText([]byte(o.Commit)) == nil {
			out.GitCommit = hash
		}
	}
	if len(o.Hashes) > 0 {
		out.Archive = text(o.Hashes[0].Algorithm + ":" + o.Hashes[0].Value)
	}
	switch c := o.Checkout; {
	case c != nil:
		out.GitCommit, out.State = record.GitHash(c.Commit), c.State
		if c.State != string(record.TreeClean) && o.Editable && c.Root != s.Place.Root {
			s.ledger.gap(record.GapPackage, d.Name, "it is an editable install of a work tree that differs from its commit, and that content is not kept")
		}
	case o.Editable:
		s.ledger.gap(record.GapPackage, d.Name, "it is an editable install of a folder that is in no git work tree")
	}
	return out
}

// originURL names a local folder or archive from its root, as all paths are.
func (s *session) originURL(o *python.Origin) string {
	if o.Dir != "" {
		return s.Place.Locate(o.Dir).String()
	}
	if u, err := url.Parse(o.URL); err == nil && u.Scheme == "file" && filepath.IsAbs(u.Path) {
		return s.Place.Locate(u.Path).String()
	}
	return text(o.URL)
}

func (s *session) packageFiles(in python.Interpreter, d python.Distribution, c *python.FileCheck) *record.PackageFiles {
	out := &record.PackageFiles{State: "unchecked"}
	if c == nil {
		return out
	}
	out.Checked, out.Unhashed = int64(c.Matching+len(c.Changed)), int64(len(c.Unhashed)+c.Bytecode)
	for _, u := range c.Unchecked {
		s.ledger.gap(record.GapPackageFiles, d.Name, "a file could not be read: "+s.Place.inVenv(in.Prefix, u.Path).String()+": "+u.What)
	}
	out.Changed, out.Missing = s.named(in, c.Changed), s.named(in, c.Missing)
	switch {
	case len(c.Changed)+len(c.Missing) > 0:
		out.State = "differ"
	case c.Intact() && !c.Weak:
		out.State = "match"
	}
	if len(c.Extra) > 0 {
		s.ledger.note(record.NotePackages, d.Name, plural(len(c.Extra), "files in its folders that its RECORD does not list")+", "+s.Place.inVenv(in.Prefix, c.Extra[0]).String()+" first")
	}
	return out
}

func (s *session) named(in python.Interpreter, paths []string) (out []string) {
	for i, p := range paths {
		if i == maxPaths {
			return append(out, plural(len(paths)-maxPaths, "more"))
		}
		out = append(out, s.Place.inVenv(in.Prefix, p).String())
	}
	return out
}
