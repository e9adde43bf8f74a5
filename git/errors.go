package git

import "errors"

var (
	// ErrNoRepository says that a folder is in no work tree.
	ErrNoRepository = errors.New("not in a git work tree")
	// ErrNoProgram says that there is no git program to ask.
	ErrNoProgram = errors.New("no git program found")
	// ErrNoCommit says that a repository was looked at to the end, and does not
	// have the commit: another repository, or a shallow clone.
	ErrNoCommit = errors.New("the repository does not have the commit")
	// ErrNoFile says that a commit has no file at the path.
	ErrNoFile = errors.New("the commit has no such file")
	// ErrShallow says that history is cut off, so that it cannot be told whether
	// a commit is reachable.
	ErrShallow = errors.New("the repository is shallow")
	// ErrMissing says that an object or a blob that is needed cannot be had here:
	// a partial clone, or content that was never kept.
	ErrMissing = errors.New("content is missing")
	// ErrCorrupt says that an object's bytes do not have its id.
	ErrCorrupt = errors.New("the object's bytes do not have its id")
	// ErrSource says that a text is not URL@COMMIT.
	ErrSource = errors.New("not of the form URL@COMMIT")
	// ErrObjectID says that a text is not an object id.
	ErrObjectID = errors.New("not an object id of 40 or 64 lower-case hexadecimal digits")
	// ErrPatch says that bytes are not a patch as [Patch.Bytes] writes it.
	ErrPatch = errors.New("not a patch")
	// ErrNotEmpty says that a tree was to be put where something stands.
	ErrNotEmpty = errors.New("the folder is not empty")
)
