package attach

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

var (
	scheme  = lazy(`^[A-Za-z][A-Za-z0-9+.-]*:`)
	runID   = lazy(`^[A-Za-z0-9][A-Za-z0-9_-]{0,255}$`)
	modelID = lazy(`^m-[A-Za-z0-9]{1,64}$`)
	version = lazy(`^[1-9][0-9]{0,9}$`)
	stage   = lazy(`(?i)^(none|staging|production|archived)$`)
)

// lazy compiles a pattern when it is first used: these take longer than all else that
// the program does before main, and few of its verbs use them.
func lazy(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

const forms = "runs:/RUN/PATH, models:/NAME/VERSION, models:/NAME@ALIAS, models:/m-ID, or a path"

// ParseRef reads a model reference: runs:/<run id>/<path>, models:/<name>/<version>,
// models:/<name>@<alias>, models:/m-<id>, or the path of a file or folder, which is
// every text that does not begin with a URI scheme. A text with a scheme is never
// taken for a path: ./ in front makes it one. Its errors are [*RefError].
func ParseRef(s string) (Ref, error) {
	r, err := ParseTarget(s)
	if err == nil && r.Kind == RefRun {
		return Ref{}, &RefError{s, "it names a run, and no model of it", "add the model's path: " + s + "/PATH"}
	}
	return r, err
}

// ParseTarget reads what ParseRef reads, and runs:/<run id>: a run as a whole, on
// which a record can be hung.
func ParseTarget(s string) (Ref, error) {
	if s == "" {
		return Ref{}, &RefError{s, "it is empty", "give " + forms}
	}
	prefix := scheme().FindString(s)
	if prefix == "" {
		return parsePath(s)
	}
	if why := checkText(s); why != "" {
		return Ref{}, &RefError{s, why, "give " + forms}
	}
	switch prefix {
	case "runs:":
		return parseRun(s, s[len(prefix):])
	case "models:":
		return parseModel(s, s[len(prefix):])
	default:
		return Ref{}, unknownScheme(s, prefix)
	}
}

// parsePath takes what an operating system takes: any bytes but NUL.
func parsePath(s string) (Ref, error) {
	if strings.ContainsRune(s, 0) {
		return Ref{}, &RefError{s, "a path cannot have a NUL", ""}
	}
	return Ref{Kind: RefPath, Asked: s, Path: s}, nil
}

func unknownScheme(s, prefix string) error {
	hint := "for a file of this name write ./" + s
	switch lower := strings.ToLower(prefix); lower {
	case "runs:", "models:":
		hint = "write " + lower + " in lower case"
	case "file:":
		hint = "give the plain path"
	case "s3:", "gs:", "wasbs:", "abfss:", "http:", "https:", "hf:":
		hint = "download the model and give its path"
	}
	return &RefError{s, "the scheme " + prefix + " is not known", hint}
}

func parseRun(s, rest string) (Ref, error) {
	id, path, deep, why := "", "", false, ""
	if rest, why = absolute(rest); why == "" {
		id, path, deep = strings.Cut(rest, "/")
		why = checkRunID(id)
	}
	if why == "" && deep {
		why = checkArtifact(path)
	}
	switch {
	case why != "":
		return Ref{}, &RefError{s, why, "write runs:/RUN/PATH"}
	case !deep:
		return Ref{Kind: RefRun, Asked: s, RunID: id}, nil
	}
	return Ref{Kind: RefArtifact, Asked: s, RunID: id, Path: path}, nil
}

func checkRunID(id string) string {
	if !runID().MatchString(id) {
		return "the run's id is not one"
	}
	return ""
}

// checkArtifact wants a path that names one place, here and in MLflow, which
// decodes percent signs on the server and cuts at # and ?.
func checkArtifact(path string) string {
	if why := checkPath(path); why != "" {
		return why
	}
	if strings.ContainsAny(path, "%#?") {
		return "a path with %, # or ? does not survive MLflow"
	}
	return ""
}

func parseModel(s, rest string) (Ref, error) {
	rest, why := absolute(rest)
	if why != "" {
		return Ref{}, &RefError{s, why, "write models:/NAME/VERSION, models:/NAME@ALIAS or models:/m-ID"}
	}
	if name, v, found := strings.Cut(rest, "/"); found {
		return parseVersion(s, name, v)
	}
	if name, alias, found := strings.Cut(rest, "@"); found {
		return parseAlias(s, name, alias)
	}
	if !modelID().MatchString(rest) {
		return Ref{}, &RefError{s, "it names neither a version nor an alias, and is no m-ID",
			"write models:/" + rest + "/VERSION or models:/" + rest + "@ALIAS"}
	}
	return Ref{Kind: RefLoggedModel, Asked: s, ModelID: rest}, nil
}

func parseVersion(s, name, v string) (Ref, error) {
	if why := checkName(name); why != "" {
		return Ref{}, &RefError{s, why, "write models:/NAME/VERSION"}
	}
	switch {
	case version().MatchString(v):
		return Ref{Kind: RefVersion, Asked: s, Name: name, Version: v}, nil
	case strings.EqualFold(v, "latest"):
		return Ref{}, &RefError{s, `"latest" names another model every time`,
			"name the version by its number, or set an alias: models:/" + name + "@ALIAS"}
	case stage().MatchString(v):
		return Ref{}, &RefError{s, "a stage is not a version; MLflow has given stages up",
			"set an alias: models:/" + name + "@ALIAS"}
	case strings.Contains(v, "/"):
		return Ref{}, &RefError{s, "something follows the version", "name the model as a whole"}
	}
	return Ref{}, &RefError{s, "the version is not a whole number above 0", "write models:/" + name + "/VERSION"}
}

func parseAlias(s, name, alias string) (Ref, error) {
	why := checkName(name)
	switch {
	case why != "":
	case strings.EqualFold(alias, "latest"):
		why = `"latest" is no alias: it names another model every time`
	case !isAlias(alias):
		why = "the alias is not one: letters, digits, _ and - are allowed"
	default:
		return Ref{Kind: RefAlias, Asked: s, Name: name, Alias: alias}, nil
	}
	return Ref{}, &RefError{s, why, "write models:/NAME@ALIAS"}
}

// absolute wants what MLflow writes after the scheme: one slash. Two would make
// the next part the name of a host or of a Databricks profile.
func absolute(rest string) (string, string) {
	rest, found := strings.CutPrefix(rest, "/")
	if !found {
		return "", "the scheme is not followed by a slash"
	}
	if strings.HasPrefix(rest, "/") {
		return "", "the scheme is followed by more than one slash"
	}
	return rest, ""
}

// checkName wants a name that MLflow can register and find again by a URI.
func checkName(name string) string {
	switch {
	case name == "":
		return "the model's name is empty"
	case name == "." || name == "..":
		return "the model's name is " + name
	case strings.TrimSpace(name) != name:
		return "the model's name begins or ends with white space"
	case strings.ContainsAny(name, `/:@?\`):
		return `the model's name has one of / : @ ? \`
	}
	return ""
}

func isAlias(s string) bool {
	for _, r := range s {
		if r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			return false
		}
	}
	return s != "" && len(s) <= 255
}

// checkText wants what can be shown on one line.
func checkText(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "it is not UTF-8"
	case strings.ContainsFunc(s, unicode.IsControl):
		return "it has control characters"
	case len(s) > 4096:
		return "it is longer than 4096 bytes"
	}
	return ""
}
