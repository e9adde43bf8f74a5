package verify_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/verify"
)

var errDown = errors.New("the server is down")

// mutation is one thing that is not as it should be, and the check that sees it.
type mutation struct {
	name   string
	check  verify.CheckID
	want   verify.Status
	opts   []recordtest.Option // change the record before the world is made of it
	change func(*testing.T, *world)
}

func opt(o ...recordtest.Option) []recordtest.Option { return o }

var mutations = slices.Concat(recordMutations, modelMutations, contentMutations, registryMutations, pinnedMutations)

var recordMutations = []mutation{
	{"truncated record", verify.RecordStrict, verify.Failed, nil, func(_ *testing.T, w *world) { w.serve(func(b []byte) []byte { return b[:len(b)/2] }) }},
	{"bit-flipped record", verify.RecordStrict, verify.Failed, nil, func(_ *testing.T, w *world) {
		w.serve(func(b []byte) []byte { b = slices.Clone(b); b[len(b)/2] ^= 1; return b })
	}},
	{"empty record", verify.RecordStrict, verify.Failed, nil, func(_ *testing.T, w *world) { w.serve(func([]byte) []byte { return []byte{} }) }},
	{"malformed record under its own id", verify.RecordStrict, verify.Failed, nil, func(_ *testing.T, w *world) {
		w.rename([]byte(`{"predicate":{"buildDefinition":{"buildType":"` + record.BuildType + `"}}}`))
	}},
	{"record that is no JSON", verify.RecordStrict, verify.Failed, nil, func(_ *testing.T, w *world) { w.rename([]byte("<html>")) }},
	{"record of a newer version", verify.RecordStrict, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.rename([]byte(`{"predicate":{"buildDefinition":{"buildType":"https://github.com/lineage-audit/lineage/run@v2"}}}`))
	}},
	{"foreign statement", verify.RecordStrict, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.rename([]byte(`{"predicate":{"buildDefinition":{"buildType":"https://example.com/build@v1"}}}`))
	}},
	{"record only named, store empty", verify.RecordStrict, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.target.resolved.Claims[0].Bytes, w.store.found = nil, nil
	}},
	{"record only named, store gives nothing and no error", verify.RecordStrict, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.target.resolved.Claims[0].Bytes, w.store.found[0].Bytes = nil, nil
	}},
	{"record only named, no store", verify.RecordStrict, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.target.resolved.Claims[0].Bytes, w.request.Records = nil, nil
	}},
	{"--record names another model's record", verify.ModelBytes, verify.Failed, nil, func(t *testing.T, w *world) {
		other := otherModel(t)
		w.store.put(other)
		w.request.Record = other.ID()
	}},
	{"--record names one that is nowhere", verify.RecordStrict, verify.Lacking, nil, func(_ *testing.T, w *world) { w.request.Record = record.ID{1} }},
	{"two records that the entry names", verify.RecordUnambiguous, verify.Lacking, nil, func(t *testing.T, w *world) {
		other := recordtest.Record(t, another(9), otherCode)
		w.claim(verify.ByEntry, other)
	}},
	{"two records for one digest", verify.RecordUnambiguous, verify.Lacking, nil, func(t *testing.T, w *world) {
		w.asPath()
		w.store.put(recordtest.Record(t, another(9), otherCode))
	}},
	{"a store that fails", verify.RecordUnambiguous, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.asPath()
		w.store.err = errDown
	}},
	{"a malformed record beside the good one", verify.RecordStrict, verify.Failed, nil, func(_ *testing.T, w *world) {
		w.asPath()
		f := w.store.found[0]
		f.ID, f.Bytes = record.ID{2}, f.Bytes[:len(f.Bytes)-9]
		w.store.found = append(w.store.found, f)
	}},
	{"a record of a newer version beside the good one", verify.RecordUnambiguous, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.asPath()
		raw := []byte(`{"predicate":{"buildDefinition":{"buildType":"https://github.com/lineage-audit/lineage/run@v2"}},"x":"` + recordtest.Model.Manifest().Digest().String() + `"}`)
		w.store.found = append(w.store.found, verify.Found{ID: record.IDOf(raw), Bytes: raw})
	}},
}

var modelMutations = []mutation{
	{"target gives nothing", verify.ModelBytes, verify.Lacking, nil, func(_ *testing.T, w *world) { w.target.resolved = verify.Resolved{} }},
	{"target fails", verify.ModelBytes, verify.Lacking, nil, func(_ *testing.T, w *world) { w.target.lookErr = errDown }},
	{"no target", verify.ModelBytes, verify.Lacking, nil, func(_ *testing.T, w *world) { w.request.Target = nil }},
	{"content fails", verify.ModelBytes, verify.Lacking, nil, func(_ *testing.T, w *world) { w.target.bytesErr = errDown }},
	{"content is nothing", verify.ModelBytes, verify.Lacking, nil, func(_ *testing.T, w *world) { w.target.content = verify.Content{} }},
	{"content is file and folder", verify.ModelBytes, verify.Lacking, nil, func(_ *testing.T, w *world) { w.target.content.File = file("x").File }},
	{"content cannot be read again", verify.ModelBytes, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.target.again = &target{resolved: w.target.resolved, bytesErr: errDown}
	}},
	{"content changes meanwhile", verify.ModelBytes, verify.Failed, nil, func(_ *testing.T, w *world) {
		w.target.again = &target{resolved: w.target.resolved, content: tree(recordtest.Files{"MLmodel": "another"})}
	}},
	{"sidecar that changes meanwhile", verify.ModelBytes, verify.Failed, nil, func(t *testing.T, w *world) {
		w.asPath()
		again := *w.target
		again.resolved.Claims = []verify.Claim{{By: verify.BySidecar, Bytes: otherModel(t).Bytes()}}
		w.target.again = &again
	}},
	{"path that becomes an entry", verify.ModelBytes, verify.Failed, nil, func(_ *testing.T, w *world) {
		again := *w.target
		w.asPath()
		w.target.again = &again
	}},
	{"model with a file added", verify.ModelBytes, verify.Failed, nil, files(func(f recordtest.Files) { f["extra"] = "x" })},
	{"model with a file removed", verify.ModelBytes, verify.Failed, nil, files(func(f recordtest.Files) { delete(f, "MLmodel") })},
	{"model with two files swapped", verify.ModelBytes, verify.Failed, nil, files(func(f recordtest.Files) {
		f["MLmodel"], f["data/model.pkl"] = f["data/model.pkl"], f["MLmodel"]
	})},
	{"model with a file renamed", verify.ModelBytes, verify.Failed, nil, files(func(f recordtest.Files) {
		f["data/model.bin"] = f["data/model.pkl"]
		delete(f, "data/model.pkl")
	})},
	{"model with a file emptied", verify.ModelBytes, verify.Failed, nil, files(func(f recordtest.Files) { f["data/model.pkl"] = "" })},
	{"empty model", verify.ModelBytes, verify.Failed, nil, files(func(f recordtest.Files) { clear(f) })},
	{"model of empty files", verify.ModelBytes, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.asPath()
		w.target.content = tree(recordtest.Files{"a": "", "b": ""})
	}},
	{"empty file", verify.ModelBytes, verify.Lacking, opt(recordtest.Output("repo:empty", "")), func(_ *testing.T, w *world) {
		w.asPath()
		w.target.content = file("")
	}},
	{"file with the manifest's bytes", verify.ModelBytes, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.asPath()
		w.target.content = file(string(recordtest.Model.Manifest().Bytes()))
	}},
	{"bytes that no record names", verify.ModelBytes, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.asPath()
		w.target.content = file("untraced")
	}},
	{"a client's file that names another version", verify.ModelBytes, verify.Failed, nil, func(_ *testing.T, w *world) { w.downloaded("fraud", "6") }},
	{"a client's file that is another", verify.ModelBytes, verify.Failed, nil, func(_ *testing.T, w *world) {
		w.downloaded("fraud", "7")
		w.target.files = recordtest.Files{clientFile: "fraud/8"}
	}},
	{"a client's file that does not parse", verify.ModelBytes, verify.Failed, nil, func(_ *testing.T, w *world) {
		w.downloaded("fraud", "7")
		w.request.ClientFiles[0].Parse = func([]byte) (string, string, error) { return "", "", errDown }
	}},
	{"a client's file that names nothing", verify.ModelBytes, verify.Failed, nil, func(_ *testing.T, w *world) { w.downloaded("", "") }},
}

var contentMutations = []mutation{
	{"failed run", verify.RunCompleted, verify.Failed, opt(recordtest.Exited(3)), nil},
	{"killed run", verify.RunCompleted, verify.Failed, opt(recordtest.Ended(record.Outcome{Status: record.Killed, Signal: "SIGKILL"})), nil},
	{"interrupted run that exited with 0", verify.RunCompleted, verify.Failed, opt(recordtest.Ended(record.Outcome{Status: record.Interrupted, ExitCode: new(int64)})), nil},
	{"no record at all", verify.RunCompleted, verify.Lacking, nil, nowhere},
	{"no code", verify.CodeCaptured, verify.Lacking, opt(recordtest.Without(record.RoleCode)), nil},
	{"code without files", verify.CodeCaptured, verify.Lacking, opt(recordtest.Without(record.RoleCode), recordtest.InputTree(record.RoleCode, "repo:.", nil)), nil},
	{"code that changed", verify.CodeCaptured, verify.Lacking, opt(recordtest.Gap("code-changed", "repo:train.py", "it was written")), nil},
	{"code that the commit has otherwise", verify.CodeCaptured, verify.Failed, nil, commitFiles(func(f recordtest.Files) { f["train.py"] = "import os\n" })},
	{"code that the commit does not have", verify.CodeCaptured, verify.Failed, nil, commitFiles(func(f recordtest.Files) { delete(f, "train.py") })},
	{"no word about data", verify.DataCaptured, verify.Lacking, opt(unobserved, recordtest.Without(record.RoleData), inputs(record.Declared{})), nil},
	{"declared input without digest", verify.DataCaptured, verify.Lacking, opt(recordtest.Without(record.RoleData)), nil},
	{"input that changed", verify.DataCaptured, verify.Lacking, opt(recordtest.Gap("input-changed", "repo:data/train.csv", "it was written")), nil},
	{"data folder without files", verify.DataCaptured, verify.Lacking, opt(recordtest.Without(record.RoleData), inputs(record.Declared{}), recordtest.InputTree(record.RoleData, "repo:empty", nil)), nil},
	{"no data, says the run, and has some", verify.DataCaptured, verify.Failed, opt(inputs(record.Declared{None: true})), nil},
	{"no operating system", verify.EnvironmentCaptured, verify.Lacking, opt(func(s *record.Statement) { s.Predicate.BuildDefinition.InternalParameters.OS.Name = "" }), nil},
	{"no processors", verify.EnvironmentCaptured, verify.Lacking, opt(func(s *record.Statement) { s.Predicate.BuildDefinition.InternalParameters.CPU.Count = 0 }), nil},
	{"environment with a gap", verify.EnvironmentCaptured, verify.Lacking, opt(recordtest.Gap("environment-not-read", "cpu", "no /proc")), nil},
	{"no interpreter", verify.PackagesCaptured, verify.Lacking, opt(recordtest.Without(record.RoleInterpreter)), nil},
	{"no packages", verify.PackagesCaptured, verify.Lacking, opt(recordtest.Without(record.RolePackage)), nil},
	{"packages with a gap", verify.PackagesCaptured, verify.Lacking, opt(recordtest.Gap("packages-not-captured", "python", "it was gone")), nil},
	{"package that differs from its RECORD", verify.PackagesCaptured, verify.Lacking, opt(packages(func(f *record.PackageFacts) {
		f.Files = &record.PackageFiles{State: "differ", Checked: 10, Changed: []string{"numpy/core.py"}}
	})), nil},
	{"package that was not compared", verify.PackagesCaptured, verify.Lacking, opt(packages(func(f *record.PackageFacts) { f.Files = nil })), nil},
	{"package of no file", verify.PackagesCaptured, verify.Lacking, opt(packages(func(f *record.PackageFacts) { f.Files.Checked = 0 })), nil},
	{"editable package of a dirty checkout", verify.PackagesCaptured, verify.Lacking, opt(packages(func(f *record.PackageFacts) {
		f.Origin = &record.DirectURL{URL: "file:///src", Editable: true, GitCommit: record.GitHash(hashing.EmptyFile.String()), State: "dirty"}
	})), nil},
}

var registryMutations = []mutation{
	{"registry that cannot be asked again", verify.RegistryAgrees, verify.Lacking, nil, func(_ *testing.T, w *world) { w.target.again = &target{lookErr: errDown} }},
	{"alias that moved", verify.RegistryAgrees, verify.Failed, nil, moved(func(r *verify.Resolved) { r.Version = "8" })},
	{"source that moved", verify.RegistryAgrees, verify.Failed, nil, moved(func(r *verify.Resolved) { r.Source = "models:/m-2" })},
	{"record's name that moved", verify.RegistryAgrees, verify.Failed, nil, moved(func(r *verify.Resolved) { r.Claims = nil })},
	{"bytes that moved", verify.RegistryAgrees, verify.Failed, nil, func(_ *testing.T, w *world) {
		w.target.again = &target{resolved: w.target.resolved, content: file("another")}
	}},
	{"another run's invocation", verify.RegistryAgrees, verify.Failed, nil, func(_ *testing.T, w *world) {
		w.target.resolved.Invocations = []record.Invocation{{9}}
	}},
	{"an entry that names another record than --record", verify.RegistryAgrees, verify.Failed, nil, func(t *testing.T, w *world) {
		other := otherModel(t)
		w.request.Record = w.target.resolved.Claims[0].ID
		w.target.resolved.Claims[0] = verify.Claim{By: verify.ByEntry, ID: other.ID(), Bytes: other.Bytes()}
	}},
	{"an entry that says nothing of a run", verify.RegistryAgrees, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.target.resolved.Invocations, w.target.resolved.Claims = nil, nil
	}},
	{"metrics of another run", verify.RegistryAgrees, verify.Failed, opt(tracked("another")), nil},
	{"bytes of another logged model", verify.RegistryAgrees, verify.Failed, opt(fromServer("m-2")), nil},
	{"an answer that names nothing", verify.RegistryAgrees, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.target.resolved = verify.Resolved{Kind: verify.TargetRegistry, System: "mlflow"}
	}},
}

var pinnedMutations = []mutation{
	{"declared coverage", verify.InputsObserved, verify.Lacking, opt(unobserved), nil},
	{"input edited in place", verify.InputsAvailable, verify.Failed, nil, func(_ *testing.T, w *world) {
		w.root[recordtest.Location("repo:data/train.csv")] = file("x,y\n1,3\n")
	}},
	{"one file of an input edited in place", verify.InputsAvailable, verify.Failed, nil, func(_ *testing.T, w *world) {
		w.root[recordtest.Location("repo:data/images")] = tree(recordtest.Files{"a.png": "another"})
	}},
	{"input that the commit has otherwise", verify.InputsAvailable, verify.Lacking, nil, func(_ *testing.T, w *world) {
		clear(w.root)
		w.repo.files = recordtest.Contents()
		w.repo.files["data/train.csv"] = "another"
	}},
	{"folder of which the commit lacks a file", verify.InputsAvailable, verify.Lacking, nil, func(_ *testing.T, w *world) {
		clear(w.root)
		w.repo.files = recordtest.Contents()
		delete(w.repo.files, "data/images/a.png")
	}},
	{"input that became a folder", verify.InputsAvailable, verify.Failed, nil, func(_ *testing.T, w *world) {
		w.root[recordtest.Location("repo:data/train.csv")] = tree(recordtest.Images)
	}},
	{"input that is gone", verify.InputsAvailable, verify.Lacking, nil, func(_ *testing.T, w *world) { clear(w.root) }},
	{"input whose place gives nothing", verify.InputsAvailable, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.root[recordtest.Location("repo:data/train.csv")] = verify.Content{}
	}},
	{"declared input that the record has no digest of", verify.InputsAvailable, verify.Lacking, opt(recordtest.Without(record.RoleData)), nil},
	{"nowhere to look", verify.InputsAvailable, verify.Lacking, nil, func(_ *testing.T, w *world) { w.request.Places = nil }},
	{"a place that fails", verify.InputsAvailable, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.request.Places = []verify.Looked{{Kind: verify.PlaceRecorded, Place: broken{}}, {Kind: verify.PlaceDataRoot}}
	}},
	{"loaded packages", verify.PackagesLoaded, verify.Lacking, nil, nil},
	{"no word about preprocessing", verify.PreprocessingCaptured, verify.Lacking, opt(unobserved, recordtest.Without(record.RolePreprocessing), func(s *record.Statement) {
		s.Predicate.BuildDefinition.ExternalParameters.Preprocessing = record.Declared{}
	}), nil},
	{"no preprocessing, says the run, and has some", verify.PreprocessingCaptured, verify.Failed, opt(func(s *record.Statement) {
		s.Predicate.BuildDefinition.ExternalParameters.Preprocessing = record.Declared{None: true}
	}), nil},
	{"no repository named", verify.GitReachable, verify.Lacking, nil, func(_ *testing.T, w *world) { w.request.Repositories = nil }},
	{"repository that does not open", verify.GitReachable, verify.Lacking, nil, func(_ *testing.T, w *world) { w.repo.openErr = errDown }},
	{"no commit", verify.GitReachable, verify.Lacking, opt(recordtest.Without(record.RoleCommit)), nil},
	{"commit that is not there", verify.GitReachable, verify.Lacking, nil, func(_ *testing.T, w *world) { w.repo.commit = "" }},
	{"commit on no branch", verify.GitReachable, verify.Lacking, nil, func(_ *testing.T, w *world) { w.repo.branch = "" }},
	{"commit on a branch that does not count", verify.GitReachable, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.request.Repositories[0].Branches = []string{"release/*"}
	}},
	{"dirty code that was not kept", verify.GitReachable, verify.Lacking, opt(differing(record.TreeDirty)), commitFiles(func(f recordtest.Files) { f["train.py"] = "old" })},
	{"dirty code that was kept as another content", verify.GitReachable, verify.Lacking, opt(differing(record.TreeDirty)), func(t *testing.T, w *world) {
		commitFiles(func(f recordtest.Files) { f["train.py"] = "old" })(t, w)
		w.blobs[hashing.Bytes([]byte(recordtest.Code["train.py"]))] = []byte("another")
	}},
	{"code whose manifest is not kept", verify.GitReachable, verify.Lacking, nil, func(_ *testing.T, w *world) { clear(w.blobs) }},
	{"no lock", verify.PackagesLocked, verify.Lacking, opt(recordtest.Without(record.RoleLock)), nil},
	{"lock that the commit does not have", verify.PackagesLocked, verify.Lacking, nil, commitFiles(func(f recordtest.Files) { f["requirements.lock"] = "other" })},
	{"lock of another version", verify.PackagesLocked, verify.Lacking, nil, func(_ *testing.T, w *world) { w.locks["numpy"] = "2.2.0" }},
	{"lock without a package", verify.PackagesLocked, verify.Lacking, nil, func(_ *testing.T, w *world) { delete(w.locks, "numpy") }},
	{"lock that cannot be read in the commit", verify.PackagesLocked, verify.Lacking, nil, func(_ *testing.T, w *world) { w.repo.contentErr = errDown }},
	{"lock of which the commit gives other bytes", verify.PackagesLocked, verify.Lacking, nil, func(_ *testing.T, w *world) {
		w.repo.contents = recordtest.Files{"requirements.lock": "another"}
	}},
	{"file of no package", verify.PackagesLocked, verify.Lacking, opt(func(s *record.Statement) {
		for _, d := range s.Predicate.BuildDefinition.ResolvedDependencies {
			if f := d.Annotations.Interpreter; f != nil {
				f.Unowned = []string{"sitecustomize.py"}
			}
		}
	}), nil},
	{"nothing said of a container", verify.ImagePinned, verify.Lacking, nil, nil},
	{"container", verify.ImagePinned, verify.Lacking, opt(container(record.Container{Runtime: "docker"})), nil},
	{"container of which nothing is known", verify.ImagePinned, verify.Lacking, opt(container(record.Container{})), nil},
	{"container whose image has a name", verify.ImagePinned, verify.Lacking, opt(container(record.Container{Runtime: "docker", Image: "train:7"})), nil},
	{"image that another one contradicts", verify.ImagePinned, verify.Lacking, opt(container(record.Container{Runtime: "docker"}), image("declared"), recordtest.Gap("image-not-known", "image", "two digests")), nil},
	{"a gap beside no container", verify.ImagePinned, verify.Lacking, opt(container(record.Container{None: true}), recordtest.Gap("image-not-known", "image", "docker ran")), nil},
	{"no container, and nobody watched the command", verify.ImagePinned, verify.Lacking, opt(unobserved, container(record.Container{None: true})), nil},
	{"an image file, and nobody watched the command", verify.ImagePinned, verify.Lacking, opt(unobserved, container(record.Container{Runtime: "apptainer"}), image("sif")), nil},
	{"a variable, and nobody watched the command", verify.ImagePinned, verify.Lacking, opt(unobserved, container(record.Container{Runtime: "docker"}), image("environment")), nil},
	{"a variable where there is no container", verify.ImagePinned, verify.Lacking, opt(container(record.Container{Image: "train:7"}), image("environment")), nil},
	{"a variable where nobody looked for a container", verify.ImagePinned, verify.Lacking, opt(image("environment")), nil},
	{"a gap", verify.GapsNone, verify.Lacking, opt(recordtest.Gap("process-outlived", "4711", "it went on")), nil},
	{"a gap of a kind to come", verify.GapsNone, verify.Lacking, opt(recordtest.Gap("unheard-of", "x", "y")), nil},
	{"signature", verify.SignatureTrusted, verify.Lacking, nil, nil},
	{"trail", verify.TrailIncluded, verify.Lacking, nil, nil},
	{"reproduction", verify.ReproductionSame, verify.Lacking, nil, nil},
}

func container(c record.Container) recordtest.Option {
	return func(s *record.Statement) { s.Predicate.BuildDefinition.InternalParameters.Container = &c }
}

func image(seen string) recordtest.Option {
	return recordtest.Dependency(record.Resource{
		Name: "image", Digest: recordtest.SHA256("manifest"),
		Annotations: record.Annotations{Role: record.RoleImage, Image: &record.ImageFacts{Reference: "example.org/train:7", Seen: seen}},
	})
}

// TestMutations: each makes its check what it should, and none lets a verdict pass
// that requires the check's rung.
func TestMutations(t *testing.T) {
	seen := map[verify.CheckID][]verify.Status{}
	for _, m := range mutations {
		seen[m.check] = append(seen[m.check], m.want)
		t.Run(m.name, func(t *testing.T) {
			w := goodWorld(t, m.opts...)
			if m.change != nil {
				m.change(t, w)
			}
			c, v := check(t, w.verify(), m.check), w.verify()
			if c.Status != m.want {
				t.Errorf("%s is %s: %s; want %s", m.check, c.Status, c.Reason, m.want)
			}
			w.request.Require = c.Rung
			switch v = w.verify(); {
			case v.Result == verify.Pass, v.VerificationResult != verify.SLSAFailed, v.ExitStatus == 0:
				t.Errorf("%s, %s, exit status %d", v.Result, v.VerificationResult, v.ExitStatus)
			case m.want == verify.Failed && v.Result != verify.Fail:
				t.Errorf("%s: %s", v.Result, v.Reason)
			}
		})
	}
	for _, id := range verify.Checks() {
		if !slices.Contains(seen[id], verify.Lacking) {
			t.Errorf("nothing makes %s lacking", id)
		}
		if canFail := !slices.Contains(neverFail, id); canFail != slices.Contains(seen[id], verify.Failed) {
			t.Errorf("%s can fail: %t", id, canFail)
		}
	}
}

// neverFail are the checks that nothing contradicts in this version: they hold or
// they lack.
var neverFail = []verify.CheckID{
	verify.RecordUnambiguous, verify.EnvironmentCaptured, verify.PackagesCaptured, verify.InputsObserved, verify.PackagesLoaded,
	verify.GitReachable, verify.PackagesLocked, verify.ImagePinned, verify.GapsNone, verify.SignatureTrusted, verify.TrailIncluded, verify.ReproductionSame,
}

// serve changes the bytes of the record at every place that has it.
func (w *world) serve(change func([]byte) []byte) {
	for i := range w.target.resolved.Claims {
		w.target.resolved.Claims[i].Bytes = change(w.target.resolved.Claims[i].Bytes)
	}
	for i := range w.store.found {
		w.store.found[i].Bytes = change(w.store.found[i].Bytes)
	}
}

// rename puts other bytes in the record's place, known by their own id.
func (w *world) rename(raw []byte) {
	w.target.resolved.Claims[0].ID, w.target.resolved.Claims[0].Bytes = record.IDOf(raw), raw
}

func (w *world) asPath() {
	w.target.resolved = verify.Resolved{Kind: verify.TargetPath, Path: "model"}
}

func (w *world) claim(by verify.ClaimBy, r *record.Record) {
	w.target.resolved.Claims = append(w.target.resolved.Claims, verify.Claim{By: by, ID: r.ID(), Where: "mlflow", Bytes: r.Bytes()})
}

const clientFile = "registered_model_meta"

// downloaded makes the model a copy that a client downloaded.
func (w *world) downloaded(name, version string) {
	f := recordtest.Files{clientFile: name + "/" + version}
	for path, content := range recordtest.Model {
		f[path] = content
	}
	w.target.content, w.target.files = tree(f), f
	w.request.ClientFiles = []verify.ClientFile{{Path: clientFile, Parse: func([]byte) (string, string, error) { return name, version, nil }}}
}

func nowhere(_ *testing.T, w *world) {
	w.target.resolved.Claims, w.store.found = nil, nil
}

func files(change func(recordtest.Files)) func(*testing.T, *world) {
	return func(_ *testing.T, w *world) {
		f := recordtest.Files{}
		for path, content := range recordtest.Model {
			f[path] = content
		}
		change(f)
		w.target.content = tree(f)
	}
}

func commitFiles(change func(recordtest.Files)) func(*testing.T, *world) {
	return func(_ *testing.T, w *world) {
		f := recordtest.Files{}
		for path, content := range recordtest.Code {
			f[path] = content
		}
		change(f)
		w.repo.files = f
	}
}

func moved(change func(*verify.Resolved)) func(*testing.T, *world) {
	return func(_ *testing.T, w *world) {
		again := *w.target
		change(&again.resolved)
		w.target.again = &again
	}
}

type broken struct{}

func (broken) Look(context.Context, verify.Input) ([]verify.Sighting, error) {
	return nil, io.ErrUnexpectedEOF
}
