package evidence

import (
	"errors"
	"fmt"

	"github.com/lineage-audit/lineage/capture/lockfile"
	"github.com/lineage-audit/lineage/capture/python"
	"github.com/lineage-audit/lineage/verify"
)

// Locks reads Python's lock files.
type Locks struct{}

// names gives each format a name that it is known by.
var names = map[python.LockFormat]string{
	python.FormatRequirements: "requirements.txt", python.FormatPylock: "pylock.toml", python.FormatUV: "uv.lock",
	python.FormatPoetry: "poetry.lock", python.FormatPipfile: "Pipfile.lock", python.FormatPDM: "pdm.lock",
	python.FormatCondaLock: "conda-lock.yml", python.FormatCondaExplicit: "explicit.txt",
	python.FormatCondaEnvironment: "environment.yml", python.FormatPixi: "pixi.lock",
}

// Pins lists which of Python's distributions the lock pins. An entry that could not be understood is an
// error: what it pins is not known.
func (Locks) Pins(format string, content []byte) ([]verify.Pin, error) {
	name, known := names[python.LockFormat(format)]
	if lockfile.Format(format).Known() {
		return nil, nil // of another language: it pins no distribution
	}
	if !known {
		return nil, fmt.Errorf("lock files of format %q cannot be read", format)
	}
	lock, err := python.ParseLock(name, content)
	if err != nil {
		return nil, err
	}
	if len(lock.Problems) > 0 {
		return nil, fmt.Errorf("%d entries cannot be understood: %w", len(lock.Problems), errors.New(lock.Problems[0].What))
	}
	var pins []verify.Pin
	for _, p := range lock.Packages {
		if !p.Conda {
			pins = append(pins, verify.Pin{Name: p.Name, Version: p.Version, Hashes: len(p.Hashes)})
		}
	}
	return pins, nil
}
