package verify_test

import (
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/verify"
)

// heldCase is what is not as simple as the good world, and is held all the same. The
// note is part of one of the check's notes, evidence or reason.
type heldCase struct {
	name   string
	check  verify.CheckID
	note   string
	opts   []recordtest.Option
	change func(*testing.T, *world)
}

var heldCases = []heldCase{
	{"one file of a folder's record", verify.ModelBytes, "repo:metrics.json", nil, func(_ *testing.T, w *world) {
		w.asPath()
		w.target.content = file(recordtest.Metrics)
	}},
	{"a downloaded copy", verify.ModelBytes, "is no file of the model", nil, func(_ *testing.T, w *world) { w.downloaded("fraud", "7") }},
	{"a downloaded copy on the disk", verify.ModelBytes, `version "3" of "fraud"`, nil, func(_ *testing.T, w *world) {
		w.downloaded("fraud", "3")
		w.asPath()
	}},
	{"code without git", verify.CodeCaptured, "no commit", opt(recordtest.Without(record.RoleCommit)), nil},
	{"code of a commit that nobody has", verify.CodeCaptured, "not compared", nil, func(_ *testing.T, w *world) { w.repo.commit = "" }},
	{"code whose manifest is gone", verify.CodeCaptured, "cannot be listed", nil, func(_ *testing.T, w *world) { clear(w.blobs) }},
	{"code of a declared commit", verify.CodeCaptured, "4 of them are those of the commit", opt(declared), nil},
	{"dirty code", verify.CodeCaptured, "dirty: 1 path differs", opt(differing(record.TreeDirty)), commitFiles(func(f recordtest.Files) { f["train.py"] = "old" })},
	{"dirty code that was kept", verify.GitReachable, "repo:train.py", opt(differing(record.TreeDirty)), func(t *testing.T, w *world) {
		commitFiles(func(f recordtest.Files) { f["train.py"] = "old" })(t, w)
		now := []byte(recordtest.Code["train.py"])
		w.blobs[hashing.Bytes(now)] = now
	}},
	{"no data, and it says so", verify.DataCaptured, "there is no data", opt(recordtest.Without(record.RoleData), inputs(record.Declared{None: true})), nil},
	{"data that was only declared", verify.DataCaptured, "repo:data/train.csv", opt(unobserved), nil},
	{"data that was only seen", verify.DataCaptured, "repo:data/train.csv", opt(inputs(record.Declared{})), nil},
	{"a gap in preprocessing", verify.DataCaptured, "", opt(recordtest.Gap("input-changed", "repo:prepare.py", "it was written")), nil},
	{"an editable package of the run's own commit", verify.PackagesCaptured, string(recordtest.Commit), opt(packages(editable)), nil},
	{"an editable package is no wheel", verify.PackagesLocked, string(recordtest.Commit), opt(packages(editable)), func(_ *testing.T, w *world) { delete(w.locks, "numpy") }},
	{"inputs in the commit", verify.InputsAvailable, "gitCommit:", nil, func(_ *testing.T, w *world) {
		clear(w.root)
		w.repo.files = recordtest.Contents()
	}},
	{"inputs in the commit, others on the disk", verify.InputsAvailable, "other bytes now stand at repo:data/train.csv", nil, func(_ *testing.T, w *world) {
		w.root[recordtest.Location("repo:data/train.csv")] = file("edited")
		w.repo.files = recordtest.Contents()
	}},
	{"inputs among the blobs", verify.InputsAvailable, "kept blobs", nil, func(_ *testing.T, w *world) {
		clear(w.root)
		for _, content := range recordtest.Contents() {
			w.blobs[hashing.Bytes([]byte(content))] = []byte(content)
		}
	}},
	{"inputs under a data root", verify.InputsAvailable, "data root", nil, func(_ *testing.T, w *world) {
		w.request.Places = []verify.Looked{{Kind: verify.PlaceDataRoot, Place: w.root}, {Kind: verify.PlaceRecorded, Place: place{}}}
	}},
	{"inputs at their uri", verify.InputsAvailable, "uri", nil, func(_ *testing.T, w *world) { w.request.Places[0].Kind = verify.PlaceURI }},
	{"inputs, and a place that fails", verify.InputsAvailable, "", nil, func(_ *testing.T, w *world) {
		w.request.Places = append(w.request.Places, verify.Looked{Kind: verify.PlaceDataRoot, Place: broken{}})
	}},
	{"an image that was declared", verify.ImagePinned, "somebody's word (declared)", opt(container(record.Container{Runtime: "docker"}), image("declared")), nil},
	{"an image without a word of the container", verify.ImagePinned, "example.org/train:7", opt(image("declared")), nil},
	{"an image that was declared of a run that was not watched", verify.ImagePinned, "somebody's word (declared)", opt(unobserved, container(record.Container{Runtime: "docker"}), image("declared")), nil},
	{"an image that a variable names", verify.ImagePinned, "somebody's word (environment)", opt(container(record.Container{Runtime: "docker"}), image("environment")), nil},
	{"an image file", verify.ImagePinned, "sif", opt(container(record.Container{Runtime: "apptainer"}), image("sif")), nil},
	{"an entry that carries the invocation alone", verify.RegistryAgrees, "invocation", nil, func(_ *testing.T, w *world) { w.target.resolved.Claims = nil }},
	{"an entry that names the record alone", verify.RegistryAgrees, "record", nil, func(_ *testing.T, w *world) { w.target.resolved.Invocations = nil }},
	{"bytes and metrics of the same model and run", verify.RegistryAgrees, "logged model", opt(fromServer("m-1"), tracked("8c2f")), nil},
	{"a record that is only named", verify.RecordStrict, "", nil, func(_ *testing.T, w *world) { w.target.resolved.Claims[0].Bytes = nil }},
	{"a second repository", verify.GitReachable, "refs/heads/main", nil, func(_ *testing.T, w *world) {
		w.request.Opener = openers{"first": &repo{}, "second": w.repo, "third": &repo{openErr: errDown}}
		w.request.Repositories = []verify.RepositoryRef{{URL: "first"}, {URL: "third"}, {URL: "second", Branches: []string{"ma*"}}}
	}},
}

func TestStillHeld(t *testing.T) {
	for _, c := range heldCases {
		t.Run(c.name, func(t *testing.T) {
			w := goodWorld(t, c.opts...)
			if c.change != nil {
				c.change(t, w)
			}
			got := check(t, w.verify(), c.check)
			if got.Status != verify.Held {
				t.Errorf("%s is %s: %s %v", c.check, got.Status, got.Reason, got.Evidence)
			}
			if said := strings.Join(append(got.Notes, got.Reason, joined(got.Evidence)), "\n"); !strings.Contains(said, c.note) {
				t.Errorf("%q is not in %s", c.note, said)
			}
		})
	}
}

func joined(all []verify.Evidence) (s string) {
	for _, e := range all {
		s += strings.Join([]string{e.Name, e.Where, e.Expected, e.Found}, " ") + "\n"
	}
	return s
}

func TestNotApplicable(t *testing.T) {
	if got := check(t, pathWorld(t).verify(), verify.RegistryAgrees); got.Status != verify.NotApplicable {
		t.Errorf("registry.agrees of a path is %s", got.Status)
	}
	none := func(s *record.Statement) {
		recordtest.Without(record.RoleData)(s)
		recordtest.Without(record.RolePreprocessing)(s)
		inputs(record.Declared{None: true})(s)
		s.Predicate.BuildDefinition.ExternalParameters.Preprocessing = record.Declared{None: true}
	}
	if got := check(t, goodWorld(t, none).verify(), verify.InputsAvailable); got.Status != verify.NotApplicable {
		t.Errorf("inputs.available of a run without input is %s", got.Status)
	}
	laptop := goodWorld(t, container(record.Container{None: true})).verify()
	if got := check(t, laptop, verify.ImagePinned); got.Status != verify.NotApplicable {
		t.Errorf("image.pinned of a run in no container is %s", got.Status)
	}
}

// TestEachPathIsNamed: a folder that is not the record's says where. One that no
// record is named for contradicts none.
func TestEachPathIsNamed(t *testing.T) {
	for asPath, want := range map[bool]verify.Status{false: verify.Failed, true: verify.Lacking} {
		w := goodWorld(t)
		files(func(f recordtest.Files) { f["MLmodel"], f["extra"] = "changed", "x" })(t, w)
		if asPath {
			w.asPath()
		}
		c := check(t, w.verify(), verify.ModelBytes)
		if c.Status != want || len(c.Evidence) != 2 || c.Evidence[0].Name != "MLmodel" || c.Evidence[1].Name != "extra" || c.Evidence[1].Expected != "absent" {
			t.Errorf("%s: %s %+v", c.Status, c.Reason, c.Evidence)
		}
	}
}

func declared(s *record.Statement) {
	for _, d := range s.Predicate.BuildDefinition.ResolvedDependencies {
		if f := d.Annotations.Commit; f != nil {
			f.State, f.Declared = record.TreeUnknown, true
		}
	}
}

func editable(f *record.PackageFacts) {
	f.Origin = &record.DirectURL{URL: "file:///src", Editable: true, GitCommit: recordtest.Commit, State: "dirty"}
}
