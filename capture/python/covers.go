package python

import (
	"slices"
	"strings"
)

// Status says how a lock and a distribution go together.
type Status string

// The statuses, from best to worst.
const (
	Covered  Status = "covered"  // name, version and a sound hash; for a commit, that commit
	Local    Status = "local"    // both call it a folder: its evidence is that folder's commit, not a hash
	Unhashed Status = "unhashed" // name and version, and no sound hash
	Unpinned Status = "unpinned" // the name, and no exact version
	Other    Status = "other"    // the name, with another version, another archive or another origin
	Absent   Status = "absent"   // the name does not stand in the lock
)

// Coverage is what a lock says about one distribution.
type Coverage struct {
	Name, Version string // of the distribution
	Status        Status
	Locked        []string // the versions that the lock has of it
	Hashes        []Hash   // of those entries that have its version
}

// Covers compares distributions with a lock: one Coverage for each, in their
// order. It is pure. The lock's markers are not evaluated: what is installed is
// installed, and a hash is one whatever condition stands beside it. No distribution is
// excused, not even the pip of a fresh virtual environment.
func Covers(lock Lock, distributions []Distribution) []Coverage {
	index := lock.index(false)
	conda := lock.index(true)
	all := make([]Coverage, len(distributions))
	for i, d := range distributions {
		entries := index[d.Name]
		if d.Conda != nil {
			if e := conda[NormalizeName(d.Conda.Name)]; len(e) > 0 || len(entries) == 0 {
				all[i] = coverConda(lock, *d.Conda, e)
				all[i].Name, all[i].Version = d.Name, d.Version
				continue
			}
		}
		all[i] = cover(lock, d, entries)
	}
	return all
}

// CoversConda is Covers for the packages of a conda environment, those of other
// languages included.
func CoversConda(lock Lock, packages []CondaPackage) []Coverage {
	index := lock.index(true)
	all := make([]Coverage, len(packages))
	for i, p := range packages {
		all[i] = coverConda(lock, p, index[NormalizeName(p.Name)])
	}
	return all
}

func (l Lock) index(conda bool) map[string][]Locked {
	m := map[string][]Locked{}
	for _, p := range l.Packages {
		if p.Conda == conda {
			m[p.Name] = append(m[p.Name], p)
		}
	}
	return m
}

func cover(lock Lock, d Distribution, entries []Locked) Coverage {
	c := coverage(lock, d.Name, d.Version, entries)
	if len(entries) == 0 || d.Origin == nil {
		return c
	}
	o := d.Origin
	switch {
	case o.Dir != "":
		c.Status = Other
		if slices.ContainsFunc(entries, func(e Locked) bool { return e.Local }) {
			c.Status = Local
		}
	case o.VCS != "":
		c.Status = Other
		if slices.ContainsFunc(entries, func(e Locked) bool { return e.Commit != "" && e.Commit == strings.ToLower(o.Commit) }) {
			c.Status = Covered
		}
	case c.Status == Covered && !knowsArchive(c, o, entries):
		c.Status = Other
	}
	return c
}

// knowsArchive tells whether the archive that a distribution was installed from is
// one of the lock's: by its hash, or where the installer kept none, by its URL.
func knowsArchive(c Coverage, o *Origin, entries []Locked) bool {
	if len(o.Hashes) > 0 {
		return slices.ContainsFunc(o.Hashes, func(h Hash) bool { return slices.Contains(c.Hashes, h) })
	}
	return slices.ContainsFunc(entries, func(e Locked) bool { return e.URL == o.URL && len(e.Hashes) > 0 })
}

func coverConda(lock Lock, p CondaPackage, entries []Locked) Coverage {
	c := coverage(lock, p.Name, p.Version, entries)
	known := Hash{"sha256", p.SHA256}
	if c.Status == Covered && p.SHA256 != "" && !slices.Contains(c.Hashes, known) {
		c.Status = Other
	}
	return c
}

// coverage compares name, version and the presence of hashes. A folder's own
// version is not looked at: it changes with the folder.
func coverage(lock Lock, name, version string, entries []Locked) Coverage {
	c := Coverage{Name: name, Version: version, Status: Absent}
	// Specifiers compare loosely; the other formats name what is to be installed.
	loose := lock.Format == FormatRequirements || lock.Format == FormatPipfile
	pinned, same := false, false
	for _, e := range entries {
		if e.Version != "" {
			pinned = true
			c.Locked = append(c.Locked, e.Version)
		}
		if e.Version != "" && sameVersion(e.Version, version, loose) {
			same = true
			c.Hashes = append(c.Hashes, e.Hashes...)
		}
	}
	switch {
	case len(entries) == 0:
	case len(c.Hashes) > 0:
		c.Status = Covered
	case same:
		c.Status = Unhashed
	case pinned:
		c.Status = Other
	default:
		c.Status = Unpinned
	}
	return c
}
