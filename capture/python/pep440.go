package python

import (
	"regexp"
	"strings"
)

// pep440 is the pattern of PEP 440's appendix B.
var pep440 = regexp.MustCompile(`^v?(?:(\d+)!)?(\d+(?:\.\d+)*)` +
	`(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?` +
	`(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?` +
	`(?:[-_.]?(dev)[-_.]?(\d*))?` +
	`(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$`)

// canonicalVersion is a version in the one spelling that equals all others of it:
// 1.0.RC-1 and 1rc1 are the same. What is no version of PEP 440 stays as it is.
func canonicalVersion(v string) (public, local string) {
	v = strings.ToLower(strings.TrimSpace(v))
	m := pep440.FindStringSubmatch(v)
	if m == nil {
		public, local, _ = strings.Cut(v, "+")
		return public, local
	}
	release := strings.Split(m[2], ".")
	for i, r := range release {
		release[i] = number(r)
	}
	for len(release) > 1 && release[len(release)-1] == "0" {
		release = release[:len(release)-1]
	}
	public = number(m[1]) + "!" + strings.Join(release, ".")
	if m[3] != "" {
		pre := map[string]string{"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
		if short, long := pre[m[3]]; long {
			m[3] = short
		}
		public += m[3] + number(m[4])
	}
	if m[5]+m[6] != "" {
		public += ".post" + number(m[5]+m[7])
	}
	if m[8] != "" {
		public += ".dev" + number(m[9])
	}
	parts := strings.FieldsFunc(m[10], func(r rune) bool { return strings.ContainsRune("-_.", r) })
	for i, p := range parts {
		if strings.Trim(p, "0123456789") == "" {
			parts[i] = number(p)
		}
	}
	return public, strings.Join(parts, ".")
}

// number is a number without leading zeros; nothing is 0.
func number(s string) string {
	if s = strings.TrimLeft(s, "0"); s == "" {
		return "0"
	}
	return s
}

// sameVersion compares as PEP 440 does. With loose, a locked version without a
// local part fits any: torch==2.1.0 allows 2.1.0+cu118.
func sameVersion(locked, installed string, loose bool) bool {
	a, aLocal := canonicalVersion(locked)
	b, bLocal := canonicalVersion(installed)
	return a == b && (aLocal == bLocal || loose && aLocal == "")
}
