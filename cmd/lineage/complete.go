package main

import (
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// completing makes a shell offer what is right for every flag: the words that its
// help lists, folders and files where it names one, and otherwise nothing, rather
// than files that mean nothing there. What a verb has registered itself stands.
func completing(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	eachCommand(root, func(cmd *cobra.Command) {
		if _, shell, found := strings.Cut(cmd.CommandPath(), " completion "); found {
			cmd.Example = completionExamples[shell]
		} else if cmd.Name() == "completion" {
			cmd.Example = "  source <(lineage completion bash)"
		}
		offer := func(flag *pflag.Flag) {
			if _, done := cmd.GetFlagCompletionFunc(flag.Name); !done {
				_ = cmd.RegisterFlagCompletionFunc(flag.Name, completionOf(flag)) // fails only for a flag that is not there
			}
		}
		cmd.LocalFlags().VisitAll(offer)
	})
}

var completionExamples = map[string]string{
	"bash":       "  lineage completion bash >/etc/bash_completion.d/lineage",
	"zsh":        "  lineage completion zsh >\"${fpath[1]}/_lineage\"",
	"fish":       "  lineage completion fish >~/.config/fish/completions/lineage.fish",
	"powershell": "  lineage completion powershell | Out-String | Invoke-Expression",
}

func eachCommand(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, child := range cmd.Commands() {
		eachCommand(child, visit)
	}
}

func completionOf(flag *pflag.Flag) cobra.CompletionFunc {
	name, usage := pflag.UnquoteUsage(flag)
	if words := listedWords(usage); len(words) > 0 {
		return wordsOrFile(words)
	}
	switch strings.ToLower(name) {
	case "file", "path":
		return directive(cobra.ShellCompDirectiveDefault)
	case "folder", "dir", "repository":
		return directive(cobra.ShellCompDirectiveFilterDirs)
	}
	return directive(cobra.ShellCompDirectiveNoFileComp)
}

func directive(d cobra.ShellCompDirective) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) { return nil, d }
}

// wordsOrFile offers words, and behind one and a = files, as in junit=FILE.
func wordsOrFile(words []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, part string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if strings.Contains(part, "=") {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}

var wordList = regexp.MustCompile(`: ([a-z][a-z0-9-]*(?:, [a-z][a-z0-9-]*)+)(?:;|$)`)

// listedWords are those of a flag's help that says which there are: "the rung to
// reach at least: traced, pinned".
func listedWords(usage string) []string {
	if m := wordList.FindStringSubmatch(usage); m != nil {
		return strings.Split(m[1], ", ")
	}
	return nil
}
