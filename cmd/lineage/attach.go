package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/attach/mlflow"
	"github.com/lineage-audit/lineage/capture/python"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/store"
)

const attachHelp = `Hang the record of RUN on what a tracker keeps.

Without --to the run's own traces are looked for, by the invocation that they carry:
what "lineage run" does by itself when the command has ended, and what is to be done
later where the server was down. With --to the record is hung on a run or a model
version that is there already. A model whose bytes are not outputs of the run is
refused.

The server is the one of MLFLOW_TRACKING_URI, as MLflow's own client finds it.`

const attachExamples = `  lineage attach @1 mlflow
  lineage attach 3f2a91 mlflow --to models:/fraud-classifier/7
  lineage attach 3f2a91 mlflow --to runs:/0123456789abcdef0123456789abcdef`

func (c *cli) attachCommand() *cobra.Command {
	var to []string
	cmd := &cobra.Command{
		Use: "attach RUN mlflow", Short: "Hang a record on a tracker's run or model", Long: attachHelp, Example: attachExamples,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := exactly(c, "attach", 2, "a RUN and a system: lineage attach @1 mlflow")(cmd, args); err != nil {
				return err
			}
			if args[1] != attach.MLflow {
				c.verb = "attach"
				return usage("system %q is not known; known is %q", args[1], attach.MLflow)
			}
			return nil
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, part string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return []string{attach.MLflow}, cobra.ShellCompDirectiveNoFileComp
			}
			return c.completeRun(cmd, args, part)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return c.attach(cmd.Context(), args[0], to) },
	}
	cmd.Flags().StringArrayVar(&to, "to", nil, "`reference` of a run (runs:/ID) or model (models:/NAME/VERSION, models:/NAME@ALIAS, models:/m-ID); repeatable")
	return cmd
}

func (c *cli) attach(ctx context.Context, run string, to []string) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	refs := make([]attach.Ref, len(to))
	for i, text := range to {
		var err error
		if refs[i], err = attach.ParseTarget(text); err != nil {
			return &statusError{status: exitUsage, err: err, hint: hintOf(err)}
		}
		if refs[i].System() != attach.MLflow {
			return usage("--to %q is a path, and names nothing of a tracker", text)
		}
	}
	place, s, r, err := c.openRecord(ctx, run)
	if err != nil {
		return err
	}
	system := newMLflow(c.environ, place.Dir, c.python(ctx, place.Dir))
	defer c.closing(system)
	targets, known, err := c.targets(ctx, system, r, refs)
	if err != nil {
		return err
	}
	attached, failures, err := hangPatiently(ctx, s, system, r, c.alongWith(ctx, s, r), targets, known)
	for _, a := range attached {
		fmt.Fprintf(c.stdout, "%s %s\n", report.Clean(a.Kind), report.Clean(a.Name+" "+a.ID))
	}
	for _, f := range failures {
		c.complain(fmt.Errorf("not attached to %s: %w", f.Target, f.Err))
	}
	if err == nil && len(failures) > 0 {
		return &statusError{status: exitFail}
	}
	return err
}

// targets are those that were named, or else those that carry the invocation.
func (c *cli) targets(ctx context.Context, system *mlflow.System, r *record.Record, refs []attach.Ref) (found []attach.Target, known map[string]attach.Reading, err error) {
	for _, ref := range refs {
		target, err := targetOf(ctx, system, ref)
		if err != nil {
			return nil, nil, err
		}
		found = append(found, target)
	}
	if len(refs) > 0 {
		return found, nil, nil
	}
	m := r.Metadata()
	collected, err := attach.Collect(ctx, system, attach.Span{Invocation: m.InvocationID, Started: m.StartedOn.Time, Ended: m.FinishedOn.Time})
	if err != nil {
		return nil, nil, err
	}
	if len(collected.Targets) == 0 {
		return nil, nil, hinted(fmt.Errorf("nothing in the tracker carries the invocation %s", m.InvocationID), "name what it is to hang on: --to runs:/RUN_ID or --to models:/NAME/VERSION")
	}
	return collected.Targets, collected.Models, nil
}

func targetOf(ctx context.Context, system *mlflow.System, ref attach.Ref) (attach.Target, error) {
	if ref.Kind == attach.RefRun {
		return attach.Target{System: attach.MLflow, Kind: attach.KindRun, ID: ref.RunID, Run: ref.RunID}, nil
	}
	m, err := system.Resolve(ctx, ref)
	if err != nil {
		return attach.Target{}, err
	}
	if len(m.Targets) == 0 {
		return attach.Target{}, fmt.Errorf("%q has nothing that a record can be hung on", ref)
	}
	return m.Targets[0], nil
}

// alongWith are the blobs that go along with a record, as far as they are here.
func (c *cli) alongWith(ctx context.Context, s *store.Store, r *record.Record) map[hashing.FileDigest][]byte {
	blobs := map[hashing.FileDigest][]byte{}
	for _, role := range []record.Role{record.RoleManifest, record.RolePatch, record.RoleContent, record.RoleTracking} {
		for _, res := range r.Byproducts(role) {
			raw, err := s.ReadBlob(ctx, *res.Digest.SHA256, attach.MaxBlobs)
			if err != nil {
				c.complain(fmt.Errorf("%s of %q is left out: %w", role, res.Name, err))
				continue
			}
			blobs[*res.Digest.SHA256] = raw
		}
	}
	return blobs
}

// python is the interpreter through which a local store is reached: the first that
// has MLflow, of the active environment, the PATH, or .venv in this folder.
func (c *cli) python(ctx context.Context, dir string) string {
	first := ""
	for _, name := range []string{filepath.Join(c.getenv("VIRTUAL_ENV"), "bin", "python"), "python", "python3", ".venv/bin/python", "venv/bin/python"} {
		in, ok, err := python.Resolve(ctx, python.Command{Args: []string{name}, Dir: dir, Env: c.environ})
		if err != nil || !ok {
			continue
		}
		if first == "" {
			first = in.Path
		}
		for _, site := range in.Sites {
			if info, err := os.Stat(filepath.Join(site.Path, "mlflow")); err == nil && info.IsDir() {
				return in.Path
			}
		}
	}
	return first
}
