package lockfile

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"
)

// renvPackage is an entry of renv.lock. Its Hash is an MD5, of the DESCRIPTION
// and not of an archive: it vouches for nothing.
type renvPackage struct {
	Package, Version, Source, Repository        string
	RemoteType, RemoteHost, RemoteURL           string
	RemoteUsername, RemoteRepo, RemoteSha, Hash string
}

// renv reads renv.lock.
func (b *builder) renv(content []byte) error {
	var file struct {
		R struct {
			Version      string
			Repositories []struct{ Name, URL string }
		}
		Packages map[string]json.RawMessage
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return err
	}
	if file.Packages == nil {
		return errShape
	}
	named := map[string]string{}
	for _, r := range file.R.Repositories {
		named[r.Name] = r.URL
	}
	for _, key := range slices.Sorted(maps.Keys(file.Packages)) {
		var p renvPackage
		if err := json.Unmarshal(file.Packages[key], &p); err != nil {
			b.problem(key, "is no package: %v", err)
			continue
		}
		if p.Package == "" {
			p.Package = key
		}
		if p.Source == "Local" || p.Source == "Cellar" || p.RemoteType == "local" {
			continue // a folder or a file beside the lock
		}
		if p.Version == "" {
			b.problem(key, "has no version")
			continue
		}
		b.take(key, dependency{kind: packageurl.TypeCran, name: p.Package, version: p.Version, vcs: p.repository(), index: p.index(named)})
	}
	return nil
}

// mirrors are the names under which renv knows CRAN.
var mirrors = []string{"", "CRAN", "RSPM", "P3M", "PPM"}

// index is where the package is from, where that is not CRAN.
func (p renvPackage) index(named map[string]string) string {
	switch {
	case p.repository() != "":
		return ""
	case p.Source == "Bioconductor" || strings.HasPrefix(p.Repository, "Bioconductor"):
		return "https://bioconductor.org"
	case slices.Contains(mirrors, p.Repository):
		return ""
	case named[p.Repository] != "":
		return named[p.Repository]
	}
	return p.Repository
}

// repository is the one that the package was installed from.
func (p renvPackage) repository() string {
	switch {
	case p.RemoteType == "standard" || p.RemoteType == "repository" || p.RemoteSha == "" || !commit.MatchString(p.RemoteSha):
		return ""
	case p.RemoteURL != "":
		return repository(p.RemoteURL, p.RemoteSha)
	case p.RemoteUsername == "" || p.RemoteRepo == "":
		return ""
	}
	host := strings.TrimPrefix(p.RemoteHost, "https://")
	if host == "" || host == "api.github.com" {
		host = map[string]string{"gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}[p.RemoteType]
	}
	if host == "" {
		host = "github.com"
	}
	host = strings.TrimSuffix(strings.TrimSuffix(host, "/api/v3"), "/2.0")
	return repository("https://"+strings.TrimPrefix(host, "api.")+"/"+p.RemoteUsername+"/"+p.RemoteRepo, p.RemoteSha)
}
