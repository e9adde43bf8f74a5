package report_test

import (
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

// rich gives a statement every kind of fact that a record can hold.
func rich(s *record.Statement) {
	for _, opt := range []recordtest.Option{
		richCode, richPackages, richRun,
		recordtest.Gap("input-changed", "repo:data/train.csv", "it was written while the run went on"),
		recordtest.Gap("package-unreadable", "torch", "its RECORD is not valid UTF-8"),
		recordtest.InputTree(record.RoleData, "home:birds", recordtest.Files{"adelie.csv": "1", "gentoo.csv": "22"}),
		recordtest.Input(record.RolePreprocessing, "abs:/etc/prepare.toml", "a = 1\n"),
		richLinks, richOrigin, richMachine,
	} {
		opt(s)
	}
}

func richCode(s *record.Statement) {
	deps := s.Predicate.BuildDefinition.ResolvedDependencies
	c := deps[0].Annotations.Commit
	c.State, c.Detached, c.Shallow, c.ForeignOwner = record.TreeDirty, true, true, true
	c.Remotes = append(c.Remotes, record.Remote{Name: "fork", URL: "ssh://git@forge.example/fraud.git"})
	c.Differences = []record.Difference{{Path: "train.py", Kind: "modified"}, {Path: "notes.txt", Kind: "untracked"}}
	recordtest.Dependency(record.Resource{
		URI: "git+https://git.example/lib.git@" + string(recordtest.Commit), Digest: &record.DigestSet{GitCommit: recordtest.Commit},
		Annotations: record.Annotations{Role: record.RoleSubmodule, Commit: &record.CommitFacts{
			Location: recordtest.Location("repo:lib"), State: record.TreeClean, Submodule: true, Worktree: true,
		}},
	})(s)
	for _, role := range []record.Role{record.RolePatch, record.RoleContent} {
		recordtest.Byproduct(record.Resource{
			Name: "train.py", MediaType: "text/plain", Digest: recordtest.SHA256(string(role)), Annotations: record.Annotations{Role: role},
		})(s)
	}
}

func richPackages(s *record.Statement) {
	editable := recordtest.Package("birds", "0.1.0")
	editable.Annotations.Package.Origin = &record.DirectURL{
		URL: "file:///work/birds", Editable: true, VCS: "git", GitCommit: recordtest.Commit, State: "dirty", Archive: "sha256=00",
	}
	changed := recordtest.Package("pandas", "3.0.1")
	changed.Annotations.Package.Files = &record.PackageFiles{
		State: "differ", Checked: 7, Unhashed: 1, Changed: []string{"pandas/core/frame.py"}, Missing: []string{"pandas/_libs/lib.so"},
	}
	conda := recordtest.Package("mkl", "2026.1")
	conda.Annotations.Package.Conda = &record.Conda{URL: "https://conda.example/mkl.conda", Channel: "conda-forge", Build: "h1", SHA256: "00", MD5: "11"}
	conda.Annotations.Package.Files = nil
	for _, r := range []record.Resource{editable, changed, conda} {
		recordtest.Dependency(r)(s)
	}
	for i := range s.Predicate.BuildDefinition.ResolvedDependencies {
		if f := s.Predicate.BuildDefinition.ResolvedDependencies[i].Annotations.Interpreter; f != nil {
			f.Unowned = []string{"sitecustomize.py"}
		}
	}
}

// richMachine is a container with an image, a GPU, libraries that compute and a lock of
// another language.
func richMachine(s *record.Statement) {
	at := recordtest.Location("venv:lib/libopenblas.so.0")
	e := &s.Predicate.BuildDefinition.InternalParameters
	e.Container = &record.Container{Runtime: "kubernetes", ID: "3f2a91", Image: "registry.example/train:7"}
	e.GPUs = []record.GPU{{Vendor: "NVIDIA", Name: "L4", Memory: 24 << 30, Driver: "nvidia 550.54.14", Toolkit: "CUDA 12.4.127"}}
	e.Libraries = []record.Library{
		{Kind: "blas", Name: "OpenBLAS", Version: "0.3.27", Location: &at, Digest: recordtest.SHA256("blas").SHA256, Threads: 4, ThreadsFrom: "OPENBLAS_NUM_THREADS"},
		{Kind: "openmp", Name: "libgomp"},
	}
	recordtest.Dependency(record.Resource{
		Name: "image", URI: "pkg:oci/train?repository_url=registry.example/train&tag=7", Digest: recordtest.SHA256("image"),
		Annotations: record.Annotations{Role: record.RoleImage, Image: &record.ImageFacts{Reference: "registry.example/train:7", Seen: "declared"}},
	})(s)
	recordtest.Dependency(record.Resource{
		Name: "repo:go.sum", Digest: recordtest.SHA256("go.sum"),
		Annotations: record.Annotations{Role: record.RoleLock, Lock: &record.LockFacts{
			Location: recordtest.Location("repo:go.sum"), Format: "go-sum", Bytes: 80, Packages: 1, Hashed: 1, Lists: []string{"pkg:golang/rsc.io/quote@v1.5.2"},
		}},
	})(s)
}

func richRun(s *record.Statement) {
	parent := record.Invocation{1: 7}
	m := &s.Predicate.RunDetails.Metadata
	m.Parent, m.Group = &parent, &record.Group{Kind: "slurm", ID: "4711", Rank: "0", Size: "8"}
	p := &s.Predicate.BuildDefinition.ExternalParameters
	p.Command = append(p.Command, "--note", "it's a test", "--secret", "[redacted]")
	p.Source, p.Strict = "https://git.example/ada/fraud.git@"+string(recordtest.Commit), true
}

func richLinks(s *record.Statement) {
	for i := range s.Predicate.BuildDefinition.ResolvedDependencies {
		a := &s.Predicate.BuildDefinition.ResolvedDependencies[i].Annotations
		if a.Tree != nil && a.Role == record.RoleData {
			a.Tree.Links = []record.Link{{Path: "a.png", Target: "deep/b.png"}, {Path: "b.png", Target: "/mnt/share/b.png", Outside: true}}
		}
		if a.File != nil && a.Role == record.RoleData {
			a.File.Link = "../shared/train.csv"
		}
	}
}

func richOrigin(s *record.Statement) {
	recordtest.OutputTree("server:logged-model/m-1/artifacts", recordtest.Files{"model.skops": "a model"})(s)
	for i := range s.Subject {
		if r := &s.Subject[i]; strings.HasPrefix(r.Name, "server:") {
			r.URI = "models:/m-1"
			r.Annotations.Origin = &record.Origin{Kind: "server", System: "mlflow", Target: "logged-model", ID: "m-1"}
		}
	}
}

// manifests are those of the folders of the statement.
func manifests() map[hashing.TreeDigest]hashing.Manifest {
	all := map[hashing.TreeDigest]hashing.Manifest{}
	for _, f := range []recordtest.Files{recordtest.Code, recordtest.Images} {
		all[f.Manifest().Digest()] = f.Manifest()
	}
	return all
}

// attachments are where the record hangs.
func attachments() []record.Attachment {
	return []record.Attachment{
		{
			AttachedOn: record.At(recordtest.Started), System: "mlflow", Kind: "run", ID: "8c2f", Name: "bold-auk-12", Run: "8c2f",
			URL: "http://mlflow.example/#/experiments/1/runs/8c2f", Location: "mlflow-artifacts:/1/8c2f/artifacts/lineage/record.intoto.json",
		},
		{AttachedOn: record.At(recordtest.Started), System: "mlflow", Kind: "logged-model", ID: "m-1"},
	}
}
