package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Fault is what is wrong with one thing of a store.
type Fault string

// The faults. The first ones are damage: something that was kept is not there as it
// was. The last two are not, and stand in no way.
const (
	FaultDamaged   Fault = "damaged"   // the bytes are not those of the name, or not what they are to be
	FaultForeign   Fault = "foreign"   // nothing of the store has such a name, or is of such a kind
	FaultMissing   Fault = "missing"   // a record names it
	FaultUnowned   Fault = "unowned"   // it is about a record that is not there
	FaultUnread    Fault = "unread"    // it could not be read: nobody knows
	FaultOrphan    Fault = "orphan"    // a blob that no record names
	FaultLeftover  Fault = "leftover"  // what a killed writer left
	FaultBystander Fault = "bystander" // a name that the store does not look at
)

// IsDamage tells whether a store with the fault has lost something.
func (f Fault) IsDamage() bool {
	return f != FaultOrphan && f != FaultLeftover && f != FaultBystander
}

// Finding is one thing that is not as it should be.
type Finding struct {
	Fault Fault
	// Name is the key or, of what has none, the path in the folder.
	Name string
	Why  string
	// Of is what named a missing thing: the key of a record.
	Of string
}

// Checked is what a check of a store found.
type Checked struct {
	Objects   map[Kind]int
	Bytes     int64
	Findings  []Finding   // damage first, then by name
	Unsettled []Unsettled // newest first
}

// Sound tells whether nothing that was kept is lost.
func (c *Checked) Sound() bool {
	return !slices.ContainsFunc(c.Findings, func(f Finding) bool { return f.Fault.IsDamage() })
}

// CheckOptions say what a check is told and tells.
type CheckOptions struct {
	Alive Alive
	// Progress hears how many of so many objects were read.
	Progress func(done, total int64)
}

// Check reads and hashes everything that the store has, on all cores, and sees
// whether it hangs together: a damaged store is a finding and no error. An error
// says that the check did not get to its end.
//
// What it cannot see is what nothing refers to: that an attachment, a signature, a
// statement or a source is gone.
func (s *Store) Check(ctx context.Context, o CheckOptions) (*Checked, error) {
	c := newChecker(s, o)
	if err := c.all(ctx); err != nil {
		return nil, err
	}
	slices.SortFunc(c.result.Findings, compareFindings)
	return &c.result, ctx.Err()
}

// compareFindings puts damage first, and then goes by name.
func compareFindings(a, b Finding) int {
	if a.Fault.IsDamage() != b.Fault.IsDamage() {
		if a.Fault.IsDamage() {
			return -1
		}
		return 1
	}
	return cmp.Or(strings.Compare(string(a.Fault), string(b.Fault)), strings.Compare(a.Name, b.Name), strings.Compare(a.Why, b.Why))
}

// Unreadable is why a record or an intent that stands under the key cannot be read,
// or nil: what Records and Unsettled say of it.
func (s *Store) Unreadable(ctx context.Context, key string) error {
	if strings.HasPrefix(key, intentPrefix) {
		i, err := parseIntentKey(key)
		if err == nil {
			_, err = s.Intent(ctx, i)
		}
		return s.unlessForeign(err)
	}
	id, err := parseRecordKey(key)
	if err == nil {
		_, err = s.Record(ctx, id)
	}
	return s.unlessForeign(err)
}
