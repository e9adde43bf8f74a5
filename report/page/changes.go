package page

import "github.com/lineage-audit/lineage/compare"

// someChanges is some for what a comparison lists.
func someChanges(list any, most int) any {
	switch all := list.(type) {
	case []compare.Item:
		return some(all, most)
	case []compare.FileChange:
		return some(all, most)
	case []compare.Doubt:
		return some(all, most)
	}
	return list
}
