package relock

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/capture/python"
	"github.com/lineage-audit/lineage/record"
)

// Package is one package of the run, and what can be written of it.
type Package struct {
	Name, Version string
	Hashes        []python.Hash // of its archives, as From has them
	Archives      []Archive     // those of the hashes that are known to be at a URL
	URL           string        // the archive or repository that it was installed from
	Commit        string        // of the repository
	VCS           string
	From          []string // the locks that have the hashes
	Why           string   // why there is no hash; "" where there is one, or a commit
	// Pinnable says that name and version, or the URL, mean this very package to an
	// installer: not so of a local folder, whose name an index may have for another.
	Pinnable bool
}

// Archive is one file that a package can be installed from.
type Archive struct {
	Name   string // of the file
	URL    string // without credentials; empty if the lock has none
	Size   int64  // in bytes, 0 if the lock does not say
	Hashes []python.Hash
}

// Environment is what is installed in one interpreter of the run.
type Environment struct {
	Interpreter *record.InterpreterFacts // nil if the record names none
	Packages    []Package                // by name
	Others      int                      // interpreters that were left out
}

// Of reads the packages of a record, with what the locks know of them: those of the
// interpreter that was seen running or, of several, of the first.
func Of(r *record.Record, locks []Lock) Environment {
	interpreter, installed, others := choose(r)
	e := Environment{Interpreter: interpreter, Others: others}
	for _, res := range installed {
		e.Packages = append(e.Packages, describe(res, locks))
	}
	slices.SortStableFunc(e.Packages, func(a, b Package) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Version, b.Version))
	})
	return e
}

// choose finds the interpreter. In a record each is followed by what is installed in it.
func choose(r *record.Record) (chosen *record.InterpreterFacts, installed []record.Resource, others int) {
	type environment struct {
		facts     *record.InterpreterFacts
		installed []record.Resource
	}
	all := []environment{{}}
	for _, res := range r.Statement().Predicate.BuildDefinition.ResolvedDependencies {
		switch a := res.Annotations; {
		case a.Interpreter != nil:
			all = append(all, environment{facts: a.Interpreter})
		case a.Package != nil:
			last := &all[len(all)-1]
			last.installed = append(last.installed, res)
		}
	}
	all = slices.DeleteFunc(all, func(e environment) bool { return e.facts == nil && len(e.installed) == 0 })
	if len(all) == 0 {
		return nil, nil, 0
	}
	i := max(0, slices.IndexFunc(all, func(e environment) bool { return e.facts != nil && e.facts.Seen == "running" }))
	return all[i].facts, all[i].installed, len(all) - 1
}

// describe says what is known of one package.
func describe(res record.Resource, locks []Lock) Package {
	f := res.Annotations.Package
	p := Package{Name: f.Name, Version: f.Version}
	switch {
	case !safeName.MatchString(f.Name) || !safeVersion.MatchString(f.Version):
		p.Why = "its name or version is none that an installer knows"
	case f.Conda != nil:
		p.Why = "it is a package of conda" + condaArchive(f.Conda)
	case !strings.HasPrefix(res.URI, "pkg:pypi/"):
		p.Why = "it is no package of Python's index: " + res.URI
	case f.Origin != nil:
		p.fromOrigin(f.Origin, locks)
	default:
		p.Pinnable = true
		p.fromLocks(locks, nil)
	}
	return p
}

// What may stand in a lock file: nothing that an installer would read as an option.
var (
	safeName    = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$`)
	safeVersion = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9.!+_-]*[A-Za-z0-9])?$`)
	safeURL     = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(?::[0-9]+)?/[A-Za-z0-9._~!$&()*+,=:@/%?-]*$`)
	safeFile    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._!+-]*$`)
	safeHash    = regexp.MustCompile(`^[0-9a-f]{64,128}$`)
	safeCommit  = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)
)

func condaArchive(c *record.Conda) string {
	if c.URL == "" || c.SHA256 == "" {
		return ""
	}
	return fmt.Sprintf(", to be had at %s with sha256 %s", c.URL, c.SHA256)
}

// fromOrigin is for what was installed from no index.
func (p *Package) fromOrigin(o *record.DirectURL, locks []Lock) {
	switch url := strings.TrimPrefix(o.URL, "git+"); {
	case o.Editable:
		p.Why = "it is an editable install of " + o.URL
	case o.VCS != "" && o.GitCommit != "" && safeURL.MatchString(url) && safeCommit.MatchString(string(o.GitCommit)):
		p.VCS, p.URL, p.Commit, p.Pinnable = o.VCS, url, string(o.GitCommit), o.VCS == "git"
		if o.VCS != "git" {
			p.Why = "it is of a repository that is none of git"
		}
	case o.VCS != "":
		p.Why = "it is of a repository, and its commit or place is not known"
	case o.Archive != "":
		algorithm, value, _ := strings.Cut(o.Archive, ":")
		if p.Hashes = sound([]python.Hash{{Algorithm: algorithm, Value: value}}); p.Hashes == nil {
			p.Why = "the installer noted a hash of its archive that does not count: " + o.Archive
			return
		}
		p.From = []string{"the installer"}
		if safeURL.MatchString(o.URL) {
			p.URL = o.URL
			p.Archives = []Archive{{URL: o.URL, Hashes: p.Hashes}}
		}
	case safeURL.MatchString(o.URL):
		p.fromLocks(locks, &python.Origin{URL: o.URL})
		p.URL, p.Pinnable = o.URL, true
		p.onlyAt(o.URL)
	default:
		p.Why = "it is of a local folder or archive: " + o.URL
	}
}

// onlyAt leaves, of the archives that the locks name, the one at the URL: as a lock has
// it, or of all that have a hash the only one.
func (p *Package) onlyAt(url string) {
	p.Archives = slices.DeleteFunc(p.Archives, func(a Archive) bool { return a.URL != url })
	if len(p.Archives) == 0 && len(p.Hashes) == 1 {
		p.Archives = []Archive{{URL: url, Hashes: p.Hashes}}
	}
}

// fromLocks takes the hashes that the locks have for this name and version.
func (p *Package) fromLocks(locks []Lock, origin *python.Origin) {
	said := map[python.Status]string{}
	for _, l := range locks {
		c := python.Covers(l.Lock, []python.Distribution{{Name: p.Name, Version: p.Version, Origin: origin}})[0]
		hashes := sound(c.Hashes)
		if c.Status != python.Covered || len(hashes) == 0 {
			said[c.Status] = l.Location.String()
			continue
		}
		p.From = append(p.From, l.Location.String())
		p.Hashes = append(p.Hashes, hashes...)
		p.Archives = append(p.Archives, l.archives(p.Name, hashes)...)
	}
	slices.SortFunc(p.Hashes, func(a, b python.Hash) int {
		return cmp.Or(strings.Compare(a.Algorithm, b.Algorithm), strings.Compare(a.Value, b.Value))
	})
	p.Hashes = slices.Compact(p.Hashes)
	p.Archives = once(p.Archives)
	if len(p.Hashes) == 0 {
		p.Why = whyNot(locks, said)
	}
}

func whyNot(locks []Lock, said map[python.Status]string) string {
	if len(locks) == 0 {
		return "an installed package keeps no hash of its archive, and the run has no lock file that can be read"
	}
	for _, s := range []struct {
		status python.Status
		text   string
	}{
		{python.Unhashed, "%s has this version without a hash"},
		{python.Unpinned, "%s has it without one version"},
		{python.Other, "%s has another version or origin of it"},
		{python.Local, "%s has it as a local folder"},
	} {
		if where, is := said[s.status]; is {
			return fmt.Sprintf(s.text, where)
		}
	}
	return "no lock file of the run names it"
}

// sound are the hashes that every installer takes.
func sound(all []python.Hash) (found []python.Hash) {
	for _, h := range all {
		if slices.Contains([]string{"sha256", "sha384", "sha512"}, h.Algorithm) && safeHash.MatchString(h.Value) {
			found = append(found, h)
		}
	}
	return found
}

// once drops archives that stand in several locks.
func once(all []Archive) (found []Archive) {
	for _, a := range all {
		same := func(b Archive) bool { return a.Name == b.Name && a.URL == b.URL && slices.Equal(a.Hashes, b.Hashes) }
		if !slices.ContainsFunc(found, same) {
			found = append(found, a)
		}
	}
	return found
}

// plain makes a text from a record fit for a comment: what Python takes for the end of
// a line is more than a newline.
func plain(s string) string {
	var b bytes.Buffer
	for _, r := range s {
		if r < ' ' || r > '~' {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}
