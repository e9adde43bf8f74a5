package store_test

import (
	"testing"

	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/storetest"
)

func TestDirKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Backend { return store.NewDir(t.TempDir() + "/.lineage") })
}

func TestMemoryKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Backend { return new(store.Memory) })
}
