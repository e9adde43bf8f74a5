package python

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/lineage-audit/lineage/capture/redact"
	"github.com/lineage-audit/lineage/hashing"
)

// candidate is an entry of a site that describes a distribution.
type candidate struct {
	site   Site
	path   string
	format Format
}

// found is what reading a candidate gave.
type found struct {
	distribution Distribution
	problems     []Problem
}

func (f *found) problem(path, what string) { f.problems = append(f.problems, Problem{path, what}) }

// read describes one distribution. What cannot be read is a problem; name and
// version are then taken from the name of the metadata.
func (c candidate) read(rules *redact.Rules) found {
	f := found{distribution: Distribution{Metadata: c.path, Site: c.site.Path, Format: c.format}}
	d := &f.distribution
	d.Project, d.Version = nameFromEntry(filepath.Base(c.path))
	switch c.format {
	case DistInfo:
		f.readMain(c.path, "METADATA")
		f.readDistInfo(rules)
	case EggInfo, Egg:
		f.readEgg(c)
	}
	d.Name = NormalizeName(d.Project)
	if d.Name == "" || d.Version == "" {
		f.problem(c.path, "neither its content nor its name tells both project and version")
	}
	d.PURL = purlOf(d.Name, d.Version, d.Origin)
	return f
}

// readMain takes project and version from the main metadata file.
func (f *found) readMain(dir, name string) {
	path := filepath.Join(dir, name)
	text, err := readFile(path)
	if err != nil {
		f.problem(path, reason(err))
		return
	}
	f.takeNames(path, text)
}

func (f *found) takeNames(path string, text []byte) {
	d, h := &f.distribution, headers(text)
	name, version := first(h, "name"), first(h, "version")
	if name == "" || version == "" {
		f.problem(path, "has no Name or no Version")
	}
	if name != "" {
		if d.Project != "" && f.distribution.Format != Egg && NormalizeName(name) != NormalizeName(d.Project) {
			f.problem(path, fmt.Sprintf("is that of %q, by its name that of %q", name, d.Project))
		}
		d.Project = name
	}
	if version != "" {
		d.Version = version
	}
}

// optional is the content of a file that need not be there.
func (f *found) optional(name string) []byte {
	path := filepath.Join(f.distribution.Metadata, name)
	text, err := readFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.problem(path, reason(err))
	}
	return text
}

func (f *found) readDistInfo(rules *redact.Rules) {
	d := &f.distribution
	d.Installer, _, _ = strings.Cut(strings.TrimSpace(string(f.optional("INSTALLER"))), "\n")
	d.Requested = isFile(filepath.Join(d.Metadata, "REQUESTED"))
	wheel := headers(f.optional("WHEEL"))
	d.Tags, d.Generator = wheel["tag"], first(wheel, "generator")
	if text := f.optional("direct_url.json"); text != nil {
		origin, err := parseDirectURL(text, rules)
		if err != nil {
			f.problem(filepath.Join(d.Metadata, "direct_url.json"), err.Error())
		}
		d.Origin = origin
	}
	if text := f.optional("RECORD"); text != nil {
		var faults []string
		d.Record, d.against = hashing.Bytes(text), "RECORD"
		d.files, faults = parseRecord(d.Site, text)
		for _, fault := range faults {
			f.problem(filepath.Join(d.Metadata, "RECORD"), fault)
		}
	} else {
		d.tops = topLevel(d.Site, f.optional("top_level.txt"))
	}
}

// readEgg reads the older formats: a folder with PKG-INFO, that file alone, or
// an archive that has it.
func (f *found) readEgg(c candidate) {
	d := &f.distribution
	dir := c.path
	if c.format == Egg {
		dir = filepath.Join(c.path, "EGG-INFO")
	}
	switch {
	case isDir(dir):
		f.readMain(dir, "PKG-INFO")
		d.files = parseInstalledFiles(d.Metadata, f.optional("installed-files.txt"))
		d.tops = topLevel(d.Site, f.optional("top_level.txt"))
	case c.format == Egg:
		text, err := readZipped(c.path, "EGG-INFO/PKG-INFO")
		if err != nil {
			f.problem(c.path, reason(err))
			return
		}
		f.takeNames(c.path, text)
	default:
		f.readMain(dir, "")
	}
	if c.format == Egg {
		d.tops = []string{c.path}
	}
}

func readZipped(path, name string) ([]byte, error) {
	file, info, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	archive, err := zip.NewReader(file, info.Size())
	if err != nil {
		return nil, err
	}
	member, err := archive.Open(name)
	if err != nil {
		return nil, err
	}
	defer member.Close()
	return io.ReadAll(io.LimitReader(member, 1<<20))
}
