package redact

import (
	"net/url"
	"strings"
)

// Origin is a URL of data, as it may be written down: Remote, and of its query only what
// is known to be harmless. Whoever signs URLs names the signature as he likes: a value
// under another name is left out, whatever it looks like. Of the path what looks like a
// token is left out. The key of s3 and the path of a file have no query: a "?" is a part of a name.
func (r *Rules) Origin(raw string) string {
	raw = withoutUser(raw)
	at := strings.Index(raw, "://")
	if scheme := strings.ToLower(raw[:max(at, 0)]); at < 0 || scheme == "s3" || scheme == "file" {
		return r.URL(raw)
	}
	end := indexOr(raw, "?#", len(raw))
	from := min(at+len("://"), end)
	from = min(from+indexOr(raw[from:], "/", end-from), end)
	return r.url(raw, append(pathTokens(raw, from, end), queryValues(raw, end)...))
}

var (
	// versions are names in a query of what says which bytes are meant.
	versions = set(`versionid version-id version_id version ver v ref rev revision commit branch tag generation doi
		persistentid`)

	// plain are names in a query of what is a choice, and no secret unless it looks drawn.
	plain = set(`download dl raw inline attachment plain alt format fmt type mime outputformat accept
		response-content-type response-content-disposition response-content-encoding response-content-language
		response-cache-control content-type encoding charset compression lang language locale
		page per_page pagesize limit offset start end from to since until size count rows sort order
		file files filename name path dir folder dataset data table db database collection split subset config part
		id gid uid year month day date week hour time bbox crs srs service request layer layers typename typenames
		width height resolution scale level levels variable variables var station country region state city
		columns fields select q query search filter where action export x y z lat lon latitude longitude`)

	// signers are names, beside those of secrets, after which a part of a path is one.
	signers = set(`token tokens auth key keys sig sign signature signed jwt ticket hmac hdnea hdnts hdntl policy sas
		share shared s st t d sh link links`)
)

// queryValues are the places of the values of a query and a fragment that may be secrets.
func queryValues(raw string, from int) (found []span) {
	for from < len(raw) {
		from++ // the separator
		end := from + indexOr(raw[from:], "&;#?", len(raw)-from)
		name, value, assigned := strings.Cut(raw[from:end], "=")
		switch {
		case isHarmless(name, value):
		case assigned:
			found = append(found, span{from + len(name) + 1, end})
		default:
			found = append(found, span{from, end})
		}
		from = end
	}
	return found
}

// isHarmless tells whether a value of a query may be written down.
func isHarmless(name, value string) bool {
	name, value = strings.ToLower(unescaped(name)), unescaped(value)
	return versions[name] || plain[name] && !looksRandom(value)
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// pathTokens are the places of what looks like a token in a path: by its name before an
// "=" or in the part before, or by its own look.
func pathTokens(raw string, from, end int) (found []span) {
	before := ""
	for from < end {
		to := from + indexOr(raw[from:end], "/;~", end-from)
		part := raw[from:to]
		name, value, assigned := strings.Cut(part, "=")
		low := strings.ToLower(unescaped(name))
		switch {
		case assigned && !versions[low] && !plain[low] && (looksRandom(unescaped(value)) || isSigner(low) && value != "" && !looksPlain(value)):
			found = append(found, span{from + len(name) + 1, to})
		case !assigned && (isSigner(before) && looksRandom(unescaped(part)) || isDrawn(part)):
			found = append(found, span{from, to})
		}
		before, from = low, to+1
	}
	return found
}

func isSigner(name string) bool { return signers[name] || strengthOf(name) > innocent }

// minDrawn is the length from which a part of a path can be a token by its look.
const minDrawn = 20

// isDrawn tells whether a part of a path was drawn from letters of both cases and digits.
// Digests and identifiers in hexadecimal are none, and names of several words neither.
func isDrawn(s string) bool {
	if len(s) < minDrawn || len(s) == 46 && strings.HasPrefix(s, "Qm") { // that is a digest, as IPFS writes it
		return false
	}
	changes, classes := 0, map[int]bool{}
	for i := range len(s) {
		c := class(s[i])
		if c == 4 && s[i] != '-' && s[i] != '_' {
			return false
		}
		classes[c] = true
		if i > 0 && c != class(s[i-1]) {
			changes++
		}
	}
	return classes[1] && classes[2] && classes[3] && changes*9 >= len(s)*4
}
