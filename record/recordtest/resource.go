package recordtest

import (
	"maps"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// File is the resource of one file with this content.
func File(role record.Role, at record.Location, content string) record.Resource {
	return record.Resource{Name: at.String(), Digest: SHA256(content), Annotations: record.Annotations{
		Role: role, File: &record.FileFacts{Location: at, Bytes: int64(len(content))},
	}}
}

// Tree is the resource of a folder with these files. Its [Manifest] has to stand
// among the byproducts and, where it is an output, its [Parts] beside it.
func Tree(role record.Role, at record.Location, files Files) record.Resource {
	m := files.Manifest()
	digest := m.Digest()
	set := &record.DigestSet{Tree: &digest}
	set.DirHash, _ = m.DirHash()
	return record.Resource{Name: at.String(), Digest: set, Annotations: record.Annotations{
		Role: role, Tree: &record.TreeFacts{Location: at, Files: int64(len(files)), Bytes: files.bytes()},
	}}
}

// Parts are the files of an output folder, each as a resource of its own.
func Parts(at record.Location, files Files) []record.Resource {
	var parts []record.Resource
	for _, path := range slices.Sorted(maps.Keys(files)) {
		r := File(record.RoleOutput, at.Join(path), files[path])
		r.Annotations.File.Tree = &at
		parts = append(parts, r)
	}
	return parts
}

// Manifest is the byproduct that keeps the manifest of a folder with these files.
func Manifest(files Files) record.Resource {
	return blob(record.RoleManifest, "text/plain", string(files.Manifest().Bytes()))
}

// SHA256 is the digest set of a file with this content.
func SHA256(content string) *record.DigestSet {
	digest := hashing.Bytes([]byte(content))
	return &record.DigestSet{SHA256: &digest}
}

func blob(role record.Role, mediaType, content string) record.Resource {
	return record.Resource{Digest: SHA256(content), MediaType: mediaType, Annotations: record.Annotations{Role: role}}
}
