package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// remoteSettings win over the user's own where git reaches out for a verifier.
// There is no other configuration: the copy that is fetched into is ours.
var remoteSettings = []string{
	"core.hooksPath=" + os.DevNull, "core.fsmonitor=", "gc.auto=0", "maintenance.auto=false",
	"fetch.recurseSubmodules=false", "submodule.recurse=false", "fetch.writeCommitGraph=false",
	"fetch.prune=false", "fetch.unpackLimit=1", "protocol.version=2",
}

// remoteVariables are those of git's that a user sets up access with. All others
// that open with GIT_ are scrubbed here, too.
var remoteVariables = []string{
	"GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS", "GIT_PROXY_", "GIT_SSL_",
	"GIT_HTTP_", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM",
	"GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_",
}

// fetchPatience bounds a fetch that no context bounds.
const fetchPatience = 30 * time.Minute

// remote is git for fetching into gitDir with the user's own set-up.
func (o Options) remote(gitDir string) (program, error) {
	path, err := o.find()
	if err != nil {
		return program{}, err
	}
	var env []string
	for _, e := range o.Env {
		name, _, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(strings.ToUpper(name), "GIT_") || userSet(name) {
			env = append(env, e)
		}
	}
	env = append(env, "GIT_DIR="+gitDir, "GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=https:http:ssh:git",
		"GIT_NO_LAZY_FETCH=1", // or a copy without trees fetches them one by one, and each fetch others
		"GIT_NO_REPLACE_OBJECTS=1", "LC_ALL=C", "LANGUAGE=")
	return program{path, append(env, o.extra...), settings(remoteSettings), gitDir, fetchPatience, true}, nil
}

func userSet(name string) bool {
	for _, v := range remoteVariables {
		if name == v || strings.HasSuffix(v, "_") && strings.HasPrefix(name, v) {
			return true
		}
	}
	return false
}

// remoteName is what the copies call the repository. Its URL stands in a file
// and in no argument, where every user of the machine could read it.
const remoteName = "source"

// copy makes an empty bare copy for a repository with ids of this length.
func (s *Source) copy(ctx context.Context, name string, idLen int) (fetch, read program, err error) {
	if s.temp == "" {
		if s.temp, err = os.MkdirTemp(s.opts.TempDir, "lineage-git-"); err != nil {
			return fetch, read, fmt.Errorf("making room for %q: %w", s.location, err)
		}
	}
	dir := filepath.Join(s.temp, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fetch, read, err
	}
	if read, err = s.opts.local(dir, ""); err != nil {
		return fetch, read, err
	}
	read.patience = fetchPatience
	if fetch, err = s.opts.remote(dir); err != nil {
		return fetch, read, err
	}
	args := []string{"init", "-q", "--bare", "--template="}
	if idLen == 64 {
		args = append(args, "--object-format=sha256")
	}
	if _, err := read.output(ctx, nil, args...); err != nil {
		return fetch, read, err
	}
	return fetch, read, addRemote(filepath.Join(dir, "config"), s.url)
}

func addRemote(config, url string) error {
	f, err := os.OpenFile(config, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(url)
	_, err = fmt.Fprintf(f, "[remote %q]\n\turl = \"%s\"\n", remoteName, quoted)
	return errors.Join(err, f.Close())
}

// fetch brings refs into a copy.
func (s *Source) fetch(ctx context.Context, git program, args ...string) error {
	args = append([]string{"fetch", "-q", "--no-tags", "--no-recurse-submodules", "--update-shallow"}, args...)
	if _, err := git.output(ctx, nil, args...); err != nil {
		return fmt.Errorf("fetching from %q: %w", s.location, s.hide(err))
	}
	return nil
}

// hide takes the URL's credentials out of what git says, however it quotes them.
func (s *Source) hide(err error) error {
	var e *exitError
	if !errors.As(err, &e) {
		return err
	}
	e.message = strings.ReplaceAll(e.message, s.url, s.location)
	if user := userInfo(s.url); user != "" {
		e.message = strings.ReplaceAll(e.message, user, "…")
	}
	return err
}

// allBranches is every branch there is, and only branches.
const allBranches = "+refs/heads/*:refs/heads/*"

// fetchHistory brings the commits of all branches, once, and their trees only
// where the server cannot leave them out.
func (s *Source) fetchHistory(ctx context.Context, idLen int) error {
	if s.history != nil {
		return nil
	}
	fetch, read, err := s.copy(ctx, "history", idLen)
	if err != nil {
		return err
	}
	if err := s.fetch(ctx, fetch, "--filter=tree:0", remoteName, allBranches); err != nil {
		return err
	}
	s.history = &read
	return nil
}

// fetchContent brings all of one commit. A server that gives out only what its
// branches name is asked for all of these.
func (s *Source) fetchContent(ctx context.Context, commit ObjectID) error {
	if s.content == nil {
		_, read, err := s.copy(ctx, "content", len(commit))
		if err != nil {
			return err
		}
		s.content = &read
	}
	if s.has(ctx, *s.content, commit) {
		return nil
	}
	fetch, err := s.opts.remote(s.content.dir)
	if err != nil {
		return err
	}
	err = s.fetch(ctx, fetch, "--depth=1", remoteName, string(commit))
	if err == nil || !exited(err) {
		return err
	}
	if whole := s.fetch(ctx, fetch, remoteName, allBranches); whole != nil {
		return whole
	}
	if !s.has(ctx, *s.content, commit) {
		return fmt.Errorf("%s in %q: %w", commit, s.location, ErrNoCommit)
	}
	return nil
}

// has tells whether a copy has the commit itself.
func (s *Source) has(ctx context.Context, git program, commit ObjectID) bool {
	objects, err := git.objects(ctx)
	if err != nil {
		return false
	}
	defer objects.close()
	_, err = objects.commit(commit)
	return err == nil
}
