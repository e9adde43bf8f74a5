package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Place is where a run takes place.
type Place struct {
	// Dir is the folder that the command runs in, absolute and without links.
	Dir string
	// Root is the top of the work tree that Dir is in, or without git Dir itself.
	Root string
	// Repo is nil without git; WhyNoRepo then says why.
	Repo      *git.Repo
	WhyNoRepo error
	// Config is the lineage.yaml in Root; its facts are nil where there is none.
	Config      Config
	ConfigFacts *record.FileFacts
	// Home is the user's home, or "".
	Home string
}

// FindPlace looks around in dir. Its errors are those of dir and of a
// lineage.yaml that cannot be used ([ErrConfig]). A repository that is there and
// cannot be read (no git program, a work tree without its repository, as mounted in
// a container) keeps nobody from training: WhyNoRepo says so, and the run has a gap.
func FindPlace(ctx context.Context, dir, home string, o git.Options) (*Place, error) {
	abs, err := filepath.Abs(dir)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs) // what ".." means there is the kernel's to say
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the work tree: %w", err)
	}
	p := &Place{Dir: abs, Root: abs, Home: home}
	repo, err := git.Open(ctx, abs, o)
	switch {
	case err == nil:
		p.Repo, p.Root = repo, repo.Root()
	case ctx.Err() != nil:
		return nil, ctx.Err()
	default:
		p.WhyNoRepo = err
	}
	return p, p.readConfig()
}

func (p *Place) readConfig() error {
	path := filepath.Join(p.Root, ConfigName)
	raw, err := readConfigFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if p.Config, err = ParseConfig(raw); err != nil {
		return fmt.Errorf("%q: %w", path, err)
	}
	digest := hashing.Bytes(raw)
	p.ConfigFacts = &record.FileFacts{Location: p.Locate(path), Bytes: int64(len(raw)), Digest: &digest}
	return nil
}

// readConfigFile reads what is a file, and at most a little more than one may
// have; a FIFO or a device of that name would block.
func readConfigFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxConfig+1))
}

// Locate is the location of an absolute path: below the work tree, else below the
// user's home, else from the root of the file system.
func (p *Place) Locate(path string) record.Location {
	for _, root := range []struct {
		name   record.Root
		folder string
	}{{record.RootRepo, p.Root}, {record.RootHome, p.Home}} {
		if root.folder == "" || root.folder == "/" && root.name == record.RootHome {
			continue
		}
		if below, ok := Below(root.folder, path); ok {
			return record.Location{Root: root.name, Path: below}
		}
	}
	return record.Location{Root: record.RootAbs, Path: filepath.ToSlash(filepath.Clean(path))}
}

// Below is the path below a folder, "." for the folder itself. A path that is
// below it only once the links of its folder are resolved is below it too.
func Below(folder, path string) (string, bool) {
	if rel, err := filepath.Rel(folder, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel), true
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", false
	}
	resolved := filepath.Join(dir, filepath.Base(path))
	if rel, err := filepath.Rel(folder, resolved); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel), true
	}
	return "", false
}

// inVenv is Locate, with what stands below the prefix of an interpreter named
// from there.
func (p *Place) inVenv(prefix, path string) record.Location {
	if prefix != "" {
		if rel, err := filepath.Rel(prefix, path); err == nil && filepath.IsLocal(rel) {
			return record.Location{Root: record.RootVenv, Path: filepath.ToSlash(rel)}
		}
	}
	return p.Locate(path)
}

// absFrom is a declared path, relative to base, as an absolute one. Behind a link
// ".." leads out of the link's target, as it does for the command; "~" is the
// shell's to expand.
func absFrom(base, path string) string {
	full := filepath.FromSlash(path)
	if !filepath.IsAbs(full) {
		full = base + string(filepath.Separator) + full
	}
	if !slices.Contains(strings.Split(full, string(filepath.Separator)), "..") {
		return filepath.Clean(full)
	}
	at := filepath.VolumeName(full) + string(filepath.Separator)
	for part := range strings.SplitSeq(full[len(at):], string(filepath.Separator)) {
		if part == ".." {
			at = resolved(at)
		}
		at = filepath.Join(at, part)
	}
	return at
}

// resolved is a path without links, as far as it exists.
func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if real, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(real, filepath.Base(path))
	}
	return path
}

// Path is where a location is on this machine, below the place. A location on a
// server, or in an environment that is not known here, has none.
func (p *Place) Path(l record.Location) string {
	below := filepath.FromSlash(l.Path)
	switch l.Root {
	case record.RootRepo:
		return filepath.Join(p.Root, below)
	case record.RootHome:
		return filepath.Join(p.Home, below)
	case record.RootAbs:
		return below
	}
	return ""
}
