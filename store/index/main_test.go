package index_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain makes the drawn tests the same on every run, and short. Who looks for more
// asks for others: -rapid.seed and -rapid.checks.
func TestMain(m *testing.M) {
	flag.Parse()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]string{"rapid.seed": "20260314", "rapid.checks": "6", "rapid.nofailfile": "true"} {
		if given[name] {
			continue
		}
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
