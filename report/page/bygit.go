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

// code hashes the lists of the code's files, and each file as its commit has it.
func (h hand) code(verify.Check) (steps []step) {
	for _, dep := range h.f.Record.Dependencies(record.RoleCode) {
		if dep.Digest == nil || dep.Digest.Tree == nil {
			continue
		}
		if manifest, kept := h.blob(dep.Digest.Tree.ManifestDigest()); kept {
			steps = append(steps, exactly("The list of the files of "+dep.Name+" was kept: it has the recorded digest.", "sha256sum <"+shell(manifest), sum(dep.Digest.Tree.String())))
			steps = append(steps, h.committed("The files on that list are those of the commit.", dep)...)
		}
	}
	return steps
}

// committed hashes a file, or each file of a folder, as the commit has it.
func (h hand) committed(say string, r record.Resource) []step {
	path, stored := h.Code.Stored[r.Name]
	if !stored || h.Code.Repository == "" || !isCommit(string(h.Code.Commit)) || r.Digest == nil {
		return nil
	}
	git := "git -C " + shell(relative(h.Code.Repository)) + " cat-file blob "
	if r.Digest.SHA256 != nil {
		return []step{exactly(say, git+shell(string(h.Code.Commit)+":"+path)+" | sha256sum", sum(r.Digest.SHA256.String()))}
	}
	manifest, kept := h.blob(r.Digest.Tree.ManifestDigest())
	if !kept || h.escaped(r) {
		return nil
	}
	prefix := path + "/"
	if path == "." {
		prefix = ""
	}
	return []step{{
		Say: say,
		Command: []string{
			"while IFS= read -r line; do",
			`  name=${line:66}`,
			`  printf '%s  %s\n' "$(` + git + shell(string(h.Code.Commit)+":"+prefix) + `"$name" | sha256sum | cut -c1-64)" "$name"`,
			"done <" + shell(manifest) + " | sha256sum",
		},
		Prints: []string{sum(r.Digest.Tree.String())},
	}}
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

// locks hashes the lock files as the commit has them.
func (h hand) locks(c verify.Check) (steps []step) {
	for _, dep := range h.f.Record.Dependencies(record.RoleLock) {
		steps = append(steps, h.committed("The commit has "+dep.Name+" with the recorded digest.", dep)...)
	}
	return steps
}
