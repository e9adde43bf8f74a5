package git

import "context"

// ScanOptions say what belongs to the code.
type ScanOptions struct {
	// Paths narrow the code to these files and folders, relative to the work
	// tree and separated by "/". None is the whole tree.
	Paths []string
	// MaxFiles bounds how many untracked files are looked at; folders beyond it
	// are named as omitted. 0 is 100,000.
	MaxFiles int
}

// Scan is a work tree at one moment: its HEAD, and the stat of each code file.
type Scan struct {
	head Head
}

// Scan takes HEAD and a stat of each code file; it reads none of their bytes.
func (r *Repo) Scan(ctx context.Context, o ScanOptions) (*Scan, error) { return &Scan{}, nil }

// ScanFolder is [Repo.Scan] where there is no repository: the code is then each
// source and configuration file (see [IsSource]) that no .gitignore ignores.
func ScanFolder(ctx context.Context, dir string, o ScanOptions) (*Scan, error) {
	return &Scan{}, nil
}

// Head is where the work tree stood when the scan was made.
func (s *Scan) Head() Head { return s.head }

// State describes the repository, with the commit of the scan. Outside a
// repository it is the zero value but for Root.
func (s *Scan) State(ctx context.Context) (State, error) { return State{}, nil }

// Change is a file whose stat is not what it was.
type Change struct {
	Path string
	Kind ChangeKind
}

// ChangeKind says what became of a file since a scan.
type ChangeKind string

// The kinds of [Change].
const (
	Changed ChangeKind = "changed"
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
)

// Changed names the code files whose ctime, mtime, size, inode, mode or type is
// not what the scan saw, and those that came or went, in the order of their paths.
func (s *Scan) Changed(ctx context.Context) ([]Change, error) { return nil, nil }
