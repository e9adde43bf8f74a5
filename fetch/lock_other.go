//go:build !unix

package fetch

import (
	"io/fs"
	"os"
)

const noFollow = 0

// lock does nothing where there is no call for it that a dying process gives back.
func lock(*os.File) (unlock func(), err error) { return func() {}, nil }

// owned believes it where files have no user.
func owned(fs.FileInfo) bool { return true }

// shared is not known there.
func shared(fs.FileInfo) bool { return false }
