package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

const testdata = "../../testdata"

// What is committed is what the program writes, and nothing else lies there.
func TestCommittedVectors(t *testing.T) {
	for _, f := range formats() {
		t.Run(f.folder, func(t *testing.T) {
			if diff := cmp.Diff(texts(f.files()), texts(committed(t, f.folder))); diff != "" {
				t.Errorf("go generate ./record/vectors writes other files (-want +committed):\n%s", diff)
			}
		})
	}
}

// texts makes diffs short: the digest stands for the content.
func texts(files map[string][]byte) map[string]string {
	m := map[string]string{}
	for name, raw := range files {
		m[name] = hashing.Bytes(raw).String()
	}
	return m
}

func committed(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	files, root := map[string][]byte{}, filepath.Join(testdata, folder)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		below, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(below)] = raw
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var decoders = map[string]func([]byte) error{
	"records/v1":     func(raw []byte) error { _, err := record.Decode(raw); return err },
	"intents/v1":     func(raw []byte) error { _, err := record.DecodeIntent(raw); return err },
	"attachments/v1": func(raw []byte) error { _, err := record.DecodeAttachment(raw); return err },
	"sources/v1":     func(raw []byte) error { _, err := record.DecodeFetched(raw); return err },
	"manifests/v1":   func(raw []byte) error { _, err := hashing.ParseManifest(raw); return err },
}

func TestGoodVectorsAreRead(t *testing.T) {
	for _, f := range formats() {
		for _, v := range f.good {
			if err := decoders[f.folder](v.raw); err != nil {
				t.Errorf("%s/%s: %v", f.folder, v.name, err)
			}
		}
	}
}

func TestBadVectorsAreRefused(t *testing.T) {
	for _, f := range formats() {
		for _, v := range f.bad {
			err := decoders[f.folder](v.raw)
			if err == nil {
				t.Errorf("%s/%s is read", f.folder, v.name)
				continue
			}
			if got := refusal(err); got != v.refusal || !strings.Contains(err.Error(), v.because) {
				t.Errorf("%s/%s is refused as %s: %v\nwant %s: %s", f.folder, v.name, got, err, v.refusal, v.because)
			}
		}
		if len(f.bad) < len(f.good) {
			t.Errorf("%s has %d bad vectors, and %d good ones", f.folder, len(f.bad), len(f.good))
		}
	}
}

func refusal(err error) string {
	var newer *record.VersionError
	switch {
	case errors.As(err, &newer):
		return "newer"
	case errors.Is(err, record.ErrForeign):
		return "foreign"
	case errors.Is(err, record.ErrMalformed), errors.Is(err, hashing.ErrManifest):
		return "malformed"
	}
	return "other"
}
