package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/attach/mlflow"
	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// trackerPatience bounds how long a run waits for its tracker once the command
// has ended.
const trackerPatience = 2 * time.Minute

// tracker is MLflow as a run sees it: prepared before the command starts, asked
// when it has ended. What it was asked then is kept for attaching.
type tracker struct {
	env       []string
	dir       string
	system    *mlflow.System
	collected attach.Collected
	failed    error // why the record hangs nowhere
}

// newMLflow is the MLflow that the environment means. One call of MLflow's own client
// may take what MLFLOW_HTTP_REQUEST_TIMEOUT says, so ours may.
func newMLflow(env []string, dir, python string) *mlflow.System {
	o := mlflow.Options{Env: env, Dir: dir, Python: python}
	for _, e := range env {
		if text, found := strings.CutPrefix(e, "MLFLOW_HTTP_REQUEST_TIMEOUT="); found {
			seconds, _ := strconv.Atoi(text) // what is none leaves the default
			o.Timeout = time.Duration(min(seconds, 3600)) * time.Second
		}
	}
	return mlflow.New(o)
}

// Prepare implements capture.Tracker.
func (t *tracker) Prepare(env []string, i record.Invocation) ([]string, error) {
	t.system = newMLflow(t.env, t.dir, "")
	return t.system.Prepare(env, i)
}

// Collect implements capture.Tracker.
func (t *tracker) Collect(ctx context.Context, s capture.Span) (capture.Collected, error) {
	ctx, cancel := context.WithTimeout(ctx, trackerPatience)
	defer cancel()
	span := attach.Span{Invocation: s.Invocation, Started: s.Started, Ended: s.Ended}
	t.collected, t.failed = attach.Collect(ctx, t.system, span)
	if errors.Is(t.failed, attach.ErrUnsupported) && s.Python != "" {
		// The store is a local one, and what reads it is known only now.
		t.system = newMLflow(t.env, t.dir, s.Python)
		t.collected, t.failed = attach.Collect(ctx, t.system, span)
	}
	if t.failed != nil {
		return capture.Collected{}, t.failed
	}
	c, err := capture.Collected{Outputs: t.collected.Outputs}, t.collected.Err()
	for _, target := range t.collected.Targets {
		if target.Kind != attach.KindRun {
			continue
		}
		content, runErr := runData(ctx, t.system, target)
		if runErr != nil {
			err = errors.Join(err, runErr)
			continue
		}
		c.Tracking = append(c.Tracking, capture.Tracking{
			Name:    "run " + target.ID,
			Origin:  record.Origin{Kind: "server", System: target.System, Target: string(target.Kind), ID: target.ID},
			Content: content,
		})
	}
	if len(t.collected.Targets) == 0 {
		t.failed = t.escaped(s.Started)
	}
	return c, err
}

// escaped tells that nothing was found where something is to be expected: somebody
// named an MLflow, or its store in the command's folder was written to. What the
// command made there by another way than the fluent API carries no invocation.
func (t *tracker) escaped(started time.Time) error {
	named := slices.ContainsFunc(t.env, func(e string) bool {
		uri, found := strings.CutPrefix(e, "MLFLOW_TRACKING_URI=")
		return found && uri != ""
	})
	if info, err := os.Stat(t.system.Address()); !named && (err != nil || info.ModTime().Before(started)) {
		return nil
	}
	return fmt.Errorf("nothing at %s carries the run's invocation", t.system.Address())
}

func runData(ctx context.Context, system *mlflow.System, target attach.Target) ([]byte, error) {
	data, err := system.RunData(ctx, target)
	if err != nil {
		return nil, err
	}
	return data.JSON()
}

// hangOn hangs a record on what its run left, as far as that is done before long.
func hangOn(ctx context.Context, s *store.Store, t attach.Tracker, r *record.Record, blobs map[hashing.FileDigest][]byte, targets []attach.Target, known map[string]attach.Reading) ([]record.Attachment, []attach.Failure, error) {
	ctx, cancel := context.WithTimeout(ctx, trackerPatience)
	defer cancel()
	return hangPatiently(ctx, s, t, r, blobs, targets, known)
}

// hangPatiently hangs a record on targets and notes in the store where it hangs.
func hangPatiently(ctx context.Context, s *store.Store, t attach.Tracker, r *record.Record, blobs map[hashing.FileDigest][]byte, targets []attach.Target, known map[string]attach.Reading) ([]record.Attachment, []attach.Failure, error) {
	receipts, failures := attach.Hang(ctx, t, r, blobs, targets, known)
	var attached []record.Attachment
	var failed error
	for _, receipt := range receipts {
		a := record.Attachment{
			RecordID: r.ID(), AttachedOn: record.At(time.Now()), System: receipt.Target.System, Kind: string(receipt.Target.Kind),
			ID: receipt.Target.ID, Name: receipt.Target.Name, Run: receipt.Target.Run, URL: receipt.Target.URL, Location: receipt.Location,
		}
		failed = errors.Join(failed, s.PutAttachment(context.WithoutCancel(ctx), a))
		attached = append(attached, a)
	}
	return attached, failures, failed
}
