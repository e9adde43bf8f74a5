package store

import (
	"errors"
	"path/filepath"
)

// ErrNoPlace says that there is nowhere to keep a store.
var ErrNoPlace = errors.New("outside a repository the store is in $XDG_DATA_HOME/lineage, or ~/.local/share/lineage; neither XDG_DATA_HOME nor HOME is an absolute path")

// Locate is the folder of the store: .lineage at the top of the repository, or
// outside one (top is "") lineage in the user's data folder, as the XDG base
// directory specification has it. getenv is os.Getenv, of the process that the
// user started.
func Locate(top string, getenv func(string) string) (string, error) {
	if top != "" {
		return filepath.Join(top, ".lineage"), nil
	}
	if data := getenv("XDG_DATA_HOME"); filepath.IsAbs(data) {
		return filepath.Join(data, "lineage"), nil
	}
	if home := getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "share", "lineage"), nil
	}
	return "", ErrNoPlace
}
