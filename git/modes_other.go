//go:build !linux

package git

import "runtime"

// noModes tells whether the system keeps no executable bit.
func noModes(root string) bool { return runtime.GOOS == "windows" }
