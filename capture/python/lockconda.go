package python

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lineage-audit/lineage/capture/lockfile"
)

// parsePipfile reads Pipfile.lock.
func (l *Lock) parsePipfile(text []byte) error {
	var file map[string]json.RawMessage
	if err := json.Unmarshal(text, &file); err != nil {
		return err
	}
	if file["_meta"] == nil {
		return errShape
	}
	for _, section := range slices.Sorted(maps.Keys(file)) {
		if section == "_meta" {
			continue
		}
		var packages map[string]struct {
			Version, Markers, Git, Ref, Path, File string
			Hashes                                 []string
		}
		if err := json.Unmarshal(file[section], &packages); err != nil {
			return fmt.Errorf("section %q: %w", section, err)
		}
		for _, name := range slices.Sorted(maps.Keys(packages)) {
			p := packages[name]
			e := Locked{Name: name, Marker: p.Markers, URL: p.Git + p.File, Version: l.exact(p.Version, name), Local: p.Path != "" && !isArchive(p.Path)}
			if p.Version == "*" {
				e.Version = ""
			}
			if p.Git != "" && isCommit(p.Ref) {
				e.Commit = p.Ref
			}
			for _, h := range p.Hashes {
				e.Hashes = append(e.Hashes, l.hash(h, name)...)
			}
			l.add(e, name)
		}
	}
	return nil
}

// parseCondaLock reads conda-lock's unified format.
func (l *Lock) parseCondaLock(text []byte) error {
	var file struct {
		Version int
		Package []struct {
			Name, Version, Manager, Platform, URL string
			Hash                                  map[string]string
		}
	}
	if err := lockfile.DecodeYAML(text, &file, maxLock); err != nil {
		return err
	}
	if file.Version == 0 || file.Package == nil {
		return errShape
	}
	for i, p := range file.Package {
		where := entry(i, p.Name)
		e := Locked{Name: p.Name, Version: p.Version, Conda: p.Manager != "pip", Marker: p.Platform, URL: p.URL}
		e.Hashes = l.hashesOf(where, artifact{Hashes: p.Hash})
		l.add(e, where)
	}
	return nil
}

// parsePixi reads pixi.lock, versions 4 to 6. The newest names conda packages by
// their URL alone.
func (l *Lock) parsePixi(text []byte) error {
	var file struct {
		Version  int
		Packages []struct {
			Kind, Name, Version, URL, Path, Subdir string
			Conda, PyPI                            string
			SHA256                                 string
			Editable                               bool
		}
	}
	if err := lockfile.DecodeYAML(text, &file, maxLock); err != nil {
		return err
	}
	if file.Version == 0 {
		return errShape
	}
	for i, p := range file.Packages {
		where := entry(i, p.Name+p.Conda+p.PyPI)
		e := Locked{Name: p.Name, Version: p.Version, Conda: p.Kind == "conda" || p.Conda != "", Marker: p.Subdir, URL: p.URL + p.Conda + p.PyPI}
		if e.Conda {
			condaFromURL(&e)
		} else if i := strings.LastIndexAny(e.URL, "#@"); strings.HasPrefix(e.URL, "git+") && i >= 0 && isCommit(e.URL[i+1:]) {
			e.Commit = e.URL[i+1:]
		}
		if !aScheme.MatchString(e.URL) || p.Editable {
			e.Local, e.URL = true, ""
		}
		if p.SHA256 != "" {
			e.Hashes = l.hashOf("sha256", p.SHA256, where)
		}
		l.add(e, where)
	}
	return nil
}

var explicitLine = regexp.MustCompile(`(?m)^@EXPLICIT\s*$`)

// parseExplicit reads conda list --explicit: a URL on each line, with a digest
// after "#", which is MD5 unless it says otherwise.
func (l *Lock) parseExplicit(text []byte) error {
	if !explicitLine.Match(text) {
		return errShape
	}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		s := strings.TrimSpace(string(line))
		if s == "" || strings.HasPrefix(s, "#") || strings.HasPrefix(s, "@") {
			continue
		}
		where := fmt.Sprintf("line %d", n)
		url, digest, _ := strings.Cut(s, "#")
		e := Locked{Conda: true, URL: url, Marker: path.Base(path.Dir(url))}
		condaFromURL(&e)
		if value, is := strings.CutPrefix(digest, "sha256:"); is {
			e.Hashes = l.hashOf("sha256", value, where)
		}
		l.add(e, where)
	}
	return nil
}

// condaFromURL reads name and version from the name of a conda archive, where
// they are not known yet.
func condaFromURL(e *Locked) {
	base := path.Base(e.URL)
	for _, end := range []string{".conda", ".tar.bz2"} {
		stem, cut := strings.CutSuffix(base, end)
		parts := strings.Split(stem, "-")
		if n := len(parts); cut && n >= 3 {
			if e.Name == "" {
				e.Name = strings.Join(parts[:n-2], "-")
			}
			if e.Version == "" {
				e.Version = parts[n-2]
			}
		}
	}
}

var condaSpec = regexp.MustCompile(`^(?:[^:\s]+::)?([A-Za-z0-9_.-]+)\s*(?:\[[^\]]*\])?\s*(.*)$`)

// parseEnvironment reads environment.yml. It has no hashes; a version is exact with
// "==", or with one "=" and a build.
func (l *Lock) parseEnvironment(text []byte) error {
	var file struct {
		Dependencies []yaml.Node
	}
	if err := lockfile.DecodeYAML(text, &file, maxLock); err != nil {
		return err
	}
	if file.Dependencies == nil {
		return errShape
	}
	for _, node := range file.Dependencies {
		where := fmt.Sprintf("line %d", node.Line)
		var spec string
		var pip struct{ Pip []string }
		switch {
		case node.Kind == yaml.ScalarNode && node.Decode(&spec) == nil:
			l.condaSpec(spec, where)
		case node.Kind == yaml.MappingNode && node.Decode(&pip) == nil:
			for _, r := range pip.Pip {
				if err := l.parseRequirements([]byte(r)); err != nil {
					return err
				}
			}
		default:
			l.problem(where, "is neither a package nor a list of pip's")
		}
	}
	return nil
}

func (l *Lock) condaSpec(spec, where string) {
	m := condaSpec.FindStringSubmatch(strings.TrimSpace(spec))
	if m == nil {
		l.problem(where, fmt.Sprintf("%q is not a package", spec))
		return
	}
	e := Locked{Name: m[1], Conda: true}
	rest, double := strings.CutPrefix(m[2], "==")
	if !double {
		rest = strings.TrimPrefix(rest, "=")
	}
	version, build, _ := strings.Cut(strings.TrimSpace(rest), "=")
	if (double || build != "" && strings.HasPrefix(m[2], "=")) && !strings.ContainsAny(version, "*<>!|, ") {
		e.Version = version
	}
	l.add(e, where)
}
