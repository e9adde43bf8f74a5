//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestInterruptedVerify: what a signal ends has no verdict, says so in one word, and has
// the status that shells give it; so do the reports.
func TestInterruptedVerify(t *testing.T) {
	t.Parallel()
	for verb, args := range map[string][]string{
		"verify": {"verify", "long", "--policy", "policy", "--format", "junit=lineage.xml", "--format", "json=lineage.json"},
		"report": {"report", "long", "--policy", "policy", "-o", "lineage.html"},
	} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			file := func(name string) string { return filepath.Join(s.dir, name) }
			if err := os.WriteFile(file("long"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(file("long"), 256<<30); err != nil { // no machine hashes it within the time of a test
				t.Fatal(err)
			}
			if err := syscall.Mkfifo(file("policy"), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := s.lineage(args...)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file("policy"), []byte("version: 1\n"), 0); err != nil { // it is read once signals are waited for
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			if status := s.status(cmd.Wait()); status != 130 || stdout.String() != "" || stderr.String() != "lineage: interrupted\n" {
				t.Errorf("exit status %d, stdout %q, stderr %q", status, &stdout, &stderr)
			}
			if s.exists("lineage.json") || s.exists("lineage.html") {
				t.Error("there is a report of no verdict")
			}
			if verb == "verify" {
				junit, err := os.ReadFile(file("lineage.xml"))
				if err != nil || strings.Count(string(junit), "interrupted") == 0 || strings.Count(string(junit), "<error ") != 1 {
					t.Errorf("%v: %s", err, junit)
				}
			}
		})
	}
}
