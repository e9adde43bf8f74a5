package store_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
)

// checkedStore is a folder that has one object of each kind.
type checkedStore struct {
	*store.Store
	dir  string
	keys map[store.Kind]string // the key of each kind
	id   record.ID
}

func newCheckedStore(t *testing.T) *checkedStore {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "store")
	s, err := store.Open(t.Context(), store.NewDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	announce(t, s, record.Invocation{1, 1}, 0)
	intent, err := s.Intent(t.Context(), record.Invocation{1, 1})
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, 1, 0, func(st *record.Statement) { st.Subject[0].Digest.SHA256 = &intent.Digest })
	put(t, s, r)
	for d, content := range recordtest.Blobs() {
		must(t, s.PutBlob(t.Context(), d, bytes.NewReader(content)))
	}
	must(t, s.PutAttachment(t.Context(), record.Attachment{RecordID: r.ID(), AttachedOn: record.At(time.Unix(1, 0)), System: "mlflow", Kind: "run", ID: "1"}))
	must(t, s.PutSignature(t.Context(), r.ID(), []byte("a bundle")))
	must(t, s.PutStatement(t.Context(), r.ID(), []byte("a statement")))
	must(t, s.PutSource(t.Context(), record.Fetched{Digest: hashing.Bytes([]byte("data")), Bytes: 4, URI: "https://data.example/a", FetchedOn: record.At(time.Unix(1, 0))}))
	c := &checkedStore{s, dir, map[store.Kind]string{}, r.ID()}
	for key, err := range s.Keys(t.Context(), "") {
		must(t, err)
		k, err := store.ParseKey(key)
		must(t, err)
		c.keys[k.Kind] = key
	}
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (c *checkedStore) path(key string) string { return filepath.Join(c.dir, key) }

// overwrite puts other bytes under a key, as no store would.
func (c *checkedStore) overwrite(t *testing.T, key string, raw []byte) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(c.path(key)), 0o700))
	if err := os.Remove(c.path(key)); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	must(t, os.WriteFile(c.path(key), raw, 0o600))
}

// check gives the findings as "fault name".
func (c *checkedStore) check(t *testing.T) (*store.Checked, []string) {
	t.Helper()
	found, err := c.Check(t.Context(), store.CheckOptions{Alive: func(record.Process) (bool, error) { return false, nil }})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range found.Findings {
		all = append(all, fmt.Sprintf("%s %s", f.Fault, f.Name))
	}
	return found, all
}

func TestCheckOfASoundStore(t *testing.T) {
	c := newCheckedStore(t)
	found, all := c.check(t)
	want := map[store.Kind]int{
		store.KindFormat: 1, store.KindIntent: 1, store.KindRecord: 1, store.KindBlob: 4,
		store.KindAttachment: 1, store.KindSignature: 1, store.KindStatement: 1, store.KindSource: 1,
	}
	if diff := cmp.Diff(want, found.Objects); diff != "" || all != nil || !found.Sound() || found.Unsettled != nil || found.Bytes == 0 {
		t.Errorf("%q, %+v\n%s", all, found, diff)
	}
}

func TestCheckOfAnEmptyStore(t *testing.T) {
	s, err := store.Open(t.Context(), store.NewDir(filepath.Join(t.TempDir(), "absent")))
	must(t, err)
	found, err := s.Check(t.Context(), store.CheckOptions{})
	if err != nil || !found.Sound() || len(found.Findings) > 0 {
		t.Errorf("%+v, %v", found, err)
	}
}

// Every kind of object is damaged in every way, and named each time.
func TestCheckNamesDamage(t *testing.T) {
	damages := map[string]func(raw []byte) []byte{
		"a bit":     func(raw []byte) []byte { raw[len(raw)/2] ^= 1; return raw },
		"cut":       func(raw []byte) []byte { return raw[:len(raw)-1] },
		"emptied":   func([]byte) []byte { return nil },
		"longer":    func(raw []byte) []byte { return append(raw, '\n') },
		"exchanged": func([]byte) []byte { return []byte("other bytes") },
	}
	for _, kind := range []store.Kind{store.KindFormat, store.KindIntent, store.KindRecord, store.KindBlob, store.KindAttachment, store.KindSignature, store.KindStatement, store.KindSource} {
		for name, damage := range damages {
			t.Run(string(kind)+"/"+name, func(t *testing.T) {
				c := newCheckedStore(t)
				raw, err := os.ReadFile(c.path(c.keys[kind]))
				must(t, err)
				c.overwrite(t, c.keys[kind], damage(raw))
				found, all := c.check(t)
				if found.Sound() || !slices.Contains(all, "damaged "+c.keys[kind]) {
					t.Errorf("found %q", all)
				}
			})
		}
	}
}

func TestCheckNamesWhatIsGone(t *testing.T) {
	for kind, c := range map[store.Kind]struct{ fault string }{
		store.KindFormat: {"missing format"}, store.KindIntent: {"missing intents/"}, store.KindBlob: {"missing blobs/"}, store.KindRecord: {"unowned attachments/"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			s := newCheckedStore(t)
			must(t, os.Remove(s.path(s.keys[kind])))
			found, all := s.check(t)
			if found.Sound() || !slices.ContainsFunc(all, func(f string) bool { return strings.HasPrefix(f, c.fault) }) {
				t.Errorf("found %q", all)
			}
			if kind == store.KindRecord && (len(found.Unsettled) != 1 || found.Unsettled[0].State != store.Abandoned) {
				t.Errorf("unsettled: %+v", found.Unsettled)
			}
		})
	}
}

// Whole objects stand at other places than their own.
func TestCheckNamesWhatIsMisplaced(t *testing.T) {
	other := run(t, 2, 0)
	for name, c := range map[string]struct {
		move func(c *checkedStore) (key string, raw []byte)
		want string
	}{
		"record of another id": {func(c *checkedStore) (string, []byte) { return c.keys[store.KindRecord], other.Bytes() }, "damaged records/"},
		"record in another folder": {func(c *checkedStore) (string, []byte) {
			return "records/zz/" + other.ID().String() + ".intoto.json", other.Bytes()
		}, "foreign records/zz/"},
		"record without its end": {func(c *checkedStore) (string, []byte) {
			return strings.TrimSuffix(keyOf(other.ID()), ".json"), other.Bytes()
		}, "foreign records/"},
		"intent of another run": {func(c *checkedStore) (string, []byte) {
			raw, _ := os.ReadFile(c.path(c.keys[store.KindIntent]))
			return intentKey(record.Invocation{7}), raw
		}, "damaged intents/"},
		"intent that is not sharded": {func(c *checkedStore) (string, []byte) {
			return "intents/" + record.Invocation{7}.String(), nil
		}, "foreign intents/"},
		"attachment of another record": {func(c *checkedStore) (string, []byte) {
			raw, _ := os.ReadFile(c.path(c.keys[store.KindAttachment]))
			return "attachments/" + c.id.String() + "/" + hashing.Bytes(bytes.Replace(raw, []byte("mlflow"), []byte("MLFLOW"), 1)).String(), raw
		}, "damaged attachments/"},
		"a kind of its own": {func(c *checkedStore) (string, []byte) { return "notes/1", []byte("x") }, "foreign notes/1"},
		"signature of nothing": {func(c *checkedStore) (string, []byte) {
			return "signatures/" + other.ID().String() + "/" + hashing.Bytes([]byte("x")).String(), []byte("x")
		}, "unowned signatures/"},
		"statement of nothing": {func(c *checkedStore) (string, []byte) {
			return "statements/" + other.ID().String() + "/" + hashing.Bytes([]byte("x")).String(), []byte("x")
		}, "unowned statements/"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newCheckedStore(t)
			key, raw := c.move(s)
			s.overwrite(t, key, raw)
			found, all := s.check(t)
			if found.Sound() || !slices.ContainsFunc(all, func(f string) bool { return strings.HasPrefix(f, c.want) }) {
				t.Errorf("found %q", all)
			}
		})
	}
}

// An intent that fits its name, and is not the one that the record settles.
func TestCheckNamesAnotherIntent(t *testing.T) {
	c := newCheckedStore(t)
	raw, err := record.EncodeIntent(recordtest.Intent(record.Invocation{1, 1}, recordtest.Started.Add(time.Hour)))
	must(t, err)
	c.overwrite(t, c.keys[store.KindIntent], raw)
	if found, all := c.check(t); found.Sound() || !slices.Contains(all, "damaged "+c.keys[store.KindIntent]) {
		t.Errorf("found %q", all)
	}
}

// What is no damage is named, and the store is sound.
func TestCheckNamesWhatIsLeft(t *testing.T) {
	c := newCheckedStore(t)
	must(t, c.PutBlob(t.Context(), hashing.Bytes([]byte("orphan")), strings.NewReader("orphan")))
	must(t, os.WriteFile(c.path(".tmp/LEFT"), nil, 0o600))
	must(t, os.WriteFile(c.path(".DS_Store"), nil, 0o600))
	must(t, os.WriteFile(c.path("records/READ ME"), nil, 0o600))
	announce(t, c.Store, record.Invocation{5}, 0)
	found, all := c.check(t)
	want := []string{
		"bystander .DS_Store", "bystander records/READ ME", "leftover .tmp/LEFT",
		"orphan blobs/sha256/" + hashing.Bytes([]byte("orphan")).String()[:2] + "/" + hashing.Bytes([]byte("orphan")).String(),
	}
	if diff := cmp.Diff(want, all); diff != "" || !found.Sound() || len(found.Unsettled) != 1 {
		t.Errorf("%+v\n%s", found.Unsettled, diff)
	}
}

// A folder that cannot be listed is an error: nobody knows what there is.
func TestCheckOfWhatCannotBeListed(t *testing.T) {
	if os.Geteuid() == 0 {
		return // everything can be listed
	}
	c := newCheckedStore(t)
	folder := filepath.Dir(c.path(c.keys[store.KindRecord]))
	must(t, os.Chmod(folder, 0))
	defer os.Chmod(folder, 0o700)
	if _, err := c.Check(t.Context(), store.CheckOptions{}); err == nil {
		t.Error("no error")
	}
}
