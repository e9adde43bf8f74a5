//go:build unix

package child_test

import (
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/lineage-audit/lineage/capture/child"
)

func TestAlive(t *testing.T) {
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	id, err := child.Identify(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	checkAlive(t, id, true)

	other := id
	other.Start++
	checkAlive(t, other, false) // another process with that number

	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is dead", func() bool { // and nobody has waited for it
		alive, err := child.Alive(id)
		return err == nil && !alive
	})
	_ = cmd.Wait()
	checkAlive(t, id, false)
}

func checkAlive(t *testing.T, id child.Identity, want bool) {
	t.Helper()
	if got, err := child.Alive(id); err != nil || got != want {
		t.Errorf("Alive(%+v) = %v, %v; want %v", id, got, err, want)
	}
}

func TestAliveElsewhere(t *testing.T) {
	self, err := child.Identify(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	checkAlive(t, self, true)
	boot, number, none := self, self, self
	boot.Boot = "00000000-0000-0000-0000-000000000000"
	number.PID, none.PID = -1, 0
	for _, id := range []child.Identity{boot, number, none, {}} {
		if alive, err := child.Alive(id); alive || !errors.Is(err, child.ErrElsewhere) {
			t.Errorf("Alive(%+v) = %v, %v", id, alive, err)
		}
	}
}

func TestIdentifyNobody(t *testing.T) {
	for _, pid := range []int{-1, 0, 1 << 30} {
		if id, err := child.Identify(pid); err == nil {
			t.Errorf("Identify(%d) = %+v", pid, id)
		}
	}
}
