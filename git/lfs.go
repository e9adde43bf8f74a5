package git

import (
	"strconv"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// maxPointerFile is the size below which Git LFS takes a blob for a pointer.
const maxPointerFile = 1024

// pointer is what Git LFS commits in the place of a large file.
type pointer struct {
	digest hashing.FileDigest
	size   int64
}

// parsePointer reads a pointer of version 1. One with extensions is none here:
// its digest is not that of the file.
func parsePointer(b []byte) (pointer, bool) {
	text, ended := strings.CutSuffix(string(b), "\n")
	lines := strings.Split(text, "\n")
	if !ended || len(b) >= maxPointerFile || len(lines) != 3 || lines[0] != "version https://git-lfs.github.com/spec/v1" {
		return pointer{}, false
	}
	oid, ok := strings.CutPrefix(lines[1], "oid sha256:")
	digits, sized := strings.CutPrefix(lines[2], "size ")
	if !ok || !sized {
		return pointer{}, false
	}
	digest, err := hashing.ParseFileDigest(oid)
	if err != nil {
		return pointer{}, false
	}
	size, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != digits {
		return pointer{}, false
	}
	return pointer{digest, size}, true
}
