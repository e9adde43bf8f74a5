package index

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"
)

// SQLite keeps no checksums: of a page that was damaged it may give other rows, or
// none. So the file is sealed: whoever has written it draws a number, keeps it in
// the file, and sets the file's time of modification to it. Whatever else writes to
// the file, or cuts it, sets another time. A writer that was killed leaves no seal.

// newSeal draws a time between 1990 and 2010, in even seconds, which every file
// system can keep.
func newSeal() int64 {
	var b [8]byte
	rand.Read(b[:]) // never fails: crypto/rand crashes the program instead
	const from, span = 631152000, 631152000
	return (from + int64(binary.LittleEndian.Uint64(b[:])%span)) &^ 1
}

// affix puts the seal on the file.
func affix(path string, seal int64) error {
	if err := os.Chtimes(path, time.Unix(seal, 0), time.Unix(seal, 0)); err != nil {
		return err
	}
	return checkTime(path, seal)
}

var errSeal = errors.New("it was not written to its end, or was changed by something else")

func checkTime(path string, seal int64) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.ModTime().Equal(time.Unix(seal, 0)) {
		return errSeal
	}
	return nil
}

// checkSeal reads the seal, in a transaction during which nobody can write.
func checkSeal(ctx context.Context, conn *sql.Conn, path string) (seal int64, err error) {
	var found int
	if err := conn.QueryRowContext(ctx, "SELECT version, seal FROM meta").Scan(&found, &seal); err != nil {
		return 0, err
	}
	if found != version {
		return 0, fmt.Errorf("it has version %d, and this program makes %d", found, version)
	}
	return seal, checkTime(path, seal)
}
