package git

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
)

// setting is one value of a configuration, in the order in which it stands.
type setting struct{ key, value string }

// parseSettings reads what git config -z --list prints. A key without "=" has no
// value, and is followed by no newline.
func parseSettings(b []byte) []setting {
	var list []setting
	for entry := range bytes.SplitSeq(b, []byte{0}) {
		if len(entry) == 0 {
			continue
		}
		key, value, _ := strings.Cut(string(entry), "\n")
		list = append(list, setting{key, value})
	}
	return list
}

// split takes a key like remote.origin.url apart. Section and name are lower
// case as git prints them; what stands between may hold dots.
func (s setting) split() (section, between, name string) {
	section, rest, _ := strings.Cut(s.key, ".")
	if i := strings.LastIndexByte(rest, '.'); i >= 0 {
		return section, rest[:i], rest[i+1:]
	}
	return section, "", rest
}

// config is the repository's own configuration, what it includes included.
func (r *Repo) config(ctx context.Context) ([]setting, error) {
	b, err := r.git.output(ctx, nil, "config", "-z", "--list")
	if err != nil {
		return nil, fmt.Errorf("reading the configuration of %q: %w", r.place.root, err)
	}
	return parseSettings(b), nil
}

// remotes are those with a URL, by name; of several URLs the first is fetched from.
func remotes(config []setting) []Remote {
	var list []Remote
	for _, s := range config {
		section, name, key := s.split()
		known := slices.ContainsFunc(list, func(r Remote) bool { return r.Name == name })
		if section == "remote" && key == "url" && name != "" && s.value != "" && !known {
			list = append(list, Remote{name, StripCredentials(s.value)})
		}
	}
	slices.SortFunc(list, func(a, b Remote) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// fetchURL is where the repository comes from: origin, else the first remote.
func fetchURL(config []setting) string {
	list := remotes(config)
	for _, r := range list {
		if r.Name == "origin" {
			return r.URL
		}
	}
	if len(list) == 0 {
		return ""
	}
	return list[0].URL
}

// maxModules is more than a .gitmodules file needs.
const maxModules = 4 << 20

// modules reads a .gitmodules file: the URL of each submodule by its path,
// credentials stripped.
func (p program) modules(ctx context.Context, file []byte) (map[string]string, error) {
	b, err := p.output(ctx, bytes.NewReader(file), "config", "-z", "--no-includes", "-f", "-", "--list")
	if err != nil {
		return nil, fmt.Errorf("reading .gitmodules: %w", err)
	}
	paths, urls := map[string]string{}, map[string]string{}
	for _, s := range parseSettings(b) {
		switch section, name, key := s.split(); {
		case section == "submodule" && key == "path":
			paths[name] = s.value
		case section == "submodule" && key == "url":
			urls[name] = StripCredentials(s.value)
		}
	}
	byPath := make(map[string]string, len(paths))
	for name, path := range paths {
		byPath[strings.TrimSuffix(path, "/")] = urls[name]
	}
	return byPath, nil
}
