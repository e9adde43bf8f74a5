package python

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
)

// maxNamed bounds how many faults of one file are named one by one.
const maxNamed = 20

// parseRecord reads a RECORD: path, hash and size on each line, the paths
// relative to the site.
func parseRecord(site string, text []byte) (files []file, faults []string) {
	files = make([]file, 0, bytes.Count(text, []byte("\n")))
	n := 0
	for line := range bytes.Lines(text) {
		n++
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			continue
		}
		f, err := parseRecordLine(site, string(line))
		if err != nil {
			faults = append(faults, fmt.Sprintf("line %d: %v", n, err))
			continue
		}
		files = append(files, f)
	}
	if len(faults) > maxNamed {
		faults = append(faults[:maxNamed:maxNamed], fmt.Sprintf("and %d more", len(faults)-maxNamed))
	}
	return files, faults
}

func parseRecordLine(site, line string) (file, error) {
	fields := strings.Split(line, ",")
	if strings.Contains(line, `"`) {
		var err error
		if fields, err = csv.NewReader(strings.NewReader(line)).Read(); err != nil {
			return file{}, fmt.Errorf("not CSV")
		}
	}
	if len(fields) == 0 || len(fields) > 3 || fields[0] == "" || strings.ContainsRune(fields[0], 0) {
		return file{}, fmt.Errorf("%d fields instead of 3, or no path", len(fields))
	}
	f := file{path: join(site, filepath.FromSlash(fields[0]))}
	if len(fields) < 2 || fields[1] == "" {
		return f, nil
	}
	algorithm, encoded, _ := strings.Cut(fields[1], "=")
	sum, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil || len(sum) == 0 || algorithm == "" {
		return file{}, fmt.Errorf("the hash of %q is none", fields[0])
	}
	f.algorithm, f.digest = strings.ToLower(algorithm), hex.EncodeToString(sum)
	return f, nil
}

// parseInstalledFiles reads old setuptools' installed-files.txt: paths without
// hashes, relative to the .egg-info.
func parseInstalledFiles(metadata string, text []byte) []file {
	var files []file
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" {
			files = append(files, file{path: join(metadata, filepath.FromSlash(line))})
		}
	}
	return files
}

// topLevel are the paths of the modules that top_level.txt names.
func topLevel(site string, text []byte) []string {
	var tops []string
	for line := range strings.Lines(string(text)) {
		name := strings.TrimSpace(line)
		if name == "" || strings.ContainsAny(name, `/\`) || name == ".." {
			continue
		}
		tops = append(tops, filepath.Join(site, name), filepath.Join(site, name+".py"))
	}
	return tops
}
