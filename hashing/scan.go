package hashing

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// The reasons why a path cannot be hashed; each error names the path.
var (
	ErrCycle   = errors.New("symbolic link leads back to a folder that it is in")
	ErrSpecial = errors.New("neither a regular file nor a folder")
	ErrChanged = errors.New("file changed while it was being read, or since it was looked at")
)

// maxLinks bounds how many links stand in one path, as the kernel does.
const maxLinks = 40

// Found is a file that a scan found.
type Found struct {
	Path string // below the root, separated by "/"; "." where the root is the file
	Stat Stat
}

// Link is a symbolic link that a scan followed.
type Link struct {
	Path    string // below the root; "." where the root is the link
	Target  string // as the link has it
	Outside bool   // the target is not below the root
}

// Listing is what stood at a path when it was scanned.
type Listing struct {
	Root  string // as it was asked for
	IsDir bool
	Files []Found  // in the byte order of their paths
	Links []Link   // likewise
	Left  []string // what ScanOptions.Leave left out, likewise
	opts  ScanOptions
}

// ScanOptions narrow a scan. The zero value scans everything.
type ScanOptions struct {
	// Exclude are folders, as absolute paths, that do not belong to the tree:
	// the store, which changes with each run.
	Exclude []string
	// Leave, if not nil, tells of a file or folder below the root, by its path, that it
	// does not belong to the tree. The root itself always does.
	Leave func(path string) bool
}

// Bytes is the size of all files.
func (l Listing) Bytes() (sum int64) {
	for _, f := range l.Files {
		sum += f.Stat.Size
	}
	return sum
}

// File is where the file f of the listing is.
func (l Listing) File(f Found) string {
	if !l.IsDir {
		return l.Root
	}
	return filepath.Join(l.Root, filepath.FromSlash(f.Path))
}

// Scan lists the file or tree at root, following links, and opens no file. Its
// errors wrap [ErrCycle], [ErrSpecial] or that of the system.
func Scan(ctx context.Context, root string, opts ScanOptions) (Listing, error) {
	s := scanner{ctx: ctx, listing: Listing{Root: root, opts: opts}}
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		return Listing{}, fmt.Errorf("scanning %q: %w", root, err)
	}
	if s.real, err = filepath.Abs(real); err != nil {
		return Listing{}, fmt.Errorf("scanning %q: %w", root, err)
	}
	if err := s.entry(root, ".", nil, 0); err != nil {
		return Listing{}, fmt.Errorf("scanning %q: %w", root, err)
	}
	slices.SortFunc(s.listing.Files, func(a, b Found) int { return strings.Compare(a.Path, b.Path) })
	slices.Sort(s.listing.Left)
	slices.SortFunc(s.listing.Links, func(a, b Link) int { return strings.Compare(a.Path, b.Path) })
	return s.listing, nil
}

type scanner struct {
	ctx     context.Context
	real    string // the root, links resolved
	listing Listing
}

// entry takes in what stands at full. The folders that it is in are above, by
// which cycles are known; links is how many links led here.
func (s *scanner) entry(full, below string, above []Stat, links int) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	info, err := os.Lstat(full)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		if links++; links > maxLinks {
			return fmt.Errorf("%q: %w", full, ErrCycle)
		}
		if info, err = s.follow(full, below); err != nil {
			return err
		}
	}
	stat := StatOf(info)
	switch {
	case info.IsDir():
		return s.folder(full, below, stat, above, links)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%q is a %s: %w", full, kind(info.Mode()), ErrSpecial)
	}
	s.listing.Files = append(s.listing.Files, Found{below, stat})
	return nil
}

func (s *scanner) folder(full, below string, stat Stat, above []Stat, links int) error {
	if s.excluded(full) {
		return nil
	}
	for _, a := range above {
		if a.SameFile(stat) {
			return fmt.Errorf("%q: %w", full, ErrCycle)
		}
	}
	if below == "." {
		s.listing.IsDir = true
	}
	entries, err := os.ReadDir(full)
	if err != nil {
		return err
	}
	above = append(slices.Clip(above), stat)
	for _, e := range entries {
		at := path.Join(below, e.Name())
		if s.listing.opts.Leave != nil && s.listing.opts.Leave(at) {
			s.listing.Left = append(s.listing.Left, at)
			continue
		}
		if err := s.entry(filepath.Join(full, e.Name()), at, above, links); err != nil {
			return err
		}
	}
	return nil
}

// follow notes a link and says what is at its end.
func (s *scanner) follow(full, below string) (fs.FileInfo, error) {
	target, err := os.Readlink(full)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(full)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("symbolic link %q leads to %q, which does not exist: %w", full, target, err)
	} else if err != nil {
		return nil, err
	}
	real, err := filepath.EvalSymlinks(full)
	if err != nil {
		return nil, err
	}
	if real, err = filepath.Abs(real); err != nil {
		return nil, err
	}
	outside := real != s.real && !strings.HasPrefix(real, s.real+string(filepath.Separator))
	s.listing.Links = append(s.listing.Links, Link{below, target, outside})
	return info, nil
}

func (s *scanner) excluded(full string) bool {
	if len(s.listing.opts.Exclude) == 0 {
		return false
	}
	abs, err := filepath.Abs(full)
	return err == nil && slices.Contains(s.listing.opts.Exclude, abs)
}

func kind(m fs.FileMode) string {
	switch {
	case m&fs.ModeNamedPipe != 0:
		return "FIFO"
	case m&fs.ModeSocket != 0:
		return "socket"
	case m&fs.ModeDevice != 0:
		return "device"
	}
	return "special file"
}

// Changed scans again and lists, in order, the files below the root that were
// added, removed, replaced, or whose stat is no longer what it was. An error
// means that it could not be told.
func (l Listing) Changed(ctx context.Context) ([]string, error) {
	now, err := Scan(ctx, l.Root, l.opts)
	if errors.Is(err, fs.ErrNotExist) {
		return []string{"."}, nil
	} else if err != nil {
		return nil, err
	}
	before := make(map[string]Stat, len(l.Files))
	for _, f := range l.Files {
		before[f.Path] = f.Stat
	}
	var changed []string
	for _, f := range now.Files {
		if stat, there := before[f.Path]; !there || stat != f.Stat {
			changed = append(changed, f.Path)
		}
		delete(before, f.Path)
	}
	for gone := range before {
		changed = append(changed, gone)
	}
	slices.Sort(changed)
	return changed, nil
}
