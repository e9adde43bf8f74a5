package python

import (
	"path/filepath"
	"slices"
	"strings"
)

var shells = []string{"sh", "bash", "dash", "zsh", "ksh", "mksh", "ash", "busybox"}

// maxScript bounds the length of a shell script that is looked at.
const maxScript = 1 << 20

// shell follows sh -c SCRIPT, or sh FILE.
func (s step) shell(name string, args []string) (launch, []string, bool) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "-o" || a == "+o" || a == "-O" || a == "+O" || a == "--rcfile" || a == "--init-file":
			i++
		case strings.HasPrefix(a, "--"):
		case strings.HasPrefix(a, "-") && strings.Contains(a, "c"):
			if i+1 == len(args) {
				return launch{}, nil, false
			}
			return s.next(s.place, name+" -c").commands(args[i+1])
		case strings.HasPrefix(a, "-") || strings.HasPrefix(a, "+"):
		default:
			return s.next(s.place, name+" "+filepath.Base(a)).script(s.abs(a))
		}
	}
	return launch{}, nil, false
}

func (s step) script(path string) (launch, []string, bool) {
	text, err := readFile(path)
	if err != nil || len(text) > maxScript {
		return launch{}, nil, false
	}
	return s.commands(string(text))
}

// commands takes the commands of a script one after another, as if every one were
// executed, until one leads to an interpreter. What needs a real shell, such as command
// substitution, is passed over: then only watching tells.
func (s step) commands(script string) (launch, []string, bool) {
	vars := s.env
	for _, words := range shellCommands(script) {
		p, rest := assignAll(words, place{s.dir, vars})
		if len(rest) == 0 {
			vars = p.env
			continue
		}
		if changed, is := p.builtin(rest); is {
			s.place, vars = changed, changed.env
			continue
		}
		inner := s
		inner.place = p
		if l, how, ok := inner.command(rest); ok {
			return l, how, true
		}
	}
	return launch{}, nil, false
}

// assignAll takes the variables off that stand before a command, and what the
// grammar of the shell puts there.
func assignAll(words []word, p place) (place, []string) {
	for len(words) > 0 {
		w := words[0]
		name, value, assigned := strings.Cut(w.text, "=")
		switch {
		case !w.quoted && slices.Contains([]string{"then", "do", "else", "if", "elif", "while", "until", "!", "{", "}", "(", ")", "fi", "done"}, w.text):
		case assigned && isShellName(name):
			p.env = p.env.with(name, expandVariables(value, p.env))
		default:
			var rest []string
			for _, w := range words {
				if !w.literal {
					w.text = expandVariables(w.text, p.env)
				}
				rest = append(rest, w.text)
			}
			return p, rest
		}
		words = words[1:]
	}
	return p, nil
}

// builtin applies the commands of the shell itself that decide which Python is
// found later.
func (p place) builtin(words []string) (changed place, ok bool) {
	arg := ""
	if len(words) > 1 {
		arg = words[len(words)-1]
	}
	switch words[0] {
	case "cd", "pushd":
		if arg != "" {
			p.dir = p.abs(arg)
		}
	case "export", "declare", "typeset", "local", "readonly":
		for _, w := range words[1:] {
			if name, value, assigned := strings.Cut(w, "="); assigned && isShellName(name) {
				p.env = p.env.with(name, value)
			}
		}
	case "source", ".":
		if base := filepath.Base(arg); base == "activate" || base == "activate.sh" {
			p = p.inVenv(filepath.Dir(filepath.Dir(p.abs(arg))))
		}
	case "conda", "mamba", "micromamba":
		if len(words) < 2 || words[1] != "activate" {
			return p, false
		}
		if prefix, found := p.condaPrefix(arg, ""); found {
			p = p.inPrefix(prefix, "CONDA_PREFIX")
		}
	case "set", "echo", "printf", "mkdir", "ulimit", "umask", "trap", "unset", "module", "ml", "shopt", "true", ":":
	default:
		return p, false
	}
	return p, true
}

func isShellName(s string) bool {
	for i, c := range s {
		if !(c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return s != ""
}
