package verify

import (
	"context"

	"github.com/lineage-audit/lineage/record"
)

// What this version cannot decide is lacking, with its reason.

func checkLoaded(context.Context, *inquiry, *record.Record) Check {
	return lacking("records of this version do not say which of the packages the run loaded")
}

func checkSignature(context.Context, *inquiry, *record.Record) Check {
	return lacking("this version reads no signatures")
}

func checkTrail(context.Context, *inquiry, *record.Record) Check {
	return lacking("this version keeps and reads no audit log")
}

func checkReproduction(context.Context, *inquiry, *record.Record) Check {
	return lacking("this version does not run a record again")
}
