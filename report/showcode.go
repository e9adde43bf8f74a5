package report

import (
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// mostListed bounds a list where not all was asked for.
const mostListed = 20

// code shows the commits, how the work trees differ from them, and the bytes.
func (s shower) code() {
	s.section("code")
	commits := append(s.r.Dependencies(record.RoleCommit), s.r.Dependencies(record.RoleSubmodule)...)
	if len(commits) == 0 {
		s.put(2, cell{"NO COMMIT", doubt}, word(" is recorded"))
	}
	for i := range commits {
		s.commit(&commits[i])
	}
	if source := s.r.Parameters().Source; source != "" {
		s.fact("declared as", word("%s", source))
	}
	all := s.r.Dependencies(record.RoleCode)
	if len(all) == 0 {
		s.put(2, cell{"NO FILE", bad}, word(" of code is known"))
	}
	for i := range all {
		s.resource(&all[i])
	}
}

func (s shower) commit(r *record.Resource) {
	c := r.Annotations.Commit
	hash := string(commitOf(r))
	if hash == "" {
		hash = "none"
	}
	s.fact(string(r.Annotations.Role), word("%s", hash))
	s.fact("work tree", word("%s, ", c.Location), treeWord(c))
	if c.Branch != "" {
		s.fact("branch", word("%s", c.Branch))
	}
	if traits := commitTraits(c); len(traits) > 0 {
		s.fact("it is", word("%s", strings.Join(traits, ", ")))
	}
	for _, remote := range c.Remotes {
		s.fact("remote", word("%s %s", remote.Name, remote.URL))
	}
	s.differences(c.Differences)
}

// commitTraits are what is special about a work tree.
func commitTraits(c *record.CommitFacts) (traits []string) {
	for _, t := range []struct {
		is   bool
		name string
	}{
		{c.Detached, "detached"},
		{c.Shallow, "shallow"},
		{c.Worktree, "a linked worktree"},
		{c.Submodule, "a submodule"},
		{c.ForeignOwner, "another user's"},
		{c.Declared, "declared, not read from a .git"},
		{c.ObjectFormat != "", "of object format " + c.ObjectFormat},
	} {
		if t.is {
			traits = append(traits, t.name)
		}
	}
	return traits
}

func (s shower) differences(all []record.Difference) {
	some, more := bounded(all, s.most(mostListed))
	for _, d := range some {
		s.put(4, cell{d.Kind, doubt}, word(" %s", d.Path))
	}
	s.more(4, more)
}

// most is how many things are listed.
func (s shower) most(n int) int {
	if s.f.Files {
		return int(^uint(0) >> 1)
	}
	return n
}

// more says how many things a list leaves out, and how to see them.
func (s shower) more(indent, n int) {
	if n > 0 {
		s.put(indent, word("and %d more: lineage show %s --files", n, s.r.ID().Short()))
	}
}
