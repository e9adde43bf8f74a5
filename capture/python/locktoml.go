package python

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/capture/lockfile"
)

// artifact is a file that a lock names, in the spellings of all formats.
type artifact struct {
	URL    string            `toml:"url"`
	Hash   string            `toml:"hash"`
	Hashes map[string]string `toml:"hashes"`
}

func (l *Lock) hashesOf(where string, artifacts ...artifact) []Hash {
	var all []Hash
	for _, a := range artifacts {
		if a.Hash != "" {
			all = append(all, l.hash(a.Hash, where)...)
		}
		for _, algorithm := range slices.Sorted(maps.Keys(a.Hashes)) {
			all = append(all, l.hashOf(algorithm, a.Hashes[algorithm], where)...)
		}
	}
	return all
}

// maxLock bounds what is read of a lock that is TOML or YAML, which take many times
// their length in memory. The largest seen in the wild is a uv.lock of 5 MB.
const maxLock = 16 << 20

// decode reads TOML; a file that has not one of the keys of its format is none.
func decode(text []byte, into any, keys ...string) error {
	meta, err := lockfile.DecodeTOML(text, into, maxLock)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if meta.IsDefined(k) {
			return nil
		}
	}
	return fmt.Errorf("none of the keys %q", keys)
}

// parsePylock reads PEP 751.
func (l *Lock) parsePylock(text []byte) error {
	var file struct {
		Packages []struct {
			Name, Version, Marker string
			VCS                   struct {
				URL    string
				Commit string `toml:"commit-id"`
			}
			Directory *struct{ Path string }
			Archive   artifact
			Sdist     artifact
			Wheels    []artifact
		}
	}
	if err := decode(text, &file, "lock-version"); err != nil {
		return err
	}
	for i, p := range file.Packages {
		where := entry(i, p.Name)
		e := Locked{Name: p.Name, Version: p.Version, Marker: p.Marker, Local: p.Directory != nil, Commit: strings.ToLower(p.VCS.Commit), URL: p.VCS.URL + p.Archive.URL}
		e.Hashes = l.hashesOf(where, append([]artifact{p.Archive, p.Sdist}, p.Wheels...)...)
		l.add(e, where)
	}
	return nil
}

// parseUV reads uv.lock.
func (l *Lock) parseUV(text []byte) error {
	var file struct {
		Package []struct {
			Name, Version string
			Markers       []string `toml:"resolution-markers"`
			Source        struct{ Git, URL, Directory, Editable, Virtual string }
			Sdist         artifact
			Wheels        []artifact
		}
	}
	if err := decode(text, &file, "version"); err != nil {
		return err
	}
	for i, p := range file.Package {
		where, s := entry(i, p.Name), p.Source
		e := Locked{Name: p.Name, Version: p.Version, Marker: strings.Join(p.Markers, " or "), URL: s.URL, Local: s.Directory+s.Editable+s.Virtual != ""}
		if s.Git != "" {
			e.URL, e.Commit, _ = strings.Cut(s.Git, "#")
			e.Commit = strings.ToLower(e.Commit)
		}
		e.Hashes = l.hashesOf(where, append([]artifact{p.Sdist}, p.Wheels...)...)
		l.add(e, where)
	}
	return nil
}

// parsePoetry reads poetry.lock; before 2.0 of the format the hashes of all
// packages stand together at its end.
func (l *Lock) parsePoetry(text []byte) error {
	var file struct {
		Package []struct {
			Name, Version string
			Markers       any
			Files         []artifact
			Source        struct {
				Type, URL string
				Resolved  string `toml:"resolved_reference"`
			}
		}
		Metadata struct {
			Files map[string][]artifact
		}
	}
	if err := decode(text, &file, "package", "metadata"); err != nil {
		return err
	}
	for i, p := range file.Package {
		where := entry(i, p.Name)
		marker, _ := p.Markers.(string)
		e := Locked{Name: p.Name, Version: p.Version, Marker: marker, Local: p.Source.Type == "directory"}
		if p.Source.Type == "git" {
			e.Commit = strings.ToLower(p.Source.Resolved)
		}
		if p.Source.Type != "legacy" {
			e.URL = p.Source.URL
		}
		e.Hashes = l.hashesOf(where, append(p.Files, file.Metadata.Files[p.Name]...)...)
		l.add(e, where)
	}
	return nil
}

// parsePDM reads pdm.lock; in older ones the hashes stand together at its end,
// under "name version".
func (l *Lock) parsePDM(text []byte) error {
	var file struct {
		Package []struct {
			Name, Version, Marker, Git, Revision, Path, URL string
			Files                                           []artifact
		}
		Metadata struct {
			Files map[string][]artifact
		}
	}
	if err := decode(text, &file, "package", "metadata"); err != nil {
		return err
	}
	for i, p := range file.Package {
		where := entry(i, p.Name)
		e := Locked{Name: p.Name, Version: p.Version, Marker: p.Marker, Commit: strings.ToLower(p.Revision), URL: p.Git + p.URL, Local: p.Path != "" && !isArchive(p.Path)}
		e.Hashes = l.hashesOf(where, append(p.Files, file.Metadata.Files[p.Name+" "+p.Version]...)...)
		l.add(e, where)
	}
	return nil
}

// entry names an entry of a list for a problem.
func entry(i int, name string) string {
	if name != "" {
		return name
	}
	return fmt.Sprintf("entry %d", i+1)
}

var errShape = errors.New("it has not the shape of one")
