package attachtest_test

import (
	"testing"

	"github.com/lineage-audit/lineage/attach/attachtest"
)

func TestMemory(t *testing.T) {
	m := &attachtest.Memory{}
	attachtest.Run(t, "iris", attachtest.Fixture{
		System: m,
		Train: func(t *testing.T, env []string, job attachtest.Job) attachtest.Done {
			done := m.Train(env, job)
			if done.Failed != "" {
				t.Fatal(done.Failed)
			}
			return done
		},
	})
}
