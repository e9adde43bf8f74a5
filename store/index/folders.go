package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/store"
)

// Records and intents stand in 256 folders each. A folder that is as it was when it
// was listed has no other names, so that nobody has to list a million of them.

// racy is how coarse a file system's clock may be. A folder that changed no longer
// ago than that is listed again the next time: it may change again within one tick.
// How long ago it was is told by the clock that sets the folder's times, and where
// that is not known by ours, asked twice, since that of a server may differ from it.
const racy = 3 * time.Second

// old is when a folder was left alone for so long that no clock is that wrong.
const old = 24 * time.Hour

// clock is what time it is.
type clock struct {
	now time.Time // here
	// On the file system with this number it is that time. Zero where nobody knows.
	device uint64
	there  time.Time
}

// clockIn asks the file system that a file in dir is made on.
func clockIn(dir string, now time.Time) clock {
	c := clock{now: now}
	f, err := os.CreateTemp(dir, buildPrefix)
	if err != nil {
		return c
	}
	info, err := f.Stat()
	if errors.Join(err, f.Close(), os.Remove(f.Name())) == nil {
		c.device, c.there = hashing.StatOf(info).Device, info.ModTime()
	}
	return c
}

// isSettled tells whether a folder that is listed now will have other times when it
// changes.
func (c clock) isSettled(stat hashing.Stat, seen time.Time) bool {
	changed := time.Unix(0, max(stat.Mtime, stat.Ctime))
	return c.now.Sub(seen) >= racy || c.now.Sub(changed) >= old ||
		stat.Device == c.device && c.device != 0 && c.there.Sub(changed) >= racy
}

// folder is what an index knows of one.
type folder struct {
	name    string // with the final slash
	stamp   int64  // 0 where the store cannot tell
	seen    int64  // when it was first seen like that, in nanoseconds
	settled bool   // it was listed later than that
	gone    bool
}

// unchanged tells whether there is nothing new in the folder that is now like now.
func (f folder) unchanged(now folder) bool { return f.settled && f.stamp == now.stamp && f.stamp != 0 }

// look is the state of a folder now, given what was known of it. It comes before
// the folder is listed.
func look(ctx context.Context, s *store.Store, known folder, c clock) (folder, error) {
	stat, err := s.Look(ctx, known.name)
	if errors.Is(err, errors.ErrUnsupported) {
		return folder{name: known.name}, nil
	}
	if err != nil {
		return folder{}, err
	}
	f := folder{name: known.name, stamp: stampOf(stat), seen: c.now.UnixNano()}
	if f.stamp == known.stamp && known.seen < f.seen {
		f.seen = known.seen
	}
	f.settled = c.isSettled(stat, time.Unix(0, f.seen))
	return f, nil
}

// shards are the folders that the store has for records or intents, and the names
// beside them, which name nothing.
func shards(ctx context.Context, s *store.Store, kind store.Kind) (found, beside []string, err error) {
	top := string(kind) + "/"
	names, err := s.Names(ctx, top)
	for _, name := range names {
		if isShard(name) {
			found = append(found, top+name)
		} else {
			beside = append(beside, top+name)
		}
	}
	return found, beside, err
}

func isShard(name string) bool {
	return len(name) == 3 && name[2] == '/' && strings.Trim(name[:2], "0123456789abcdef") == ""
}

// strays are the keys of what stands beside the shards.
func strays(ctx context.Context, s *store.Store, beside []string) (keys []string, err error) {
	for _, name := range beside {
		if !strings.HasSuffix(name, "/") {
			keys = append(keys, name)
			continue
		}
		for key, err := range s.Keys(ctx, name) {
			if err != nil {
				return nil, err
			}
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// list gives the keys in a shard, and whether its state tells of all of them: it
// tells nothing of folders within it.
func list(ctx context.Context, s *store.Store, shard string) (keys []string, whole bool, err error) {
	names, err := s.Names(ctx, shard)
	if err != nil {
		return nil, false, fmt.Errorf("listing %s: %w", shard, err)
	}
	whole = true
	for _, name := range names {
		if !strings.HasSuffix(name, "/") {
			keys = append(keys, shard+name)
			continue
		}
		whole = false
		for key, err := range s.Keys(ctx, shard+name) {
			if err != nil {
				return nil, false, err
			}
			keys = append(keys, key)
		}
	}
	return keys, whole, nil
}
