package verify_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/verify"
)

var checkHeading = regexp.MustCompile("(?m)^### `([^`]+)`$")

// TestDocumentation: docs/checks.md has every check, in the order of the table, with
// its rung and all that is to be said of it, and no other check.
func TestDocumentation(t *testing.T) {
	raw, err := os.ReadFile("../docs/checks.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	var ids []verify.CheckID
	for i, at := range checkHeading.FindAllStringSubmatchIndex(text, -1) {
		id := verify.CheckID(text[at[2]:at[3]])
		ids = append(ids, id)
		section, _, _ := strings.Cut(text[at[1]:], "\n#")
		rung, _ := verify.RungOf(id)
		for _, want := range []string{
			"\nRung: " + string(rung) + ".\n", "- **Proves:** ", "- **Does not prove:** ", "- **Not applicable:** ",
			"- **Fails:** ", "- **Lacking:** ", "- **Mend:** ",
		} {
			if strings.Count(section, want) != 1 {
				t.Errorf("section %d, %s: it does not have %q once", i, id, want)
			}
		}
	}
	if diff := cmp.Diff(verify.Checks(), ids); diff != "" {
		t.Errorf("checks of the table and of docs/checks.md: %s", diff)
	}
	for _, want := range []string{verify.NotAuthenticated, verify.Schema} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}

// TestDocumentedPolicy: the example is a policy.
func TestDocumentedPolicy(t *testing.T) {
	raw, err := os.ReadFile("../docs/checks.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if _, err := verify.ParsePolicy([]byte(example)); !found || err != nil {
		t.Errorf("the example: %v", err)
	}
}

// TestNeverFailing: the checks that cannot fail are those of which the
// documentation says so.
func TestNeverFailing(t *testing.T) {
	raw, err := os.ReadFile("../docs/checks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range neverFail {
		_, section, _ := strings.Cut(string(raw), "### `"+string(id)+"`\n")
		section, _, _ = strings.Cut(section, "\n#")
		if !strings.Contains(section, "- **Fails:** never") {
			t.Errorf("of %s it is not said that it never fails", id)
		}
	}
}
