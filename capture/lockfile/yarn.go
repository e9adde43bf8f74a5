package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/package-url/packageurl-go"
)

// yarn reads yarn.lock: of Yarn 1 in a format of its own, later ones in YAML.
func (b *builder) yarn(content []byte) error {
	switch {
	case bytes.Contains(content, []byte("\n__metadata:")) || bytes.HasPrefix(content, []byte("__metadata:")):
		return b.yarnBerry(content)
	case bytes.Contains(content, []byte("# yarn lockfile v1")):
		return b.yarnClassic(content)
	}
	return errShape
}

// yarnClassic reads Yarn 1's: an entry starts at the margin, and what belongs to it is
// indented by two.
func (b *builder) yarnClassic(content []byte) error {
	var p npmPackage
	where, n := "", 0
	flush := func() {
		if where != "" {
			b.node(where, p)
		}
		p, where = npmPackage{}, ""
	}
	for line := range bytes.Lines(content) {
		n++
		text := strings.TrimRight(string(line), "\r\n")
		switch {
		case text == "" || strings.HasPrefix(text, "#"):
		case text[0] != ' ':
			flush()
			if !strings.HasSuffix(text, ":") {
				return fmt.Errorf("line %d starts no entry", n)
			}
			where = fmt.Sprintf("line %d", n)
			first, _, _ := strings.Cut(strings.TrimSuffix(text, ":"), ", ")
			name, wanted := nameAndRange(strings.Trim(first, `"`))
			if alias, is := strings.CutPrefix(wanted, "npm:"); is {
				name, _ = nameAndRange(alias)
			}
			p.Name = name
		case !strings.HasPrefix(text, "   "):
			key, value, _ := strings.Cut(strings.TrimSpace(text), " ")
			p.classic(key, value)
		}
	}
	flush()
	return nil
}

func (p *npmPackage) classic(key, value string) {
	if plain, err := strconv.Unquote(value); err == nil {
		value = plain
	}
	switch key {
	case "version":
		p.Version = value
	case "resolved":
		p.Resolved = value
	case "integrity":
		p.Integrity = value
	}
}

// yarnBerry reads that of Yarn 2 and later. Its checksum is of the archive that Yarn
// itself made of the package: SHA-512, behind the version of its cache.
func (b *builder) yarnBerry(content []byte) error {
	var file map[string]yaml.Node
	if err := DecodeYAML(content, &file, MaxYAML); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(file)) {
		if key == "__metadata" {
			continue
		}
		var p struct{ Version, Resolution, Checksum, LinkType string }
		node := file[key]
		if err := node.Decode(&p); err != nil {
			b.problem(key, "is no package")
			continue
		}
		name, from := nameAndRange(p.Resolution)
		if name == "" || from == "" {
			b.problem(key, "has no resolution")
			continue
		}
		if scheme, _, _ := strings.Cut(from, ":"); scheme == "workspace" || scheme == "link" || scheme == "portal" || scheme == "file" {
			continue
		}
		sum := p.Checksum[strings.LastIndexByte(p.Checksum, '/')+1:]
		d := dependency{kind: packageurl.TypeNPM, name: name, version: p.Version, hashed: isHex(sum, 64)}
		if url, at, found := strings.Cut(from, "#"); found && !strings.HasPrefix(from, "patch:") {
			d.vcs = repository(gitURL(url), strings.TrimPrefix(at, "commit="))
		} else if strings.HasPrefix(from, "http") {
			d.archive = from
		}
		b.take(key, d)
	}
	return nil
}

// bunBinary is the format of Bun before 1.2.
func (b *builder) bunBinary([]byte) error {
	return errors.New("it is Bun's binary format, which is named and hashed only; `bun install --save-text-lockfile` writes bun.lock")
}
