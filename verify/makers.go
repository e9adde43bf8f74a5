package verify

import (
	"context"
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/record"
)

// maker tells of an input whose bytes are nowhere which recorded run has made them,
// since running that again may give them back. It is a hint: where the records cannot
// be asked, or none is of such a run, nothing is said.
func (q *inquiry) maker(ctx context.Context, reader *record.Record, in Input) (notes []string) {
	c := q.makerOf(ctx, reader, in)
	if c == nil {
		return nil
	}
	return []string{fmt.Sprintf("%s: run %s made these bytes: %s gives its code and inputs back; run it again there, and name the folder with --data-root",
		in.Location, c.id.Short(), shell([]string{"lineage", "restore", c.id.Short(), "FOLDER", "--inputs"}))}
}

// makerOf is the last run that had made the input before it was read.
func (q *inquiry) makerOf(ctx context.Context, reader *record.Record, in Input) (best *candidate) {
	text := ""
	switch {
	case in.File != nil && !in.File.IsEmpty():
		text = in.File.String()
	case in.Tree != nil && !in.Tree.IsEmpty():
		text = in.Tree.String()
	default:
		return nil
	}
	found, err := q.naming(ctx, []string{text})
	if err != nil {
		return nil
	}
	for _, f := range found {
		c := &candidate{id: f.ID, where: f.Where}
		if c.read(f.Where, f.Bytes); c.rec == nil || !makes(c.rec, in) {
			continue
		}
		late := c.rec.Metadata().FinishedOn.After(reader.Metadata().StartedOn.Time)
		if !late && c.rec.Metadata().Outcome.Ended0() && (best == nil || newer(c, best)) {
			best = c
		}
	}
	return best
}

// makes tells whether an output of the run is the input. A run that has read the same
// bytes is no way to them.
func makes(r *record.Record, in Input) bool {
	same := func(o record.Resource) bool {
		d := o.Digest
		return d != nil && (in.File != nil && d.SHA256 != nil && *d.SHA256 == *in.File || in.Tree != nil && d.Tree != nil && *d.Tree == *in.Tree)
	}
	read := slices.Concat(r.Dependencies(record.RoleData), r.Dependencies(record.RolePreprocessing))
	return slices.ContainsFunc(r.Outputs(), same) && !slices.ContainsFunc(read, same)
}
