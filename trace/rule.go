package trace

import (
	"path"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Tiny is how many bytes a file has at most that says too little to join two runs by
// itself: a count, a flag, an empty list.
const Tiny = 16

// trivialNames are files that tools leave everywhere with the same bytes. They join
// nothing to nothing, however large they are.
var trivialNames = map[string]bool{
	".gitignore": true, ".gitkeep": true, ".gitattributes": true, ".gitmodules": true, ".keep": true,
	".dockerignore": true, ".npmignore": true, ".dvcignore": true, ".ds_store": true, "thumbs.db": true, "desktop.ini": true,
	"__init__.py": true, "py.typed": true, ".nojekyll": true,
	"_success": true, "._success.crc": true, "_started": true, "_committed": true,
	"cachedir.tag": true, "license": true, "license.txt": true, "license.md": true, "copying": true,
}

// isTrivialName tells whether the last part of a path is such a name.
func isTrivialName(p string) bool { return trivialNames[strings.ToLower(path.Base(p))] }

// spot is where bytes stand in a run.
type spot struct {
	at     record.Location
	within bool // as one of the files of a folder
	commit bool // the commit of the run has these bytes at this place
}

// bond is how much two spots with the same bytes say.
type bond int

const (
	none bond = iota // nothing: any two runs may share them
	weak             // something, where more of the folder is shared
	firm             // the bytes of the one are those of the other
)

// judge says whether the same bytes, which one run made and another one read, join
// the two: docs/trace.md has the rule. Names alone never join; where bytes are
// common, the same place lends them what they lack.
func judge(made, read spot, bytes int64) bond {
	same := made.at == read.at
	switch {
	case isTrivialName(made.at.Path) || isTrivialName(read.at.Path):
		return none
	case read.commit && !same:
		return none
	case bytes >= 0 && bytes <= Tiny && (made.within || read.within) && !same:
		return weak
	}
	return firm
}

// isTrivialFolder tells whether all files of a folder are empty or have names of that
// kind. Nobody knows where the files are not.
func isTrivialFolder(m *hashing.Manifest) bool {
	if m == nil {
		return false
	}
	for _, e := range m.Entries() {
		if !e.Digest.IsEmpty() && !isTrivialName(e.Path) {
			return false
		}
	}
	return true
}
