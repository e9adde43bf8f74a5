package verify

import (
	"context"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// checkData: each input that was declared is in the record with its digest.
func checkData(_ context.Context, _ *inquiry, r *record.Record) Check {
	p := r.Parameters()
	gaps := slices.DeleteFunc(gapsOf(r, record.GapInput, record.GapInputChanged), func(g record.Gap) bool {
		return concerns(g, p.Preprocessing) && !concerns(g, p.Inputs)
	})
	return captured(r, declaration{"--input", "data", record.RoleData, p.Inputs, gaps})
}

// checkPreprocessing: the same of what prepares the data.
func checkPreprocessing(_ context.Context, _ *inquiry, r *record.Record) Check {
	p := r.Parameters()
	gaps := slices.DeleteFunc(gapsOf(r, record.GapInput, record.GapInputChanged), func(g record.Gap) bool {
		return concerns(g, p.Inputs) && !concerns(g, p.Preprocessing)
	})
	return captured(r, declaration{"--preprocess", "preprocessing", record.RolePreprocessing, p.Preprocessing, gaps})
}

// declaration is what a run said of one kind of input, and what became of it.
type declaration struct {
	flag, noun string
	role       record.Role
	said       record.Declared
	gaps       []record.Gap
}

func captured(r *record.Record, d declaration) Check {
	found := r.Dependencies(d.role)
	observed := r.Coverage() == record.CoverageObserved
	switch {
	case len(d.gaps) > 0:
		return lacking("not all %s was captured: %s", d.noun, gapNames(d.gaps)).with(gapEvidence(d.gaps)...)
	case d.said.None && len(found) == 0:
		return held("the run states that there is no %s", d.noun)
	case len(d.said.Paths) == 0 && !d.said.None && (!observed || len(found) == 0):
		return lacking("the run said nothing about its %s", d.noun).mend(append([]string{"lineage", "run", d.flag, "PATH", "--"}, r.Parameters().Command...)...).
			noting(d.flag + " none states that there is none")
	}
	all := d.evidence(found)
	switch worst(all) {
	case Held:
		return held("%s hashed: %s", count(len(all), d.noun+" path"), namesOf(all, Held)).with(all...)
	case Failed:
		return failed("the run states that there is no %s, and its record names %s", d.noun, namesOf(all, Failed)).with(all...)
	}
	return lacking("not in the record with a digest: %s", namesOf(all, Lacking)).with(all...)
}

// evidence lists what was declared, then what else was found.
func (d declaration) evidence(found []record.Resource) (all []Evidence) {
	for _, at := range d.said.Paths {
		e := Evidence{Name: at.String(), Status: Lacking, Found: "absent"}
		if i := slices.IndexFunc(found, func(r record.Resource) bool { return locationOf(r) == at }); i >= 0 {
			e = evidenceOf(found[i])
		}
		all = append(all, e)
	}
	for _, r := range found {
		if slices.Contains(d.said.Paths, locationOf(r)) {
			continue
		}
		e := evidenceOf(r)
		if d.said.None {
			e.Status = Failed
		}
		all = append(all, e)
	}
	return all
}

// evidenceOf is a hashed input. A folder without files is none: an empty list has
// captured nothing.
func evidenceOf(r record.Resource) Evidence {
	e := Evidence{Name: r.Name, Found: digestText(r.Digest), Status: Held}
	switch {
	case e.Found == "":
		e.Status = Lacking
	case r.Digest.Tree != nil && r.Digest.Tree.IsEmpty():
		e.Found, e.Status = "a folder without files", Lacking
	}
	return e
}

// locationOf is where a file or folder stood.
func locationOf(r record.Resource) record.Location {
	switch a := r.Annotations; {
	case a.File != nil:
		return a.File.Location
	case a.Tree != nil:
		return a.Tree.Location
	}
	return record.Location{}
}

// concerns tells whether a gap is about one of the declared paths or below it.
func concerns(g record.Gap, d record.Declared) bool {
	return slices.ContainsFunc(d.Paths, func(l record.Location) bool {
		s := l.String()
		return g.What == s || strings.HasPrefix(g.What, s+"/")
	})
}
