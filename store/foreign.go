package store

import (
	"errors"
	"fmt"
)

// OnForeign says who hears of names that are no keys of the store and stand among
// them: of another program, or of a layout from before. They name no run, so that
// whoever reads can go on without them; while nobody listens each is a
// [*DamageError]. A record that stands at another key than its id's is damage in any
// case: it may be one. hear is called from many goroutines, and for the same name
// more than once. It is to be said before the store is used.
func (s *Store) OnForeign(hear func(key string)) { s.foreign = hear }

// passes tells whether the error is a foreign name that somebody has now heard of.
func (s *Store) passes(err error) bool {
	var damage *DamageError
	if s.foreign == nil || !errors.As(err, &damage) || !errors.Is(damage.Err, errKey) {
		return false
	}
	s.foreign(damage.Key)
	return true
}

// Foreign is what whoever lists keys says of one that [ParseKey] refuses. The error
// is nil where somebody listens.
func (s *Store) Foreign(key string) error {
	return s.unlessForeign(&DamageError{key, fmt.Errorf("%w of this store", errKey)})
}

func (s *Store) unlessForeign(err error) error {
	if s.passes(err) {
		return nil
	}
	return err
}
