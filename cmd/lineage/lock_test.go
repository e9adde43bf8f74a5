package main

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/relock"
)

// What one reason keeps out is said in one line, however many they are.
func TestLeftOut(t *testing.T) {
	left := []relock.Package{{Name: "local", Version: "1", Why: "it is an editable install"}}
	for n := range 8 {
		left = append(left, relock.Package{Name: fmt.Sprintf("p%d", n), Version: "2", Why: "there is no URL"})
	}
	want := []string{
		"left out: local 1: it is an editable install",
		"left out: p0 2, p1 2, p2 2, p3 2, p4 2 and 3 more: there is no URL",
	}
	if diff := cmp.Diff(want, leftOut(left)); diff != "" {
		t.Error(diff)
	}
}
