package python

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/lineage-audit/lineage/capture/redact"
)

// condaMeta is what is read of a file of conda-meta.
type condaMeta struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Build   string   `json:"build"`
	Channel string   `json:"channel"`
	Subdir  string   `json:"subdir"`
	URL     string   `json:"url"`
	SHA256  string   `json:"sha256"`
	MD5     string   `json:"md5"`
	Files   []string `json:"files"`
	Paths   struct {
		Paths []struct {
			Path           string `json:"_path"`
			SHA256         string `json:"sha256"`
			SHA256InPrefix string `json:"sha256_in_prefix"`
			Type           string `json:"path_type"`
		} `json:"paths"`
	} `json:"paths_data"`
}

// readConda lists the conda packages of a prefix; none if it is not conda's.
func readConda(ctx context.Context, prefix string, rules *redact.Rules) ([]CondaPackage, []Problem, error) {
	dir := filepath.Join(prefix, "conda-meta")
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, []Problem{{dir, reason(err)}}, nil
	}
	var paths []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".json") {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	packages, faults := make([]CondaPackage, len(paths)), make([]error, len(paths))
	err = each(ctx, len(paths), 0, func(i int) {
		packages[i], faults[i] = readCondaPackage(prefix, paths[i], rules)
	})
	var good []CondaPackage
	var problems []Problem
	for i, fault := range faults {
		if fault != nil {
			problems = append(problems, Problem{paths[i], reason(fault)})
			continue
		}
		good = append(good, packages[i])
	}
	return good, problems, err
}

func readCondaPackage(prefix, path string, rules *redact.Rules) (CondaPackage, error) {
	text, err := readFile(path)
	if err != nil {
		return CondaPackage{}, err
	}
	var m condaMeta
	if err := json.Unmarshal(text, &m); err != nil {
		return CondaPackage{}, fmt.Errorf("not the JSON of conda-meta: %w", err)
	}
	if m.Name == "" || m.Version == "" {
		return CondaPackage{}, errors.New("has no name or no version")
	}
	p := CondaPackage{Name: m.Name, Version: m.Version, Build: m.Build, Subdir: m.Subdir, Metadata: path,
		SHA256: strings.ToLower(m.SHA256), MD5: strings.ToLower(m.MD5), URL: rules.Remote(m.URL), Channel: rules.Remote(m.Channel)}
	p.files = m.files(prefix)
	p.PURL = packageurl.NewPackageURL(packageurl.TypeConda, "", m.Name, m.Version,
		packageurl.QualifiersFromMap(condaQualifiers(p)), "").ToString()
	return p, nil
}

// condaQualifiers are those of the purl type, without the empty ones.
func condaQualifiers(p CondaPackage) map[string]string {
	q := map[string]string{}
	for name, value := range map[string]string{"build": p.Build, "channel": channelName(p.Channel), "subdir": p.Subdir} {
		if value != "" {
			q[name] = value
		}
	}
	return q
}

// channelName is the short name of a channel: conda-forge.
func channelName(channel string) string {
	parts := strings.Split(strings.TrimSuffix(channel, "/"), "/")
	if n := len(parts); n > 1 && (strings.Contains(parts[n-1], "-") && parts[n-1] != "conda-forge" || parts[n-1] == "noarch") {
		return parts[n-2] // the platform stands last
	}
	return parts[len(parts)-1]
}

// files are the package's, with the digests that they had after conda put the
// prefix into them. Links of conda's own carry the digest of their target.
func (m condaMeta) files(prefix string) []file {
	if len(m.Paths.Paths) == 0 {
		files := make([]file, 0, len(m.Files))
		for _, f := range m.Files {
			files = append(files, file{path: join(prefix, filepath.FromSlash(f))})
		}
		return files
	}
	files := make([]file, 0, len(m.Paths.Paths))
	for _, p := range m.Paths.Paths {
		f := file{path: join(prefix, filepath.FromSlash(p.Path))}
		digest := p.SHA256InPrefix
		if digest == "" {
			digest = p.SHA256
		}
		if digest != "" && p.Type != "directory" {
			f.algorithm, f.digest = "sha256", strings.ToLower(digest)
		}
		files = append(files, f)
	}
	return files
}

// linkConda tells each distribution which conda package brought it, and takes
// over that package's digests, which know what conda changed in the files.
func linkConda(inv *Inventory) {
	owner := map[string]int{}
	for i, p := range inv.Conda {
		for _, f := range p.files {
			if dir := filepath.Dir(f.path); strings.HasSuffix(dir, "-info") {
				owner[dir] = i
			} else if strings.HasSuffix(f.path, "-info") {
				owner[f.path] = i
			}
		}
	}
	for i := range inv.Distributions {
		d := &inv.Distributions[i]
		n, ok := owner[d.Metadata]
		if !ok {
			continue
		}
		p := inv.Conda[n]
		d.Conda = &p
		if len(p.files) > 0 && p.hashed() {
			d.files, d.against = p.files, "conda-meta"
		}
	}
}

func (p CondaPackage) hashed() bool {
	for _, f := range p.files {
		if f.algorithm != "" {
			return true
		}
	}
	return false
}
