package main

import (
	"context"
	"errors"
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
	failed    error
}

// Prepare implements capture.Tracker.
func (t *tracker) Prepare(env []string, i record.Invocation) ([]string, error) {
	return mlflow.New(mlflow.Options{Env: env, Dir: t.dir}).Prepare(env, i)
}

// Collect implements capture.Tracker.
func (t *tracker) Collect(ctx context.Context, s capture.Span) (capture.Collected, error) {
	ctx, cancel := context.WithTimeout(ctx, trackerPatience)
	defer cancel()
	var err error
	t.system = mlflow.New(mlflow.Options{Env: t.env, Dir: t.dir, Python: s.Python})
	t.collected, err = attach.Collect(ctx, t.system, attach.Span{Invocation: s.Invocation, Started: s.Started, Ended: s.Ended})
	t.failed = err
	c := capture.Collected{Outputs: t.collected.Outputs}
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
	return c, err
}

func runData(ctx context.Context, system *mlflow.System, target attach.Target) ([]byte, error) {
	data, err := system.RunData(ctx, target)
	if err != nil {
		return nil, err
	}
	return data.JSON()
}

// hangOn hangs a record on targets and notes in the store where it hangs.
func hangOn(ctx context.Context, s *store.Store, t attach.Tracker, r *record.Record, blobs map[hashing.FileDigest][]byte, targets []attach.Target, known map[string]hashing.Manifest) ([]record.Attachment, []attach.Failure, error) {
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
