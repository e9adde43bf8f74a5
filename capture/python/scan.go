package python

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Scan lists what is installed in an interpreter. It reads metadata only, no
// file of a distribution. An error means that ctx ended; everything else that
// went wrong stands in Problems.
func Scan(ctx context.Context, in Interpreter, o ScanOptions) (Inventory, error) {
	inv := Inventory{Interpreter: in}
	conda, problems, err := readCondaPrefixes(ctx, in, o)
	if err != nil {
		return inv, fmt.Errorf("scanning packages of %q: %w", in.Path, err)
	}
	inv.Conda = conda
	inv.Problems = append(inv.Problems, problems...)
	candidates := inv.candidates()
	results := make([]found, len(candidates))
	err = each(ctx, len(candidates), 0, func(i int) {
		if candidates[i].format != EggLink {
			results[i] = candidates[i].read(o.Rules)
		}
	})
	if err != nil {
		return inv, fmt.Errorf("scanning packages of %q: %w", in.Path, err)
	}
	for i, c := range candidates {
		if c.format != EggLink {
			inv.take(results[i])
		}
	}
	slices.SortFunc(inv.Distributions, func(a, b Distribution) int { return strings.Compare(a.Name, b.Name) })
	inv.linkEggs(candidates)
	linkConda(&inv)
	if err := linkDpkg(ctx, &inv, o.Root); err != nil {
		return inv, fmt.Errorf("scanning packages of %q: %w", in.Path, err)
	}
	inv.findLoose()
	askCheckouts(ctx, &inv, o.Checkouts)
	return inv, ctx.Err()
}

// readCondaPrefixes reads the interpreter's own prefix and, where a virtual
// environment lets them in, that of its base.
func readCondaPrefixes(ctx context.Context, in Interpreter, o ScanOptions) ([]CondaPackage, []Problem, error) {
	prefixes := []string{in.Prefix}
	if in.BasePrefix != in.Prefix && slices.ContainsFunc(in.Sites, func(s Site) bool { return s.Origin == SiteBase }) {
		prefixes = append(prefixes, in.BasePrefix)
	}
	var all []CondaPackage
	var problems []Problem
	for _, p := range prefixes {
		packages, faults, err := readConda(ctx, p, o.Rules)
		if err != nil {
			return nil, nil, err
		}
		all, problems = append(all, packages...), append(problems, faults...)
	}
	return all, problems, nil
}

// candidates are the descriptions of distributions in all sites, in the order of
// sys.path. Within a site the newer formats come first.
func (inv *Inventory) candidates() []candidate {
	var all []candidate
	for _, s := range inv.Interpreter.Sites {
		if strings.HasSuffix(strings.ToLower(s.Path), ".egg") {
			all = append(all, candidate{s, s.Path, Egg})
			continue
		}
		if !isDir(s.Path) {
			continue // an archive, which has no metadata
		}
		entries, err := os.ReadDir(s.Path)
		if err != nil {
			inv.problem(s.Path, reason(err))
			continue
		}
		start := len(all)
		for _, e := range entries {
			if f, ok := formatOf(e.Name()); ok {
				all = append(all, candidate{s, filepath.Join(s.Path, e.Name()), f})
			} else if strings.HasPrefix(e.Name(), "~") && s.installs() {
				inv.problem(filepath.Join(s.Path, e.Name()), "is left of an interrupted installation")
			}
		}
		slices.SortStableFunc(all[start:], func(a, b candidate) int { return cmp.Compare(a.format, b.format) })
	}
	return all
}

// take sorts one that was read: it is imported, or hidden by one before it. They
// are few enough to be compared with each other.
func (inv *Inventory) take(r found) {
	inv.Problems = append(inv.Problems, r.problems...)
	d := r.distribution
	n := slices.IndexFunc(inv.Distributions, func(w Distribution) bool { return w.Name == d.Name })
	if n < 0 {
		inv.Distributions = append(inv.Distributions, d)
		return
	}
	w := inv.Distributions[n]
	d.ShadowedBy = w.Metadata
	inv.Shadowed = append(inv.Shadowed, d)
	if w.Site == d.Site && w.Version != d.Version {
		inv.problem(d.Metadata, fmt.Sprintf("describes version %s of what %s describes as %s, in the same folder", d.Version, filepath.Base(w.Metadata), w.Version))
	}
}

// linkEggs marks the distributions that an .egg-link points to: develop mode, as
// setuptools did it before there was direct_url.json.
func (inv *Inventory) linkEggs(candidates []candidate) {
	for _, c := range candidates {
		if c.format != EggLink {
			continue
		}
		text, err := readFile(c.path)
		if err != nil {
			inv.problem(c.path, reason(err))
			continue
		}
		dir, _, _ := strings.Cut(string(text), "\n")
		dir = join(c.site.Path, strings.TrimSpace(dir))
		project, _ := nameFromEntry(filepath.Base(c.path))
		linked := false
		for i := range inv.Distributions {
			d := &inv.Distributions[i]
			if d.Name == NormalizeName(strings.TrimSuffix(filepath.Base(c.path), ".egg-link")) && followed(d.Site) == followed(dir) {
				d.Format, linked = EggLink, true
				d.Origin = &Origin{URL: "file://" + filepath.ToSlash(dir), Dir: dir, Editable: true}
			}
		}
		if !linked {
			inv.problem(c.path, fmt.Sprintf("links %q to %q, which is not imported from there", project, dir))
		}
	}
}

// each calls work with 0 to n-1 on several goroutines; workers 0 means as many as
// there are cores. It answers ctx's error.
func each(ctx context.Context, n, workers int, work func(i int)) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}
