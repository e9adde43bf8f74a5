package lockfile

import (
	"path"
	"regexp"
	"strings"
)

// Format names a format of lock files.
type Format string

// The formats. GoMod is no lock of bytes: it has versions, and no digests.
const (
	Renv      Format = "renv"
	Julia     Format = "julia-manifest"
	NPM       Format = "npm"
	Yarn      Format = "yarn"
	PNPM      Format = "pnpm"
	Bun       Format = "bun"
	BunBinary Format = "bun-binary" // named and hashed; its packages cannot be read
	GoMod     Format = "go-mod"
	GoSum     Format = "go-sum"
	Cargo     Format = "cargo"
)

var names = []struct {
	pattern *regexp.Regexp
	format  Format
}{
	{regexp.MustCompile(`^renv\.lock$`), Renv},
	{regexp.MustCompile(`^(Julia)?Manifest(-v\d+(\.\d+)?)?\.toml$`), Julia},
	{regexp.MustCompile(`^(package-lock|npm-shrinkwrap)\.json$`), NPM},
	{regexp.MustCompile(`^yarn\.lock$`), Yarn},
	{regexp.MustCompile(`^pnpm-lock\.yaml$`), PNPM},
	{regexp.MustCompile(`^bun\.lock$`), Bun},
	{regexp.MustCompile(`^bun\.lockb$`), BunBinary},
	{regexp.MustCompile(`^go\.mod$`), GoMod},
	{regexp.MustCompile(`^go(\.work)?\.sum$`), GoSum},
	{regexp.MustCompile(`^Cargo\.lock$`), Cargo},
}

// Classify tells the format by a file's name, which may be a path; ok is false if
// it is none.
func Classify(name string) (f Format, ok bool) {
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	for _, n := range names {
		if n.pattern.MatchString(base) {
			return n.format, true
		}
	}
	return "", false
}

// Known tells whether f is one of the formats.
func (f Format) Known() bool {
	_, known := parsers[f]
	return known
}

// parsers read content into a builder.
var parsers = map[Format]func(*builder, []byte) error{
	Renv: (*builder).renv, Julia: (*builder).julia, NPM: (*builder).npm, Yarn: (*builder).yarn, PNPM: (*builder).pnpm,
	Bun: (*builder).bun, BunBinary: (*builder).bunBinary, GoMod: (*builder).goMod, GoSum: (*builder).goSum, Cargo: (*builder).cargo,
}
