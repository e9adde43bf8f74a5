//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/attach/attachtest"
	"github.com/lineage-audit/lineage/record"
)

// compute loads what computes, says what threadpoolctl finds, and goes on for half as
// long again: the pauses between two looks grow with the time that a process has run.
const compute = `import time; start = time.monotonic()
import json, numpy, sklearn.linear_model, threadpoolctl
print(json.dumps(threadpoolctl.threadpool_info()), flush=True)
time.sleep(1 + (time.monotonic() - start) / 2)
`

// TestLibrariesAgainstThreadpoolctl compares what a record says of a training's
// libraries with what they say of themselves.
func TestLibrariesAgainstThreadpoolctl(t *testing.T) {
	t.Parallel()
	python := attachtest.Python(t)
	s := newSite(t)
	s.env = append(s.env, "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=3")
	var said bytes.Buffer
	cmd := s.lineage("run", "--no-attach", "--input", "none", "--", python, "-c", compute)
	cmd.Stdout = &said
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	var info []struct {
		Path    string `json:"filepath"`
		Version string `json:"version"`
		Threads int64  `json:"num_threads"`
	}
	if err := json.Unmarshal(said.Bytes(), &info); err != nil || len(info) == 0 {
		t.Fatalf("threadpoolctl says %q: %v", said.String(), err)
	}
	type library struct {
		File, Version string
		Threads       int64
	}
	var want, got []library
	for _, i := range info {
		want = append(want, library{path.Base(i.Path), i.Version, i.Threads})
	}
	for _, l := range s.newest().Environment().Libraries {
		found := library{path.Base(l.Location.Path), l.Version, l.Threads}
		if l.Kind == "openmp" { // whose version threadpoolctl does not know
			found.Version = ""
		}
		if l.Digest == nil || l.Location.Root != record.RootVenv && !strings.HasPrefix(l.Location.Path, "/") {
			t.Errorf("%+v", l)
		}
		got = append(got, found)
	}
	for _, all := range [][]library{want, got} {
		slices.SortFunc(all, func(a, b library) int { return strings.Compare(a.File, b.File) })
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("threadpoolctl and the record (-want +got)\n%s", diff)
	}
}
