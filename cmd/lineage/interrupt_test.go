//go:build unix

package main

import (
	"bytes"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a signal ends says so in one word, and ends as shells have it.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		signal syscall.Signal
		want   ended
	}{
		"SIGINT":  {syscall.SIGINT, ended{status: 130, stderr: "lineage: interrupted\n"}},
		"SIGTERM": {syscall.SIGTERM, ended{status: 143, stderr: "lineage: terminated\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			cmd := s.lineage("import", "-")
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			endless, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			some := make([]byte, 1<<20) // more than a pipe holds: it is read
			if _, err := endless.Write(some); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			for err == nil {
				_, err = endless.Write(some)
			}
			if diff := cmp.Diff(c.want, ended{status: s.status(cmd.Wait()), stderr: stderr.String()}, cmp.AllowUnexported(ended{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}
