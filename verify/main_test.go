package verify_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain makes the random worlds the same ones each time, unless the command line
// asks for others: -rapid.seed and -rapid.checks.
func TestMain(m *testing.M) {
	flag.Parse()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]string{"rapid.seed": "20260314", "rapid.checks": "500", "rapid.nofailfile": "true"} {
		if given[name] {
			continue
		}
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
