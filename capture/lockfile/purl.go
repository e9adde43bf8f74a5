package lockfile

import (
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/package-url/packageurl-go"
)

// dependency is one entry of a lock, in the words that all formats share.
type dependency struct {
	kind    string // a type of purl-spec
	name    string // with its namespace, as the language spells it
	version string
	uuid    string // Julia's
	vcs     string // the repository it comes from, if from one: git+URL@COMMIT
	archive string // the URL of an archive, if from neither a registry nor a repository
	index   string // the registry's URL, unless it is the language's own
	hashed  bool
}

// take adds an entry, if it can be named.
func (b *builder) take(where string, d dependency) {
	if d.name == "" {
		b.problem(where, "has no name")
		return
	}
	namespace, name := "", d.name
	if d.kind == packageurl.TypeNPM || d.kind == packageurl.TypeGolang {
		if i := strings.LastIndexByte(d.name, '/'); i >= 0 {
			namespace, name = d.name[:i], d.name[i+1:]
		}
	}
	qualifiers := map[string]string{}
	for key, value := range map[string]string{"uuid": d.uuid, "vcs_url": d.vcs, "download_url": d.archive, "repository_url": d.index} {
		if value != "" {
			qualifiers[key] = b.rules.Remote(value)
		}
	}
	p := packageurl.NewPackageURL(d.kind, namespace, name, d.version, packageurl.QualifiersFromMap(qualifiers), "")
	if err := p.Normalize(); err != nil {
		b.problem(where, "has no package URL: %v", err)
		return
	}
	b.add(p.ToString(), d.hashed)
}

var sriLengths = map[string]int{"sha256": 32, "sha384": 48, "sha512": 64}

// soundSRI tells whether a Subresource Integrity text holds a digest that is still
// sound. Node's installers check the strongest of those that are there.
func soundSRI(integrity string) bool {
	for word := range strings.FieldsSeq(integrity) {
		algorithm, value, _ := strings.Cut(word, "-")
		value, _, _ = strings.Cut(value, "?")
		digest, err := base64.StdEncoding.DecodeString(value)
		if want := sriLengths[algorithm]; err == nil && want > 0 && len(digest) == want {
			return true
		}
	}
	return false
}

// isHex tells whether s is a digest of that many bytes.
func isHex(s string, bytes int) bool {
	digest, err := hex.DecodeString(s)
	return err == nil && len(digest) == bytes
}

var commit = regexp.MustCompile(`^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$`)

// repository is a vcs_url. Without the commit it pins nothing, and the URL says so.
func repository(url, at string) string {
	if !strings.HasPrefix(url, "git+") {
		url = "git+" + url
	}
	if at == "" {
		return url
	}
	return url + "@" + at
}
