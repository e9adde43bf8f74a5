//go:build unix

package main

import "testing"

// BenchmarkRun is what a run of a command that does nothing takes in a small
// repository, beside the bare command: the difference is to stay below 50 ms.
func BenchmarkRun(b *testing.B) {
	for name, argv := range map[string][]string{"bare": {"true"}, "lineage": {"lineage", "run", "-q", "--", "true"}} {
		b.Run(name, func(b *testing.B) {
			s := newSite(b)
			for b.Loop() {
				if err := s.command(argv...).Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
