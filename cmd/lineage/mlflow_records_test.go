package main

import (
	"bytes"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
)

// otherRecord is a record of another run of the same place.
func (s *scene) otherRecord(home *lab) *record.Record {
	s.Helper()
	home.lineage(0, "run", "--no-attach", "--", "true")
	return home.record("@1")
}

// tag sets a tag on each of what a record hangs on, as anybody with access could.
func (s *scene) tag(key, value string) {
	s.server.post("runs/set-tag", map[string]any{"run_id": s.run, "key": key, "value": value})
	s.server.post("model-versions/set-tag", map[string]any{"name": s.name, "version": "1", "key": key, "value": value})
	s.server.call(http.MethodPatch, api+"logged-models/"+s.model+"/tags", []byte(`{"tags": [{"key": "`+key+`", "value": "`+value+`"}]}`))
}

func (s *scene) untag(key string) {
	s.server.post("runs/delete-tag", map[string]any{"run_id": s.run, "key": key})
	s.server.call(http.MethodDelete, api+"model-versions/delete-tag", []byte(`{"name": "`+s.name+`", "version": "1", "key": "`+key+`"}`))
	s.server.call(http.MethodDelete, api+"logged-models/"+s.model+"/tags/"+key, nil)
}

// changedRecords: whoever can write to the server's store changes what it has of the
// record. A machine that has the record itself does not depend on the server for it.
func (s *scene) changedRecords(home *lab) {
	id, other := s.record.ID().String(), s.otherRecord(home)
	file, otherFile := s.records+"/"+id+".intoto.json", s.records+"/"+other.ID().String()+".intoto.json"
	whole := s.record.Bytes()
	flipped := slices.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	nobody, zeros := strings.Repeat("f", 64), strings.Repeat("0", 64)
	retag := func(to string) {
		s.untag("lineage.record." + id)
		s.tag("lineage.record."+to, s.record.Invocation().String())
		s.tag("lineage.record", to)
	}
	mend := func(tagged ...string) {
		for _, to := range tagged {
			s.untag("lineage.record." + to)
		}
		s.tag("lineage.record."+id, s.record.Invocation().String())
		s.tag("lineage.record", id)
	}
	for _, tt := range []struct {
		name         string
		change, mend func()
		away, home   int // the statuses on another machine, and where the record is
	}{
		{"one bit", func() { s.server.put(file, flipped) }, nil, exitCannot, exitCannot},
		{"emptied", func() { s.server.put(file, nil) }, nil, exitCannot, exitCannot},
		{"spelled otherwise", func() { s.server.put(file, append(slices.Clone(whole), '\n')) }, nil, exitCannot, exitCannot},
		{"another run's", func() { s.server.put(file, other.Bytes()) }, nil, exitCannot, exitCannot},
		{"removed", func() { s.server.remove(file) }, nil, exitCannot, exitPass},
		{"a tag with another run's", func() { s.server.put(otherFile, other.Bytes()); retag(other.ID().String()) },
			func() { s.server.remove(otherFile); mend(other.ID().String()) }, exitFail, exitFail},
		{"a tag with another run's beside its own", func() { s.tag("lineage.record", other.ID().String()) }, func() { mend() }, exitCannot, exitFail},
		{"a tag with one that nobody has", func() { retag(nobody) }, func() { mend(nobody) }, exitCannot, exitCannot},
		{"a tag with an id of zeros", func() { retag(zeros) }, func() { mend(zeros) }, exitCannot, exitCannot},
		{"a tag with no id", func() { s.tag("lineage.record", "yes") }, func() { mend() }, exitCannot, exitCannot},
		{"a tag with another invocation", func() { s.tag("lineage.invocation", other.Invocation().String()) },
			func() { s.tag("lineage.invocation", s.record.Invocation().String()) }, exitFail, exitFail},
	} {
		tt.change()
		v := s.verdict(tt.away, s.alias())
		if tt.away == exitFail && statusOf(v, verify.ModelBytes) != verify.Failed && statusOf(v, verify.RegistryAgrees) != verify.Failed {
			s.Errorf("%s: %s", tt.name, v.Reason)
		}
		if tt.home != tt.away {
			home.verdict(tt.home, s.alias())
		}
		if s.server.put(file, whole); tt.mend != nil {
			tt.mend()
		}
	}
	s.verdict(exitPass, s.alias())
}

// othersModels: a record hangs on no model whose bytes it does not name. On a run
// that is named it does.
func (s *scene) othersModels(home *lab) {
	other := s.otherRecord(home)
	for _, model := range []string{s.alias(), "models:/" + s.model, "models:/" + s.name + "/2"} {
		stdout, said := home.lineage(exitFail, "attach", other.ID().String(), "mlflow", "--to", model)
		if stdout != "" || !strings.Contains(said, "not outputs of the run") || !strings.Contains(said, `"MLmodel"`) {
			s.Errorf("attaching to %s says %q, %q", model, stdout, said)
		}
	}
	for _, wrong := range []string{"runs:/" + s.run + "/model/x/..", "models:/" + s.name, "model", "s3://bucket/model"} {
		home.lineage(exitUsage, "attach", other.ID().String(), "mlflow", "--to", wrong)
	}
	if got := tags(at(s.server.run(s.run), "data", "tags")); got["lineage.record"] != s.record.ID().String() {
		s.Errorf("a refusal has left the tags %v", got)
	}
	stdout, _ := home.lineage(0, "attach", other.ID().String(), "mlflow", "--to", "runs:/"+s.run)
	if !strings.Contains(stdout, "run ") || !strings.Contains(stdout, s.run) {
		s.Errorf("attaching to the run says %q", stdout)
	}
	if raw := s.server.read(s.records + "/" + other.ID().String() + ".intoto.json"); !bytes.Equal(raw, other.Bytes()) {
		s.Error("the run does not keep the record")
	}
	if kept := allFiles(s, filepath.Join(home.dir, ".lineage", "attachments", other.ID().String())); len(kept) != 1 {
		s.Errorf("the store has %d notes of where it hangs", len(kept))
	}
	// Its own models stay what they were.
	s.verdict(exitPass, s.alias())
	home.verdict(exitPass, "models:/"+s.model)
	// The record can be hung on its own version once more, and on nothing else.
	home.lineage(0, "attach", s.record.ID().String(), "mlflow", "--to", s.version(), "--to", "runs:/"+s.run)
}
