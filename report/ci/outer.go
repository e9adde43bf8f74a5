package ci

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/verify"
)

// mostBytes bounds one text from outside.
const mostBytes = 2000

// outer makes a text from outside harmless for the eye, and bounds it.
func outer(s string) string {
	start := cut(s)
	clean := report.Clean(start)
	if shown := cut(clean); len(shown) < len(clean) || len(start) < len(s) {
		return shown + "…"
	}
	return clean
}

// cut is the start of a text, as far as it is within the bound.
func cut(s string) string {
	if len(s) <= mostBytes {
		return s
	}
	end := mostBytes
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// spellMarks spells the ## of GitHub's and others' older commands, which are found
// anywhere in a line of a log, by an escape within the strings of a JSON document.
// They stay the same strings.
func spellMarks(document []byte) []byte {
	return bytes.ReplaceAll(document, []byte("##"), []byte(`#\u0023`))
}

// encode writes a document for people who look into it: what HTML would read is
// escaped, since such files are shown in pages.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return spellMarks(b.Bytes()), nil
}

// fingerprint tells one finding about one model from all others, and stays.
func fingerprint(asked, id string) string {
	sum := sha256.Sum256([]byte("lineage\x00" + asked + "\x00" + id + "\x00"))
	return hex.EncodeToString(sum[:])
}

const defaultAnchor = "lineage.yaml"

// placeOf is the file of the repository that a check is about: that of the first
// evidence which is not as recorded.
func placeOf(c verify.Check) string {
	for _, e := range c.Evidence {
		if e.Status == verify.Failed || e.Status == verify.Lacking {
			if rest, found := strings.CutPrefix(e.Name, "repo:"); found {
				name, err := url.PathUnescape(rest) // as records have it
				if err != nil {
					continue
				}
				if at := place(name, ""); at != "" {
					return at
				}
			}
		}
	}
	return ""
}

// place is a path if it is one below the root of a repository and plain to see,
// and otherwise the other one.
func place(name, other string) string {
	if name == "" || name == "." || len(name) > mostBytes || report.Clean(name) != name ||
		path.Clean(name) != name || path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../") || strings.Contains(name, `\`) {
		return other
	}
	return name
}

// at is where a finding is shown by formats that want a file for everything.
func (d verdict) at(f finding) string {
	if f.place != "" {
		return f.place
	}
	return d.anchor
}
