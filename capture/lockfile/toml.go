package lockfile

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/package-url/packageurl-go"
)

type juliaEntry struct {
	UUID    string `toml:"uuid"`
	Version string `toml:"version"`
	Path    string `toml:"path"`
	URL     string `toml:"repo-url"`
	Tree    string `toml:"git-tree-sha1"`
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// julia reads a Manifest.toml, format 1 or 2. Its git-tree-sha1 is an SHA-1. A
// Manifest.toml of something else is no lock.
func (b *builder) julia(content []byte) error {
	var file map[string]toml.Primitive
	meta, err := DecodeTOML(content, &file, MaxTOML)
	if err != nil {
		return err
	}
	packages := file
	if meta.IsDefined("deps") && (meta.IsDefined("manifest_format") || meta.IsDefined("julia_version")) {
		packages = nil
		if err := meta.PrimitiveDecode(file["deps"], &packages); err != nil {
			return err
		}
	}
	known := meta.IsDefined("manifest_format") || meta.IsDefined("julia_version")
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		var entries []juliaEntry
		if err := meta.PrimitiveDecode(packages[name], &entries); err != nil {
			continue // a key of the file's own
		}
		for _, e := range entries {
			known = b.juliaPackage(name, e) || known
		}
	}
	if !known {
		b.problems = nil
		return ErrNotLock
	}
	return nil
}

// juliaPackage takes over an entry, and tells whether it is one of Julia's. A
// package of the standard library may have no version: it is the language's.
func (b *builder) juliaPackage(name string, e juliaEntry) bool {
	switch id := strings.ToLower(e.UUID); {
	case !uuid.MatchString(id):
		b.problem(name, "has no UUID")
		return false
	case e.Path == "":
		d := dependency{kind: packageurl.TypeJulia, name: name, version: e.Version, uuid: id}
		if e.URL != "" {
			d.vcs = repository(e.URL, "")
		}
		b.take(name, d)
	}
	return true
}

// cargo reads Cargo.lock, versions 1 to 4. In the first one the checksums of all
// packages stand together at its end. What has no source is part of the workspace.
func (b *builder) cargo(content []byte) error {
	var file struct {
		Version  int64
		Metadata map[string]string
		Package  []struct{ Name, Version, Source, Checksum string }
	}
	meta, err := DecodeTOML(content, &file, MaxTOML)
	if err != nil {
		return err
	}
	if !meta.IsDefined("package") && !meta.IsDefined("version") && strings.TrimSpace(string(content)) != "" {
		return errShape
	}
	for i, p := range file.Package {
		where := fmt.Sprintf("entry %d %s", i+1, p.Name)
		if p.Source == "" {
			continue
		}
		if p.Version == "" {
			b.problem(where, "has no version")
			continue
		}
		d := dependency{kind: packageurl.TypeCargo, name: p.Name, version: p.Version}
		if p.Checksum == "" {
			p.Checksum = file.Metadata[fmt.Sprintf("checksum %s %s (%s)", p.Name, p.Version, p.Source)]
		}
		d.hashed = isHex(p.Checksum, 32)
		d.crate(p.Source)
		b.take(where, d)
	}
	return nil
}

// crate reads where a crate is from: registry+URL, sparse+URL or git+URL?ref#commit.
func (d *dependency) crate(source string) {
	scheme, url, _ := strings.Cut(source, "+")
	switch {
	case scheme == "git":
		url, at, _ := strings.Cut(url, "#")
		url, _, _ = strings.Cut(url, "?")
		d.vcs = repository(url, at)
	case url != "https://github.com/rust-lang/crates.io-index" && url != "https://index.crates.io/":
		d.index = url
	}
}
