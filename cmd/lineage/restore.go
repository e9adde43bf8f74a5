package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/fetch"
	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/restore"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
)

// restoreFlags are those of `lineage restore`.
type restoreFlags struct {
	from      string
	inputs    bool
	dataRoots []string
	dataDir   string
	fetch     []string
	json      bool
}

const restoreHelp = `Put the code of a run back, byte for byte, into a folder that is empty or not there;
with --inputs its data and preprocessing too, where they can be had.

The commit is taken from --from, or else from the repository that the command is
started in; what differed from it was kept with the record. The result is checked
against the record's digest: a folder that is there afterwards is the recorded one.
It has a .git of its own with that commit, without its history, and with what was
staged, so that git status says there what it said at the run.

Each input is looked for by its digest, and hashed as it is written: in the code itself,
among kept blobs, under --data-root, at its recorded path, where recorded runs left the
same bytes, and at its URI. What the run had in the repository stands at the same
path of the folder; all else below lineage-inputs in it, by what it started from:
abs/mnt/data/a.csv, home/data/b.csv. Nothing is written outside of the folder. A link
is made again where it leads to something in its own tree.

A record may be anybody's, and could name a service that only this machine can reach: a
URI is asked only if --fetch names it, or something that it is below, as with
lineage verify.

Exit status: 0 if all is there; 1 if something is missing, which is named with the
reason and, where there is one, the command that may help.`

const restoreExamples = `  lineage restore @1 /tmp/as-it-was
  lineage restore 3f2a91 code --from https://git.example.com/team/model.git
  lineage restore @1 /tmp/again --inputs --data-root /mnt/data
  lineage restore @1 /tmp/again --inputs --fetch https://data.example.com/`

func (c *cli) restoreCommand() *cobra.Command {
	var f restoreFlags
	cmd := &cobra.Command{
		Use: "restore RUN DIR", Short: "Put the code and inputs of a run back into a folder", Long: restoreHelp, Example: restoreExamples,
		Args: exactly(c, "restore", 2, "a RUN and a DIR: lineage restore @1 code"), ValidArgsFunction: c.completeRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.restore(cmd.Context(), args[0], args[1], f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "`repository` that has the commit: a URL or a folder")
	flags.BoolVar(&f.inputs, "inputs", false, "put data and preprocessing back too")
	flags.StringArrayVar(&f.dataRoots, "data-root", nil, "a `folder` under which inputs are looked for; repeatable")
	flags.StringVar(&f.dataDir, "data-dir", restore.DefaultDataDir, "the `name` of the folder, in DIR, for inputs that were not in the repository")
	flags.StringArrayVar(&f.fetch, "fetch", nil, "`URI` of an origin that may be asked for inputs, with all that is below it; repeatable")
	flags.BoolVar(&f.json, "json", false, "as JSON ("+report.RestoredSchema+")")
	return cmd
}

func (c *cli) restore(ctx context.Context, run, dir string, f restoreFlags) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	if !f.inputs && (len(f.dataRoots) > 0 || len(f.fetch) > 0) {
		return usage("--data-root and --fetch are for --inputs")
	}
	for _, folder := range f.dataRoots {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return usage("--data-root %q is no folder", folder)
		}
	}
	place, s, r, err := c.openRecord(ctx, run)
	if err != nil {
		return err
	}
	p, err := restore.Make(ctx, r, s, restore.PlanOptions{Inputs: f.inputs, DataDir: f.dataDir})
	if err != nil {
		return err
	}
	o, done, err := c.restoreOptions(ctx, s, place, p, f)
	if err != nil {
		return err
	}
	defer done()
	bar := c.bytesBar("restoring")
	o.Progress = bar.set
	told, err := p.Execute(ctx, dir, o)
	bar.done()
	if errors.Is(err, git.ErrNotEmpty) {
		return hinted(err, "name a folder that is empty or not there")
	} else if err != nil {
		return hinted(fmt.Errorf("restoring %s: %w", r.ID().Short(), err), "nothing was left in "+dir)
	}
	return c.tellRestored(ctx, s, r, told, dir, f)
}

// restoreOptions are where the ingredients come from.
func (c *cli) restoreOptions(ctx context.Context, s *store.Store, place *capture.Place, p *restore.Plan, f restoreFlags) (restore.Options, func(), error) {
	g := git.Options{Env: c.environ}
	o := restore.Options{Blobs: s, Submodule: func(ctx context.Context, _, url string) (*git.Source, error) { return git.OpenSource(ctx, url, g) }}
	source, err := c.restoreFrom(ctx, place, p, f.from, g)
	if err != nil {
		return o, nil, err
	}
	done := func() {}
	if source != nil {
		o.Repository, done = source, func() { c.closing(source) }
		o.Sources = append(o.Sources, commitsOf(p.Record, source)...)
	}
	o.Sources = append(o.Sources, restore.Named{Name: "kept blobs", Source: restore.Kept{Blobs: s}})
	for _, folder := range f.dataRoots {
		o.Sources = append(o.Sources, restore.Named{Name: "data root", Source: restore.Folder(folder)})
	}
	made := &madeElsewhere{cli: c, store: s}
	o.Sources = append(o.Sources,
		restore.Named{Name: "recorded path", Source: restore.Recorded{Path: place.Path}},
		restore.Named{Name: "output of a run", Source: restore.Made{At: made.at, Path: place.Path}})
	if f.inputs {
		origins, err := c.origins(s, place.Dir, f.fetch)
		if err != nil {
			done()
			return o, nil, err
		}
		o.Sources = append(o.Sources, restore.Named{Name: "URI", Source: origins})
	}
	return o, func() { made.close(); done() }, nil
}

// origins are the URIs that records and `lineage get` name, as far as they may be asked.
func (c *cli) origins(s *store.Store, dir string, named []string) (restore.Origins, error) {
	allowed, err := fetch.ParseAllowed(named, dir)
	if err != nil {
		return restore.Origins{}, &statusError{status: exitUsage, err: fmt.Errorf("--fetch: %w", err)}
	}
	client := fetch.New(fetch.Options{Env: c.environ, Dir: dir, Agent: "lineage/" + version(), Allow: allowed, Attempts: 3})
	return restore.Origins{
		More: func(ctx context.Context, w restore.Want) (uris []string, err error) {
			if u, err := fetch.Parse(w.TreeURI, dir); err == nil && strings.HasSuffix(w.TreeURI, "/") {
				uris = append(uris, u.Join(w.Below).String())
			}
			known, err := s.Sources(ctx, w.Digest)
			for _, source := range known[w.Digest] {
				uris = append(uris, source.URI)
			}
			return uris, err
		},
		Fetch: func(ctx context.Context, uri string, want hashing.FileDigest, file string) error {
			u, err := fetch.Parse(uri, dir)
			if err == nil {
				_, err = client.Get(ctx, u, fetch.Target{Path: file, SHA256: &want})
			}
			return err
		},
	}, nil
}

// restoreFrom opens the repository that has the commit.
func (c *cli) restoreFrom(ctx context.Context, place *capture.Place, p *restore.Plan, from string, g git.Options) (*git.Source, error) {
	needed := p.Patch != nil && p.Patch.Commit != ""
	if from == "" && place.Repo != nil {
		from = place.Root
	}
	if from == "" && needed {
		return nil, hinted(errors.New("no repository to take the commit from"), "name one with --from")
	}
	if from == "" {
		return nil, nil
	}
	return git.OpenSource(ctx, from, g)
}

// commitsOf are the commits of a run as places where its files may be.
func commitsOf(r *record.Record, source *git.Source) (found []restore.Named) {
	for _, res := range r.Dependencies(record.RoleCommit) {
		if res.Digest != nil && res.Digest.GitCommit != "" {
			found = append(found, restore.Named{Name: "commit", Source: restore.Commit{
				Source: source, ID: git.ObjectID(res.Digest.GitCommit), Top: res.Annotations.Commit.Location,
			}})
		}
	}
	return found
}

// madeElsewhere finds where recorded runs left the same bytes. The catalog is opened
// when it is needed.
type madeElsewhere struct {
	*cli
	store   *store.Store
	catalog *index.Catalog
}

func (m *madeElsewhere) at(ctx context.Context, w restore.Want) (found []record.Location, err error) {
	if m.catalog == nil {
		if m.catalog, err = m.cli.catalog(ctx, m.store, true); err != nil {
			return nil, err
		}
	}
	for use, err := range m.catalog.ByDigest(ctx, index.OfFile(w.Digest), index.Made) {
		if err != nil {
			return found, err
		}
		if !slices.Contains(found, use.Location) {
			found = append(found, use.Location)
		}
	}
	return found, nil
}

func (m *madeElsewhere) close() {
	if m.catalog != nil {
		m.closing(m.catalog)
	}
}

func (c *cli) tellRestored(ctx context.Context, s *store.Store, r *record.Record, told *restore.Report, dir string, f restoreFlags) error {
	doc := report.Restored{Record: r.ID(), Folder: dir, Complete: told.Complete()}
	if told.Code != nil {
		doc.Commit, doc.Withheld = record.GitHash(told.Code.Commit), lostFiles(told.Withheld)
	}
	help := helping{cli: c, store: s, record: r, dir: dir, f: f, makers: &makers{cli: c, store: s, run: r.ID()}}
	commands := help.commands(ctx, told.Outcomes)
	for i, o := range told.Outcomes {
		part := report.RestoredPart{Location: o.Location, Role: o.Role, Place: o.Place, Status: string(o.Status), Lost: lostFiles(o.Lost), Command: commands[i]}
		for _, from := range o.From {
			part.From = append(part.From, report.RestoredFrom{Name: from.Name, Where: from.Where, Files: from.Files})
			part.Files += from.Files
		}
		doc.Parts = append(doc.Parts, part)
	}
	err := report.RestoredText(c.stdout, doc, c.look(c.stdout))
	if f.json {
		err = report.RestoredJSON(c.stdout, doc)
	}
	if err != nil {
		return err
	}
	if !doc.Complete {
		hint := "all else is as recorded"
		if f.inputs {
			hint += "; --data-root FOLDER looks in a folder of yours for the rest"
		}
		return hinted(fmt.Errorf("%s is in %s, but for what is named", r.ID().Short(), dir), hint)
	}
	c.say(c.stderr, "%s is in %s, as recorded", r.ID().Short(), clean(dir))
	return nil
}

func lostFiles(lost []restore.Lost) (all []report.LostFile) {
	for _, l := range lost {
		all = append(all, report.LostFile{Path: l.Path, Why: l.Why})
	}
	return all
}
