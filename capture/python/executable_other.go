//go:build !unix

package python

// executable tells whether path, with one of the endings of programs, is a file.
func executable(path string) (string, bool) {
	for _, end := range []string{"", ".exe", ".bat", ".cmd"} {
		if isFile(path + end) {
			return path + end, true
		}
	}
	return "", false
}
