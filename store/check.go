package store

import (
	"context"
	"strings"
)

// Unreadable is why a record or an intent that stands under the key cannot be read,
// or nil: what Records and Unsettled say of it.
func (s *Store) Unreadable(ctx context.Context, key string) error {
	if strings.HasPrefix(key, intentPrefix) {
		i, err := parseIntentKey(key)
		if err == nil {
			_, err = s.Intent(ctx, i)
		}
		return err
	}
	id, err := parseRecordKey(key)
	if err == nil {
		_, err = s.Record(ctx, id)
	}
	return err
}
