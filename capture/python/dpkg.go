package python

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"

	"github.com/package-url/packageurl-go"
)

// dpkgPackage is a package of Debian's that has files in a site.
type dpkgPackage struct {
	name  string // of its files in info: python3-numpy, or with :amd64
	files []file
}

// linkDpkg tells each distribution which package of Debian's brought it, and
// takes over the MD5 digests that dpkg keeps: the RECORD of such a package, if it has one,
// was made before Debian stripped and patched the files. Other package managers are not read.
func linkDpkg(ctx context.Context, inv *Inventory, root string) error {
	sites := dpkgSites(inv)
	if len(sites) == 0 {
		return nil
	}
	info := filepath.Join(root, "/var/lib/dpkg/info")
	lists, _ := filepath.Glob(filepath.Join(globEscape(info), "*.list"))
	packages := make([]dpkgPackage, len(lists))
	err := each(ctx, len(lists), 0, func(i int) { packages[i] = readDpkgList(lists[i], sites, root) })
	if err != nil {
		return err
	}
	owner := map[string]dpkgPackage{}
	for _, p := range packages {
		for _, f := range p.files {
			owner[f.path] = p
		}
	}
	versions, vendor := dpkgVersions(root), dpkgVendor(root)
	for i := range inv.Distributions {
		d := &inv.Distributions[i]
		p, ok := owner[d.Metadata]
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(p.name, ":")
		d.System = &SystemPackage{Manager: "dpkg", Name: name, Version: versions[p.name],
			PURL: packageurl.NewPackageURL(packageurl.TypeDebian, vendor, name, versions[p.name], nil, "").ToString()}
		d.files, d.against = onlyFiles(p.files), "md5sums"
	}
	for _, p := range packages {
		inv.foreign = append(inv.foreign, p.files...)
	}
	return nil
}

// dpkgSites are the sites in which Debian installs.
func dpkgSites(inv *Inventory) []string {
	var sites []string
	for _, s := range inv.Interpreter.Sites {
		if strings.HasSuffix(filepath.ToSlash(s.Path), "/lib/python3/dist-packages") && s.installs() {
			sites = append(sites, s.Path)
		}
	}
	return sites
}

// readDpkgList reads which files of a package stand in one of the sites. A
// folder has no digest, like a file that dpkg gave none.
func readDpkgList(list string, sites []string, root string) dpkgPackage {
	p := dpkgPackage{name: strings.TrimSuffix(filepath.Base(list), ".list")}
	text, err := readFile(list)
	if err != nil || !bytes.Contains(text, []byte("/dist-packages/")) {
		return p
	}
	sums := map[string]string{}
	md5sums, _ := readFile(strings.TrimSuffix(list, ".list") + ".md5sums")
	for line := range strings.Lines(string(md5sums)) {
		if sum, path, found := strings.Cut(strings.TrimRight(line, "\n"), "  "); found && len(sum) == 32 {
			sums[filepath.Join(root, "/", path)] = strings.ToLower(sum)
		}
	}
	for line := range strings.Lines(string(text)) {
		path := filepath.Join(root, strings.TrimRight(line, "\n"))
		for _, s := range sites {
			if !strings.HasPrefix(path, s+string(filepath.Separator)) {
				continue
			}
			f := file{path: path}
			if sum, ok := sums[path]; ok {
				f.algorithm, f.digest = "md5", sum
			}
			p.files = append(p.files, f)
		}
	}
	return p
}

func onlyFiles(files []file) []file {
	var only []file
	for _, f := range files {
		if f.algorithm != "" || !isDir(f.path) {
			only = append(only, f)
		}
	}
	return only
}

// dpkgVersions reads the versions of installed packages, under the names that
// their files in info have.
func dpkgVersions(root string) map[string]string {
	versions := map[string]string{}
	text, _ := readFile(filepath.Join(root, "/var/lib/dpkg/status"))
	for stanza := range strings.SplitSeq(string(text), "\n\n") {
		h := headers([]byte(stanza))
		name, version := first(h, "package"), first(h, "version")
		versions[name] = version
		versions[name+":"+first(h, "architecture")] = version
	}
	return versions
}

// dpkgVendor is the distribution that os-release names: debian, ubuntu.
func dpkgVendor(root string) string {
	text, _ := readFile(filepath.Join(root, "/etc/os-release"))
	for line := range strings.Lines(string(text)) {
		if id, found := strings.CutPrefix(strings.TrimSpace(line), "ID="); found {
			return strings.Trim(id, `"'`)
		}
	}
	return ""
}
