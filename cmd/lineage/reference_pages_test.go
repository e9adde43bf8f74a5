package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var markdownMarks = regexp.MustCompile("[\\\\`*_<>\\[\\]|#]")

func escaped(s string) string {
	return markdownMarks.ReplaceAllStringFunc(s, func(m string) string { return `\` + m })
}

// markdownPage is the page of a command in docs/cli.
func markdownPage(cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- Written by `go generate ./cmd/lineage` from what `%s --help` says. -->\n\n# %s\n\n%s.\n\n    %s\n\n",
		cmd.CommandPath(), cmd.CommandPath(), escaped(strings.TrimSuffix(cmd.Short, ".")), cmd.UseLine())
	for _, p := range paragraphs(cmd.Long) {
		if p.verbose {
			fmt.Fprintf(&b, "```\n%s\n```\n\n", outdent(p.lines))
		} else {
			fmt.Fprintf(&b, "%s\n\n", escaped(strings.Join(p.lines, "\n")))
		}
	}
	fmt.Fprintf(&b, "## Examples\n\n```sh\n%s\n```\n", outdent(strings.Split(strings.Trim(cmd.Example, "\n"), "\n")))
	own, global := flagsOf(cmd)
	markdownFlags(&b, "Flags", own)
	markdownFlags(&b, "Flags of every command", global)
	b.WriteString("\n## See also\n\n")
	for _, r := range related(cmd) {
		fmt.Fprintf(&b, "- [%s](%s.md): %s\n", r.CommandPath(), strings.ReplaceAll(r.CommandPath(), " ", "-"), escaped(r.Short))
	}
	return b.String()
}

func markdownFlags(b *strings.Builder, title string, flags []*pflag.Flag) {
	if len(flags) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\n| flag | |\n| --- | --- |\n", title)
	for _, f := range flags {
		typed, usage := spelled(f)
		fmt.Fprintf(b, "| `%s` | %s |\n", strings.ReplaceAll(typed, "|", `\|`), escaped(usage))
	}
}

// roff makes a text one that man shows as it is.
func roff(s string) string {
	lines := strings.Split(strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`).Replace(s), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

// manPage is the page of a command in man.
func manPage(cmd *cobra.Command) string {
	var b strings.Builder
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
	fmt.Fprintf(&b, ".\\\" Written by go generate ./cmd/lineage.\n.TH %s 1 \"\" lineage \"lineage manual\"\n", roff(strings.ToUpper(name)))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n.SH SYNOPSIS\n.B %s\n.SH DESCRIPTION\n", roff(name), roff(strings.TrimSuffix(cmd.Short, ".")), roff(cmd.UseLine()))
	for _, p := range paragraphs(cmd.Long) {
		if p.verbose {
			asItIs(&b, outdent(p.lines))
		} else {
			fmt.Fprintf(&b, ".PP\n%s\n", roff(strings.Join(p.lines, "\n")))
		}
	}
	own, global := flagsOf(cmd)
	manFlags(&b, "OPTIONS", own)
	manFlags(&b, "OPTIONS OF EVERY COMMAND", global)
	b.WriteString(".SH EXAMPLES\n")
	asItIs(&b, outdent(strings.Split(strings.Trim(cmd.Example, "\n"), "\n")))
	b.WriteString(".SH SEE ALSO\n")
	for i, r := range related(cmd) {
		if i > 0 {
			b.WriteString(" ,\n")
		}
		fmt.Fprintf(&b, ".BR %s (1)", roff(strings.ReplaceAll(r.CommandPath(), " ", "-")))
	}
	return b.String() + "\n"
}

func asItIs(b *strings.Builder, text string) {
	fmt.Fprintf(b, ".PP\n.RS 4\n.nf\n%s\n.fi\n.RE\n", roff(text))
}

func manFlags(b *strings.Builder, title string, flags []*pflag.Flag) {
	if len(flags) == 0 {
		return
	}
	fmt.Fprintf(b, ".SH %s\n", title)
	for _, f := range flags {
		typed, usage := spelled(f)
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(typed), roff(usage))
	}
}
