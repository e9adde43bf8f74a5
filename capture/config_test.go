package capture_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/capture"
)

func TestParseConfig(t *testing.T) {
	got, err := capture.ParseConfig([]byte(`# comment
version: 1
inputs:
  - data/train.csv
  - /mnt/shared/labels
preprocessing: none
outputs: [model]
parameters:
  learning-rate: 0.10
  name: "x"
  on: true
code: [src]
`))
	if err != nil {
		t.Fatal(err)
	}
	want := capture.Config{
		Inputs: []string{"data/train.csv", "/mnt/shared/labels"}, Preprocessing: []string{"none"}, Outputs: []string{"model"},
		Parameters: []capture.Parameter{{Name: "learning-rate", Value: "0.10"}, {Name: "name", Value: "x"}, {Name: "on", Value: "true"}},
		Code:       []string{"src"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseConfigRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ raw, want string }{
		"nothing":             {"", "empty"},
		"only a comment":      {"# x\n", "empty"},
		"no version":          {"inputs: [a]\n", `"version" is missing`},
		"another version":     {"version: 2\n", "line 1: version"},
		"version as a text":   {"version: \"1\"\n", "line 1: version"},
		"unknown key":         {"version: 1\n\ninput: [a]\n", `line 3: unknown key "input"`},
		"other case":          {"version: 1\nInputs: [a]\n", `line 2: unknown key "Inputs"`},
		"key twice":           {"version: 1\ninputs: [a]\ninputs: [b]\n", "line 3"},
		"a list":              {"- version\n", "line 1: want keys"},
		"a scalar":            {"version\n", "line 1: want keys"},
		"one path":            {"version: 1\ninputs: a\n", "line 2: inputs: want a list"},
		"empty list":          {"version: 1\ninputs: []\n", "line 2: inputs: want a list"},
		"null":                {"version: 1\ninputs:\n", "line 2: inputs: want a list"},
		"number for a path":   {"version: 1\ninputs: [1]\n", "line 2: inputs: want a path"},
		"empty path":          {"version: 1\ninputs: ['']\n", "line 2: inputs: want a path"},
		"path twice":          {"version: 1\ninputs: [a, a]\n", "stands twice"},
		"path out of tree":    {"version: 1\ninputs: [../a]\n", "leads out"},
		"path out of tree 2":  {"version: 1\ninputs: [a/../../b]\n", "leads out"},
		"none beside a path":  {"version: 1\ninputs: [none, a]\n", "cannot stand in a list"},
		"none for code":       {"version: 1\ncode: none\n", "line 2: code: want a list"},
		"alias":               {"version: 1\ninputs: [&a x]\noutputs: [*a]\n", "line 3: outputs: want a path"},
		"parameters listed":   {"version: 1\nparameters: [a]\n", "line 2: parameters"},
		"nested parameter":    {"version: 1\nparameters: {a: [1]}\n", "line 2: parameters"},
		"parameter twice":     {"version: 1\nparameters:\n  a: 1\n  a: 2\n", "line 4"},
		"parameter of null":   {"version: 1\nparameters: {a: }\n", "line 2: parameters"},
		"second document":     {"version: 1\n---\nversion: 1\n", "second document"},
		"no YAML":             {"version: [\n", "line"},
		"tab":                 {"version: 1\ninputs:\n\t- a\n", "line 3"},
		"merge key":           {"version: 1\n<<: {inputs: [a]}\n", "line 2: unknown key"},
		"larger than allowed": {"version: 1\n#" + strings.Repeat("x", 1<<20), "at most"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := capture.ParseConfig([]byte(tc.raw))
			if !errors.Is(err, capture.ErrConfig) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte("version: 1\ninputs: [a]\nparameters: {a: 1}\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := capture.ParseConfig(raw)
		if err != nil {
			return
		}
		for _, p := range append(c.Inputs, c.Outputs...) {
			if p == "" || strings.HasPrefix(p, "../") {
				t.Errorf("path %q", p)
			}
		}
	})
}
