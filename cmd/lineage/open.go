package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// place is where the program was started.
func (c *cli) place(ctx context.Context) (*capture.Place, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("looking for the current folder: %w", err)
	}
	return capture.FindPlace(ctx, dir, c.home(), git.Options{Env: c.environ})
}

func (c *cli) home() string {
	if home, err := filepath.EvalSymlinks(c.getenv("HOME")); err == nil {
		return home
	}
	return c.getenv("HOME")
}

// open opens the store that goes with a place.
func (c *cli) open(ctx context.Context, p *capture.Place) (*store.Store, string, error) {
	dir, err := c.storeOf(p)
	if err != nil {
		return nil, "", err
	}
	s, err := store.Open(ctx, store.NewDir(dir))
	if err == nil {
		s.OnForeign(c.foreign())
	}
	return s, dir, err
}

// storeOf is the folder of the store: that which was named, or the place's own. That
// of a repository is there with and without a git program.
func (c *cli) storeOf(p *capture.Place) (string, error) {
	if c.storeDir != "" {
		return c.storeDir, c.checkNamed(c.storeDir)
	}
	top := p.Root
	if p.Repo == nil {
		top = git.Top(p.Dir)
	}
	dir, err := store.Locate(top, c.getenv)
	if err == nil && top != "" && errors.Is(p.WhyNoRepo, git.ErrNoProgram) && !c.told {
		c.told = true
		c.say(c.stderr, "there is a repository at %s, and no git program on PATH: nothing is known of its commits; the store is %s", clean(near(top)), clean(near(dir)))
	}
	return dir, err
}

// without are the verbs that make a store where there is none, and those that can do
// without one, by what a tracker keeps.
var without = []string{"run", "get", "import", "verify", "report"}

// checkNamed tells what is wrong with a store that somebody named.
func (c *cli) checkNamed(dir string) error {
	info, err := os.Stat(dir)
	missing := errors.Is(err, fs.ErrNotExist)
	if err == nil && info.IsDir() || missing && slices.Contains(without, c.verb) {
		return nil
	}
	name := "--store"
	if dir == c.getenv("LINEAGE_STORE") {
		name = "LINEAGE_STORE"
	}
	switch {
	case missing:
		return &statusError{status: exitUsage, err: fmt.Errorf("%s: there is no store at %q", name, dir), hint: "`lineage run` and `lineage import` make one"}
	case err != nil:
		return usage("%s: %w", name, err)
	}
	return usage("%s: %q is no folder", name, dir)
}

// openHere is open where the program was started.
func (c *cli) openHere(ctx context.Context) (*store.Store, error) {
	p, err := c.place(ctx)
	if err != nil {
		return nil, err
	}
	s, _, err := c.open(ctx, p)
	return s, err
}

// openRecord is openHere for verbs that are about one run, which was named.
func (c *cli) openRecord(ctx context.Context, text string) (*capture.Place, *store.Store, *record.Record, error) {
	p, err := c.place(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	s, _, err := c.open(ctx, p)
	if err != nil {
		return nil, nil, nil, err
	}
	r, err := c.findRecord(ctx, s, text)
	return p, s, r, err
}
