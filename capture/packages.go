package capture

import (
	"context"
	"errors"
	"slices"

	"github.com/lineage-audit/lineage/capture/python"
	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/record"
)

// packageFacts are what is known of interpreters and what is installed in them.
type packageFacts struct {
	dependencies []record.Resource
	python       string // the path of the first interpreter
	inventories  []inventory
}

// inventory is one interpreter's, with the checks of its files.
type inventory struct {
	python.Inventory
	checks []python.FileCheck
}

// capturePackages finds the interpreters that the command runs, and lists what is
// installed in each. What was seen running outweighs what the command line says.
func (s *session) capturePackages(ctx, running context.Context, pid int) packageFacts {
	var seen []python.Interpreter
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		defer s.sampler.Close()
		if pid > 0 {
			seen = python.Watch(running, python.WatchOptions{PID: pid, Visit: s.sampler.Visit})
		}
	}()
	resolved, ok, err := python.Resolve(ctx, python.Command{Args: s.Command, Dir: s.Place.Dir, Env: s.childEnv})
	var first inventory
	if err == nil && ok {
		first = s.takeInventory(ctx, resolved)
	}
	<-watched
	if err != nil && len(seen) == 0 {
		s.ledger.gap(record.GapPackages, "interpreter", hashError(ctx, err))
	}
	if err != nil || !ok || len(seen) > 0 && !slices.ContainsFunc(seen, sameEnvironment(resolved)) {
		return s.describe(s.inventories(ctx, seen, inventory{}))
	}
	return s.describe(s.inventories(ctx, python.Merge(append(seen, resolved)), first))
}

// inventories lists what is installed in each interpreter. That of the one which the
// command line named was begun early; it counts if the run looked in no other folders.
func (s *session) inventories(ctx context.Context, interpreters []python.Interpreter, early inventory) (found []inventory) {
	for _, in := range interpreters {
		if sameEnvironment(in)(early.Interpreter) && slices.Equal(in.Sites, early.Interpreter.Sites) {
			early.Interpreter.Observed = in.Observed
			found = append(found, early)
			continue
		}
		found = append(found, s.takeInventory(ctx, in))
	}
	return found
}

func sameEnvironment(a python.Interpreter) func(python.Interpreter) bool {
	return func(b python.Interpreter) bool { return a.RealPath == b.RealPath && a.Prefix == b.Prefix }
}

func (s *session) takeInventory(ctx context.Context, in python.Interpreter) inventory {
	inv, err := python.Scan(ctx, in, python.ScanOptions{Checkouts: checkouts{git.Options{Env: s.Env}}, Rules: s.rules})
	if err != nil {
		s.ledger.gap(record.GapPackages, in.Path, hashError(ctx, err))
		return inventory{Inventory: python.Inventory{Interpreter: in}}
	}
	checks, err := python.Check(ctx, &inv, python.CheckOptions{})
	if err != nil {
		s.ledger.gap(record.GapPackages, in.Path, "the installed files were not compared with their RECORD: "+hashError(ctx, err))
	}
	return inventory{inv, checks}
}

// packageChanges takes the lists again: what was installed while the run went on
// may or may not have been what it loaded.
func (s *session) packageChanges(ctx context.Context) {
	for _, before := range s.packages.inventories {
		after, err := python.Scan(ctx, before.Interpreter, python.ScanOptions{Rules: s.rules})
		if err != nil {
			s.ledger.gap(record.GapPackageChanged, before.Interpreter.Path, hashError(ctx, err))
			continue
		}
		old, now := versions(before.Inventory), versions(after)
		for name, version := range old {
			if now[name] != version {
				s.ledger.gap(record.GapPackageChanged, name, "version and RECORD at the start and at the end: "+version+", "+orUnnamed(now[name]))
			}
			delete(now, name)
		}
		for name, version := range now {
			s.ledger.gap(record.GapPackageChanged, name, "installed while the run went on: "+version)
		}
	}
}

func versions(inv python.Inventory) map[string]string {
	m := map[string]string{}
	for _, d := range inv.Distributions {
		m[d.Name] = d.Version + " " + d.Record.String()[:12]
	}
	return m
}

// checkouts describes the work trees of editable installs.
type checkouts struct{ options git.Options }

func (c checkouts) Checkout(ctx context.Context, dir string) (*python.Checkout, error) {
	repo, err := git.Open(ctx, dir, c.options)
	if errors.Is(err, git.ErrNoRepository) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	scan, err := repo.Scan(ctx, git.ScanOptions{})
	if err != nil {
		return nil, err
	}
	tree, err := scan.Judge(ctx, git.JudgeOptions{})
	if err != nil {
		return nil, err
	}
	state, err := scan.State(ctx)
	if err != nil {
		return nil, err
	}
	out := &python.Checkout{Root: repo.Root(), Commit: string(tree.Commit), State: string(tree.State)}
	if len(state.Remotes) > 0 {
		out.Remote = state.Remotes[0].URL
	}
	return out, nil
}
