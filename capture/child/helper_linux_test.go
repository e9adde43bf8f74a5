package child_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/lineage-audit/lineage/capture/child"
)

var built = sync.OnceValues(func() (string, error) { return build("wrap") })

// wrap is that program: the wrapper whose behaviour is tested. It is built by
// itself since go test strips the binaries that it runs, and users do not.
func wrap(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func build(name string, flags ...string) (string, error) {
	dir, err := wrapDir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	argv := append(append([]string{"build", "-o", path}, flags...), "./testdata/wrap")
	if raw, err := exec.Command("go", argv...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the wrapper: %w\n%s", err, raw)
	}
	return path, nil
}

// self is this test binary.
func self(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// outcomeFile is where a wrap is told to write; outcome reads it.
func outcomeFile(t testing.TB) string { return filepath.Join(t.TempDir(), "outcome") }

func outcome(t testing.TB, file string) (out child.Outcome) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
