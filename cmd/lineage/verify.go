package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/attach/mlflow"
	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/verify"
	"github.com/lineage-audit/lineage/verify/evidence"
)

// verifyFlags are those of `lineage verify`.
type verifyFlags struct {
	require   string
	policy    string
	repos     []string
	dataRoots []string
	fetch     []string
	noFetch   bool
	record    string
	formats   []string
	json      bool
}

const verifyHelp = `Check that a model is traceable and reproducible, and say on what evidence.

MODEL is a file or folder, or a reference that your tracker resolves:
runs:/ID/PATH, models:/NAME/VERSION, models:/NAME@ALIAS, models:/m-ID.

Each check is held, failed, lacking or not applicable; docs/checks.md says what each
proves and what it does not. Any check that failed, at any rung, makes the verdict
fail. A check that is lacking at the required rung or below makes it cannot verify.
Otherwise it is pass. Rungs: traced (the default), pinned, attested, reproduced.

A policy file says the same for a whole team:

  version: 1
  require: pinned
  repositories:
    - url: https://git.example.com/team/model.git
      branches: [main]

An input whose bytes are nowhere here is looked for where the record says that it was
fetched from, if the origin was named: by --fetch, or by sources: in the policy. No
other is asked, since a record can name whatever it likes. docs/sources.md has more.

In CI, --format writes the verdict as the system reads it, and --format NAME=FILE to
a file, as often as is needed: one verification, many reports. What has no FILE goes
to stdout, which is text unless a format says otherwise. A report that an earlier
verification has left is removed first, and where there is no verdict the reports say
so: none of them is ever green but for a pass. With github the job summary is written
too. docs/ci.md has jobs for GitHub Actions, GitLab CI and Jenkins.

Exit status: 0 pass, 1 fail, 2 the command line or a file given to it is wrong,
3 cannot verify, errors of lineage itself included. What a signal ends has no verdict,
and the status that shells give it: 130 for Ctrl-C, 143 for SIGTERM.`

const verifyExamples = `  lineage verify model/
  lineage verify models:/fraud-classifier@champion --policy lineage.policy.yaml
  lineage verify models:/fraud-classifier/7 --require pinned --repo https://git.example.com/team/model.git
  lineage verify models:/fraud-classifier@champion --format github --format sarif=lineage.sarif
  lineage verify models:/fraud-classifier@champion --format junit=lineage.xml --format gitlab=gl-code-quality-report.json
  lineage verify models:/fraud-classifier/7 --require pinned --fetch s3://team-data/ --fetch https://data.example.org/sets/
  lineage verify model.pkl --json | jq '.checks[] | select(.status != "held")'`

func (c *cli) verifyCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use: "verify MODEL", Short: "Check that a model is traceable and reproducible", Long: verifyHelp, Example: verifyExamples,
		Args: func(cmd *cobra.Command, args []string) error {
			err := exactly(c, "verify", 1, "a MODEL: a path, or models:/NAME/VERSION")(cmd, args)
			if err != nil {
				c.misread(cmd.Context(), os.Args[1:], err)
			}
			return err
		},
		RunE: func(cmd *cobra.Command, args []string) error { return c.verify(cmd.Context(), f, args[0]) },
	}
	flags := cmd.Flags()
	f.judging(cmd)
	flags.StringArrayVar(&f.formats, "format", nil, "`NAME[=FILE]` of a format, to stdout or a file: text, json, junit, sarif, github, gitlab, markdown; repeatable")
	flags.BoolVar(&f.json, "json", false, "the verdict as JSON ("+verify.Schema+"), as --format json")
	return cmd
}

// judging are the flags of all that verifies a model.
func (f *verifyFlags) judging(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.require, "require", "", "the `rung` to reach at least: traced, pinned, attested, reproduced")
	flags.StringVar(&f.policy, "policy", "", "policy `file`")
	flags.StringArrayVar(&f.repos, "repo", nil, "`repository`, a URL or a folder, that counts for git.reachable; repeatable")
	flags.StringArrayVar(&f.dataRoots, "data-root", nil, "`folder` in which inputs are looked for; repeatable")
	flags.StringArrayVar(&f.fetch, "fetch", nil, "`URI` of an origin that may be asked for inputs, with all that is below it, if the record names it; repeatable")
	flags.BoolVar(&f.noFetch, "no-fetch", false, "ask no origin for inputs, whatever the policy allows")
	flags.StringVar(&f.record, "record", "", "`id` of the record to verify against")
	_ = cmd.RegisterFlagCompletionFunc("require", cobra.FixedCompletions([]string{"traced", "pinned", "attested", "reproduced"}, cobra.ShellCompDirectiveNoFileComp)) // fails only for a flag that is not there
}

func (c *cli) verify(ctx context.Context, f verifyFlags, asked string) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	outputs, err := f.outputs()
	outputs, clearErr := c.clear(ctx, f, outputs, asked)
	if err = cmp.Or(err, clearErr); err != nil {
		c.tellUnfinished(ctx, f, outputs, asked, err)
		return err
	}
	j, err := c.judge(ctx, f, asked)
	if err != nil {
		c.tellUnfinished(ctx, f, outputs, asked, err)
		return err
	}
	defer j.close()
	told := c.tell(ctx, f, outputs, j.verdict)
	switch status := j.verdict.Result.ExitStatus(); {
	case told != nil && status != exitFail:
		err := cannot(told)
		c.tellUnfinished(ctx, f, outputs, asked, err) // instead of those that were written
		return err
	case told != nil:
		c.complain(told)
		return &statusError{status: status}
	case status != exitPass:
		return &statusError{status: status}
	}
	return nil
}

// judged is a verdict, and what it was found with.
type judged struct {
	verdict  verify.Verdict
	request  verify.Request
	ref      attach.Ref
	place    *capture.Place
	store    *store.Store
	dir      string             // of the store
	system   *mlflow.System     // nil for a path
	registry *evidence.Registry // likewise
	opened   []io.Closer
	closing  func(io.Closer)
}

// close gives back what was opened.
func (j *judged) close() {
	for _, opened := range j.opened {
		j.closing(opened)
	}
}

// judge verifies a model, as the flags have it.
func (c *cli) judge(ctx context.Context, f verifyFlags, asked string) (*judged, error) {
	j := &judged{closing: c.closing}
	var err error
	if j.request, err = c.request(ctx, f, asked); err != nil {
		return nil, err
	}
	if j.ref, err = attach.ParseRef(asked); err != nil {
		return nil, &statusError{status: exitUsage, err: err, hint: hintOf(err)}
	}
	if j.ref.Kind == attach.RefPath {
		if _, err := os.Lstat(j.ref.Path); errors.Is(err, fs.ErrNotExist) {
			return nil, usage("there is no file or folder %q", j.ref.Path)
		} else if err != nil {
			return nil, usage("model: %w", err)
		}
	}
	if err := c.gather(ctx, f, j); err != nil {
		j.close()
		return nil, cannot(err)
	}
	if j.verdict = verify.Verify(ctx, j.request); ctx.Err() != nil { // half a look is no verdict
		j.close()
		return nil, ctx.Err()
	}
	return j, nil
}

// cannot is our own failure while verifying: never a verdict.
func cannot(err error) error {
	var own *statusError
	if errors.As(err, &own) && own.status == exitUsage {
		return err
	}
	return &statusError{status: exitCannot, err: fmt.Errorf("cannot verify: %w", err), hint: hintOf(err)}
}

// request is what the command line and the policy say.
func (c *cli) request(ctx context.Context, f verifyFlags, asked string) (verify.Request, error) {
	q := verify.Request{Asked: asked, Version: version(), Time: time.Now()}
	var err error
	if f.require != "" {
		if q.Require, err = verify.ParseRequire(f.require); err != nil {
			return q, usage("--require: %w", err)
		}
	}
	if f.policy != "" {
		raw, err := readFile(ctx, f.policy)
		if err != nil {
			return q, usage("--policy: %w", err)
		}
		if q.Policy, err = verify.ParsePolicy(raw); err != nil {
			return q, usage("--policy %q: %w", f.policy, err)
		}
		q.Policy.URI = fileURI(f.policy)
	}
	for _, folder := range f.dataRoots {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return q, usage("--data-root %q is no folder", folder)
		}
	}
	for _, origin := range f.fetch {
		if _, err := os.Stat(origin); err != nil && !strings.Contains(origin, ":") { // else it is a URI
			return q, usage("--fetch %q is neither a URI, as https://data.example.org/sets/, nor a file or folder", origin)
		}
	}
	for _, repo := range f.repos {
		q.Repositories = append(q.Repositories, verify.RepositoryRef{URL: repo})
	}
	return q, nil
}

// fileURI names the policy in verdicts: by its name, since the folder is nobody's
// business.
func fileURI(path string) string { return "file:" + filepath.Base(path) }

// gather gives the request its eyes.
func (c *cli) gather(ctx context.Context, f verifyFlags, j *judged) (err error) {
	q := &j.request
	if j.place, err = c.place(ctx); err != nil {
		return err
	}
	if j.store, j.dir, err = c.open(ctx, j.place); err != nil {
		return err
	}
	if err := c.chosen(ctx, j.store, f.record, q); err != nil {
		return err
	}
	repositories := &evidence.Repositories{Options: git.Options{Env: c.environ}}
	kept := evidence.Store{Store: j.store}
	q.Records, q.Opener, q.Locks = kept, repositories, evidence.Locks{}
	q.ClientFiles = []verify.ClientFile{evidence.ClientFile()}
	blobs := evidence.Blobs{kept}
	j.opened = append(j.opened, repositories)
	if j.ref.Kind == attach.RefPath {
		q.Target = evidence.Path{Path: j.ref.Path, Store: j.dir}
	} else {
		j.system = newMLflow(c.environ, j.place.Dir, c.python(ctx, j.place.Dir))
		j.registry = &evidence.Registry{Tracker: j.system, Ref: j.ref}
		q.Target, blobs, j.opened = j.registry, append(blobs, j.registry), append(j.opened, j.system)
	}
	q.Blobs = blobs
	q.Places = places(j.place, j.dir, f.dataRoots)
	if q.Places, err = c.withOrigins(f, j); err != nil {
		return err
	}
	if j.place.Repo != nil {
		q.Local, err = repositories.Open(ctx, verify.RepositoryRef{URL: j.place.Root})
	}
	return err
}

// closing gives back what a verb has opened. Its answer stands already.
func (c *cli) closing(opened io.Closer) {
	if err := opened.Close(); err != nil {
		c.complain(err)
	}
}

// chosen is the record that --record names. A full id need not be in this store.
func (c *cli) chosen(ctx context.Context, s *store.Store, text string, q *verify.Request) error {
	if text == "" {
		return nil
	}
	id, err := record.ParseID(text)
	if err == nil {
		q.Record = id
		return nil
	}
	r, err := c.findRecord(ctx, s, text)
	if err != nil {
		return &statusError{status: exitUsage, err: fmt.Errorf("--record: %w", err), hint: hintOf(err)}
	}
	q.Record = r.ID()
	return nil
}

func places(p *capture.Place, store string, dataRoots []string) []verify.Looked {
	var found []verify.Looked
	for _, folder := range dataRoots {
		found = append(found, verify.Looked{Kind: verify.PlaceDataRoot, Place: evidence.DataRoot{Folder: folder}})
	}
	return append(found, verify.Looked{Kind: verify.PlaceRecorded, Place: evidence.Recorded{Path: p.Path, Store: store}})
}
