//go:build unix

package python

import "os"

// executable tells whether path is a program: a file with a permission to execute.
func executable(path string) (string, bool) {
	info, err := os.Stat(path)
	return path, err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
