package python

import (
	"path"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/lineage-audit/lineage/capture/redact"
)

// condaFormats are those that pin packages of any language, most of which no
// inventory of Python's knows.
var condaFormats = []LockFormat{FormatCondaLock, FormatCondaExplicit, FormatCondaEnvironment, FormatPixi}

// lists are the package URLs of what a lock of conda's pins to a version, each once.
func (l *Lock) lists() (all []string) {
	if !slices.Contains(condaFormats, l.Format) {
		return nil
	}
	for _, p := range l.Packages {
		if p.Version == "" && p.Commit == "" || p.Local {
			continue
		}
		if u := p.purl(); u != "" {
			all = append(all, u)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// purl is the entry's package URL, by the name that the lock has; empty if it cannot
// have one.
func (p Locked) purl() string {
	var u *packageurl.PackageURL
	switch {
	case p.Conda:
		u = packageurl.NewPackageURL(packageurl.TypeConda, "", p.Name, p.Version, packageurl.QualifiersFromMap(archiveQualifiers(p.URL)), "")
	case p.Commit != "":
		vcs := "git+" + strings.TrimPrefix((*redact.Rules)(nil).Remote(p.URL), "git+")
		if i := strings.LastIndexAny(vcs, "#@"); i < 0 || !strings.HasSuffix(vcs, p.Commit) {
			vcs += "@" + p.Commit
		}
		u = packageurl.NewPackageURL(packageurl.TypePyPi, "", NormalizeName(p.Name), p.Version, packageurl.QualifiersFromMap(map[string]string{"vcs_url": vcs}), "")
	default:
		u = packageurl.NewPackageURL(packageurl.TypePyPi, "", NormalizeName(p.Name), p.Version, nil, "")
	}
	if u.Normalize() != nil {
		return ""
	}
	return u.ToString()
}

// archiveQualifiers are what the URL of a conda archive tells:
// CHANNEL/PLATFORM/NAME-VERSION-BUILD.conda.
func archiveQualifiers(url string) map[string]string {
	q := map[string]string{}
	for _, end := range []string{".conda", ".tar.bz2"} {
		stem, is := strings.CutSuffix(path.Base(url), end)
		parts := strings.Split(stem, "-")
		if !is || len(parts) < 3 {
			continue
		}
		q["build"], q["type"], q["subdir"] = parts[len(parts)-1], end[1:], path.Base(path.Dir(url))
		if channel := path.Base(path.Dir(path.Dir(url))); !strings.Contains(channel, "@") && channel != "." && channel != "/" {
			q["channel"] = channel
		}
	}
	return q
}
