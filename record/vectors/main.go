package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

//go:generate go run . ../../testdata

// vector is one file. One that is bad says how it is refused.
type vector struct {
	name    string
	raw     []byte
	refusal string // malformed, foreign or newer
	because string // a part of the error
}

// format is a kind of document with its vectors.
type format struct {
	folder    string // below testdata
	suffix    string
	good, bad []vector
}

func formats() []format {
	return []format{
		{"records/v1", ".intoto.json", goodRecords(), badRecords()},
		{"intents/v1", ".json", goodIntents(), badIntents()},
		{"attachments/v1", ".json", goodAttachments(), badAttachments()},
		{"sources/v1", ".json", goodSources(), badSources()},
		{"manifests/v1", ".sha256", goodManifests(), badManifests()},
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: vectors TESTDATA")
		os.Exit(2)
	}
	for _, f := range formats() {
		for name, raw := range f.files() {
			if err := write(filepath.Join(os.Args[1], f.folder, name), raw); err != nil {
				fmt.Fprintln(os.Stderr, "vectors:", err)
				os.Exit(1)
			}
		}
	}
}

func write(path string, raw []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, raw, 0o666)
}

// files are all files of a format by their names below its folder.
func (f format) files() map[string][]byte {
	files := map[string][]byte{}
	var entries []hashing.Entry
	for _, v := range f.good {
		name := v.name + f.suffix
		files["good/"+name] = v.raw
		entries = append(entries, hashing.Entry{Path: name, Digest: hashing.Bytes(v.raw)})
	}
	m, err := hashing.NewManifest(entries)
	if err != nil {
		panic("vectors: " + err.Error())
	}
	files["good/SHA256SUMS"] = m.Bytes()
	var expected bytes.Buffer
	for _, v := range slices.SortedFunc(slices.Values(f.bad), func(a, b vector) int { return strings.Compare(a.name, b.name) }) {
		if files["bad/"+v.name+f.suffix] != nil {
			panic("vectors: two are called " + v.name)
		}
		files["bad/"+v.name+f.suffix] = v.raw
		fmt.Fprintf(&expected, "%s\t%s\t%s\n", v.name+f.suffix, v.refusal, v.because)
	}
	files["bad/expected.txt"] = expected.Bytes()
	return files
}
