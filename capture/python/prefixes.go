package python

import (
	"path/filepath"
	"slices"
	"strings"
)

// prefix is a program that starts the one named by its arguments.
type prefix struct {
	valued      string // options, separated by spaces, whose value is the next argument
	positionals int    // arguments of its own before the program
	assigns     bool   // NAME=value before the program sets a variable
}

// prefixes are the usual ones, by GNU's, BSD's and util-linux's manuals.
var prefixes = map[string]prefix{
	"env":         {valued: "-u --unset -C --chdir -P -a --argv0", assigns: true},
	"nice":        {valued: "-n --adjustment"},
	"ionice":      {valued: "-c --class -n --classdata"},
	"nohup":       {},
	"setsid":      {},
	"time":        {valued: "-f --format -o --output"},
	"gtime":       {valued: "-f --format -o --output"},
	"timeout":     {valued: "-s --signal -k --kill-after", positionals: 1},
	"gtimeout":    {valued: "-s --signal -k --kill-after", positionals: 1},
	"stdbuf":      {valued: "-i --input -o --output -e --error"},
	"taskset":     {positionals: 1},
	"chrt":        {valued: "-T --sched-runtime -P --sched-period -D --sched-deadline", positionals: 1},
	"numactl":     {valued: "-i -p -m -N -C -w"},
	"unbuffer":    {},
	"command":     {},
	"exec":        {valued: "-a"},
	"caffeinate":  {valued: "-t -w"},
	"catchsegv":   {},
	"flock":       {valued: "-w --timeout -E --conflict-exit-code", positionals: 1},
	"strace":      {valued: "-e -o -p -s -u -E -I -O -S -P -a -b -X"},
	"ltrace":      {valued: "-e -o -p -s -u -l -n -x -F -A -a -D -w"},
	"xvfb-run":    {valued: "-s --server-args -n --server-num -e --error-file -f --auth-file -p --xauth-protocol -w --wait"},
	"sudo":        {valued: "-u --user -g --group -C -D --chdir -h --host -p --prompt -r -t -T -U", assigns: true},
	"doas":        {valued: "-u -C"},
	"tini":        {valued: "-p"},
	"dumb-init":   {valued: "-r --rewrite"},
	"systemd-run": {valued: "-p --property -u --unit -E --setenv -M --machine -H --host --slice --uid --gid --working-directory"},
}

// spawners start a program many times, often elsewhere; the program is the first of
// their arguments that leads to an interpreter.
var spawners = []string{"mpirun", "mpiexec", "mpiexec.hydra", "orterun", "prterun", "prun", "srun", "jsrun", "aprun", "lineage"}

// strip takes the prefix's own arguments off and applies what they change.
func (f prefix) strip(args []string, p place) (rest []string, changed place, ok bool) {
	valued := strings.Fields(f.valued)
	for skip := f.positionals; len(args) > 0; {
		a := args[0]
		args = args[1:]
		name, value, assigned := strings.Cut(a, "=")
		switch {
		case a == "--":
		case strings.HasPrefix(a, "-") && len(a) > 1:
			if !assigned && slices.Contains(valued, a) && len(args) > 0 {
				value, args = args[0], args[1:]
			}
			if split, ok := splitString(a, name, value); f.assigns && ok {
				if a == "-S" || a == "--split-string" {
					if len(args) == 0 {
						return nil, p, false
					}
					split, args = shellWords(args[0], p.env), args[1:]
				}
				args = append(slices.Clone(split), args...)
				continue
			}
			p = f.option(name, value, p)
		case a == "-" && f.assigns:
			p.env = environ{}
		case f.assigns && assigned && name != "" && !strings.Contains(name, "/"):
			p.env = p.env.with(name, value)
		case skip > 0:
			skip--
		default:
			return append([]string{a}, args...), p, true
		}
	}
	return nil, p, false
}

// splitString are the words of env -S, which a shebang passes as one argument.
func splitString(arg, name, value string) ([]string, bool) {
	switch {
	case arg == "-S" || arg == "--split-string":
		return nil, true
	case name == "--split-string":
		return shellWords(value, nil), true
	case strings.HasPrefix(arg, "-S"):
		return shellWords(arg[len("-S"):], nil), true
	}
	return nil, false
}

// option applies what the options of env and sudo change for the program.
func (f prefix) option(name, value string, p place) place {
	if !f.assigns {
		return p
	}
	switch name {
	case "-i", "--ignore-environment":
		p.env = environ{}
	case "-u", "--unset":
		p.env = p.env.without(value)
	case "-C", "--chdir", "-D":
		if value != "" {
			p.dir = filepath.Clean(p.abs(value))
		}
	}
	return p
}
