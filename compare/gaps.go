package compare

import (
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// gapAreas are the areas that a gap puts in doubt. Data may mean preprocessing, which
// the place tells.
var gapAreas = map[string][]AreaName{
	record.GapConfig:         {Command, Capture},
	record.GapCode:           {Code},
	record.GapCodeChanged:    {Code},
	record.GapContentOmitted: {Code},
	record.GapSubmodule:      {Code},
	record.GapInput:          {Data},
	record.GapInputChanged:   {Data},
	record.GapOutput:         {Outputs},
	record.GapOutputMissing:  {Outputs},
	record.GapOutputStale:    {Outputs},
	record.GapPackages:       {Packages, Interpreter},
	record.GapPackage:        {Packages},
	record.GapPackageFiles:   {Packages},
	record.GapPackageChanged: {Packages},
	record.GapInterpreter:    {Interpreter},
	record.GapLock:           {Locks},
	record.GapEnvironment:    {Environment, Settings},
	record.GapImage:          {Environment},
	record.GapOrphan:         {Outputs, Outcome},
	record.GapKilled:         {Outputs, Outcome},
	record.GapTracking:       {Command, Outputs, Metrics, Tags},
}

// gaps are those of both runs, each once.
func gaps(a, b *run) []Gap {
	found, at := []Gap{}, map[record.Gap][]int{}
	for i, g := range a.details().Gaps {
		found, at[g] = append(found, Gap{OfA, g}), append(at[g], i)
	}
	for _, g := range b.details().Gaps {
		if same := at[g]; len(same) > 0 {
			found[same[0]].Of, at[g] = OfBoth, same[1:]
		} else {
			found = append(found, Gap{OfB, g})
		}
	}
	return found
}

// gapDoubts are the doubts that gaps throw on an area.
func (d *differ) gapDoubts(n AreaName) (found []Doubt) {
	for _, g := range d.gaps {
		for _, in := range d.areasOf(g) {
			if in == n {
				found = append(found, Doubt{g.Of, g.What, g.Kind + ": " + g.Why})
			}
		}
	}
	return found
}

// areasOf are those that a gap throws doubt on. One of a kind that this program does
// not know is about the capture, and said with all gaps.
func (d *differ) areasOf(g Gap) []AreaName {
	areas, known := gapAreas[g.Kind]
	switch {
	case !known:
		return []AreaName{Capture}
	case areas[0] == Data && d.isPreprocessing(g.What):
		return []AreaName{Preprocessing}
	}
	return areas
}

// isPreprocessing tells whether a place stands for preprocessing, as declared.
func (d *differ) isPreprocessing(what string) bool {
	for _, r := range []*run{d.a, d.b} {
		for _, l := range r.parameters().Preprocessing.Paths {
			if what == l.String() || strings.HasPrefix(what, l.String()+"/") {
				return true
			}
		}
	}
	return false
}
