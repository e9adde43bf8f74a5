package capture

import (
	"context"
	"path/filepath"

	"github.com/lineage-audit/lineage/capture/lockfile"
	"github.com/lineage-audit/lineage/capture/python"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// maxListed bounds how many packages of one lock file are listed: the record is one
// document, and has room for a few hundred thousand.
const maxListed = 50_000

// captureLocks names and hashes the lock files of every language.
func (s *session) captureLocks(ctx context.Context) []record.Resource {
	folder := lockFolder(s.Place)
	return append(s.pythonLocks(ctx, folder), s.otherLocks(ctx, folder)...)
}

func (s *session) pythonLocks(ctx context.Context, folder string) (found []record.Resource) {
	files, err := python.LockFiles(ctx, s.Place.Root, folder)
	if err != nil {
		s.ledger.gap(record.GapLock, "lock files", hashError(ctx, err))
		return nil
	}
	for _, f := range files {
		hashed := 0
		for _, p := range f.Lock.Packages {
			if len(p.Hashes) > 0 {
				hashed++
			}
		}
		facts := record.LockFacts{
			Format: string(f.Lock.Format), Packages: int64(len(f.Lock.Packages)), Hashed: int64(hashed), Bytes: f.Size, Lists: f.Lock.Lists,
		}
		found = append(found, s.lock(ctx, f.Path, f.Lock.Digest, facts, f.Err)...)
	}
	return found
}

func (s *session) otherLocks(ctx context.Context, folder string) (found []record.Resource) {
	files, err := lockfile.Find(ctx, s.Place.Root, folder, s.rules)
	if err != nil {
		s.ledger.gap(record.GapLock, "lock files", hashError(ctx, err))
		return nil
	}
	for _, f := range files {
		facts := record.LockFacts{Format: string(f.Lock.Format), Packages: int64(len(f.Lock.Packages)), Bytes: f.Size}
		for _, p := range f.Lock.Packages {
			facts.Lists = append(facts.Lists, p.PURL)
			if p.Hashed {
				facts.Hashed++
			}
		}
		for _, p := range f.Lock.Problems {
			s.ledger.gap(record.GapLock, s.Place.Locate(f.Path).String(), p.Where+" "+p.What)
		}
		found = append(found, s.lock(ctx, f.Path, f.Lock.Digest, facts, f.Err)...)
	}
	return found
}

// lock is the resource of one file. One whose bytes are known is named and hashed also
// where what it says could not be read.
func (s *session) lock(ctx context.Context, path string, digest hashing.FileDigest, facts record.LockFacts, err error) []record.Resource {
	facts.Location = s.Place.Locate(path)
	if err != nil {
		s.ledger.gap(record.GapLock, facts.Location.String(), hashError(ctx, err))
	}
	if digest.IsZero() {
		return nil
	}
	if over := len(facts.Lists) - maxListed; over > 0 {
		s.ledger.gap(record.GapLock, facts.Location.String(), plural(over, "of its packages are counted and not listed"))
		facts.Lists = facts.Lists[:maxListed]
	}
	return []record.Resource{{
		Name: facts.Location.String(), Digest: &record.DigestSet{SHA256: &digest},
		Annotations: record.Annotations{Role: record.RoleLock, Lock: &facts},
	}}
}

// lockFolder is the folder of the run as it is below the root, whose links are
// resolved.
func lockFolder(p *Place) string {
	if below, ok := Below(p.Root, p.Dir); ok {
		return filepath.Join(p.Root, filepath.FromSlash(below))
	}
	if real, err := filepath.EvalSymlinks(p.Dir); err == nil {
		return real
	}
	return p.Dir
}
