package record

import "github.com/lineage-audit/lineage/hashing"

// Annotations say what part a resource has in the run: its role, and the facts
// that go with it, of which at most one kind is there.
type Annotations struct {
	Role        Role              `json:"role"`
	File        *FileFacts        `json:"file,omitempty"`
	Tree        *TreeFacts        `json:"tree,omitempty"`
	Commit      *CommitFacts      `json:"commit,omitempty"`
	Package     *PackageFacts     `json:"package,omitempty"`
	Interpreter *InterpreterFacts `json:"interpreter,omitempty"`
	Lock        *LockFacts        `json:"lock,omitempty"`
	Image       *ImageFacts       `json:"image,omitempty"`
	// Origin is set where the bytes were not read from the run's own disk.
	Origin *Origin `json:"origin,omitempty"`
}

// Role is the part that a resource has in a run.
type Role string

// The roles of subjects, resolved dependencies and byproducts.
const (
	RoleRun           Role = "run"           // subject[0]: the intent
	RoleOutput        Role = "output"        // subject, or byproduct of a run that did not end with 0
	RoleCommit        Role = "commit"        // dependency: the commit that was checked out
	RoleSubmodule     Role = "submodule"     // dependency: a submodule's commit
	RoleCode          Role = "code"          // dependency: the code's bytes
	RoleData          Role = "data"          // dependency: a declared or observed input
	RolePreprocessing Role = "preprocessing" // dependency
	RoleLock          Role = "lock"          // dependency: a lock file
	RoleInterpreter   Role = "interpreter"   // dependency
	RolePackage       Role = "package"       // dependency: one distribution
	RoleImage         Role = "image"         // dependency: the container image that the run took place in
	RoleManifest      Role = "manifest"      // byproduct: a tree's manifest, kept as a blob
	RolePatch         Role = "patch"         // byproduct: how a dirty tree differs, kept as a blob
	RoleContent       Role = "content"       // byproduct: content of a dirty tree, kept as a blob
	RoleTracking      Role = "tracking"      // byproduct: metrics and parameters as the tracker has them
)

// FileFacts are those of one file.
type FileFacts struct {
	Location Location `json:"location"`
	Bytes    int64    `json:"bytes"`
	// Digest stands here only where no Resource around the facts holds it.
	Digest *hashing.FileDigest `json:"sha256,omitempty"`
	// Tree is the location of the output folder that the file is part of.
	Tree *Location `json:"tree,omitempty"`
	// Link is the target, where the path is a symbolic link.
	Link string `json:"link,omitempty"`
}

// TreeFacts are those of a folder.
type TreeFacts struct {
	Location Location `json:"location"`
	Files    int64    `json:"files"`
	Bytes    int64    `json:"bytes"`
	Links    []Link   `json:"links,omitempty"`
	// Sources are where single files of the folder can be had.
	Sources []Source `json:"sources,omitempty"`
}

// Source is where a file of a folder can be had.
type Source struct {
	Path string `json:"path"` // below the tree, encoded as EncodePath does
	URI  string `json:"uri"`
}

// Link is a symbolic link that was followed.
type Link struct {
	Path    string `json:"path"`   // below the tree, encoded as EncodePath does
	Target  string `json:"target"` // as the link has it, encoded likewise
	Outside bool   `json:"outside,omitempty"`
}

// CommitFacts are those of a git work tree.
type CommitFacts struct {
	Location     Location  `json:"location"`
	State        TreeState `json:"state"`
	Branch       string    `json:"branch,omitempty"`
	ObjectFormat string    `json:"objectFormat,omitempty"` // sha256, where it is not sha1
	Detached     bool      `json:"detached,omitempty"`
	Shallow      bool      `json:"shallow,omitempty"`
	Worktree     bool      `json:"linkedWorktree,omitempty"`
	Submodule    bool      `json:"submodule,omitempty"`
	ForeignOwner bool      `json:"foreignOwner,omitempty"`
	Declared     bool      `json:"declared,omitempty"` // by --source, labels or CI: not read from a .git
	Remotes      []Remote  `json:"remotes,omitempty"`
	// Differences are the paths at which the tree differs from the commit.
	Differences []Difference `json:"differences,omitempty"`
}

// TreeState is what comparing a work tree with its commit, byte by byte, found.
type TreeState string

// The states.
const (
	TreeClean    TreeState = "clean"
	TreeDirty    TreeState = "dirty"
	TreeFiltered TreeState = "filtered"  // a filter that is not ours to compute stands between
	TreeNoCommit TreeState = "no-commit" // a repository whose branch has no commit yet
	TreeUnknown  TreeState = "unknown"   // a commit that was only declared
)

// Remote is a remote of the repository, its URL without credentials.
type Remote struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// Difference is one path of a dirty tree.
type Difference struct {
	Path string `json:"path"` // below the top of the work tree, encoded as EncodePath does
	Kind string `json:"kind"` // modified, deleted, added, untracked, ignored, staged, mode, type, filtered
}

// PackageFacts are those of an installed distribution.
type PackageFacts struct {
	Name      string        `json:"name"` // normalised
	Version   string        `json:"version"`
	Location  *Location     `json:"location,omitempty"` // the folder that it is installed in
	Installer string        `json:"installer,omitempty"`
	Tags      []string      `json:"tags,omitempty"`
	Origin    *DirectURL    `json:"directURL,omitempty"`
	Conda     *Conda        `json:"conda,omitempty"`
	Files     *PackageFiles `json:"files,omitempty"`
}

// PackageFiles says whether a distribution's files are still those of its RECORD.
type PackageFiles struct {
	State    string   `json:"state"` // match, differ, unchecked
	Checked  int64    `json:"checked,omitempty"`
	Unhashed int64    `json:"unhashed,omitempty"` // listed without a digest, such as bytecode
	Changed  []string `json:"changed,omitempty"`
	Missing  []string `json:"missing,omitempty"`
}

// DirectURL is where a distribution came from when not from an index.
type DirectURL struct {
	URL       string  `json:"url"`
	Editable  bool    `json:"editable,omitempty"`
	VCS       string  `json:"vcs,omitempty"`
	GitCommit GitHash `json:"gitCommit,omitempty"`
	State     string  `json:"state,omitempty"` // a TreeState of that checkout
	Archive   string  `json:"archiveHash,omitempty"`
}

// Conda is what conda noted about a package.
type Conda struct {
	URL     string `json:"url,omitempty"`
	Channel string `json:"channel,omitempty"`
	Build   string `json:"build,omitempty"`
	SHA256  string `json:"sha256,omitempty"`
	MD5     string `json:"md5,omitempty"`
}

// InterpreterFacts are those of an interpreter that ran.
type InterpreterFacts struct {
	Location       Location `json:"location"`
	Resolved       Location `json:"resolved"`
	Implementation string   `json:"implementation"`
	Version        string   `json:"version"`
	Environment    string   `json:"environment"` // venv, conda, system, …
	Seen           string   `json:"seen"`        // running, or resolved from the command
	// Unowned are files beside the distributions that belong to none of them.
	Unowned []string `json:"unowned,omitempty"`
}

// LockFacts are those of a lock file.
type LockFacts struct {
	Location Location `json:"location"`
	Format   string   `json:"format"`
	Bytes    int64    `json:"bytes"`
	Packages int64    `json:"packages,omitempty"`
	Hashed   int64    `json:"hashed,omitempty"`
	// Lists are the packages that it pins, as package URLs, of the formats whose
	// packages are not listed from where they are installed.
	Lists []string `json:"lists,omitempty"`
}

// ImageFacts are those of a container image. Its digest is the SHA-256 of its
// manifest, as an OCI registry names it.
type ImageFacts struct {
	Reference string `json:"reference,omitempty"` // as it was asked for
	Seen      string `json:"seen"`                // where the digest is from: declared, downward-api, …
}

// Origin is the system that bytes were read from, and marks them as that
// system's word: a model that a tracker has stored.
type Origin struct {
	Kind   string `json:"kind"`   // server
	System string `json:"system"` // mlflow
	Target string `json:"target"` // logged-model, run
	ID     string `json:"id"`
}
