//go:build unix

package child_test

import (
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/capture/child"
)

// BenchmarkRun and BenchmarkForkExec run /bin/true; the difference is what we add.
func BenchmarkRun(b *testing.B) {
	for b.Loop() {
		out, err := child.Run(b.Context(), child.Command{
			Argv: []string{"/bin/true"}, Env: []string{"MARK=1"}, Mark: "MARK=1", Now: time.Now,
		})
		if err != nil || out.Status != child.Completed {
			b.Fatal(out, err)
		}
	}
}

func BenchmarkForkExec(b *testing.B) {
	for b.Loop() {
		process, err := os.StartProcess("/bin/true", []string{"true"}, &os.ProcAttr{Sys: &syscall.SysProcAttr{}})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := process.Wait(); err != nil {
			b.Fatal(err)
		}
	}
}
