package git

import "github.com/lineage-audit/lineage/hashing"

// TreeState is the judgement over a tree.
type TreeState string

// The states of a [Tree].
const (
	// Clean: each file is the commit's, and nothing else belongs to the code.
	Clean TreeState = "clean"
	// Dirty: at least one difference.
	Dirty TreeState = "dirty"
	// Filtered: the only differences are files that a filter which is not LFS
	// may have made of the commit's; nobody can tell without running it.
	Filtered TreeState = "filtered"
	// NoCommit: there is no commit to compare with yet.
	NoCommit TreeState = "no-commit"
	// NoRepository: a folder outside git.
	NoRepository TreeState = "no-repository"
)

// Mode is what a path is, as git writes it.
type Mode string

// The modes of a path.
const (
	ModeNone       Mode = ""       // nothing stands there
	ModeFile       Mode = "100644" // a file
	ModeExecutable Mode = "100755" // a file that its owner may execute
	ModeSymlink    Mode = "120000"
	ModeSubmodule  Mode = "160000"
	ModeFolder     Mode = "040000"
	ModeOther      Mode = "other" // a FIFO, socket or device: never opened
)

// Kind says how a path differs from the commit.
type Kind string

// The kinds of [Difference].
const (
	KindModified  Kind = "modified"  // other bytes, or another link target
	KindDeleted   Kind = "deleted"   // the commit has it, the tree does not
	KindAdded     Kind = "added"     // the index has it, the commit does not
	KindUntracked Kind = "untracked" // neither has it
	KindIgnored   Kind = "ignored"   // the same, for what .gitignore hides
	KindStaged    Kind = "staged"    // only the index differs
	KindMode      Kind = "mode"      // the same bytes, another executable bit
	KindType      Kind = "type"      // a symlink for a file, a folder for either
	KindFiltered  Kind = "filtered"  // a filter that is not LFS stands between
)

// Difference is one path at which the tree is not the commit.
type Difference struct {
	Path   string
	Kind   Kind
	Was    Mode // in the commit
	Mode   Mode // on disk
	Target string
	// Digest and Size are of the bytes on disk; zero for what has none, and the
	// digest for what is withheld or was too large to be read.
	Digest hashing.FileDigest
	Size   int64
	// Staged is what the index holds where that is not the commit's.
	Staged *StagedFile
	// Kept tells that the content was given to Keep. Where it was not, Withheld
	// or Omitted says why.
	Kept     bool
	Withheld string
	Omitted  string
}

// StagedFile is what the index holds at a path.
type StagedFile struct {
	Mode     Mode   // ModeNone: the path is removed from the index
	Target   string // of a symlink; of a submodule, its commit
	Digest   hashing.FileDigest
	Size     int64
	Kept     bool
	Withheld string
	Omitted  string
}

// Form is how git made a file's bytes out of its blob's.
type Form string

// The forms in which a file is the commit's although its bytes are not the
// blob's. Attributes or configuration must ask for them.
const (
	FormCRLF      Form = "crlf"       // each line feed after a carriage return
	FormIdent     Form = "ident"      // each $Id$ with the blob's id
	FormIdentCRLF Form = "ident+crlf" // both
	FormLFS       Form = "lfs"        // the object that the blob, an LFS pointer, names
	// FormOther is an encoding, or the id of an older blob in $Id$: nothing that
	// could be made again from the commit alone, so that the content is kept.
	FormOther Form = "other"
)

// Conversion is a file that is the commit's although its bytes are not the blob's.
type Conversion struct {
	Path     string
	Form     Form
	Mode     Mode
	Digest   hashing.FileDigest
	Size     int64
	Kept     bool
	Withheld string
	Omitted  string
}

// File is one file of the code as it stands on disk.
type File struct {
	Path    string
	Mode    Mode
	Digest  hashing.FileDigest
	Size    int64
	Tracked bool // the commit has a file at this path
}

// Link is a symlink of the code, with its target as it stands there.
type Link struct {
	Path    string
	Target  string
	Tracked bool
}

// Submodule is a repository inside the tree that the commit names.
type Submodule struct {
	Path     string
	URL      string   // credentials stripped; its own remote, else .gitmodules
	Expected ObjectID // by the commit
	Commit   ObjectID // where it stands
	Absent   bool     // not checked out, which is ordinary
	Tree     Tree     // judged in turn; paths are relative to the submodule
}

// Nested is a repository inside the tree that is no submodule: its files count
// as untracked files of the tree.
type Nested struct {
	Path   string
	URL    string
	Commit ObjectID
}

// Omitted is something that was not looked at, and why.
type Omitted struct {
	Path   string
	Reason string
}

// Tree is a work tree as judged by its bytes.
type Tree struct {
	State TreeState
	// Commit is what the tree was compared with, "" if with nothing.
	Commit ObjectID
	// Manifest lists each code file by the digest of its bytes on disk:
	// tracked ones, untracked ones that count, and those of submodules beneath
	// their paths. Symlinks have no bytes of their own and stand in Links; what
	// is withheld or too large to read is not in it.
	Manifest hashing.Manifest
	Files    []File
	Links    []Link
	// Differences are all that keeps the tree from being clean, but for what
	// stands in the submodules' own trees.
	Differences []Difference
	Conversions []Conversion
	Submodules  []Submodule
	Nested      []Nested
	// Omitted is what belongs to the code, or may, and was not looked at: each
	// is a gap. Skipped is what by rule does not belong: environments, caches.
	Omitted []Omitted
	Skipped []Omitted
	// NoModes tells that the file system keeps no executable bits, so that they
	// were not judged.
	NoModes bool
	// Paths are those that narrowed the code.
	Paths []string
}

// JudgeOptions say what counts beside the commit's own files, and what of it is kept.
type JudgeOptions struct {
	// Watched tells that Used lists all files that the run opened; then
	// untracked and ignored files count only if they are in it. Otherwise all
	// untracked files count that no .gitignore ignores, and ignored source.
	Watched bool
	Used    []string
	// Apart tells of an untracked path that it is recorded elsewhere, as data or
	// as an output. It is never asked about the commit's own files.
	Apart func(path string) bool
	// Withhold gives the reason why content must not be kept, or "". It is asked
	// before a digest of it is given away, with at most MaxKeepFile bytes.
	Withhold func(path string, content []byte) string
	// Keep stores content, which is its own from then on. Calls are not
	// concurrent. An error ends the judgement. nil keeps nothing.
	Keep func(digest hashing.FileDigest, content []byte) error
	// MaxKeepFile and MaxKeepTotal bound what is kept: 0 is 10 MiB and 100 MiB.
	MaxKeepFile, MaxKeepTotal int64
	// MaxUntracked bounds the untracked files that are read: 0 is 1 GiB.
	MaxUntracked int64
}
