package index_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
)

// fixture is a store of some runs, and where its index stands.
type fixture struct {
	*store.Store
	dir   string
	notes []string
}

func newFixture(t *testing.T, runs int) *fixture {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.NewDir(filepath.Join(dir, "store")))
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{Store: s, dir: filepath.Join(dir, "store", ".index")}
	for i := range runs {
		f.put(t, i)
	}
	return f
}

func (f *fixture) file() string { return filepath.Join(f.dir, "index-v1.sqlite") }

func runNumber(t testing.TB, i int) *record.Record {
	at := recordtest.As(record.Invocation{byte(i), byte(i >> 8), 1}, recordtest.Started.Add(time.Duration(i)*time.Minute))
	return recordtest.Record(t, at)
}

func (f *fixture) put(t testing.TB, i int) {
	t.Helper()
	if err := f.PutRecord(t.Context(), runNumber(t, i)); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) options() index.Options {
	f.notes = nil
	return index.Options{Dirs: []string{f.dir}, Files: true, Now: time.Now, Note: func(s string) { f.notes = append(f.notes, s) }}
}

// count opens the catalog and gives how many runs it has.
func (f *fixture) count(t *testing.T, o index.Options) int {
	t.Helper()
	c, err := index.Open(t.Context(), f.Store, o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	n := 0
	for _, err := range c.Runs(t.Context(), index.Query{}) {
		if n++; err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// expect is that many runs, and a note that has the text, or none.
func (f *fixture) expect(t *testing.T, runs int, note string) {
	t.Helper()
	if n := f.count(t, f.options()); n != runs {
		t.Errorf("got %d runs, want %d", n, runs)
	}
	if all := strings.Join(f.notes, "\n"); note == "" && all != "" || !strings.Contains(all, note) {
		t.Errorf("got the notes %q, want %q", f.notes, note)
	}
}

func TestOpenMakesAnIndexAndKeepsIt(t *testing.T) {
	f := newFixture(t, 3)
	f.expect(t, 3, "")
	f.put(t, 3)
	f.expect(t, 4, "")
	if err := os.Remove(f.file()); err != nil {
		t.Fatal(err)
	}
	f.expect(t, 4, "")
	entries, err := os.ReadDir(f.dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("there is %v, %v", entries, err)
	}
}

// alter runs statements on the index, as another program could.
func (f *fixture) alter(t *testing.T, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", f.file())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpenThrowsAwayWhatItCannotBelieve(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, f *fixture){
		"a row is gone":   func(t *testing.T, f *fixture) { f.alter(t, "DELETE FROM use") },
		"another version": func(t *testing.T, f *fixture) { f.alter(t, "UPDATE meta SET version = version + 1") },
		"another seal":    func(t *testing.T, f *fixture) { f.alter(t, "UPDATE meta SET seal = seal + 2") },
		"no meta":         func(t *testing.T, f *fixture) { f.alter(t, "DELETE FROM meta") },
		"another time":    func(t *testing.T, f *fixture) { check(t, os.Chtimes(f.file(), time.Now(), time.Now())) },
		"empty":           func(t *testing.T, f *fixture) { check(t, os.Truncate(f.file(), 0)) },
		"text":            func(t *testing.T, f *fixture) { check(t, os.WriteFile(f.file(), []byte("text"), 0o600)) },
		"a version of another program, sealed": func(t *testing.T, f *fixture) {
			info, err := os.Stat(f.file())
			check(t, err)
			f.alter(t, "UPDATE meta SET version = version + 1")
			check(t, os.Chtimes(f.file(), info.ModTime(), info.ModTime()))
		},
		"damage that SQLite finds, sealed": func(t *testing.T, f *fixture) {
			info, err := os.Stat(f.file())
			check(t, err)
			raw, err := os.ReadFile(f.file())
			check(t, err)
			for i := 8192; i < len(raw); i += 7 {
				raw[i] = 0xee
			}
			check(t, os.WriteFile(f.file(), raw, 0o600))
			check(t, os.Chtimes(f.file(), info.ModTime(), info.ModTime()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, 3)
			f.expect(t, 3, "")
			damage(t, f)
			f.expect(t, 3, "the index in "+f.dir+" is")
			f.expect(t, 3, "")
		})
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What is not ours at its place is neither read nor replaced.
func TestOpenLeavesWhatIsNotItsOwn(t *testing.T) {
	for name, plant := range map[string]func(t *testing.T, f *fixture){
		"a link":                     func(t *testing.T, f *fixture) { check(t, os.Symlink(t.TempDir(), f.dir)) },
		"a file":                     func(t *testing.T, f *fixture) { check(t, os.WriteFile(f.dir, nil, 0o600)) },
		"a folder that all write to": func(t *testing.T, f *fixture) { check(t, errors.Join(os.Mkdir(f.dir, 0o700), os.Chmod(f.dir, 0o777))) },
		"a file that all write to": func(t *testing.T, f *fixture) {
			f.expect(t, 3, "")
			check(t, os.Chmod(f.file(), 0o666))
		},
		"a folder at the file's place": func(t *testing.T, f *fixture) { check(t, os.MkdirAll(f.file(), 0o700)) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, 3)
			plant(t, f)
			f.expect(t, 3, "every record was read")
			o := f.options()
			o.Dirs = append(o.Dirs, filepath.Join(t.TempDir(), "cache", "index"))
			if n := f.count(t, o); n != 3 || f.notes != nil {
				t.Errorf("with another place: %d runs, %q", n, f.notes)
			}
		})
	}
}

func TestOpenWhileAnotherWrites(t *testing.T) {
	f := newFixture(t, 3)
	f.expect(t, 3, "")
	f.put(t, 3)
	db, err := sql.Open("sqlite", f.file())
	check(t, err)
	defer db.Close()
	conn, err := db.Conn(t.Context())
	check(t, err)
	_, err = conn.ExecContext(t.Context(), "BEGIN EXCLUSIVE")
	check(t, err)
	f.expect(t, 4, "another process")
	_, err = conn.ExecContext(t.Context(), "ROLLBACK")
	check(t, errors.Join(err, conn.Close()))
	f.expect(t, 4, "")
}

// Whoever is stopped while an index is made or brought up to date leaves none, or the
// one that was there.
func TestOpenStopped(t *testing.T) {
	f := newFixture(t, 5)
	stopped := func() {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		o := f.options()
		o.Progress = func(_ string, done, _ int64) {
			if done == 2 {
				cancel()
			}
		}
		if c, err := index.Open(ctx, f.Store, o); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, %v", c, err)
		}
	}
	stopped()
	if entries, err := os.ReadDir(f.dir); err != nil || len(entries) > 0 {
		t.Errorf("there is %v, %v", entries, err)
	}
	f.expect(t, 5, "")
	for i := range 4 {
		f.put(t, 5+i)
	}
	stopped()
	f.expect(t, 9, "")
}

// Many read and write at once: each finds what was there when it began.
func TestOpenTogether(t *testing.T) {
	f := newFixture(t, 1)
	var wg sync.WaitGroup
	failures := make(chan string, 100)
	for w := range 4 {
		wg.Go(func() {
			for i := range 4 {
				r := runNumber(t, 1+4*w+i)
				if err := f.PutRecord(t.Context(), r); err != nil {
					failures <- err.Error()
					return
				}
				c, err := index.Open(t.Context(), f.Store, index.Options{Dirs: []string{f.dir}, Files: true, Now: time.Now})
				if err != nil {
					failures <- err.Error()
					return
				}
				found := false
				for run, err := range c.Runs(t.Context(), index.Query{}) {
					if err != nil {
						failures <- err.Error()
					}
					found = found || run.ID == r.ID()
				}
				if err := c.Close(); err != nil || !found {
					failures <- fmt.Sprintf("run %s is not found: %v", r.ID().Short(), err)
				}
			}
		})
	}
	wg.Wait()
	close(failures)
	for failure := range failures {
		t.Error(failure)
	}
	f.expect(t, 17, "")
}

// A backend that is no folder is listed each time.
func TestOpenInMemory(t *testing.T) {
	s, err := store.Open(t.Context(), new(store.Memory))
	check(t, err)
	f := &fixture{Store: s, dir: filepath.Join(t.TempDir(), "index")}
	for i := range 3 {
		f.put(t, i)
		f.expect(t, i+1, "")
	}
	c, err := index.Open(t.Context(), s, f.options())
	check(t, err)
	defer c.Close()
	d := index.OfFile(hashing.Bytes([]byte("first image")))
	if diff := cmp.Diff(drain(index.Scan(s).ByDigest(t.Context(), d, "")), drain(c.ByDigest(t.Context(), d, ""))); diff != "" {
		t.Error(diff)
	}
}

// A loop over one answer asks for others.
func TestAnswersNest(t *testing.T) {
	f := newFixture(t, 4)
	c, err := index.Open(t.Context(), f.Store, f.options())
	check(t, err)
	defer c.Close()
	n := 0
	for run, err := range c.Runs(t.Context(), index.Query{}) {
		check(t, err)
		for u, err := range c.UsesOf(t.Context(), run.ID) {
			check(t, err)
			for _, err := range c.ByDigest(t.Context(), u.Digest, u.Side) {
				check(t, err)
				n++
			}
		}
	}
	if n == 0 || len(f.notes) > 0 {
		t.Errorf("%d uses, notes %q", n, f.notes)
	}
}

func TestRebuild(t *testing.T) {
	f := newFixture(t, 3)
	b, err := index.Rebuild(t.Context(), f.Store, f.options())
	if err != nil || b.Runs != 3 || b.Path != f.file() || b.Bytes == 0 {
		t.Errorf("got %+v, %v", b, err)
	}
	f.expect(t, 3, "")
	o := f.options()
	o.Dirs = []string{filepath.Join(f.file(), "below a file")}
	if b, err := index.Rebuild(t.Context(), f.Store, o); err == nil {
		t.Errorf("got %+v", b)
	}
}
