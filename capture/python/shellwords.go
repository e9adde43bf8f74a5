package python

import "strings"

// word is one word of a shell script.
type word struct {
	text    string
	quoted  bool // some of it was in quotes: it is no keyword
	literal bool // it was in single quotes: nothing in it is expanded
}

// shellCommands splits a script into its simple commands, and these into words.
// It knows quotes, escapes, comments and separators, and nothing of the rest of the
// grammar: redirections are words, here-documents are commands.
func shellCommands(script string) [][]word {
	var commands [][]word
	var words []word
	end := func() {
		if len(words) > 0 {
			commands, words = append(commands, words), nil
		}
	}
	for i := 0; i < len(script); {
		switch c := script[i]; {
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '\\' && strings.HasPrefix(script[i+1:], "\n"):
			i += 2
		case c == '#':
			i += indexOr(script[i:], "\n", len(script)-i)
		case strings.IndexByte("\n;&|", c) >= 0:
			end()
			i++
		case c == '(' || c == ')':
			end()
			i++
		default:
			w, n := readWord(script[i:])
			words, i = append(words, w), i+n
		}
	}
	end()
	return commands
}

// readWord reads one word and tells how long it is in the script.
func readWord(s string) (w word, n int) {
	var b strings.Builder
	w.literal = true
	for n < len(s) {
		switch c := s[n]; {
		case strings.IndexByte(" \t\r\n;&|()", c) >= 0:
			w.text = b.String()
			w.literal = w.literal && w.quoted
			return w, n
		case c == '\'':
			end := strings.IndexByte(s[n+1:], '\'')
			if end < 0 {
				end = len(s) - n - 1
			}
			b.WriteString(s[n+1 : n+1+end])
			n = min(n+end+2, len(s))
			w.quoted = true
		case c == '"':
			n += readQuoted(s[n:], &b)
			w.quoted, w.literal = true, false
		case c == '\\' && n+1 < len(s):
			if s[n+1] != '\n' {
				b.WriteByte(s[n+1])
			}
			n += 2
		default:
			b.WriteByte(c)
			w.literal = false
			n++
		}
	}
	w.text = b.String()
	w.literal = w.literal && w.quoted
	return w, n
}

// readQuoted copies what stands in double quotes and tells where it ends.
func readQuoted(s string, b *strings.Builder) int {
	n := 1
	for n < len(s) && s[n] != '"' {
		if s[n] == '\\' && n+1 < len(s) && strings.IndexByte("\"\\$`\n", s[n+1]) >= 0 {
			n++
		}
		b.WriteByte(s[n])
		n++
	}
	return min(n+1, len(s))
}

// shellWords are the words of one command line.
func shellWords(line string, env environ) []string {
	var words []string
	for _, command := range shellCommands(line) {
		for _, w := range command {
			if !w.literal && env != nil {
				w.text = expandVariables(w.text, env)
			}
			words = append(words, w.text)
		}
	}
	return words
}

// expandVariables replaces $NAME and ${NAME}. Everything else that a "$" can start
// stays as it is, and so leads nowhere.
func expandVariables(s string, env environ) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, rest := variableName(after)
		if name == "" {
			b.WriteByte('$')
		}
		b.WriteString(env[name])
		s = rest
	}
}

// variableName is the name that follows a "$", and what comes after it; empty if
// none does.
func variableName(s string) (name, rest string) {
	if inner, braced := strings.CutPrefix(s, "{"); braced {
		name, rest, _ = strings.Cut(inner, "}")
		if isShellName(name) {
			return name, rest
		}
		return "", s
	}
	n := 0
	for n < len(s) && isShellName(s[:n+1]) {
		n++
	}
	return s[:n], s[n:]
}

func indexOr(s, chars string, otherwise int) int {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return i
	}
	return otherwise
}
