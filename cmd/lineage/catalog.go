package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
)

// catalog answers what is in a store, from its index if that can be used. Who asks
// by digest or place wants the files of folders in it too.
func (c *cli) catalog(ctx context.Context, s *store.Store, files bool) (*index.Catalog, error) {
	bar := c.countBar()
	defer bar.done()
	return index.Open(ctx, s, index.Options{
		Dirs: c.indexDirs(s), Files: files, Now: time.Now, Progress: bar.set,
		Note: func(note string) { c.say(c.stderr, "%s", clean(note)) },
	})
}

// indexDirs are where the index of a store may stand: within it, or where that
// cannot be written, among the user's caches. A store that is not there has none.
func (c *cli) indexDirs(s *store.Store) []string {
	folder, err := filepath.Abs(s.Folder())
	if s.Folder() == "" || err != nil {
		return nil
	}
	if _, err := os.Stat(folder); err != nil {
		return nil
	}
	dirs := []string{filepath.Join(folder, ".index")}
	cache := c.getenv("XDG_CACHE_HOME")
	if home := c.getenv("HOME"); !filepath.IsAbs(cache) && filepath.IsAbs(home) {
		cache = filepath.Join(home, ".cache")
	}
	if filepath.IsAbs(cache) {
		sum := sha256.Sum256([]byte(folder))
		dirs = append(dirs, filepath.Join(cache, "lineage", "index-"+hex.EncodeToString(sum[:8])))
	}
	return dirs
}

// countBar shows on a terminal how many of so many things are done. It appears only
// when there is something to wait for.
type countBar struct {
	show     bool
	out      *cli
	began    time.Time
	doing    string // to what is counted
	what     string
	progress *mpb.Progress
	line     *mpb.Bar
}

// unasked is how long nobody asks what is waited for.
const unasked = 300 * time.Millisecond

func (c *cli) countBar() *countBar {
	return &countBar{show: term.IsTerminal(int(c.stderr.Fd())), out: c, began: time.Now(), doing: "reading"}
}

func (b *countBar) set(what string, done, total int64) {
	if !b.show || total == 0 || b.line == nil && time.Since(b.began) < unasked {
		return
	}
	if b.what != what {
		b.done()
		b.what, b.progress = what, mpb.New(mpb.WithOutput(b.out.stderr), mpb.WithWidth(40))
		b.line = b.progress.AddBar(total,
			mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name(fmt.Sprintf("lineage: %s %s ", b.doing, what)), decor.CountersNoUnit("%d / %d ")),
			mpb.AppendDecorators(decor.Percentage(), decor.Name(" "), decor.AverageETA(decor.ET_STYLE_GO)))
	}
	b.line.SetTotal(total, false)
	b.line.SetCurrent(done)
}

// done takes the bar away.
func (b *countBar) done() {
	if b.progress == nil {
		return
	}
	b.line.Abort(true)
	b.progress.Wait()
	b.progress, b.line = nil, nil
}
