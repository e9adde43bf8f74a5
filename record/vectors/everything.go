package main

import (
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	rt "github.com/lineage-audit/lineage/record/recordtest"
)

// minimal has nothing that may be left out.
func minimal() []byte {
	return encode(rt.NoOutputs, func(s *record.Statement) {
		d, run := &s.Predicate.BuildDefinition, &s.Predicate.RunDetails
		d.ExternalParameters = record.Parameters{Command: []string{"true"}, WorkingDirectory: rt.Location("repo:.")}
		d.InternalParameters = record.Environment{OS: record.OS{Name: "Linux", Architecture: "amd64"}}
		d.ResolvedDependencies, run.Byproducts, run.Notes = nil, nil, nil
	})
}

// everything has every field that the format had at first, in some place.
var everything = []rt.Option{
	rt.Observed, serverModel, rt.OutputTree("repo:links", rt.Files{"a": "1"}), func(s *record.Statement) {
		d, run := &s.Predicate.BuildDefinition, &s.Predicate.RunDetails
		d.ExternalParameters.Source = "https://git.example/ada/fraud.git@" + string(rt.Commit)
		d.ExternalParameters.Preprocessing = record.Declared{None: true}
		d.ExternalParameters.Strict = true
		d.InternalParameters.Limits[0].Redacted = true
		run.Metadata.Parent = &record.Invocation{0xab}
		run.Metadata.Group = &record.Group{Kind: "slurm", ID: "4711", Rank: "0", Size: "8"}
		run.Gaps = []record.Gap{{Kind: "content-omitted", What: "repo:.env", Why: "it holds secrets"}}
		run.Notes = []record.Gap{{Kind: "nothing-declared", What: "preprocessing", Why: "none was declared"}}
		run.Byproducts = append(run.Byproducts, patch(), content(), tracking())
		s.Subject[len(s.Subject)-1].Annotations.File.Link = "../elsewhere/a"
		s.Subject[len(s.Subject)-2].Annotations.Tree.Links = []record.Link{{Path: "a", Target: "../elsewhere/a", Outside: true}}
		d.ResolvedDependencies = append(d.ResolvedDependencies, submodule(), richPackage())
		d.ResolvedDependencies[0] = richCommit()
		for i := range d.ResolvedDependencies {
			if in := d.ResolvedDependencies[i].Annotations.Interpreter; in != nil {
				in.Unowned = []string{"venv:lib/python3.13/site-packages/stray.py"}
			}
		}
	},
}

// everythingAround has, besides, what was added later: every field that there is.
func everythingAround() []byte { return encode(append(slices.Clone(everything), around)...) }

// around is what the run took place in.
func around(s *record.Statement) {
	d := &s.Predicate.BuildDefinition
	d.ExternalParameters.Sources = []record.DeclaredSource{{Path: rt.Location("repo:data/images"), URI: "s3://data.example/images/", Digest: rt.SHA256("said").SHA256}}
	blas := rt.Location("venv:lib/libopenblas.so.0")
	e := &d.InternalParameters
	e.Container = &record.Container{Runtime: "kubernetes", ID: "3f2a91", Image: "registry.example/train:7"}
	e.GPUs = []record.GPU{{Vendor: "NVIDIA", Name: "H100 PCIe", Memory: 80 << 30, Driver: "550.54.14", Toolkit: "CUDA 12.4"}}
	e.Libraries = []record.Library{{
		Kind: "blas", Name: "OpenBLAS", Version: "0.3.27", Location: &blas, Digest: rt.SHA256("openblas").SHA256,
		Threads: 4, ThreadsFrom: "OPENBLAS_NUM_THREADS",
	}}
	d.ResolvedDependencies = append(d.ResolvedDependencies, image("registry.example/train:7"))
	for i := range d.ResolvedDependencies {
		a := &d.ResolvedDependencies[i].Annotations
		if a.Lock != nil {
			a.Lock.Lists = []string{"pkg:npm/left-pad@1.3.0"}
		}
		if a.Role == record.RoleData && a.Tree != nil {
			a.Tree.Sources = []record.Source{{Path: "1.png", URI: "https://data.example/1.png"}}
		}
	}
}

func container(c record.Container) rt.Option {
	return func(s *record.Statement) { s.Predicate.BuildDefinition.InternalParameters.Container = &c }
}

func image(reference string) record.Resource {
	return record.Resource{
		Name: "image", URI: "pkg:oci/train?repository_url=registry.example/train", Digest: rt.SHA256("an image's manifest of " + reference),
		Annotations: record.Annotations{Role: record.RoleImage, Image: &record.ImageFacts{Reference: reference, Seen: "declared"}},
	}
}

func patch() record.Resource {
	return record.Resource{Name: "patch", Digest: rt.SHA256("a patch"), Annotations: record.Annotations{Role: record.RolePatch}}
}

func content() record.Resource {
	return record.Resource{Name: "content", Digest: rt.SHA256("content"), Annotations: record.Annotations{Role: record.RoleContent}}
}

func tracking() record.Resource {
	return record.Resource{Name: "run 8c2f", MediaType: "application/json", Digest: rt.SHA256("{}"), Annotations: record.Annotations{
		Role:   record.RoleTracking,
		Origin: &record.Origin{Kind: "server", System: "mlflow", Target: "run", ID: "8c2f"},
	}}
}

func richCommit() record.Resource {
	return commit(rt.Commit+"000000000000000000000000", record.CommitFacts{
		State: record.TreeDirty, Branch: "main", ObjectFormat: "sha256", Detached: true, Shallow: true, Worktree: true,
		Submodule: true, ForeignOwner: true, Differences: dirty.Differences,
		Remotes: []record.Remote{{Name: "origin", URL: "https://git.example/ada/fraud.git"}},
	})
}

func submodule() record.Resource {
	r := commit(rt.Commit, record.CommitFacts{State: record.TreeUnknown, Declared: true})
	r.Annotations.Role, r.Name, r.Annotations.Commit.Location = record.RoleSubmodule, "repo:vendor/lib", rt.Location("repo:vendor/lib")
	return r
}

func richPackage() record.Resource {
	r := rt.Package("fraud", "0.1.0")
	p := r.Annotations.Package
	p.Origin = &record.DirectURL{
		URL: "https://git.example/ada/fraud.git", Editable: true, VCS: "git", GitCommit: rt.Commit,
		State: "dirty", Archive: "sha256:" + hashing.EmptyFile.String(),
	}
	p.Conda = &record.Conda{
		URL: "https://conda.example/fraud-0.1.0-py313_0.conda", Channel: "conda-forge", Build: "py313_0",
		SHA256: hashing.EmptyFile.String(), MD5: "d41d8cd98f00b204e9800998ecf8427e",
	}
	p.Files = &record.PackageFiles{
		State: "differ", Checked: 3, Unhashed: 1,
		Changed: []string{"venv:lib/a.py"}, Missing: []string{"venv:lib/b.py"},
	}
	return r
}
