package store

import (
	"context"
	"errors"
	"time"
)

// Remover is a [Backend] that can give objects up. storetest checks that an
// implementation keeps this contract.
//
// An object has a time at which it was last put. A Put that finds the object there
// counts: whoever has put it relies on it, and must find it afterwards. Times are
// those of one clock, that of what keeps the objects.
type Remover interface {
	// Now is the time by that clock.
	Now(ctx context.Context) (time.Time, error)
	// Stat describes an object. A key that is absent is an error that wraps
	// [fs.ErrNotExist].
	Stat(ctx context.Context, key string) (Stat, error)
	// Remove takes away, for good when it returns nil, those of the objects that
	// were last put before that time, in this order, and gives the keys of those
	// that it took, also where it fails. What is absent is left out. A Put beside it
	// either comes first, and the object stays, or puts the object anew.
	Remove(ctx context.Context, before time.Time, keys ...string) ([]string, error)
}

// Stat is what is known of an object without reading it.
type Stat struct {
	Bytes   int64
	LastPut time.Time
}

// ErrNoRemoval says that what keeps the store gives nothing up.
var ErrNoRemoval = errors.New("objects cannot be removed from this store")
