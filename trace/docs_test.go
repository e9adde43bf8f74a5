package trace

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestDocs: the page says every name, number and reason that the code knows.
func TestDocs(t *testing.T) {
	raw, err := os.ReadFile("../docs/trace.md")
	if err != nil {
		t.Fatal(err)
	}
	page := strings.ToLower(string(raw))
	for name := range trivialNames {
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("the name %q is not on the page", name)
		}
	}
	for _, r := range []Reason{
		InCommit, HasURI, Unrecorded, MadeLater, Trivial, NotHashed, OnServer, AbandonedRun, Damaged, NoManifest, NothingUsed, NothingMade, NeverUsed,
	} {
		if !strings.Contains(page, "`"+string(r)+"`") {
			t.Errorf("the reason %q is not on the page", r)
		}
	}
	for _, text := range []string{fmt.Sprintf("at most %d bytes", Tiny), "up to five minutes"} {
		if !strings.Contains(page, text) {
			t.Errorf("%q is not on the page", text)
		}
	}
}

// TestIDs: two models of which names and numbers run together have two ids, and nothing from
// outside stands in it as it came.
func TestIDs(t *testing.T) {
	for id, want := range map[string]string{
		modelID(Model{System: "mlflow", Kind: "model-version", Name: "a:b", ID: "1"}): "model:6d6c666c6f77:6d6f64656c2d76657273696f6e:613a62:31",
		modelID(Model{System: "mlflow", Kind: "model-version", Name: "a", ID: "b:1"}): "model:6d6c666c6f77:6d6f64656c2d76657273696f6e:61:623a31",
	} {
		if id != want {
			t.Errorf("id %q, want %q", id, want)
		}
	}
}
