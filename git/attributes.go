package git

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// attributes are those of one path by which git converts what it checks out.
type attributes struct {
	text     bool // line ends are converted
	auto     bool // only of what looks like text
	ident    bool
	filter   string // its name, or ""
	encoding string // other than UTF-8, or ""
}

var attributeNames = []string{"text", "crlf", "eol", "ident", "filter", "working-tree-encoding"}

// attributes asks git for the attributes of paths, as .gitattributes and
// info/attributes have them. Another index than the repository's can stand for
// .gitattributes files that are not there.
func (p program) attributes(ctx context.Context, paths []string, index string, flags ...string) (map[string]rawAttributes, error) {
	args := append([]string{"check-attr", "--stdin", "-z"}, flags...)
	if index != "" {
		p.env = append(p.env[:len(p.env):len(p.env)], "GIT_INDEX_FILE="+index)
	}
	in := strings.NewReader(strings.Join(paths, "\x00") + "\x00")
	out, err := p.output(ctx, in, append(args, attributeNames...)...)
	if err != nil {
		return nil, err
	}
	fields := bytes.Split(bytes.TrimSuffix(out, []byte{0}), []byte{0})
	if len(fields)%3 != 0 {
		return nil, fmt.Errorf("git check-attr printed %d fields", len(fields))
	}
	raw := make(map[string]rawAttributes, len(paths))
	for i := 0; i < len(fields); i += 3 {
		file := string(fields[i])
		if raw[file] == nil {
			raw[file] = rawAttributes{}
		}
		raw[file][string(fields[i+1])] = string(fields[i+2])
	}
	return raw, nil
}

// blocked finds a file of attributes at which git would wait for ever: a FIFO.
func blocked(root, common string, paths []string) error {
	files := map[string]bool{filepath.Join(common, "info", "attributes"): true}
	for _, p := range paths {
		for dir := path.Dir(p); ; dir = path.Dir(dir) {
			files[filepath.Join(root, filepath.FromSlash(dir), ".gitattributes")] = true
			if dir == "." {
				break
			}
		}
	}
	for file := range files {
		if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
			return fmt.Errorf("%q is neither a file nor a folder", file)
		}
	}
	return nil
}

// rawAttributes are as git prints them: set, unset, unspecified, or a value.
type rawAttributes map[string]string

const (
	isSet         = "set"
	isUnset       = "unset"
	isUnspecified = "unspecified"
)

// value is an attribute's own value, or "".
func (r rawAttributes) value(name string) string {
	switch v := r[name]; v {
	case isSet, isUnset, isUnspecified:
		return ""
	default:
		return v
	}
}

// read draws git's conclusions; auto is what core.autocrlf says.
func (r rawAttributes) read(auto bool) attributes {
	a := attributes{ident: r["ident"] == isSet, filter: r.value("filter"), encoding: r.value("working-tree-encoding")}
	if strings.EqualFold(a.encoding, "utf-8") || strings.EqualFold(a.encoding, "utf8") {
		a.encoding = ""
	}
	text := r["text"]
	if text != isSet && text != isUnset && text != "auto" && text != "input" {
		text = r["crlf"]
	}
	eol := r["eol"] == "lf" || r["eol"] == "crlf"
	switch {
	case text == isUnset:
	case text == isSet || text == "input":
		a.text = true
	case text == "auto":
		a.text, a.auto = true, true
	case eol:
		a.text = true
	default:
		a.text, a.auto = auto, auto
	}
	return a
}

// converts tells whether any form but the blob's own can be the commit's.
func (a attributes) converts() bool {
	return a.text || a.ident || a.filter == "lfs" || a.encoding != ""
}

// foreign tells whether something stands between blob and file that cannot be
// computed here.
func (a attributes) foreign() bool {
	return a.filter != "" && a.filter != "lfs" || a.encoding != "" && !knownEncoding(a.encoding)
}

// convertsLines is core.autocrlf, the user's own included: it is the one setting
// of the user that says how honest files look.
func (r *Repo) convertsLines(ctx context.Context) (bool, error) {
	git, err := r.opts.withUser(r.place)
	if err != nil {
		return false, err
	}
	out, err := git.output(ctx, nil, "config", "--get", "core.autocrlf")
	if err != nil && !exited(err) {
		return false, fmt.Errorf("reading core.autocrlf: %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(string(out))) {
	case "true", "yes", "on", "1", "input":
		return true, nil
	}
	return false, nil
}
