package recordtest

import (
	"maps"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Files is the content of some files by their paths below a folder.
type Files map[string]string

// What the training of [Statement] consists of.
var (
	Code = Files{
		"lineage.yaml":      "version: 1\ninputs: [data/train.csv, data/images]\n",
		"prepare.py":        prepare,
		"requirements.lock": lock,
		"train.py":          "import sklearn\n",
	}
	Images  = Files{"a.png": "first image", "deep/b.png": "second image"}
	Model   = Files{"MLmodel": "flavors: {}\n", "data/model.pkl": "a pickle"}
	Train   = "x,y\n1,2\n"
	Metrics = `{"accuracy":0.9}` + "\n"
)

const (
	prepare  = "import pandas\n"
	lock     = "numpy==2.3.0 --hash=sha256:00\n"
	tracking = `{"metrics":[],"params":[]}` + "\n"
)

// Manifest is that of the files.
func (f Files) Manifest() hashing.Manifest {
	var entries []hashing.Entry
	for _, path := range slices.Sorted(maps.Keys(f)) {
		entries = append(entries, hashing.Entry{Path: path, Digest: hashing.Bytes([]byte(f[path]))})
	}
	m, err := hashing.NewManifest(entries)
	if err != nil {
		panic("recordtest: " + err.Error())
	}
	return m
}

func (f Files) bytes() (n int64) {
	for _, content := range f {
		n += int64(len(content))
	}
	return n
}

// Contents is the content of every file of the work tree that [Statement] was
// made of and in, by its path below the root repo.
func Contents() Files {
	all := maps.Clone(Code)
	all["data/train.csv"], all["metrics.json"] = Train, Metrics
	for below, files := range map[string]Files{"data/images/": Images, "model/": Model} {
		for path, content := range files {
			all[below+path] = content
		}
	}
	return all
}

// Blobs is the content of what stands among the byproducts of [Statement].
func Blobs() map[hashing.FileDigest][]byte {
	blobs := map[hashing.FileDigest][]byte{hashing.Bytes([]byte(tracking)): []byte(tracking)}
	for _, files := range []Files{Code, Images, Model} {
		m := files.Manifest()
		blobs[m.Digest().ManifestDigest()] = m.Bytes()
	}
	return blobs
}

// Location reads a location as records spell it, and panics if it is none.
func Location(s string) record.Location {
	l, err := record.ParseLocation(s)
	if err != nil {
		panic("recordtest: " + err.Error())
	}
	return l
}

// at is the location of a path below the root repo.
func at(path string) record.Location { return record.Location{Root: record.RootRepo, Path: path} }
