package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	rt "github.com/lineage-audit/lineage/record/recordtest"
)

// A manifest is what GNU sha256sum prints, where there is one. Those before
// version 9 do not escape a return: such names are left out.
func TestManifestsAreThoseOfSha256sum(t *testing.T) {
	const program = "sha256sum"
	version, err := exec.CommandContext(t.Context(), program, "--version").Output()
	if err != nil || !strings.Contains(string(version), "GNU") {
		t.Log("there is no GNU sha256sum to compare with")
		return
	}
	for name, files := range trees {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(files)
			maps.DeleteFunc(files, func(path, _ string) bool { return strings.Contains(path, "\r") })
			want := string(files.Manifest().Bytes())
			if got := sha256sum(t, program, files); got != want {
				t.Error(cmp.Diff(want, got))
			}
		})
	}
}

// sha256sum is what the program prints of the files, and nothing if there are none.
func sha256sum(t *testing.T, program string, files rt.Files) string {
	t.Helper()
	if len(files) == 0 {
		return ""
	}
	root := t.TempDir()
	for path, content := range files {
		full := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), program, append([]string{"--"}, slices.Sorted(maps.Keys(files))...)...)
	cmd.Dir, cmd.Env = root, []string{"LC_ALL=C"}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
