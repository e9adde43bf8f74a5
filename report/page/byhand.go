package page

import "github.com/lineage-audit/lineage/verify"

func byHand(f Facts, c verify.Check) []step { return nil }
