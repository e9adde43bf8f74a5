package compare

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/record"
)

// maxTracking bounds what a tracker had of one run.
const maxTracking = 64 << 20

// tracked are the runs that a tracker had of one run, and why others are not known.
type tracked struct {
	runs   []attach.RunData
	doubts []Doubt
}

// track reads what the trackers had.
func (d *differ) track(ctx context.Context) {
	d.trackA, d.trackB = d.tracked(ctx, d.a), d.tracked(ctx, d.b)
}

func (d *differ) tracked(ctx context.Context, r *run) (t tracked) {
	for i, b := range r.byproducts(record.RoleTracking) {
		data, err := d.runData(ctx, b)
		if err != nil {
			what := "run " + strconv.Itoa(i+1) + " of the tracker" // its name has its id
			t.doubts = append(t.doubts, Doubt{r.of, what, "what the tracker had of it cannot be read: " + err.Error()})
			continue
		}
		t.runs = append(t.runs, data)
	}
	return t
}

func (d *differ) runData(ctx context.Context, b record.Resource) (data attach.RunData, err error) {
	if d.Contents == nil || b.Digest == nil || b.Digest.SHA256 == nil {
		return data, ErrNotFound
	}
	raw, err := d.Contents.Blob(ctx, *b.Digest.SHA256, maxTracking)
	if err != nil {
		return data, err
	}
	if err := json.Unmarshal(raw, &data); err != nil {
		return data, fmt.Errorf("reading it: %w", err)
	}
	if data.Version != attach.RunDataVersion {
		return data, fmt.Errorf("version %q is not known", data.Version)
	}
	return data, nil
}

// runPair are two runs of a tracker that are taken for one, with what to call them.
type runPair struct {
	prefix string
	a, b   attach.RunData
}

// trackedPairs pairs the tracker's runs: those of one name, then in order. What only
// one side has is compared with nothing.
func (d *differ) trackedPairs() (pairs []runPair) {
	a, b := d.trackA.runs, slices.Clone(d.trackB.runs)
	for i, run := range a {
		p := runPair{a: run}
		j := slices.IndexFunc(b, func(o attach.RunData) bool { return o.Name == run.Name })
		if j < 0 && len(b) > 0 {
			j = 0
		}
		if j >= 0 {
			p.b = b[j]
			b = slices.Delete(b, j, j+1)
		}
		if len(a) > 1 {
			p.prefix = "run " + strconv.Itoa(i+1) + ": "
		}
		pairs = append(pairs, p)
	}
	for i, run := range b {
		p := runPair{b: run}
		if n := len(a) + i + 1; n > 1 {
			p.prefix = "run " + strconv.Itoa(n) + ": "
		}
		pairs = append(pairs, p)
	}
	return pairs
}

// metrics compares what the trackers had of metrics, but for the times.
func (d *differ) metrics(_ context.Context, ar *Area) {
	for _, p := range d.trackedPairs() {
		ar.named(SortMetric, p.prefix, Read, metricValues(p.a), metricValues(p.b))
		if p.a.Status != p.b.Status {
			ar.Items = append(ar.Items, Item{Kind: KindChanged, Sort: SortFact, What: p.prefix + "status", A: p.a.Status, B: p.b.Status, Bearing: None})
		}
	}
	d.trackingDoubts(ar)
}

func metricValues(r attach.RunData) (found []value) {
	for _, m := range r.Metrics {
		m.Time = 0
		found = append(found, value{m.Name, m.Value, false, m})
	}
	return found
}

// tags compares those that somebody set, and not the tracker or this program.
func (d *differ) tags(_ context.Context, ar *Area) {
	for _, p := range d.trackedPairs() {
		ar.named(SortTag, p.prefix, None, ownTags(p.a), ownTags(p.b))
	}
	d.trackingDoubts(ar)
}

func ownTags(r attach.RunData) (found []value) {
	for _, t := range r.Tags {
		if !strings.HasPrefix(t.Name, "mlflow.") && !strings.HasPrefix(t.Name, "lineage.") {
			found = append(found, value{t.Name, t.Value, false, t})
		}
	}
	return found
}

// loggedParameters compares the parameters that the command logged itself.
func (d *differ) loggedParameters(ar *Area) {
	from := len(ar.Items)
	for _, p := range d.trackedPairs() {
		ar.named(SortParameter, p.prefix, Set, logged(p.a), logged(p.b))
	}
	one := len(d.a.byproducts(record.RoleTracking)) == 0 || len(d.b.byproducts(record.RoleTracking)) == 0
	for i := from; i < len(ar.Items); i++ {
		ar.Items[i].Why = "as the command logged it"
		if one {
			ar.Items[i].Kind, ar.Items[i].Why = KindUnknown, "logged by one run only"
		}
	}
	d.trackingDoubts(ar)
}

func logged(r attach.RunData) (found []value) {
	for _, p := range r.Params {
		found = append(found, value{p.Name, p.Value, false, p})
	}
	return found
}

func (d *differ) trackingDoubts(ar *Area) {
	ar.Doubts = append(append(ar.Doubts, d.trackA.doubts...), d.trackB.doubts...)
}
