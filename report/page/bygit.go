package page

import (
	"strings"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
)

// inRepository makes a command of git on a repository: a folder where it is, or a
// URL by a clone that is removed again.
func inRepository(repository, command string) string {
	if !isURL(repository) {
		return "git -C " + shell(relative(repository)) + " " + command
	}
	return `d=$(mktemp -d) && git clone -q --bare ` + shell(repository) + ` "$d" && git -C "$d" ` + command + `; rm -rf "$d"`
}

// isURL tells a URL, or host:path as git and ssh have it, from a folder.
func isURL(repository string) bool {
	before, _, found := strings.Cut(repository, ":")
	return found && !strings.Contains(before, "/")
}

// reachable shows the branch that each commit is on.
func (h hand) reachable(c verify.Check) (steps []step) {
	for _, e := range c.Evidence {
		branch, on := strings.CutPrefix(e.Found, "on ")
		if e.Status != verify.Held || !on || !isCommit(e.Name) || strings.HasPrefix(e.Where, "-") {
			continue
		}
		if !strings.HasPrefix(branch, "refs/") {
			branch = "refs/heads/" + branch
		}
		command := "for-each-ref --contains " + e.Name + " --format='%(refname)' " + shell(branch)
		steps = append(steps, exactly("The commit is on the branch.", inRepository(e.Where, command), branch))
	}
	return steps
}

// isCommit tells whether a text is a commit's full name.
func isCommit(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// code hashes each file of the code as its commit has it.
func (h hand) code(verify.Check) (steps []step) {
	k := h.Code
	for _, dep := range h.f.Record.Dependencies(record.RoleCode) {
		if dep.Digest == nil || dep.Digest.Tree == nil {
			continue
		}
		tree := dep.Digest.Tree
		manifest, kept := h.blob(tree.ManifestDigest())
		if !kept {
			continue
		}
		steps = append(steps, exactly("The list of the files of "+dep.Name+" was kept: it has the recorded digest.", "sha256sum <"+shell(manifest), sum(tree.String())))
		if k.Repository == "" || k.Tree == nil || *k.Tree != *tree || len(k.Differs) > 0 || isURL(k.Repository) || !isCommit(string(k.Commit)) || h.escaped(dep) {
			continue
		}
		object := shell(string(k.Commit)+":"+k.Prefix) + `"$name"`
		steps = append(steps, step{
			Say: "The files on that list are those of the commit.",
			Command: []string{
				"while IFS= read -r line; do",
				`  name=${line:66}`,
				`  printf '%s  %s\n' "$(git -C ` + shell(relative(k.Repository)) + ` cat-file blob ` + object + ` | sha256sum | cut -c1-64)" "$name"`,
				"done <" + shell(manifest) + " | sha256sum",
			},
			Prints: []string{sum(tree.String())},
		})
	}
	return steps
}

// escaped tells whether a manifest has a line that sha256sum would escape, or is not
// at hand.
func (h hand) escaped(r record.Resource) bool {
	m, found := h.f.Manifests[*r.Digest.Tree]
	if !found {
		return true
	}
	for _, e := range m.Entries() {
		if strings.ContainsAny(e.Path, "\n\r\\") {
			return true
		}
	}
	return false
}

// locks hashes the lock files as the commit has them, which is what was compared.
func (h hand) locks(c verify.Check) (steps []step) {
	k := h.Code
	if c.Status != verify.Held || k.Repository == "" || !isCommit(string(k.Commit)) {
		return nil
	}
	for _, dep := range h.f.Record.Dependencies(record.RoleLock) {
		at := dep.Annotations.Lock.Location
		if at.Root != record.RootRepo || dep.Digest == nil || dep.Digest.SHA256 == nil {
			continue
		}
		object := shell(string(k.Commit) + ":" + at.Path)
		steps = append(steps, exactly("The commit has "+dep.Name+" with the recorded digest.",
			inRepository(k.Repository, "cat-file blob "+object+" | sha256sum"), sum(dep.Digest.SHA256.String())))
	}
	return steps
}
