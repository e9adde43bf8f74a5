package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// unknownVerb refuses a verb that is none, and says which may be meant.
func unknownVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := fmt.Sprintf("`%s --help` lists the verbs", cmd.CommandPath())
	if near := verbsNear(cmd, args[0]); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return &statusError{status: exitUsage, err: fmt.Errorf("%q is no verb of %s", args[0], cmd.CommandPath()), hint: hint}
}

// verbsNear are the command lines that a word may stand for.
func verbsNear(cmd *cobra.Command, word string) (lines []string) {
	if word == "version" {
		return []string{"`lineage --version`"}
	}
	cmd.SuggestionsMinimumDistance = 2
	for _, name := range cmd.SuggestionsFor(word) {
		lines = append(lines, "`"+cmd.CommandPath()+" "+name+"`")
	}
	return lines
}

// answeringHelp makes `help` of what is no verb an error.
func answeringHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() != "help" {
			continue
		}
		cmd.Run = nil
		cmd.RunE = func(_ *cobra.Command, args []string) error {
			about, rest, err := root.Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return unknownVerb(about, rest)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		}
	}
}
