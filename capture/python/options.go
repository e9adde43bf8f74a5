package python

import "strings"

// options are those of Python's own command line that decide what is imported.
type options struct {
	noEnv  bool // -E: no PYTHON variables
	noUser bool // -s: no user site
	noSite bool // -S: no site at all
	safe   bool // -P: not the script's folder
	script string
	cwd    bool // -c, -m, or no script: the current folder is imported from
}

// parseOptions reads what follows the interpreter on its command line.
func parseOptions(args []string) options {
	var o options
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "-" || a == "--": // the script is read from standard input
			o.cwd = true
			return o
		case strings.HasPrefix(a, "--"):
			if a == "--check-hash-based-pycs" {
				i++
			}
		case !strings.HasPrefix(a, "-"):
			o.script = a
			return o
		default:
			takes, ends := o.cluster(a[1:])
			if ends {
				o.cwd = true
				return o
			}
			if takes {
				i++
			}
		}
	}
	o.cwd = true
	return o
}

// cluster reads letters such as those of -Bsu. It tells whether the next
// argument belongs to the last of them, and whether Python's own options end with it.
func (o *options) cluster(letters string) (takes, ends bool) {
	for i, c := range letters {
		switch c {
		case 'E':
			o.noEnv = true
		case 's':
			o.noUser = true
		case 'S':
			o.noSite = true
		case 'P':
			o.safe = true
		case 'I':
			o.noEnv, o.noUser, o.safe = true, true, true
		case 'c', 'm':
			return false, true
		case 'W', 'X', 'Q':
			return i == len(letters)-1, false
		}
	}
	return false, false
}
