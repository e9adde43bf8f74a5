package main

import (
	"runtime/debug"
	"testing"
)

func TestVersionNamesTheCommit(t *testing.T) {
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "3fc00921aa5f0d2b6f5e6a4c7d8e9f0a1b2c3d4e"}
	changed, unchanged := debug.BuildSetting{Key: "vcs.modified", Value: "true"}, debug.BuildSetting{Key: "vcs.modified", Value: "false"}
	for _, c := range []struct {
		version  string
		settings []debug.BuildSetting
		want     string
	}{
		{"v1.2.3", []debug.BuildSetting{revision, changed}, "v1.2.3"},
		{"v0.0.0-20261123004620-3fc00921aa5f+dirty", nil, "v0.0.0-20261123004620-3fc00921aa5f+dirty"},
		{"(devel)", []debug.BuildSetting{revision, unchanged}, "devel-3fc00921aa5f"},
		{"(devel)", []debug.BuildSetting{changed, revision}, "devel-3fc00921aa5f+dirty"},
		{"", []debug.BuildSetting{{Key: "vcs.revision", Value: "3fc"}}, "devel-3fc"},
		{"(devel)", nil, "(devel)"},
		{"", nil, "(devel)"},
	} {
		if got := versionOf(&debug.BuildInfo{Main: debug.Module{Version: c.version}, Settings: c.settings}); got != c.want {
			t.Errorf("%q with %v is %q, want %q", c.version, c.settings, got, c.want)
		}
	}
}
