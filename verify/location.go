package verify

import (
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// under is the path of a location below another, "." for the same.
func under(folder, l record.Location) (string, bool) {
	switch {
	case l.Root != folder.Root:
		return "", false
	case l.Path == folder.Path:
		return ".", true
	case folder.Path == ".":
		return l.Path, true
	}
	return strings.CutPrefix(l.Path, strings.TrimSuffix(folder.Path, "/")+"/")
}
