package git

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// commit is what a commit object says.
type commit struct {
	tree                ObjectID
	authored, committed time.Time
}

// maxCommit and maxTree are far beyond what people make.
const (
	maxCommit = 16 << 20
	maxTree   = 256 << 20
)

func (o *objects) commit(id ObjectID) (commit, error) {
	b, err := o.read(id, "commit", maxCommit)
	if err != nil {
		return commit{}, err
	}
	c, err := parseCommit(b)
	if err != nil {
		return commit{}, fmt.Errorf("reading commit %s: %w", id, err)
	}
	return c, nil
}

// parseCommit reads the headers of a commit. Times that nobody can read are
// zero: old tools wrote such, and nothing hangs on them.
func parseCommit(b []byte) (commit, error) {
	head, _, _ := strings.Cut(string(b), "\n\n")
	lines := strings.Split(head, "\n")
	tree, ok := strings.CutPrefix(lines[0], "tree ")
	if !ok {
		return commit{}, errors.New("it does not start with its tree")
	}
	id, err := ParseObjectID(tree)
	if err != nil {
		return commit{}, err
	}
	c := commit{tree: id}
	for _, line := range lines[1:] {
		if who, ok := strings.CutPrefix(line, "author "); ok {
			c.authored = signedAt(who)
		} else if who, ok := strings.CutPrefix(line, "committer "); ok {
			c.committed = signedAt(who)
		}
	}
	return c, nil
}

// signedAt reads the time at the end of "Name <mail> 1700000000 +0100".
func signedAt(who string) time.Time {
	fields := strings.Fields(who[strings.LastIndexByte(who, '>')+1:])
	if len(fields) != 2 {
		return time.Time{}
	}
	seconds, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return time.Time{}
	}
	at := time.Unix(seconds, 0)
	if zone, err := time.Parse("-0700", fields[1]); err == nil {
		return at.In(zone.Location())
	}
	return at.UTC()
}

// treeEntry is one name in a tree object, or one path in a whole tree.
type treeEntry struct {
	path string
	mode Mode
	id   ObjectID
}

// maxDepth bounds how deep folders nest: forged trees can nest for ever.
const maxDepth = 1000

// tree lists all files, links and submodules beneath a tree, in byte order of
// their paths. Only what keep wants is listed and looked into; to it, a
// submodule is a folder.
func (o *objects) tree(id ObjectID, keep func(path string, folder bool) bool) ([]treeEntry, error) {
	list, err := o.subtree(nil, "", id, keep, 0)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b treeEntry) int { return strings.Compare(a.path, b.path) })
	return list, nil
}

func (o *objects) subtree(list []treeEntry, dir string, id ObjectID, keep func(string, bool) bool, depth int) ([]treeEntry, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("folders nest deeper than %d: %w", maxDepth, ErrCorrupt)
	}
	b, err := o.read(id, "tree", maxTree)
	if err != nil {
		return nil, fmt.Errorf("reading folder %q: %w", dir, err)
	}
	entries, err := parseTree(b, len(id)/2)
	if err != nil {
		return nil, fmt.Errorf("reading folder %q: tree %s: %w", dir, id, err)
	}
	for _, e := range entries {
		e.path = path.Join(dir, e.path)
		if !keep(e.path, e.mode == ModeFolder || e.mode == ModeSubmodule) {
			continue
		}
		if e.mode != ModeFolder {
			list = append(list, e)
		} else if list, err = o.subtree(list, e.path, e.id, keep, depth+1); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// parseTree reads a tree object. Names that no file system should be given, and
// a name that stands twice, are errors.
func parseTree(b []byte, idSize int) ([]treeEntry, error) {
	var list []treeEntry
	seen := map[string]bool{}
	for len(b) > 0 {
		space, end := bytes.IndexByte(b, ' '), bytes.IndexByte(b, 0)
		if space < 0 || end < space || len(b) < end+1+idSize {
			return nil, fmt.Errorf("an entry is cut off: %w", ErrCorrupt)
		}
		e := treeEntry{string(b[space+1 : end]), treeMode(string(b[:space])), ObjectID(hex.EncodeToString(b[end+1 : end+1+idSize]))}
		if e.mode == ModeNone || !safeName(e.path) || seen[e.path] {
			return nil, fmt.Errorf("entry %q with mode %q: %w", e.path, b[:space], ErrCorrupt)
		}
		seen[e.path] = true
		list, b = append(list, e), b[end+1+idSize:]
	}
	return list, nil
}

// treeMode reads a mode as trees have it. Old git wrote 100664, which reads as
// 100644, as git itself takes it.
func treeMode(s string) Mode {
	switch s {
	case "100644", "100664", "100600":
		return ModeFile
	case "40000", "040000":
		return ModeFolder
	case "100755", "120000", "160000":
		return Mode(s)
	}
	return ModeNone
}

// safeName refuses what would lead out of the folder, or into a .git.
func safeName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, "/\x00") && !strings.EqualFold(name, ".git")
}
