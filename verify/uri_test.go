package verify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/verify"
)

// origin is what stands at URIs: an error, or all that is looked for.
type origin struct {
	err   error
	asked map[string][]string // the files that were looked for, by their input
}

func (o *origin) Look(_ context.Context, in verify.Input) ([]verify.Sighting, error) {
	for _, f := range in.Files {
		o.asked[in.Location.String()] = append(o.asked[in.Location.String()], f.Path)
	}
	if o.err != nil {
		return nil, o.err
	}
	return []verify.Sighting{{Where: "https://data.example/", Files: true}}, nil
}

// atOrigin is a world in which inputs are nowhere else; where they were read stand other bytes.
func atOrigin(t *testing.T, err error, others bool) (*world, *origin) {
	w, o := goodWorld(t), &origin{err, map[string][]string{}}
	clear(w.root)
	if others {
		w.root[recordtest.Location("repo:data/train.csv")] = file("edited")
	}
	w.request.Places = append(w.request.Places, verify.Looked{Kind: verify.PlaceURI, Place: o})
	return w, o
}

// What an origin has holds; that it is down contradicts nothing and shows nothing.
func TestOrigins(t *testing.T) {
	gone := fmt.Errorf("%w: 404", verify.ErrNotFound)
	refused := &verify.NotAllowedError{Origins: []string{"https://data.example/"}}
	for name, c := range map[string]struct {
		err    error
		others bool
		want   verify.Status
		mend   string
	}{
		"there":                        {nil, false, verify.Held, ""},
		"there, and others here":       {nil, true, verify.Held, ""},
		"down":                         {errors.New("503"), false, verify.Lacking, "--data-root"},
		"down, and others here":        {errors.New("503"), true, verify.Lacking, "--data-root"},
		"gone":                         {gone, false, verify.Lacking, "--data-root"},
		"gone, and others here":        {gone, true, verify.Failed, "--data-root"},
		"not allowed":                  {refused, false, verify.Lacking, "--fetch https://data.example/"},
		"not allowed, and others here": {refused, true, verify.Failed, "--fetch https://data.example/"},
	} {
		w, _ := atOrigin(t, c.err, c.others)
		got := check(t, w.verify(), verify.InputsAvailable)
		if got.Status != c.want || !strings.Contains(got.Mend, c.mend) {
			t.Errorf("%s: %s, %s; mend: %s", name, got.Status, got.Reason, got.Mend)
		}
		if said := strings.Join(got.Notes, ";"); c.err != nil && !strings.Contains(said, c.err.Error()) {
			t.Errorf("%s: %v is not said: %s", name, c.err, said)
		}
	}
}

// A folder's files may be in several places; only those that are nowhere else are asked for.
func TestFilesInSeveralPlaces(t *testing.T) {
	w, o := atOrigin(t, nil, false)
	w.repo.files = recordtest.Contents()
	delete(w.repo.files, "data/images/a.png")
	kept := []byte(recordtest.Contents()["data/images/deep/b.png"])
	delete(w.repo.files, "data/images/deep/b.png")
	w.blobs[hashing.Bytes(kept)] = kept
	got := check(t, w.verify(), verify.InputsAvailable)
	if got.Status != verify.Held || !strings.Contains(joined(got.Evidence), "repo:data/images kept blobs and uri: https://data.example/") {
		t.Errorf("%s: %s", got.Status, joined(got.Evidence))
	}
	if asked := strings.Join(o.asked["repo:data/images"], " "); asked != "a.png" {
		t.Errorf("asked for %q", asked)
	}
	w, _ = atOrigin(t, fmt.Errorf("%w: 404", verify.ErrNotFound), false)
	w.repo.files = recordtest.Contents()
	delete(w.repo.files, "data/images/a.png")
	if got := check(t, w.verify(), verify.InputsAvailable); got.Status != verify.Lacking {
		t.Errorf("one of its files is nowhere: %s", got.Status)
	}
}

// What the record says of where inputs are comes to the place as it is.
func TestInputOfARecord(t *testing.T) {
	w := goodWorld(t, func(s *record.Statement) {
		for i := range s.Predicate.BuildDefinition.ResolvedDependencies {
			r := &s.Predicate.BuildDefinition.ResolvedDependencies[i]
			if r.Annotations.Role == record.RoleData {
				r.URI = "s3://bucket/" + r.Name
			}
			if r.Annotations.Role == record.RoleData && r.Annotations.Tree != nil {
				r.Annotations.Tree.Sources = []record.Source{{Path: "100%25.png", URI: "https://data.example/100"}}
			}
		}
	})
	clear(w.root)
	var seen []verify.Input
	w.request.Places = []verify.Looked{{Kind: verify.PlaceURI, Place: looker(func(in verify.Input) { seen = append(seen, in) })}}
	w.verify()
	for _, in := range seen {
		if in.Location.Path == "data/images" && (in.Sources["100%.png"] != "https://data.example/100" || in.URI != "s3://bucket/repo:data/images" || in.Bytes == 0 || len(in.Files) == 0) {
			t.Errorf("%+v", in)
		}
	}
	if len(seen) < 2 {
		t.Errorf("looked for %d inputs", len(seen))
	}
}

type looker func(verify.Input)

func (l looker) Look(_ context.Context, in verify.Input) ([]verify.Sighting, error) {
	l(in)
	return nil, nil
}
