package verify

import (
	"context"
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// checkModelBytes: the bytes that were asked about are those of an output of each
// record that is named, and they stayed so while everything else was looked at.
func checkModelBytes(ctx context.Context, q *inquiry) Check {
	if err := q.first.bytesErr; err != nil {
		return lacking("the model could not be read: %v", err)
	}
	c := q.compareModel(ctx)
	c.Notes = append(c.Notes, q.model.notes...)
	if c.Status != Held {
		return c
	}
	moved := q.moved()
	switch {
	case q.again.bytesErr != nil:
		return lacking("the model could not be read again at the end: %v", q.again.bytesErr).with(c.Evidence...).noting(c.Notes...)
	case !q.again.content.same(q.first.content):
		return failed("the model changed while it was verified").with(c.Evidence...).noting(c.Notes...).
			compared(q.first.content.text(), q.again.content.text())
	}
	if q.first.resolved.Kind == TargetPath && anyFailed(moved) { // of the others registry.agrees tells
		return failed("what stands at the path changed while it was verified: %s", namesOf(moved, Failed)).with(c.Evidence...).with(moved...)
	}
	return c
}

// compareModel is the check without the second look.
func (q *inquiry) compareModel(ctx context.Context) Check {
	fit, misfit := q.fits()
	switch {
	case q.model.content.empty() && len(q.candidates) > 0:
		return failed("the model is empty, and an empty file or folder is no run's").compared("", q.model.content.text())
	case q.model.content.empty():
		return lacking("the model is empty: an empty file or folder joins nothing to nothing").compared("", q.model.content.text())
	case len(misfit) > 0 && len(fit) == 0 && q.unread(misfit):
		return lacking("the entry's run names record %s, which names no file of this model: its bytes were not read when the run was recorded", misfit[0].id.Short()).
			compared("an output of the record", q.model.content.text())
	case len(misfit) > 0 && (len(fit) == 0 || misfit[0].by != ByRun):
		return q.misfit(misfit[0])
	case len(fit) == 0 && len(q.candidates) > 0:
		return lacking("no record that could be read names these bytes").compared("", q.model.content.text())
	case len(fit) == 0:
		return q.untraced(ctx)
	}
	var all []Evidence
	for _, f := range fit {
		o := f.match.output
		all = append(all, Evidence{Name: o.Name, Where: "record " + f.id.String(), Expected: digestText(o.Digest), Found: digestText(o.Digest), Status: Held})
	}
	return held("the bytes are those of %s", fit[0].match.output.Name).
		compared(all[0].Expected, all[0].Found).with(all...)
}

// unread tells that these records are only those of the entry's run, and that none
// of them has read this logged model: they say nothing about its bytes.
func (q *inquiry) unread(misfit []*candidate) bool {
	model := q.first.resolved.LoggedModel
	for _, c := range misfit {
		read := slices.ContainsFunc(c.rec.Outputs(), func(r record.Resource) bool {
			return r.Annotations.Origin != nil && r.Annotations.Origin.ID == model
		})
		if c.by != ByRun || model == "" || read {
			return false
		}
	}
	return true
}

// fits are the readable candidates that name the bytes, and those that are named
// and do not.
func (q *inquiry) fits() (fit, misfit []*candidate) {
	for _, c := range q.candidates {
		switch {
		case c.rec == nil:
		case c.match.output != nil:
			fit = append(fit, c)
		case c.names():
			misfit = append(misfit, c)
		}
	}
	return fit, misfit
}

// misfit tells how the bytes differ from those of the record that is named.
func (q *inquiry) misfit(c *candidate) Check {
	f := failed("record %s is named as the model's and does not name these bytes", c.id.Short()).
		compared("", q.model.content.text())
	f.Expected = few(outputTexts(c.rec))
	if tree := q.model.tree(); tree != nil {
		if r := resembles(c.rec, *tree); r.location.Root != "" {
			return f.differing(r, *tree, Failed)
		}
	}
	for _, o := range c.rec.Outputs() {
		f = f.with(Evidence{Name: o.Name, Where: "record " + c.id.String(), Expected: digestText(o.Digest), Found: q.model.content.text(), Status: Failed})
	}
	return f
}

func outputTexts(r *record.Record) []string {
	var texts []string
	for _, o := range r.Outputs() {
		texts = append(texts, digestText(o.Digest))
	}
	return texts
}

// differing names each path at which the model's folder is not the record's.
func (c Check) differing(r resemblance, model hashing.Manifest, status Status) Check {
	changes := hashing.Compare(r.manifest, model)
	for _, change := range changes {
		e := Evidence{Name: record.EncodePath(change.Path), Where: r.location.String(), Expected: "absent", Found: "absent", Status: status}
		if !change.Old.IsZero() {
			e.Expected = fileText(change.Old)
		}
		if !change.New.IsZero() {
			e.Found = fileText(change.New)
		}
		c.Evidence = append(c.Evidence, e)
	}
	c.Reason += fmt.Sprintf(": %s of folder %s differs: %s", count(len(changes), "path"), r.location, namesOf(c.Evidence, status))
	c.Expected = treeText(r.manifest.Digest())
	return c
}

// untraced is the finding about bytes that no record names. A folder that shares
// its files with one that a record names may be that folder, changed, and is told
// so; it may as well be another model with the same tokenizer, so that nothing is
// contradicted.
func (q *inquiry) untraced(ctx context.Context) Check {
	if q.gatherErr != nil {
		return lacking("records could not be looked for: %v", q.gatherErr)
	}
	c := lacking("no record names these bytes").compared("an output of a record", q.model.content.text()).
		mend("lineage", "run", "--output", q.Asked, "--", "COMMAND")
	if r := q.first.resolved; r.Kind == TargetRegistry {
		c = c.mend("lineage", "attach", "RUN", r.System, "--to", q.Asked)
	}
	tree := q.model.tree()
	if tree == nil {
		return c
	}
	r, err := q.nearest(ctx, *tree)
	switch {
	case err != nil:
		return c.noting(fmt.Sprintf("whether a record names some of its files could not be seen: %v", err))
	case r.close(*tree):
		return lacking("no record names this folder, and record %s names one that shares %s with it", r.candidate.id.Short(), count(r.shared, "file")).
			compared("", q.model.content.text()).differing(r, *tree, Lacking)
	case r.shared > 0:
		return c.noting(fmt.Sprintf("record %s names a folder that shares %s with it", r.candidate.id.Short(), count(r.shared, "file")))
	}
	return c
}

// nearest looks among the records that name one of the folder's files for the
// folder that shares most with it.
func (q *inquiry) nearest(ctx context.Context, model hashing.Manifest) (resemblance, error) {
	var texts []string
	for _, e := range model.Entries() {
		if !e.Digest.IsEmpty() {
			texts = append(texts, e.Digest.String())
		}
	}
	found, err := q.naming(ctx, texts)
	if err != nil {
		return resemblance{}, err
	}
	var best resemblance
	for _, f := range found {
		c := &candidate{id: f.ID, by: ByDigest, where: f.Where}
		if c.read(f.Where, f.Bytes); c.rec == nil {
			continue
		}
		if r := resembles(c.rec, model); r.shared > best.shared || r.shared == best.shared && r.shared > 0 && newer(c, best.candidate) {
			r.candidate = c
			best = r
		}
	}
	return best, nil
}
