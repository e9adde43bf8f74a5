package ci_test

import (
	"strings"
)

// command is a workflow command as GitHub's runner understands it.
type command struct {
	name, message string
	properties    map[string]string
}

// known are the commands that a runner has; any other line is text.
var known = []string{
	"error", "warning", "notice", "debug", "group", "endgroup", "echo", "add-mask", "add-path", "add-matcher", "remove-matcher",
	"set-env", "set-output", "save-state", "stop-commands", "internal-set-repo-path",
}

// runnerCommands reads a log as the runner does (src/Runner.Common/ActionCommand.cs
// and src/Runner.Worker/ActionCommandManager.cs of actions/runner): the form
// ::name k=v::message at the start of a line, after blanks, and the older form
// ##[name k=v]message anywhere in it, but nothing between stop-commands and its token.
func runnerCommands(log string) (all []command) {
	token := ""
	for line := range strings.Lines(log) {
		c, ok := newForm(strings.TrimRight(line, "\r\n"), token)
		if !ok {
			c, ok = oldForm(strings.TrimRight(line, "\r\n"), token)
		}
		switch {
		case !ok:
		case token != "":
			if strings.EqualFold(c.name, token) {
				token = ""
			}
		default:
			if strings.EqualFold(c.name, "stop-commands") {
				token = c.message
			}
			all = append(all, c)
		}
	}
	if token != "" {
		all = append(all, command{name: "never resumed"})
	}
	return all
}

func isKnown(name, token string) bool {
	for _, k := range append(known, token) {
		if k != "" && strings.EqualFold(k, name) {
			return true
		}
	}
	return false
}

func newForm(line, token string) (command, bool) {
	line = strings.TrimSpace(line)
	rest, found := strings.CutPrefix(line, "::")
	if !found {
		return command{}, false
	}
	info, message, found := strings.Cut(rest, "::")
	name, properties, _ := strings.Cut(info, " ")
	if !found || !isKnown(name, token) {
		return command{}, false
	}
	c := command{name: name, message: unescape(message), properties: map[string]string{}}
	for _, p := range strings.Split(strings.TrimSpace(properties), ",") {
		if key, value, ok := strings.Cut(p, "="); ok && value != "" {
			c.properties[key] = strings.NewReplacer("%3A", ":", "%2C", ",").Replace(unescape(value))
		}
	}
	return c, true
}

func oldForm(line, token string) (command, bool) {
	_, rest, found := strings.Cut(line, "##[")
	if !found {
		return command{}, false
	}
	info, message, found := strings.Cut(rest, "]")
	name, _, _ := strings.Cut(info, " ")
	return command{name: name, message: unescape(message)}, found && isKnown(name, token)
}

func unescape(s string) string {
	for _, pair := range [][2]string{{"%0D", "\r"}, {"%0A", "\n"}, {"%25", "%"}} {
		s = strings.ReplaceAll(s, pair[0], pair[1])
	}
	return s
}
