package python

import (
	"context"

	"github.com/lineage-audit/lineage/capture/redact"
	"github.com/lineage-audit/lineage/hashing"
)

// Inventory is what is installed in one interpreter.
type Inventory struct {
	Interpreter   Interpreter
	Distributions []Distribution // those that an import finds, by name
	Shadowed      []Distribution // those that another of the same name hides
	Conda         []CondaPackage // everything that conda-meta lists, other languages included
	Loose         []Loose        // what stands in a site and belongs to no distribution
	Problems      []Problem

	foreign []file // what the operating system's packages have in the sites
}

// Distribution is one installed project.
type Distribution struct {
	Name      string // normalised as PEP 503 says
	Project   string // as its metadata spells it
	Version   string
	PURL      string
	Metadata  string // the .dist-info or .egg-info that describes it
	Site      string // the entry of sys.path that it was found in
	Format    Format
	Installer string        // pip, uv, conda, debian, …: what INSTALLER says
	Requested bool          // asked for by name, not only as a dependency
	Tags      []string      // of WHEEL: cp311-cp311-manylinux_2_17_x86_64
	Generator string        // of WHEEL: what built it
	Origin    *Origin       // direct_url.json; nil if it came from an index, or nobody says
	Conda     *CondaPackage // the conda package that owns it
	System    *SystemPackage

	Record     hashing.FileDigest // of RECORD; zero if there is none
	ShadowedBy string             // the Metadata of the one that hides it

	files   []file
	against string   // what the digests of files are from
	tops    []string // what it has at the top of its site, where nothing lists its files
}

// Format is how a distribution's metadata is kept.
type Format string

// The formats, newest first.
const (
	DistInfo Format = "dist-info"
	EggInfo  Format = "egg-info" // a folder or a file
	Egg      Format = "egg"      // a folder or a zip archive
	EggLink  Format = "egg-link" // develop mode of old setuptools
)

// Origin is where a distribution that is not from an index was installed from:
// PEP 610's direct_url.json.
type Origin struct {
	URL          string // without credentials
	Subdirectory string
	VCS          string // git, hg, …
	Commit       string // the commit that was installed
	Requested    string // the revision that was asked for
	Hashes       []Hash // of the archive
	Editable     bool
	Dir          string    // the local folder, for a folder or an editable install
	Checkout     *Checkout // what Dir is a work tree of; nil if of nothing, or not asked
}

// Hash is one digest of an archive: lower-case algorithm, hexadecimal value.
type Hash struct{ Algorithm, Value string }

// Checkout is the state of a work tree that an editable install runs from.
type Checkout struct {
	Root   string // the top of the work tree
	Commit string
	State  string // clean, dirty, …: a record.TreeState
	Remote string // without credentials
}

// Checkouts describes work trees. The answer is nil, without an error, for a
// folder that is in none.
type Checkouts interface {
	Checkout(ctx context.Context, dir string) (*Checkout, error)
}

// SystemPackage is the package of the operating system that owns a distribution.
type SystemPackage struct {
	Manager string // dpkg
	Name    string
	Version string
	PURL    string
}

// CondaPackage is one JSON file of conda-meta.
type CondaPackage struct {
	Name, Version, Build string
	Channel              string
	Subdir               string
	URL                  string
	SHA256, MD5          string
	PURL                 string
	Metadata             string // the JSON file

	files []file
}

// Loose is a file or folder of a site that no distribution owns.
type Loose struct {
	Path  string
	Files int  // 1, or the number of files in the folder
	Runs  bool // Python executes it at each start: sitecustomize, or a .pth that imports
}

// ScanOptions are what Scan needs beside the interpreter. The zero value will do.
type ScanOptions struct {
	Checkouts Checkouts     // nil: origins have no Checkout
	Rules     *redact.Rules // for URLs; nil for rules without known values
	Root      string        // the root of the file system, for dpkg's database; empty for /
}
