package python

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

var separators = regexp.MustCompile(`[-_.]+`)

// NormalizeName is a project's name as PEP 503 compares it.
func NormalizeName(name string) string {
	return strings.ToLower(separators.ReplaceAllString(name, "-"))
}

// headers reads the fields of METADATA, PKG-INFO and WHEEL, which look like the
// head of a mail: name in lower case, values in their order. The text after the
// first empty line is a description.
func headers(text []byte) map[string][]string {
	fields := map[string][]string{}
	last := ""
	for line := range bytes.Lines(text) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' { // the last one goes on
			if values := fields[last]; len(values) > 0 {
				values[len(values)-1] += "\n" + string(line)
			}
			continue
		}
		name, value, found := strings.Cut(string(line), ":")
		if !found {
			continue
		}
		last = strings.ToLower(strings.TrimSpace(name))
		fields[last] = append(fields[last], strings.TrimSpace(value))
	}
	return fields
}

func first(fields map[string][]string, name string) string {
	if v := fields[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// formatOf tells what an entry of a site is by its name; ok is false if it
// describes no distribution. A name that starts with "~" is what pip left when it
// was interrupted.
func formatOf(name string) (f Format, ok bool) {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".dist-info", ".egg-info", ".egg-link":
		return Format(ext[1:]), !strings.HasPrefix(name, "~")
	}
	return "", false
}

// nameFromEntry is project and version as the name of the metadata says them:
// numpy-1.26.4.dist-info, PyJWT-2.6.0-py3.11.egg-info.
func nameFromEntry(entry string) (project, version string) {
	stem := strings.TrimSuffix(entry, path.Ext(entry))
	parts := strings.Split(stem, "-")
	if len(parts) > 1 {
		version = parts[1]
	}
	return parts[0], version
}
