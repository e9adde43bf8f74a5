package python

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// parseRequirements reads pip's format. As in pip a line that ends with "\" goes
// on in the next one, and a comment ends it.
func (l *Lock) parseRequirements(text []byte) error {
	for where, line := range logicalLines(string(text)) {
		requirement, options := splitOptions(line)
		if requirement == "" {
			l.globalOptions(options, where)
			continue
		}
		p := l.requirement(requirement, where)
		for _, h := range optionValues(options, "--hash") {
			p.Hashes = append(p.Hashes, l.hash(h, where)...)
		}
		l.add(p, where)
	}
	return nil
}

var comment = regexp.MustCompile(`(^|\s+)#.*$`)

// logicalLines yields the lines that are not empty, without comments and joined
// where they go on, with the number of the first.
func logicalLines(text string) func(yield func(where, line string) bool) {
	return func(yield func(where, line string) bool) {
		var joined strings.Builder
		start, n := 0, 0
		emit := func() bool {
			line := strings.TrimSpace(comment.ReplaceAllString(joined.String(), ""))
			joined.Reset()
			return line == "" || yield(fmt.Sprintf("line %d", start), line)
		}
		for line := range strings.Lines(text) {
			n++
			if joined.Len() == 0 {
				start = n
			}
			line = strings.TrimRight(line, "\r\n")
			isComment := strings.HasPrefix(strings.TrimSpace(line), "#")
			if isComment {
				line = " " + line
			}
			rest, goesOn := strings.CutSuffix(line, `\`)
			if goesOn && !isComment {
				joined.WriteString(rest)
				continue
			}
			if joined.WriteString(line); !emit() {
				return
			}
		}
		emit()
	}
}

// splitOptions parts a line where the first option begins.
func splitOptions(line string) (requirement string, options []string) {
	if strings.HasPrefix(line, "-") {
		return "", shellWords(line, nil)
	}
	if i := strings.Index(line, " -"); i >= 0 {
		return strings.TrimSpace(line[:i]), shellWords(line[i:], nil)
	}
	return line, nil
}

// optionValues are the values of an option, after "=" or in the next word.
func optionValues(words []string, names ...string) []string {
	var values []string
	for i, w := range words {
		for _, name := range names {
			if value, assigned := strings.CutPrefix(w, name+"="); assigned {
				values = append(values, value)
			} else if w == name && i+1 < len(words) {
				values = append(values, words[i+1])
			} else if value, glued := strings.CutPrefix(w, name); glued && len(name) == 2 && value != "" {
				values = append(values, value)
			}
		}
	}
	return values
}

// globalOptions reads a line that has no requirement before its options. Those
// that say where to look are none of a lock's business.
func (l *Lock) globalOptions(words []string, where string) {
	included := optionValues(words, "-r", "--requirement", "-c", "--constraint")
	l.NotFollowed = append(l.NotFollowed, included...)
	for _, e := range optionValues(words, "-e", "--editable") {
		p := l.requirement(e, where)
		if p.Commit == "" && p.URL == "" {
			p.Local = true
		}
		l.add(p, where)
	}
}

var (
	named    = regexp.MustCompile(`^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$`)
	clause   = regexp.MustCompile(`^(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;]+)$`)
	aScheme  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)
	isCommit = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`).MatchString
)

// requirement reads PEP 508, or what pip allows in its place: a URL or a path.
func (l *Lock) requirement(text, where string) Locked {
	text, marker := cutMarker(text)
	p := Locked{Marker: marker}
	m := named.FindStringSubmatch(text)
	switch {
	case aScheme.MatchString(text):
		l.fromURL(&p, text, where)
	case strings.HasPrefix(text, ".") || m == nil && strings.ContainsAny(text, `/\`) || m != nil && (strings.HasPrefix(m[2], "/") || strings.HasPrefix(m[2], `\`)):
		l.fromPath(&p, text, where)
	case m == nil:
	case strings.HasPrefix(m[2], "@"):
		l.fromURL(&p, strings.TrimSpace(m[2][1:]), where)
		p.Name = m[1]
	case isArchive(m[1]) && m[2] == "":
		l.fromPath(&p, text, where)
	default:
		p.Name = m[1]
		p.Version = l.exact(m[2], where)
	}
	return p
}

// cutMarker parts a requirement from its condition. In a URL only " ;" begins one.
func cutMarker(text string) (requirement, marker string) {
	separator := ";"
	if strings.Contains(text, "://") {
		separator = " ;"
	}
	requirement, marker, _ = strings.Cut(text, separator)
	return strings.TrimSpace(requirement), strings.TrimSpace(marker)
}

// exact is the one version that specifiers allow; empty if they allow more.
func (l *Lock) exact(specifiers, where string) string {
	specifiers = strings.TrimSpace(specifiers)
	if inner, ok := strings.CutPrefix(specifiers, "("); ok {
		specifiers = strings.TrimSuffix(inner, ")")
	}
	version := ""
	for part := range strings.SplitSeq(specifiers, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		m := clause.FindStringSubmatch(part)
		if m == nil {
			l.problem(where, fmt.Sprintf("%q is not a version specifier", part))
			return ""
		}
		if m[1] == "===" || m[1] == "==" && !strings.HasSuffix(m[2], ".*") {
			if version != "" && !sameVersion(version, m[2], false) {
				l.problem(where, fmt.Sprintf("asks for the versions %s and %s at once", version, m[2]))
				return ""
			}
			version = m[2]
		}
	}
	return version
}

// fromURL reads name, version, commit and hash from where they stand in URLs.
func (l *Lock) fromURL(p *Locked, raw, where string) {
	plain, fragment, _ := strings.Cut(raw, "#")
	p.URL = plain
	values, _ := url.ParseQuery(fragment)
	if egg := values.Get("egg"); egg != "" {
		p.Name, _, _ = strings.Cut(egg, "[")
	}
	for algorithm := range soundLengths {
		if v := values.Get(algorithm); v != "" {
			p.Hashes = append(p.Hashes, l.hashOf(algorithm, v, where)...)
		}
	}
	if vcs, _, found := strings.Cut(plain, "+"); found && vcs != "" && !strings.Contains(vcs, ":") {
		if i := strings.LastIndexByte(plain, '@'); i >= 0 && isCommit(strings.ToLower(plain[i+1:])) {
			p.Commit = strings.ToLower(plain[i+1:])
		}
		return
	}
	if strings.HasPrefix(plain, "file:") && !isArchive(plain) {
		p.Local = true
	}
	nameFromArchive(p, path.Base(plain))
}

func (l *Lock) fromPath(p *Locked, text, where string) {
	plain, fragment, _ := strings.Cut(text, "#")
	if values, err := url.ParseQuery(fragment); err == nil {
		p.Name = values.Get("egg")
	}
	plain = strings.TrimSpace(strings.SplitN(plain, "[", 2)[0])
	base := path.Base(strings.ReplaceAll(plain, `\`, "/"))
	p.Local = !isArchive(base)
	nameFromArchive(p, base)
	if p.Name == "" && p.Local {
		p.Name = base // the folder's name stands for the project that it holds
		if base == "." || base == ".." || base == "" {
			l.problem(where, fmt.Sprintf("%q does not name its project", text))
			p.Name = "unknown"
		}
	}
}

var archiveEnd = regexp.MustCompile(`(?i)\.(whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz)$`)

func isArchive(name string) bool { return archiveEnd.MatchString(name) }

// nameFromArchive reads project and version from the name of a wheel or source
// archive, where they are not known yet.
func nameFromArchive(p *Locked, base string) {
	if unescaped, err := url.PathUnescape(base); err == nil {
		base = unescaped
	}
	stem := archiveEnd.ReplaceAllString(base, "")
	if stem == base {
		return
	}
	name, version := "", ""
	if strings.HasSuffix(strings.ToLower(base), ".whl") {
		if parts := strings.Split(stem, "-"); len(parts) >= 5 {
			name, version = parts[0], parts[1]
		}
	} else if i := strings.LastIndexByte(stem, '-'); i > 0 && i+1 < len(stem) && stem[i+1] >= '0' && stem[i+1] <= '9' {
		name, version = stem[:i], stem[i+1:]
	}
	if p.Name == "" {
		p.Name = name
	}
	if p.Version == "" {
		p.Version = version
	}
}
