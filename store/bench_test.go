package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
)

// packages makes a record as large as one of an ordinary environment.
func packages(s *record.Statement) {
	for i := range 60 {
		recordtest.Dependency(recordtest.Package(fmt.Sprintf("package-%d", i), "1.2.3"))(s)
	}
}

// BenchmarkStore measures a store of 10,000 records in a folder, each of 27 KB.
func BenchmarkStore(b *testing.B) {
	s, err := store.Open(b.Context(), store.NewDir(b.TempDir()))
	if err != nil {
		b.Fatal(err)
	}
	var last *record.Record
	for i := range 10_000 {
		at := recordtest.As(record.NewInvocation(), recordtest.Started.Add(time.Duration(i)*time.Second))
		last = recordtest.Record(b, at, packages)
		if err := s.PutRecord(b.Context(), last); err != nil {
			b.Fatal(err)
		}
	}
	for _, text := range []string{"@1", last.ID().Short(), last.Invocation().String()} {
		b.Run("find/"+text[:2], func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Find(b.Context(), text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			if _, failed := drain(s.Records(b.Context()), (*record.Record).ID); failed != nil {
				b.Fatal(failed)
			}
		}
	})
	b.Run("put", func(b *testing.B) {
		for b.Loop() {
			if err := s.PutRecord(b.Context(), recordtest.Record(b, recordtest.As(record.NewInvocation(), recordtest.Started))); err != nil {
				b.Fatal(err)
			}
		}
	})
}
