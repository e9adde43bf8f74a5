package report

import (
	"fmt"
	"strings"
)

// Shell quotes a command so that pasting it into bash, zsh or ksh runs exactly
// these arguments. The text is clean: what [Clean] would escape stands in octal
// within $'…'.
func Shell(command []string) string {
	words := make([]string, len(command))
	for i, arg := range command {
		words[i] = quote(arg)
	}
	if len(command) > 0 && strings.Contains(command[0], "=") && words[0] == command[0] {
		words[0] = "'" + command[0] + "'" // else it would set a variable
	}
	return strings.Join(words, " ")
}

// plainArgument are the bytes that no shell takes for anything but themselves.
const plainArgument = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-"

func quote(arg string) string {
	switch {
	case arg != "" && arg[0] != '=' && strings.Trim(arg, plainArgument) == "": // zsh expands =name
		return arg
	case Clean(arg) == arg:
		return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	var b strings.Builder
	eachRune(arg, func(part string, _ rune, hidden bool) {
		switch {
		case hidden:
			for _, c := range []byte(part) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		case part == `'` || part == `\`:
			b.WriteString(`\` + part)
		default:
			b.WriteString(part)
		}
	})
	return "$'" + b.String() + "'"
}
