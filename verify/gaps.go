package verify

import (
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/record"
)

func gapsOf(r *record.Record, kinds ...string) (gaps []record.Gap) {
	for _, g := range r.Gaps() {
		if slices.Contains(kinds, g.Kind) {
			gaps = append(gaps, g)
		}
	}
	return gaps
}

func gapNames(gaps []record.Gap) string {
	names := make([]string, len(gaps))
	for i, g := range gaps {
		names[i] = g.What
	}
	return few(names)
}

func gapNotes(r *record.Record, kinds ...string) (notes []string) {
	for _, g := range gapsOf(r, kinds...) {
		notes = append(notes, fmt.Sprintf("%s: %s: %s", g.Kind, g.What, g.Why))
	}
	return notes
}

func gapEvidence(gaps []record.Gap) (all []Evidence) {
	for _, g := range gaps {
		all = append(all, Evidence{Name: g.What, Expected: "captured", Found: g.Kind + ": " + g.Why, Status: Lacking})
	}
	return all
}
