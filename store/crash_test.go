//go:build unix

package store_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
)

// TestMain is also the writers that tests start: they are killed, or run against
// a limit.
func TestMain(m *testing.M) {
	switch folder := os.Getenv("STORE_TEST_FOLDER"); os.Getenv("STORE_TEST_WRITER") {
	case "endless":
		os.Exit(writeEndlessly(folder))
	case "limited":
		os.Exit(writeLimited(folder))
	}
	os.Exit(m.Run())
}

func writer(t *testing.T, kind, folder string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_WRITER="+kind, "STORE_TEST_FOLDER="+folder)
	cmd.Stderr = os.Stderr
	return cmd
}

// writeEndlessly puts runs and prints the id of each record that is in.
func writeEndlessly(folder string) int {
	ctx := context.Background()
	s, err := store.Open(ctx, store.NewDir(folder))
	for i := 0; err == nil; i++ {
		invocation := record.NewInvocation()
		var raw []byte
		if raw, err = record.EncodeIntent(recordtest.Intent(invocation, recordtest.Started)); err != nil {
			break
		}
		r, failed := record.Encode(recordtest.Statement(recordtest.As(invocation, recordtest.Started)))
		blob := bytes.Repeat(invocation[:], 20_000)
		err = errors.Join(failed, s.PutIntent(ctx, raw), s.PutBlob(ctx, hashing.Bytes(blob), bytes.NewReader(blob)), s.PutRecord(ctx, r))
		fmt.Println(r.ID())
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// A writer that is killed at any point leaves a store in which all that it said
// was in is in, and nothing is damaged.
func TestKilledWriter(t *testing.T) {
	folder := filepath.Join(t.TempDir(), ".lineage")
	random := rand.New(rand.NewPCG(1, 2))
	var in []record.ID
	for range 12 {
		cmd := writer(t, "endless", folder)
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := random.IntN(4); n >= 0 && lines.Scan(); n-- {
			in = append(in, parseID(t, lines.Text()))
		}
		for range random.IntN(1 << 20) { // at some point within the next put
		}
		cmd.Process.Kill()
		for lines.Scan() {
			if id, err := record.ParseID(lines.Text()); err == nil {
				in = append(in, id)
			}
		}
		cmd.Wait()
	}
	checkClean(t, folder, in)
}

func parseID(t *testing.T, s string) record.ID {
	t.Helper()
	id, err := record.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// checkClean reads all of a store.
func checkClean(t *testing.T, folder string, in []record.ID) {
	t.Helper()
	s, err := store.Open(t.Context(), store.NewDir(folder))
	if err != nil {
		t.Fatal(err)
	}
	found, failed := drain(s.Records(t.Context()), (*record.Record).ID)
	if len(found) < len(in) || failed != nil {
		t.Errorf("%d records are in, %d were said to be: %v", len(found), len(in), failed)
	}
	for _, id := range in {
		if _, err := s.Record(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
	if _, failed := drain(s.Intents(t.Context()), func(a store.Announced) record.Invocation { return a.InvocationID }); failed != nil {
		t.Error(failed)
	}
	for key, err := range store.NewDir(folder).List(t.Context(), "blobs/") {
		d, errParse := hashing.ParseFileDigest(filepath.Base(key))
		has, errHas := s.HasBlob(t.Context(), d)
		if err := errors.Join(err, errParse, errHas); err != nil || !has {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// Writers in processes of their own put the same things at once.
func TestWritersTogether(t *testing.T) {
	folder := filepath.Join(t.TempDir(), ".lineage")
	blob := bytes.Repeat([]byte("blob"), 50_000)
	r := run(t, 1, 0)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			s, err := store.Open(t.Context(), store.NewDir(folder))
			if err == nil {
				err = errors.Join(s.PutBlob(t.Context(), hashing.Bytes(blob), bytes.NewReader(blob)), s.PutRecord(t.Context(), r))
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	checkClean(t, folder, ids(r))
}

const limit = 64 << 10

// writeLimited puts a blob that the disk does not hold.
func writeLimited(folder string) int {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		fmt.Println(err)
		return 1
	}
	blob := bytes.Repeat([]byte("x"), 2*limit)
	s, err := store.Open(context.Background(), store.NewDir(folder))
	if err == nil {
		err = s.PutBlob(context.Background(), hashing.Bytes(blob), bytes.NewReader(blob))
	}
	fmt.Println(err)
	return 0
}

func TestFullDiskLeavesNothing(t *testing.T) {
	folder := filepath.Join(t.TempDir(), ".lineage")
	out, err := writer(t, "limited", folder).Output()
	if err != nil || !strings.Contains(string(out), "file too large") {
		t.Fatalf("the writer said %q, %v", out, err)
	}
	err = filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && e.Name() != "format" && e.Name() != ".gitignore" {
			t.Errorf("it left %q", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	checkClean(t, folder, nil)
}
