package main

import (
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/capture/child"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
)

// cli is what the process was given, and the flags that every verb has.
type cli struct {
	stdin, stdout, stderr *os.File
	environ               []string
	getenv                func(string) string
	verb                  string       // that runs, once the command line was understood
	storeDir              string       // --store
	caught                atomic.Int32 // the signal that ended what went on
	told                  bool         // that there is no git program
}

const longHelp = `lineage records how a machine-learning model came about, and checks it later.

It captures the git commit, the environment, the installed packages and the
content hashes of data and preprocessing while a training command runs, attaches
that record to the run in your tracker, and verifies that a model version is
traceable and can be made again. Your training code stays as it is.`

const rootExamples = `  # record a training: put one word in front of it
  lineage run --input data/train.csv --preprocess prepare.py --output model -- python train.py

  # what was recorded
  lineage log
  lineage show @1

  # before a model is promoted: the exit status is the gate
  lineage verify models:/fraud-classifier@champion --policy lineage.policy.yaml`

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "lineage",
		Short:         "Record how a model came about, and check it later",
		Long:          longHelp,
		Example:       rootExamples,
		Version:       version(),
		Args:          unknownVerb,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(c.stdin)
	root.SetOut(c.stdout)
	root.SetErr(c.stderr)
	root.PersistentFlags().StringVar(&c.storeDir, "store", c.getenv("LINEAGE_STORE"), "`folder` of the store; otherwise .lineage at the top of the repository, and outside of one lineage in $XDG_DATA_HOME or ~/.local/share (LINEAGE_STORE)")
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) { c.verb = cmd.Name() }
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		c.verb = cmd.Name()
		err = &statusError{status: exitUsage, err: err, hint: fmt.Sprintf("`%s --help` shows how it is used", cmd.CommandPath())}
		if c.verb == "verify" {
			c.misread(cmd.Context(), os.Args[1:], err)
		}
		return err
	})
	root.AddCommand(c.runCommand(), c.verifyCommand(), c.logCommand(), c.showCommand(), c.attachCommand(), c.restoreCommand(), c.lockCommand(), c.exportCommand(), c.importCommand(), c.gcCommand(), c.fsckCommand(), c.diffCommand(), c.reportCommand(), c.traceCommand(), c.getCommand())
	completing(root)
	answeringHelp(root)
	return root
}

// alive tells whether the process that announced a run is still there.
func alive(p record.Process) (bool, error) { return child.Alive(capture.IdentityOf(p)) }

// look is how to render on a stream.
func (c *cli) look(f *os.File) report.Options {
	o := report.Options{}
	if !term.IsTerminal(int(f.Fd())) {
		return o
	}
	o.Color = c.getenv("NO_COLOR") == "" && c.getenv("TERM") != "dumb"
	o.Now = time.Now()
	if width, _, err := term.GetSize(int(f.Fd())); err == nil {
		o.Width = width
	}
	return o
}

func (c *cli) say(w io.Writer, format string, args ...any) {
	fmt.Fprintf(w, "lineage: "+format+"\n", args...)
}

// who is the host and the user, unless they are to be left out.
func (c *cli) who(anonymous bool) (host, name string) {
	if anonymous {
		return "", ""
	}
	host, _ = os.Hostname() // left out where nobody knows it
	if name = c.getenv("USER"); name == "" {
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
	}
	return host, name
}

// clean makes a message harmless, line by line: for a terminal, and for a CI system
// that looks for commands in a log, at the start of a line or behind a mark.
func clean(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = report.Clean(lines[i])
		if rest, found := strings.CutPrefix(strings.TrimSpace(lines[i]), "::"); found {
			lines[i] = `:\x3a` + rest
		}
	}
	return strings.Join(lines, "\n")
}
