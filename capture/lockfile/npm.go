package lockfile

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"
)

// npmPackage is an entry of package-lock.json. In the first version of the format
// Version may be where the package is from.
type npmPackage struct {
	Name, Version, Resolved, Integrity string
	Link                               bool
}

// npmTree are the packages of version 1, which stand within each other.
type npmTree map[string]struct {
	npmPackage
	Dependencies npmTree
}

// npm reads package-lock.json and npm-shrinkwrap.json, versions 1 to 3.
func (b *builder) npm(content []byte) error {
	var file struct {
		LockfileVersion int64                 `json:"lockfileVersion"`
		Packages        map[string]npmPackage `json:"packages"`
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return err
	}
	switch {
	case file.Packages != nil:
		for _, path := range slices.Sorted(maps.Keys(file.Packages)) {
			b.npmAt(path, file.Packages[path])
		}
	case file.LockfileVersion == 1:
		var old struct {
			Dependencies npmTree `json:"dependencies"`
		}
		if err := json.Unmarshal(content, &old); err != nil {
			return err
		}
		b.npmTree(old.Dependencies)
	default:
		return errShape
	}
	return nil
}

// npmAt takes over what is installed at a path. What lies outside of node_modules
// is the project itself.
func (b *builder) npmAt(path string, p npmPackage) {
	const folder = "node_modules/"
	i := strings.LastIndex(path, folder)
	if i < 0 || p.Link {
		return
	}
	if p.Name == "" {
		p.Name = path[i+len(folder):]
	}
	b.node(path, p)
}

func (b *builder) npmTree(tree npmTree) {
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		p := tree[name].npmPackage
		p.Name = name
		if alias, is := strings.CutPrefix(p.Version, "npm:"); is {
			p.Name, p.Version = nameAndRange(alias)
		}
		if strings.Contains(p.Version, ":") { // where it is from, which is its version
			p.Resolved, p.Version = p.Version, ""
		}
		b.node(name, p)
		b.npmTree(tree[name].Dependencies)
	}
}

// node takes over a package of Node, from where it was resolved.
func (b *builder) node(where string, p npmPackage) {
	d := dependency{kind: packageurl.TypeNPM, name: p.Name, version: p.Version, hashed: soundSRI(p.Integrity)}
	url, fragment, _ := strings.Cut(p.Resolved, "#")
	switch scheme, _, _ := strings.Cut(url, ":"); {
	case url == "":
	case scheme == "file" || scheme == "link" || scheme == "workspace" || scheme == "portal":
		return
	case strings.HasPrefix(scheme, "git") || strings.HasSuffix(url, ".git"):
		d.vcs = repository(gitURL(url), strings.TrimPrefix(fragment, "commit="))
	case !strings.HasPrefix(scheme, "http"):
	case strings.Contains(url, "/-/"):
		d.index = registryOf(url, p.Name)
	default: // an archive from anywhere
		d.archive = url
	}
	if d.version == "" && d.vcs == "" && d.archive == "" {
		b.problem(where, "has no version")
		return
	}
	b.take(where, d)
}

// gitURL writes the short forms of a repository as a URL: github:user/repository.
func gitURL(url string) string {
	for short, host := range map[string]string{"github:": "github.com", "gitlab:": "gitlab.com"} {
		if path, is := strings.CutPrefix(url, short); is {
			return "git+https://" + host + "/" + path
		}
	}
	return url
}

// registryOf is the registry that a package's archive lies in, unless it is npm's
// own: URL/NAME/-/FILE.
func registryOf(archive, name string) string {
	base, _, _ := strings.Cut(archive, "/-/")
	base = strings.TrimSuffix(strings.TrimSuffix(base, name), "/")
	for _, own := range []string{"https://registry.npmjs.org", "http://registry.npmjs.org", "https://registry.yarnpkg.com", "https://registry.npmmirror.com"} {
		if base == own {
			return ""
		}
	}
	return base
}

// nameAndRange parts name@range; the name may start with @.
func nameAndRange(spec string) (name, rest string) {
	if i := strings.IndexByte(spec[min(1, len(spec)):], '@'); i >= 0 {
		return spec[:i+1], spec[i+2:]
	}
	return spec, ""
}
