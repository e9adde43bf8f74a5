package lockfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"
)

type pnpmPackage struct {
	Name, Version string
	Resolution    struct{ Integrity, Tarball, Type, Repo, Commit, Directory string }
}

// pnpm reads pnpm-lock.yaml, versions 5 to 9.
func (b *builder) pnpm(content []byte) error {
	var file struct {
		Version  any `yaml:"lockfileVersion"`
		Packages map[string]pnpmPackage
	}
	if err := DecodeYAML(content, &file, MaxYAML); err != nil {
		return err
	}
	if file.Version == nil {
		return errShape
	}
	old := strings.HasPrefix(fmt.Sprint(file.Version), "5")
	for _, key := range slices.Sorted(maps.Keys(file.Packages)) {
		p := file.Packages[key]
		if p.Resolution.Directory != "" || strings.HasPrefix(key, "file:") && p.Resolution.Tarball == "" {
			continue
		}
		if p.Name == "" || p.Version == "" {
			name, version := pnpmKey(key, old)
			if p.Name == "" {
				p.Name = name
			}
			if p.Version == "" {
				p.Version = version
			}
		}
		b.pnpmTake(key, p)
	}
	return nil
}

func (b *builder) pnpmTake(key string, p pnpmPackage) {
	d := dependency{kind: packageurl.TypeNPM, name: p.Name, version: p.Version, hashed: soundSRI(p.Resolution.Integrity)}
	switch r := p.Resolution; {
	case r.Type == "git":
		d.vcs = repository(r.Repo, r.Commit)
	case strings.HasPrefix(r.Tarball, "http") && strings.Contains(r.Tarball, "/-/"):
		d.index = registryOf(r.Tarball, p.Name)
	case strings.HasPrefix(r.Tarball, "http"):
		d.archive = r.Tarball
	}
	if strings.Contains(d.version, ":") { // where it is from
		d.version = ""
	}
	if d.version == "" && d.vcs == "" && d.archive == "" {
		b.problem(key, "has no version")
		return
	}
	b.take(key, d)
}

// pnpmKey parts the key of a package: /name/1.0.0_peers in version 5, then
// /name@1.0.0(peers), in version 9 without the slash.
func pnpmKey(key string, old bool) (name, version string) {
	key, _, _ = strings.Cut(strings.TrimPrefix(key, "/"), "(")
	if !old {
		return nameAndRange(key)
	}
	i := strings.LastIndexByte(key, '/')
	if i < 0 {
		return key, ""
	}
	version, _, _ = strings.Cut(key[i+1:], "_")
	return key[:i], version
}
