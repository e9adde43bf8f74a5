package mlflow

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// maxRecords bounds what is read for one target.
const maxRecords = 1000

// Get gives the records that the target's tags name, and those that its run keeps.
// A file whose bytes are not those of its name is an error.
func (s *System) Get(ctx context.Context, t attach.Target) ([]attach.Attached, error) {
	if s.err != nil {
		return nil, s.err
	}
	op := fmt.Sprintf("reading the records of %s %q", t.Kind, t.ID)
	tags, err := s.tags(ctx, t)
	if err != nil {
		return nil, err
	}
	ids, bad := named(tags)
	if bad != "" {
		return nil, s.tracking.fail(op, attach.ErrMalformed, fmt.Sprintf("the tag %.100q names no record", bad), nil)
	}
	kept := map[record.ID][]byte{}
	if t.Run != "" {
		if kept, err = s.kept(ctx, op, t.Run); err != nil {
			return nil, err
		}
	}
	for id := range ids {
		if _, found := kept[id]; !found {
			kept[id] = nil
		}
	}
	var all []attach.Attached
	for _, id := range slices.SortedFunc(maps.Keys(kept), func(a, b record.ID) int { return bytes.Compare(a[:], b[:]) }) {
		all = append(all, attach.Attached{ID: id, Target: t, Named: ids[id], Statement: kept[id]})
	}
	return all, nil
}

// kept reads the records among the artifacts of a run.
func (s *System) kept(ctx context.Context, op, runID string) (map[record.ID][]byte, error) {
	r, err := s.run(ctx, runID)
	if err != nil {
		return nil, err
	}
	entries, err := s.list(ctx, r.place(), folder)
	if err != nil {
		return nil, err
	}
	records, size := map[record.ID][]byte{}, int64(0)
	for _, e := range entries {
		name, ok := strings.CutSuffix(path.Base(e.Path), suffix)
		if !ok || e.IsDir {
			continue
		}
		id, err := record.ParseID(name)
		if err != nil {
			return nil, s.tracking.fail(op, attach.ErrMalformed, fmt.Sprintf("file %q", e.Path), err)
		}
		if size += e.Size; len(records) == maxRecords || size > maxListing {
			return nil, s.tracking.fail(op, attach.ErrTooLarge,
				fmt.Sprintf("there are more than %d records, or %d bytes of them", maxRecords, maxListing), nil)
		}
		raw, err := s.readFile(ctx, remoteFile{place: r.place(), path: e.Path, size: e.Size})
		if err != nil {
			return nil, err
		}
		if record.IDOf(raw) != id {
			return nil, s.tracking.fail(op, attach.ErrMalformed, fmt.Sprintf("file %q has bytes of another digest", e.Path), nil)
		}
		records[id] = raw
	}
	return records, nil
}

// Blob gives the blob of an attachment that the target's run keeps.
func (s *System) Blob(ctx context.Context, t attach.Target, d hashing.FileDigest) ([]byte, error) {
	if s.err != nil || d.IsEmpty() {
		return nil, s.err
	}
	op := fmt.Sprintf("reading blob %s of run %q", d, t.Run)
	if t.Run == "" {
		return nil, s.tracking.fail(op, attach.ErrNotFound, fmt.Sprintf("the %s has no run that keeps files", t.Kind), nil)
	}
	r, err := s.run(ctx, t.Run)
	if err != nil {
		return nil, err
	}
	e, found, err := s.stat(ctx, r.place(), blobFolder+"/"+d.String())
	if err != nil {
		return nil, err
	}
	if !found || e.IsDir {
		return nil, s.tracking.fail(op, attach.ErrNotFound, "", nil)
	}
	b, err := s.readFile(ctx, remoteFile{place: r.place(), path: e.Path, size: e.Size})
	if err == nil && hashing.Bytes(b) != d {
		return nil, s.tracking.fail(op, attach.ErrMalformed, "its bytes have another digest", nil)
	}
	return b, err
}

// RunData gives what MLflow knows of the target's run now.
func (s *System) RunData(ctx context.Context, t attach.Target) (attach.RunData, error) {
	if s.err != nil {
		return attach.RunData{}, s.err
	}
	if t.Run == "" {
		return attach.RunData{}, s.tracking.fail(fmt.Sprintf("reading the run of %s %q", t.Kind, t.ID), attach.ErrNotFound, "it has none", nil)
	}
	r, err := s.run(ctx, t.Run)
	if err != nil {
		return attach.RunData{}, err
	}
	d := attach.RunData{System: attach.MLflow, RunID: r.Info.RunID, Name: r.Info.Name, Status: r.Info.Status}
	for _, p := range r.Data.Params {
		d.Params = append(d.Params, attach.NameValue{Name: p.Key, Value: p.Value})
	}
	for _, t := range r.Data.Tags {
		d.Tags = append(d.Tags, attach.NameValue{Name: t.Key, Value: t.Value})
	}
	for _, m := range r.Data.Metrics {
		value, ok := number(m.Value)
		if !ok {
			return attach.RunData{}, wrong(s.tracking, fmt.Sprintf("reading run %q", t.Run), "metric %.60q is not a number", m.Key)
		}
		d.Metrics = append(d.Metrics, attach.Metric{Name: m.Key, Value: value, Step: m.Step, Time: m.Time})
	}
	return d, nil
}

// number is a JSON number as it was sent, or one of the three words that stand for
// what JSON cannot say. No value at all is MLflow's way of saying 0.
func number(raw json.RawMessage) (string, bool) {
	switch text := string(raw); {
	case text == "":
		return "0", true
	case text == `"NaN"`, text == `"Infinity"`, text == `"-Infinity"`:
		return strings.Trim(text, `"`), true
	case strings.ContainsAny(text[:1], "-0123456789"):
		return text, true
	}
	return "", false
}
