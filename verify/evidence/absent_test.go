package evidence

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/verify"
)

// TestAbsenceIsSaidOnce: verify knows it by what it wraps, and people by its own words.
func TestAbsenceIsSaidOnce(t *testing.T) {
	err := fromAttach(fmt.Errorf("reading version 77: %w", attach.ErrNotFound))
	if !errors.Is(err, verify.ErrNotFound) || !errors.Is(err, attach.ErrNotFound) || strings.Count(err.Error(), "not found") != 1 {
		t.Error(err)
	}
}
