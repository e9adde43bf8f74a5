package main

import "runtime/debug"

// version is that of the module, and of the commit where it was built from one.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return devel
	}
	return versionOf(info)
}

// devel is how the build names a version that nobody gave a number.
const devel = "(devel)"

// versionOf adds the commit to a version that has no number of its own: a verdict is to
// name the program that made it.
func versionOf(info *debug.BuildInfo) string {
	if info.Main.Version != "" && info.Main.Version != devel {
		return info.Main.Version
	}
	revision, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+dirty"
		}
	}
	if revision == "" {
		return devel
	}
	return "devel-" + revision[:min(len(revision), 12)] + changed
}
