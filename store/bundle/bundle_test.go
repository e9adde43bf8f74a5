package bundle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
)

func check(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, b store.Backend) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), b)
	check(t, err)
	return s
}

// filled is a store with three runs, and some of all that belongs to runs.
func filled(t testing.TB) (*store.Memory, *store.Store, []record.ID) {
	t.Helper()
	m := &store.Memory{}
	s := open(t, m)
	var ids []record.ID
	for n := range 3 {
		at := recordtest.Started.Add(time.Duration(n) * time.Hour)
		i := record.Invocation{byte(n + 1), 15: 1}
		content := fmt.Sprintf("content of %d", n)
		large := strings.Repeat(content, 5000*n)
		r := recordtest.Record(t, recordtest.As(i, at), recordtest.Byproduct(contentOf(content)), recordtest.Byproduct(contentOf(large)))
		raw, err := record.EncodeIntent(recordtest.Intent(i, at))
		check(t, err, s.PutIntent(t.Context(), raw))
		for d, blob := range recordtest.Blobs() {
			check(t, s.PutBlob(t.Context(), d, bytes.NewReader(blob)))
		}
		for _, blob := range []string{content, large} {
			check(t, s.PutBlob(t.Context(), hashing.Bytes([]byte(blob)), strings.NewReader(blob)))
		}
		check(t, s.PutRecord(t.Context(), r), s.PutSignature(t.Context(), r.ID(), []byte(content)), s.PutStatement(t.Context(), r.ID(), []byte(content)),
			s.PutAttachment(t.Context(), record.Attachment{RecordID: r.ID(), AttachedOn: record.At(at), System: "mlflow", Kind: "run", ID: content}))
		ids = append(ids, r.ID())
	}
	train := recordtest.Train
	check(t, s.PutSource(t.Context(), record.Fetched{Digest: hashing.Bytes([]byte(train)), URI: "https://example.org/train.csv", FetchedOn: record.At(recordtest.Started), Bytes: int64(len(train))}),
		s.PutSource(t.Context(), record.Fetched{Digest: hashing.Bytes([]byte("other")), URI: "https://example.org/other", FetchedOn: record.At(recordtest.Started), Bytes: 5}))
	return m, s, ids
}

func contentOf(content string) record.Resource {
	return record.Resource{Name: "content", Digest: recordtest.SHA256(content), Annotations: record.Annotations{Role: record.RoleContent}}
}

func objects(t testing.TB, b store.Backend) map[string]string {
	t.Helper()
	all := map[string]string{}
	for key, err := range b.List(t.Context(), "") {
		check(t, err)
		r, err := b.Get(t.Context(), key)
		check(t, err)
		raw, err := io.ReadAll(r)
		check(t, err, r.Close())
		all[key] = string(raw)
	}
	return all
}

func written(t testing.TB, s *store.Store, o WriteOptions, runs ...record.ID) []byte {
	t.Helper()
	var b bytes.Buffer
	_, err := Write(t.Context(), &b, s, runs, o)
	check(t, err)
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	m, s, ids := filled(t)
	want := objects(t, m)
	for key := range want { // a source of what no run has read
		if strings.HasPrefix(key, "sources/"+hashing.Bytes([]byte("other")).String()) {
			delete(want, key)
		}
	}
	for _, gzip := range []bool{false, true} {
		raw := written(t, s, WriteOptions{Gzip: gzip}, ids...)
		if again := written(t, s, WriteOptions{Gzip: gzip}, ids[2], ids[0], ids[1], ids[0]); !bytes.Equal(raw, again) {
			t.Error("the same runs in another order are another bundle")
		}
		other := &store.Memory{}
		to := open(t, other)
		told, err := Import(t.Context(), to, bytes.NewReader(raw), ReadOptions{})
		check(t, err)
		if told.New+told.There != told.Objects || told.There != 1 && told.There != 0 || told.NewRuns != 3 || len(told.Missing) != 0 {
			t.Errorf("told: %+v", told)
		}
		if diff := cmp.Diff(want, objects(t, other)); diff != "" {
			t.Error(diff)
		}
		if again := written(t, to, WriteOptions{Gzip: gzip}, ids...); !bytes.Equal(raw, again) {
			t.Error("the other store gives another bundle")
		}
		told, err = Import(t.Context(), to, bytes.NewReader(raw), ReadOptions{})
		if check(t, err); told.New != 0 || told.NewRuns != 0 {
			t.Errorf("the second time: %+v", told)
		}
	}
}

// The first and second runs have the same blobs; of the third, not all.
func TestSomeRuns(t *testing.T) {
	_, s, ids := filled(t)
	other := &store.Memory{}
	to := open(t, other)
	for n, id := range ids {
		told, err := Import(t.Context(), to, bytes.NewReader(written(t, s, WriteOptions{}, id)), ReadOptions{})
		if check(t, err); told.NewRuns != 1 || n > 0 && told.There < 4 {
			t.Errorf("%d: %+v", n, told)
		}
	}
	if _, err := Write(t.Context(), io.Discard, s, nil, WriteOptions{}); err == nil {
		t.Error("a bundle without runs was written")
	}
	if _, err := Write(t.Context(), io.Discard, s, []record.ID{{1}}, WriteOptions{}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a run that is not there: %v", err)
	}
}

// TestByHand: tar lists and unpacks a bundle, and what comes out is a store.
func TestByHand(t *testing.T) {
	m, s, ids := filled(t)
	dir := t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, "runs.tar"), written(t, s, WriteOptions{}, ids...), 0o600))
	sh := exec.Command("sh", "-ec", `tar tf runs.tar | sed -n 1p; mkdir out; tar xf runs.tar -C out; cd out
		for f in $(cd records && echo */*.intoto.json); do echo "$(basename "$f" .intoto.json)  records/$f" | sha256sum -c --quiet; done
		find blobs -type f | while read -r f; do echo "$(basename "$f")  $f" | sha256sum -c --quiet; done`)
	sh.Dir = dir
	out, err := sh.CombinedOutput()
	if err != nil || string(out) != "format\n" {
		t.Fatalf("%v\n%s", err, out)
	}
	got := objects(t, store.NewDir(filepath.Join(dir, "out")))
	if len(got) != len(objects(t, m))-1 {
		t.Errorf("%d objects came out", len(got))
	}
}

func TestMissing(t *testing.T) {
	m, s, ids := filled(t)
	now, err := m.Now(t.Context())
	check(t, err)
	gone := store.Key{Kind: store.KindBlob, Digest: hashing.Bytes([]byte("content of 1"))}.String()
	intent := store.Key{Kind: store.KindIntent, Invocation: record.Invocation{1, 15: 1}}.String()
	_, err = m.Remove(t.Context(), now.Add(time.Hour), gone, intent)
	check(t, err)
	if _, err := Write(t.Context(), io.Discard, s, ids, WriteOptions{}); !errors.Is(err, ErrIncomplete) || !strings.Contains(err.Error(), gone) {
		t.Errorf("an incomplete export: %v", err)
	}
	var b bytes.Buffer
	told, err := Write(t.Context(), &b, s, ids, WriteOptions{Partial: true})
	if diff := cmp.Diff([]string{gone, intent}, told.Missing); err != nil || diff != "" {
		t.Error(err, diff)
	}
	to := open(t, &store.Memory{})
	if _, err := Import(t.Context(), to, bytes.NewReader(b.Bytes()), ReadOptions{}); !errors.Is(err, ErrIncomplete) {
		t.Errorf("an incomplete import: %v", err)
	}
	imported, err := Import(t.Context(), to, bytes.NewReader(b.Bytes()), ReadOptions{Partial: true})
	if diff := cmp.Diff([]string{gone, intent}, imported.Missing); err != nil || diff != "" {
		t.Error(err, diff)
	}
	_, whole, _ := filled(t)
	if told, err := Import(t.Context(), whole, bytes.NewReader(b.Bytes()), ReadOptions{}); err != nil || told.Missing != nil {
		t.Errorf("where the store has it: %+v, %v", told, err)
	}
}

// planted has other bytes under one key.
func planted(t *testing.T, key string) (*store.Memory, *store.Store) {
	t.Helper()
	m := &store.Memory{}
	check(t, m.Put(t.Context(), "format", strings.NewReader(store.Format)), m.Put(t.Context(), key, strings.NewReader("other bytes")))
	return m, open(t, m)
}

// Other bytes under any key are named, and nothing is put.
func TestConflict(t *testing.T) {
	_, s, ids := filled(t)
	raw := written(t, s, WriteOptions{}, ids...)
	for key := range objects(t, func() store.Backend {
		m := &store.Memory{}
		_, err := Import(t.Context(), open(t, m), bytes.NewReader(raw), ReadOptions{})
		check(t, err)
		return m
	}()) {
		if key == "format" {
			continue
		}
		m, to := planted(t, key)
		_, err := Import(t.Context(), to, bytes.NewReader(raw), ReadOptions{})
		var conflict *ConflictError
		if !errors.As(err, &conflict) || conflict.Key != key || conflict.Store != hashing.Bytes([]byte("other bytes")).String() {
			t.Errorf("%q: %v", key, err)
		}
		if left := objects(t, m); len(left) != 2 {
			t.Errorf("%q: the store has %d objects", key, len(left))
		}
	}
}

// cutOff fails after so many objects.
type cutOff struct {
	*store.Memory
	left int
}

func (c *cutOff) Put(ctx context.Context, key string, content io.Reader) error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return c.Memory.Put(ctx, key, content)
}

// Wherever an import is cut off, every record that is in the store has what it names.
func TestImportCutOff(t *testing.T) {
	_, s, ids := filled(t)
	raw := written(t, s, WriteOptions{}, ids...)
	for n := 1; ; n++ {
		b := &cutOff{&store.Memory{}, n}
		_, err := Import(t.Context(), open(t, b), bytes.NewReader(raw), ReadOptions{})
		if err == nil {
			break
		}
		left := open(t, b.Memory)
		for r, err := range left.Records(t.Context()) {
			check(t, err)
			if _, err := left.Intent(t.Context(), r.Invocation()); err != nil {
				t.Errorf("after %d: %v", n, err)
			}
			for _, d := range store.Names(r) {
				if there, err := left.HasBlob(t.Context(), d); !there {
					t.Errorf("after %d: blob %s: %v", n, d, err)
				}
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Import(ctx, s, bytes.NewReader(raw), ReadOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

// A bundle that changes between the two passes is not put.
func TestChangesMeanwhile(t *testing.T) {
	_, s, ids := filled(t)
	raw := written(t, s, WriteOptions{}, ids...)
	at := bytes.Index(raw, []byte("content of 1"))
	m := &store.Memory{}
	_, err := Import(t.Context(), open(t, m), &changing{bytes.NewReader(raw), raw, at}, ReadOptions{})
	var damage *store.DamageError
	if !errors.As(err, &damage) {
		t.Errorf("%v", err)
	}
}

type changing struct {
	*bytes.Reader
	raw []byte
	at  int
}

func (c *changing) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekStart {
		c.raw[c.at] ^= 1
	}
	return c.Reader.Seek(offset, whence)
}

func TestDamagedStoreIsNotExported(t *testing.T) {
	m, s, ids := filled(t)
	now, err := m.Now(t.Context())
	check(t, err)
	for key := range objects(t, m) {
		if key == "format" || strings.HasPrefix(key, "sources/"+hashing.Bytes([]byte("other")).String()) {
			continue
		}
		content := objects(t, m)[key]
		_, err := m.Remove(t.Context(), now.Add(time.Hour), key)
		check(t, err, m.Put(t.Context(), key, strings.NewReader(content+" ")))
		if _, err := Write(t.Context(), io.Discard, s, ids, WriteOptions{}); err == nil {
			t.Errorf("%q is damaged and was written", key)
		}
		_, err = m.Remove(t.Context(), now.Add(time.Hour), key)
		check(t, err, m.Put(t.Context(), key, strings.NewReader(content)))
	}
}
