package index

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lineage-audit/lineage/store"
)

// Built is an index that was made.
type Built struct {
	Path  string
	Runs  int
	Bytes int64
}

// Rebuild makes the index of a store anew, in the first of the places that can be
// used, and throws away what stands in the others. No place is an error.
func Rebuild(ctx context.Context, s *store.Store, o Options) (*Built, error) {
	var failures []string
	var built *Built
	for _, dir := range o.Dirs {
		if built != nil {
			Remove(dir) // what is not used may stay
			continue
		}
		b, err := rebuild(ctx, s, dir, o)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if built = b; err != nil {
			failures = append(failures, fmt.Sprintf("in %s: %v", dir, err))
		}
	}
	if built == nil && len(failures) > 0 {
		return nil, fmt.Errorf("no index can be made: %s", strings.Join(failures, "; "))
	}
	return built, nil
}

func rebuild(ctx context.Context, s *store.Store, dir string, o Options) (*Built, error) {
	if err := prepare(dir); err != nil {
		return nil, err
	}
	if err := build(ctx, s, dir, o); err != nil {
		return nil, err
	}
	t, err := openTables(ctx, s, dir, o.now())
	if err != nil {
		return nil, err
	}
	b := &Built{Path: filepath.Join(dir, fileName)}
	if err := t.conn.QueryRowContext(ctx, "SELECT count(*) FROM run").Scan(&b.Runs); err != nil {
		return nil, failed(ctx, err)
	}
	if err := t.close(); err != nil {
		return nil, err
	}
	info, err := os.Stat(b.Path)
	if err != nil {
		return nil, err
	}
	b.Bytes = info.Size()
	return b, nil
}
