package environment

import (
	"os"
	"path/filepath"
	"strings"
)

// timeZone is what local times mean: TZ, else the name that /etc/localtime links
// to, else the one in /etc/timezone, else the rule at the end of /etc/localtime.
func timeZone(root string, env map[string]string) string {
	if tz, set := env["TZ"]; set {
		if tz = strings.TrimPrefix(tz, ":"); tz == "" {
			return "UTC" // as the C library reads an empty TZ
		}
		return tz
	}
	if target, err := os.Readlink(filepath.Join(root, "/etc/localtime")); err == nil {
		if _, name, found := strings.Cut(filepath.ToSlash(target), "zoneinfo/"); found {
			return name
		}
	}
	if name := line(root, "/etc/timezone"); name != "" {
		return name
	}
	if text, ok := read(root, "/etc/localtime"); ok {
		return footer(text)
	}
	return systemZone()
}

// footer is the rule that a TZif file (RFC 9636) ends with: CET-1CEST,M3.5.0,M10.5.0/3.
func footer(tzif string) string {
	if !strings.HasPrefix(tzif, "TZif") || !strings.HasSuffix(tzif, "\n") {
		return ""
	}
	tzif = strings.TrimSuffix(tzif, "\n")
	return tzif[strings.LastIndexByte(tzif, '\n')+1:]
}
