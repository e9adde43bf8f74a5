package python

import "github.com/lineage-audit/lineage/hashing"

// Command is what is going to be run.
type Command struct {
	Args []string // the program and its arguments
	Dir  string   // the folder that it starts in; absolute
	Env  []string // its environment: NAME=value
}

// Kind says how an interpreter's environment is kept.
type Kind string

// The kinds of interpreters.
const (
	KindSystem Kind = "system" // the operating system's
	KindVenv   Kind = "venv"   // a virtual environment: it has a pyvenv.cfg
	KindConda  Kind = "conda"  // conda, mamba or pixi: it has a conda-meta
	KindUV     Kind = "uv"     // an interpreter that uv downloaded
	KindPyenv  Kind = "pyenv"  // an interpreter that pyenv built
	KindOther  Kind = "other"  // anything else, such as one built by hand
)

// Interpreter is one Python with its environment.
type Interpreter struct {
	Path           string             // sys.executable: absolute, its links not followed
	RealPath       string             // the file that is executed
	Digest         hashing.FileDigest // of RealPath
	Version        string             // 3.11.7; only 3.11 where no more is known
	Implementation string             // cpython or pypy
	Prefix         string             // sys.prefix
	BasePrefix     string             // sys.base_prefix
	Kind           Kind
	BaseKind       Kind   // of a venv: the kind of the interpreter that it was made from
	Sites          []Site // where distributions are looked for, in the order of sys.path
	Observed       bool   // seen running, not only resolved
	How            string // how it was found: "PATH", "shebang of train.py", "process 4711", …
	Problems       []Problem
}

// Site is one entry of sys.path that can hold distributions.
type Site struct {
	Path   string
	Origin SiteOrigin
	From   string // the .pth file that added it
}

// SiteOrigin says why a folder is on sys.path.
type SiteOrigin string

// The origins of sites.
const (
	SiteScript   SiteOrigin = "script"     // the folder of the script, or the current one for -m and -c
	SitePath     SiteOrigin = "PYTHONPATH" // named by that variable
	SitePackages SiteOrigin = "site"       // the environment's own site-packages or dist-packages
	SiteUser     SiteOrigin = "user"       // the user's site-packages
	SiteBase     SiteOrigin = "base"       // the base interpreter's, let in by include-system-site-packages
	SitePth      SiteOrigin = "pth"        // added by a line of a .pth file
)

// Problem is something that could not be read or does not fit, by path. It
// makes an inventory incomplete without making it fail.
type Problem struct {
	Path string
	What string
}
