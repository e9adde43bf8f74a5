package main

//go:generate go test -run ^TestReference$ . -args -reference

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var writeReference = flag.Bool("reference", false, "write docs/cli and man")

// commands are all that the program has, as they are where nothing is set.
func commands(t testing.TB) (all []*cobra.Command) {
	t.Helper()
	c := &cli{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: func(string) string { return "" }}
	eachCommand(c.root(), func(cmd *cobra.Command) {
		if !cmd.Hidden && cmd.Name() != "help" {
			all = append(all, cmd)
		}
	})
	return all
}

// TestReference: docs/cli and man are what the commands say of themselves.
func TestReference(t *testing.T) {
	want := map[string]string{}
	for _, cmd := range commands(t) {
		name := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
		want[filepath.Join("docs", "cli", name+".md")] = markdownPage(cmd)
		want[filepath.Join("man", name+".1")] = manPage(cmd)
	}
	if *writeReference {
		rewrite(t, want)
	}
	got := map[string]string{}
	for _, dir := range []string{filepath.Join("docs", "cli"), "man"} {
		entries, err := os.ReadDir(filepath.Join("../..", dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			raw, err := os.ReadFile(filepath.Join("../..", dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			got[filepath.Join(dir, e.Name())] = string(raw)
		}
	}
	const anew = "`go generate ./cmd/lineage` writes the reference anew"
	for path, text := range want {
		if page, there := got[path]; !there {
			t.Errorf("%s is not there: %s", path, anew)
		} else if diff := cmp.Diff(text, page); diff != "" {
			t.Errorf("%s is not what the command says: %s (-command +page):\n%s", path, anew, diff)
		}
	}
	for path := range got {
		if _, there := want[path]; !there {
			t.Errorf("%s is of no command: %s", path, anew)
		}
	}
}

func rewrite(t *testing.T, pages map[string]string) {
	t.Helper()
	for _, dir := range []string{"../../docs/cli", "../../man"} {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range pages {
		if err := os.WriteFile(filepath.Join("../..", path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryVerbExplainsItself: a short and a long help, an example that begins with
// the command, and a text for each flag.
func TestEveryVerbExplainsItself(t *testing.T) {
	for _, cmd := range commands(t) {
		path := cmd.CommandPath()
		if cmd.Short == "" || cmd.Long == "" || !strings.Contains(cmd.Example, path) || strings.HasSuffix(cmd.Short, ".") && !strings.HasPrefix(path, "lineage completion") {
			t.Errorf("%s lacks a help, or an example with %q in it", path, path)
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("%s --%s says nothing", path, f.Name)
			}
		})
	}
}

// TestEveryFlagCompletes: a word that the help of a flag lists is offered, and no
// flag offers files unless it takes one.
func TestEveryFlagCompletes(t *testing.T) {
	for _, cmd := range commands(t) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Value.Type() == "bool" {
				return
			}
			complete, found := cmd.GetFlagCompletionFunc(f.Name)
			if !found {
				t.Errorf("%s --%s has no completion", cmd.CommandPath(), f.Name)
				return
			}
			_, usage := pflag.UnquoteUsage(f)
			words := listedWords(usage)
			if strings.Contains(usage, ": ") && strings.Count(usage, ", ") > 1 && len(words) == 0 && !regexp.MustCompile(`[A-Z0-9]`).MatchString(usage) {
				t.Errorf("%s --%s lists words that do not complete: write them as \"…: one, two, three\"", cmd.CommandPath(), f.Name)
			}
			fixed := slices.Contains([]string{"format", "require", "status"}, f.Name)
			if !fixed && len(words) == 0 {
				return // it may look into the store
			}
			offered, _ := complete(cmd, nil, "")
			if fixed && len(offered) < 2 {
				t.Errorf("%s --%s offers nothing: list its words in the help, or register them", cmd.CommandPath(), f.Name)
			}
			for _, w := range words {
				if !slices.ContainsFunc(offered, func(o string) bool { return o == w || strings.HasPrefix(o, w+"\t") }) {
					t.Errorf("%s --%s does not offer %q", cmd.CommandPath(), f.Name, w)
				}
			}
		})
	}
}

// paragraph is a part of a help text: prose, or lines that stand as they are.
type paragraph struct {
	lines   []string
	verbose bool // they stand as they are
}

// paragraphs cuts a help text at its empty lines. What is indented stands as it is.
func paragraphs(text string) (all []paragraph) {
	for _, block := range strings.Split(strings.Trim(text, "\n"), "\n\n") {
		lines := strings.Split(strings.Trim(block, "\n"), "\n")
		indented := !slices.ContainsFunc(lines, func(l string) bool { return !strings.HasPrefix(l, "  ") && !strings.HasPrefix(l, "\t") })
		if last := len(all) - 1; indented && last >= 0 && all[last].verbose {
			all[last].lines = append(append(all[last].lines, ""), lines...)
			continue
		}
		all = append(all, paragraph{lines, indented})
	}
	return all
}

// outdent takes away the indentation that all lines share.
func outdent(lines []string) string {
	text := strings.ReplaceAll(strings.Join(lines, "\n"), "\t", "    ")
	for !regexp.MustCompile(`(?m)^[^ ]`).MatchString(text) && strings.TrimSpace(text) != "" {
		text = regexp.MustCompile(`(?m)^ `).ReplaceAllString(text, "")
	}
	return text
}

// flagsOf are the flags of a command, and those that all commands have.
func flagsOf(cmd *cobra.Command) (own, global []*pflag.Flag) {
	cmd.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" {
			own = append(own, f)
		}
	})
	cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			global = append(global, f)
		}
	})
	return own, global
}

// spelled is a flag as one types it, and what it says of itself.
func spelled(f *pflag.Flag) (typed, usage string) {
	name, usage := pflag.UnquoteUsage(f)
	typed = "--" + f.Name
	if f.Shorthand != "" {
		typed = "-" + f.Shorthand + ", " + typed
	}
	if name != "" {
		typed += " " + name
	}
	if d := f.DefValue; d != "" && d != "[]" && d != "false" && d != "0" {
		usage += " (default " + d + ")"
	}
	return typed, usage
}

// related are the commands to read on with.
func related(cmd *cobra.Command) (all []*cobra.Command) {
	if cmd.HasParent() {
		all = append(all, cmd.Parent())
	}
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() && child.Name() != "help" {
			all = append(all, child)
		}
	}
	return all
}
