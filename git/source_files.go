package git

import (
	"path"
	"slices"
	"strings"
)

// sourceSuffixes are those of source code, notebooks included. What git ignores
// with such a name counts as code all the same: it can be imported.
var sourceSuffixes = suffixes(`
	py pyi pyx pxd pxi ipynb r rmd qmd jl m mlx
	sh bash zsh fish ps1 bat cmd pl pm rb php lua tcl awk
	c h cc cpp cxx hh hpp hxx cu cuh cl f f77 f90 f95 for asm s
	go rs java scala sc kt kts groovy clj cljs cs fs vb swift mm d zig nim
	js mjs cjs jsx ts tsx vue svelte dart ex exs erl hs ml mli elm
	sql sas do stan bugs proto thrift triton
`)

// configSuffixes are those of what code is steered by. Outside git they belong
// to the code; an ignored one in a repository does not, since data and secrets
// have such names too.
var configSuffixes = suffixes(`
	toml yaml yml json jsonc ini cfg conf properties lock in
	cmake mk bzl nix tf dockerfile
`)

// codeNames are files without a telling suffix that belong to the code.
var codeNames = []string{
	"Makefile", "GNUmakefile", "makefile", "Dockerfile", "Containerfile", "Jenkinsfile",
	"Snakefile", "Justfile", "justfile", "Rakefile", "BUILD", "WORKSPACE", "Pipfile",
	"DESCRIPTION", "NAMESPACE", "MLproject", "requirements.txt", "constraints.txt",
	"CMakeLists.txt", "go.mod", "go.sum", ".gitignore", ".gitattributes", ".gitmodules", ".python-version",
}

func suffixes(list string) map[string]bool {
	set := map[string]bool{}
	for s := range strings.FieldsSeq(list) {
		set[s] = true
	}
	return set
}

// IsSource tells by a file's name whether it is source code of some language.
func IsSource(file string) bool {
	suffix, found := strings.CutPrefix(path.Ext(file), ".")
	return found && sourceSuffixes[strings.ToLower(suffix)]
}

// IsCode tells by a file's name whether it is source code, or the configuration
// that goes with it.
func IsCode(file string) bool {
	name := path.Base(file)
	suffix, found := strings.CutPrefix(path.Ext(name), ".")
	return IsSource(name) || found && configSuffixes[strings.ToLower(suffix)] ||
		slices.Contains(codeNames, name) ||
		strings.HasPrefix(name, "requirements") && strings.HasSuffix(name, ".txt")
}

// skippedFolders are never looked into for untracked files: what installs,
// caches or stores things for other programs. Their reason is told.
var skippedFolders = map[string]string{
	".lineage": "the store", ".hg": "another version control", ".svn": "another version control",
	"node_modules": "installed packages", "site-packages": "installed packages",
	"dist-packages": "installed packages", "__pypackages__": "installed packages",
	"__pycache__": "cache", ".mypy_cache": "cache", ".pytest_cache": "cache", ".ruff_cache": "cache",
	".ipynb_checkpoints": "cache", ".hypothesis": "cache", ".cache": "cache", ".tox": "environments",
	".nox": "environments", ".eggs": "installed packages",
}

// environment tells by what stands in a folder whether it is a virtual or conda
// environment, whatever its name.
func environment(names map[string]bool) (reason string) {
	switch {
	case names["pyvenv.cfg"] && (names["bin"] || names["Scripts"]):
		return "virtual environment"
	case names["conda-meta"]:
		return "conda environment"
	}
	return ""
}
