package mlflow_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/attach/attachtest"
	"github.com/lineage-audit/lineage/attach/mlflow"
)

func span(started time.Time) attach.Span {
	return attach.Span{Invocation: invocation, Started: started, Ended: started.Add(time.Minute)}
}

// interpreter is a program that stands for a Python which does as the script says.
func interpreter(t *testing.T, script string) string {
	path := filepath.Join(t.TempDir(), "python")
	write(t, path, []byte("#!/bin/sh\n"+script+"\n"))
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// A command that has nothing to do with MLflow starts no interpreter and leaves no
// store behind.
func TestFindWhereNobodyUsedMLflow(t *testing.T) {
	python := interpreter(t, "touch "+filepath.Join(t.TempDir(), "started")+"; exit 1")
	now := time.Now()
	tests := []struct {
		name string
		uri  string
		make []string
	}{
		{"an empty folder", "", nil},
		{"an old database", "", []string{"mlflow.db"}},
		{"an old file store", "", []string{"mlruns/0/meta.yaml", "mlruns/0/8c2f/meta.yaml"}},
		{"a database by name", "sqlite:///x.db", []string{"x.db", "mlflow.db"}},
		{"a file store by name", "./store", []string{"store/0/meta.yaml"}},
		{"a file store by URI", "file:store", nil},
	}
	for _, tt := range tests {
		dir := t.TempDir()
		for _, name := range tt.make {
			old(t, dir, name, now.Add(-time.Hour))
		}
		s := mlflow.New(mlflow.Options{Env: []string{"MLFLOW_TRACKING_URI=" + tt.uri}, Dir: dir, Python: python})
		if got, err := s.Find(t.Context(), span(now)); got != nil || err != nil {
			t.Errorf("%s: Find without Prepare = %v, %v; want nothing", tt.name, got, err)
		}
		if _, err := s.Prepare(nil, invocation); err != nil {
			t.Error(err)
		}
		if got, err := s.Find(t.Context(), span(now)); got != nil || err != nil {
			t.Errorf("%s: Find = %v, %v; want nothing", tt.name, got, err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) > len(tt.make) {
			t.Errorf("%s: the folder has %v", tt.name, entries)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// old makes a file, and sets the time of it and of its folders to then.
func old(t *testing.T, dir, name string, then time.Time) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, path, nil)
	for ; path != dir; path = filepath.Dir(path) {
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever of a store is touched, it is asked: by its state where that was seen
// before, and else by its times.
func TestFindWhereSomebodyUsedMLflow(t *testing.T) {
	now := time.Now()
	for _, touched := range []string{"mlflow.db", "mlflow.db-wal", "mlruns/0/meta.yaml", "mlruns/0/8c2f", "mlruns/0/8c2f/meta.yaml", ""} {
		dir := t.TempDir()
		old(t, dir, "mlflow.db", now)
		if strings.HasPrefix(touched, "mlruns") {
			old(t, dir, "mlruns/0/meta.yaml", now)
		}
		s := mlflow.New(mlflow.Options{Dir: dir})
		if touched != "" {
			if _, err := s.Prepare(nil, invocation); err != nil {
				t.Error(err)
			}
			// The clock of a file system may be behind ours.
			old(t, dir, touched, now.Add(-time.Hour))
		}
		if _, err := s.Find(t.Context(), span(now)); !errors.Is(err, attach.ErrUnsupported) {
			t.Errorf("%q: %v; want an error for want of an interpreter", touched, err)
		}
	}
}

func TestStoreThatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	s := mlflow.New(mlflow.Options{Dir: dir, Python: interpreter(t, "exit 0")})
	err := readAll(t, s, "models:/iris/1")
	if !errors.Is(err, attach.ErrUnreachable) || !strings.Contains(attach.Hint(err), "MLFLOW_TRACKING_URI") {
		t.Errorf("%v, hint %q; want ErrUnreachable", err, attach.Hint(err))
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("the folder has %v", entries)
	}
}

func TestInterpretersThatFail(t *testing.T) {
	tests := []struct {
		name, python string
		want         error
	}{
		{"none known", "", attach.ErrUnsupported},
		{"none there", "/nonexistent/python", attach.ErrUnsupported},
		{"not a program", t.TempDir(), attach.ErrUnsupported},
		{"one without mlflow", "python3", attach.ErrUnsupported},
		{"one that ends", interpreter(t, "echo broken >&2; exit 3"), attach.ErrUnreachable},
		{"one that prints something else", interpreter(t, "echo hello; cat"), attach.ErrMalformed},
		{"one that prints no answer", interpreter(t, "echo '{}'; cat"), attach.ErrMalformed},
		{"one that prints too much", interpreter(t, "head -c 40000000 /dev/zero; cat"), attach.ErrUnreachable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.python == "python3" {
				tt.python = bare(t)
			}
			dir := t.TempDir()
			write(t, filepath.Join(dir, "mlflow.db"), nil)
			s := mlflow.New(mlflow.Options{Env: os.Environ(), Dir: dir, Python: tt.python})
			defer s.Close()
			for range 2 { // it stays broken
				checkError(t, tt.name, readAll(t, s, "models:/iris/1"), tt.want, filepath.Join(dir, "mlflow.db"))
			}
		})
	}
}

// bare is an interpreter without any packages: Python in a virtual environment of
// its own.
func bare(t *testing.T) string {
	dir := t.TempDir()
	if out, err := exec.Command(attachtest.Python(t), "-m", "venv", "--without-pip", dir).CombinedOutput(); err != nil {
		t.Fatalf("making a virtual environment: %v\n%s", err, out)
	}
	return filepath.Join(dir, "bin", "python")
}

func TestInterpreterThatHangs(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "mlflow.db"), nil)
	s := mlflow.New(mlflow.Options{Dir: dir, Python: interpreter(t, "exec sleep 1000")})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := s.Resolve(ctx, mustParse("models:/iris/1"))
	checkError(t, "hang", err, attach.ErrUnreachable, dir)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
