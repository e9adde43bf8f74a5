package redact

import (
	"path"
	"strings"
)

// Args are the arguments of a command, args[0] included, without their secrets.
// There are as many as before.
func (r *Rules) Args(args []string) []string {
	safe := make([]string, len(args))
	var p program
	for i, arg := range args {
		before := ""
		if i > 0 {
			before = args[i-1]
		}
		spans := r.spans(arg)
		if s, ok := wholeValue(arg); ok && !isScriptFlag(before) {
			spans = append(spans, s)
		}
		if follows(before, arg) {
			spans = append(spans, span{0, len(arg)})
		}
		safe[i] = cut(arg, append(spans, p.spans(before, arg)...), Marker)
	}
	return safe
}

// isScriptFlag tells whether the next argument is a shell's script: sh -c, bash -lc.
func isScriptFlag(arg string) bool {
	return len(arg) < 5 && strings.HasPrefix(arg, "-") && strings.HasSuffix(arg, "c")
}

// wholeValue is all that follows the "=" in --password=x or PASSWORD=x, spaces
// and separators included: the shell has already said where the argument ends.
func wholeValue(arg string) (span, bool) {
	name, value, found := strings.Cut(arg, "=")
	if !found || strings.ContainsAny(name, " \t\n\"'?&/:,;") || !strengthOf(name).hides(value) {
		return span{}, false
	}
	return span{len(name) + 1, len(arg)}, true
}

// follows tells whether arg is the secret that the argument before it announces.
func follows(before, arg string) bool {
	name := strings.TrimLeft(before, "-")
	if name == "" || strings.ContainsAny(name, "=: \t\n") {
		return false
	}
	s := strengthOf(name)
	if name == before { // config set api_key x
		return s > innocent && doubtful.hides(arg)
	}
	return s.hides(arg) && (!isFlag(arg) || looksRandom(arg))
}

// isFlag tells whether an argument is more likely the next flag than the value
// of the one before it.
func isFlag(arg string) bool {
	name, double := strings.CutPrefix(arg, "--")
	if !double {
		return len(arg) == 2 && arg[0] == '-'
	}
	return name != "" && (name[0] >= 'a' && name[0] <= 'z' || name[0] >= 'A' && name[0] <= 'Z')
}

// flags are the places of secrets that follow a flag within a text, such as the
// script of bash -c.
func flags(text string) []span {
	if !strings.ContainsAny(text, " \t\n") {
		return nil
	}
	var found []span
	var p program
	before := ""
	for at := 0; ; {
		w, ok := nextWord(text, at)
		if !ok {
			return found
		}
		word := text[w.from:w.to]
		if follows(before, word) {
			found = append(found, w)
		}
		for _, s := range append(p.spans(before, word), flags(word)...) { // a quoted word may be a script again
			found = append(found, span{w.from + s.from, w.from + s.to})
		}
		before, at = word, w.to
	}
}

// nextWord is the place of the next word of a shell's text, without its quotes.
func nextWord(text string, at int) (span, bool) {
	for at < len(text) && strings.IndexByte(" \t\r\n\"';&|()", text[at]) >= 0 {
		if text[at] == '"' || text[at] == '\'' {
			// A quote that nothing closes is an apostrophe.
			if n := strings.IndexByte(text[at+1:], text[at]); n > 0 {
				return span{at + 1, at + 1 + n}, true
			}
		}
		at++
	}
	if at == len(text) {
		return span{}, false
	}
	return span{at, at + indexOr(text[at:], " \t\r\n", len(text)-at)}, true
}

// program knows the short flags with which a few programs are given secrets.
type program struct{ name, sub string }

type shortFlag struct {
	programs, flag string
	sub            string // only with this subcommand
	after          string // only what follows this: user:password
	bare           bool   // an argument without a flag that looks random
}

var shortFlags = []shortFlag{
	{programs: "mysql mysqldump mysqladmin mysqlimport mariadb mariadb-dump sshpass", flag: "-p"},
	{programs: "redis-cli", flag: "-a"},
	{programs: "ldapsearch ldapmodify ldapadd ldapwhoami", flag: "-w"},
	{programs: "curl", flag: "-u", after: ":"},
	{programs: "curl", flag: "-U", after: ":"},
	{programs: "curl", flag: "--user", after: ":"},
	{programs: "curl", flag: "--proxy-user", after: ":"},
	{programs: "docker podman buildah skopeo helm oras crane", flag: "-p", sub: "login"},
	{programs: "wandb", sub: "login", bare: true},
}

var knownPrograms = func() map[string]bool {
	m := map[string]bool{}
	for _, f := range shortFlags {
		for p := range strings.FieldsSeq(f.programs) {
			m[p] = true
		}
	}
	return m
}()

// spans are the secrets of arg by what the program's own flags mean. It must be
// called with each argument in turn.
func (p *program) spans(before, arg string) []span {
	base := strings.TrimSuffix(path.Base(strings.ReplaceAll(arg, `\`, "/")), ".exe")
	if knownPrograms[base] && !strings.HasPrefix(before, "-") {
		*p = program{name: base}
		return nil
	}
	if p.name == "" {
		return nil
	}
	if arg == "login" {
		p.sub = arg
	}
	for _, f := range shortFlags {
		if f.sub != "" && f.sub != p.sub || !strings.Contains(" "+f.programs+" ", " "+p.name+" ") {
			continue
		}
		if from := f.find(before, arg); from < len(arg) {
			return []span{{from, len(arg)}}
		}
	}
	return nil
}

// find is where in arg the secret begins; its length if there is none.
func (f shortFlag) find(before, arg string) int {
	from := len(arg)
	switch {
	case f.bare:
		if doubtful.hides(arg) && !strings.HasPrefix(arg, "-") {
			from = 0
		}
	case before == f.flag && (!strings.HasPrefix(arg, "-") || looksRandom(arg)):
		from = 0
	case len(f.flag) == 2 && strings.HasPrefix(arg, f.flag):
		from = len(f.flag)
	}
	if f.after != "" {
		_, password, _ := strings.Cut(arg[from:], f.after)
		from = len(arg) - len(password)
	}
	return from
}
