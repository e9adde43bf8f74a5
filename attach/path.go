package attach

import (
	"fmt"
	"strings"
)

// CheckPath tells why a path that a system gave is not one that can be followed
// below a folder: relative, separated by "/", without empty parts, "." and "..",
// without backslashes and control characters. A system's word is not trusted.
func CheckPath(path string) error {
	why := checkText(path)
	if why == "" {
		why = checkPath(path)
	}
	if why != "" {
		return fmt.Errorf("path %q: %s", path, why)
	}
	return nil
}

func checkPath(path string) string {
	if strings.Contains(path, `\`) {
		return "it has a backslash"
	}
	if strings.HasPrefix(path, "/") {
		return "it is absolute"
	}
	for part := range strings.SplitSeq(path, "/") {
		switch part {
		case "":
			return "a part of it is empty"
		case ".", "..":
			return "a part of it is " + part
		}
	}
	return ""
}
