package git

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// trick hides a change from git status.
type trick struct {
	name   string
	do     func(f *fixture) (env []string)
	shown  bool // plain git status sees it all the same
	state  TreeState
	differ []string
}

func none(do func(f *fixture)) func(*fixture) []string {
	return func(f *fixture) []string { do(f); return nil }
}

// unnoticed rewrites a file so that size and mtime are what the index has.
func unnoticed(f *fixture, name, content string) {
	old := time.Unix(1600000000, 0)
	set := func() {
		if err := os.Chtimes(f.path(name), old, old); err != nil {
			f.t.Fatal(err)
		}
	}
	set()
	f.git("update-index", "--really-refresh")
	file, err := os.OpenFile(f.path(name), os.O_WRONLY, 0)
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := file.WriteString(content); err != nil {
		f.t.Fatal(err)
	}
	file.Close()
	set()
}

var tricks = []trick{
	{name: "assume-unchanged", state: Dirty, differ: []string{"modified a.py"}, do: none(func(f *fixture) {
		f.git("update-index", "--assume-unchanged", "a.py")
		f.write("a.py", "evil\n")
	})},
	{name: "skip-worktree", state: Dirty, differ: []string{"modified a.py"}, do: none(func(f *fixture) {
		f.git("update-index", "--skip-worktree", "a.py")
		f.write("a.py", "evil\n")
	})},
	{name: "core.ignoreStat", state: Dirty, differ: []string{"modified a.py"}, do: none(func(f *fixture) {
		f.git("config", "core.ignoreStat", "true")
		f.git("update-index", "--really-refresh")
		f.git("rm", "-q", "--cached", "a.py")
		f.git("update-index", "--add", "a.py")
		f.write("a.py", "evil\n")
	})},
	{name: "replaced commit", state: Dirty, differ: []string{"modified a.py"}, do: none(func(f *fixture) {
		head := f.head()
		f.write("a.py", "evil\n")
		other := f.commit("evil")
		f.git("update-ref", "HEAD", string(head))
		f.git("replace", string(head), string(other))
	})},
	{name: "replaced tree", state: Dirty, differ: []string{"modified a.py"}, do: none(func(f *fixture) {
		head := f.head()
		f.write("a.py", "evil\n")
		other := f.commit("evil")
		f.git("update-ref", "HEAD", string(head))
		f.git("replace", string(head)+"^{tree}", string(other)+"^{tree}")
	})},
	{name: "clean filter", state: Filtered, differ: []string{"filtered a.py"}, do: none(func(f *fixture) {
		f.git("config", "filter.hide.clean", "git cat-file blob "+f.git("rev-parse", "HEAD:a.py"))
		f.write(".git/info/attributes", "a.py filter=hide\n")
		f.write("a.py", "print('b')\n")
	})},
	{name: "committed filter", state: Filtered, differ: []string{"filtered a.py"}, do: none(func(f *fixture) {
		f.write(".gitattributes", "a.py filter=hide\n")
		f.commit("filter")
		f.git("config", "filter.hide.clean", "git cat-file blob "+f.git("rev-parse", "HEAD:a.py"))
		f.write("a.py", "print('b')\n")
	})},
	{name: "filter and more", state: Dirty, differ: []string{"filtered a.py", "modified run.sh"}, do: none(func(f *fixture) {
		f.git("config", "filter.hide.clean", "git cat-file blob "+f.git("rev-parse", "HEAD:a.py"))
		f.write(".git/info/attributes", "a.py filter=hide\n")
		f.write("a.py", "print('b')\n")
		f.git("update-index", "--assume-unchanged", "run.sh")
		f.write("run.sh", "#!/bin/sh\nevil\n")
		f.chmod("run.sh", 0o755)
	})},
	{name: "a filter named lfs", state: Dirty, differ: []string{"modified a.py"}, do: none(func(f *fixture) {
		f.git("config", "filter.lfs.clean", "git cat-file blob "+f.git("rev-parse", "HEAD:a.py"))
		f.write(".git/info/attributes", "a.py filter=lfs\n")
		f.write("a.py", "print('b')\n")
	})},
	{name: "core.fsmonitor", state: Dirty, differ: []string{"modified a.py"}, do: none(func(f *fixture) {
		hook := f.script(".git/monitor", `printf 'token\0'`)
		f.git("config", "core.fsmonitor", hook)
		f.git("config", "core.fsmonitorHookVersion", "2")
		f.git("update-index", "--fsmonitor")
		f.git("status")
		f.write("a.py", "evil\n")
	})},
	{name: "info/exclude", state: Dirty, differ: []string{"untracked evil.json", "untracked evil.py"}, do: none(func(f *fixture) {
		f.write(".git/info/exclude", "evil*\n")
		f.write("evil.py", "evil\n")
		f.write("evil.json", "{}\n")
	})},
	{name: "global excludes", state: Dirty, differ: []string{"untracked evil.json"}, do: none(func(f *fixture) {
		f.at(f.home).write(".excludes", "evil*\n")
		f.git("config", "--global", "core.excludesFile", f.home+"/.excludes")
		f.write("evil.json", "{}\n")
	})},
	{name: "default global excludes", state: Dirty, differ: []string{"untracked evil.json"}, do: none(func(f *fixture) {
		f.at(f.home).write(".config/git/ignore", "evil*\n")
		f.write("evil.json", "{}\n")
	})},
	{name: "core.excludesFile", state: Dirty, differ: []string{"untracked evil.json"}, do: none(func(f *fixture) {
		f.write(".git/excludes", "evil*\n")
		f.git("config", "core.excludesFile", f.path(".git/excludes"))
		f.write("evil.json", "{}\n")
	})},
	{name: "status.showUntrackedFiles", state: Dirty, differ: []string{"untracked evil.json"}, do: none(func(f *fixture) {
		f.git("config", "status.showUntrackedFiles", "no")
		f.write("evil.json", "{}\n")
	})},
	{name: "submodule ignore=all", state: Dirty, differ: []string{"modified sub", "sub: modified a.py"}, do: none(func(f *fixture) {
		f.submodule("sub")
		f.git("config", "submodule.sub.ignore", "all")
		f.write("sub/a.py", "evil\n")
	})},
	{name: "diff.ignoreSubmodules", state: Dirty, differ: []string{"modified sub", "sub: untracked evil.py"}, do: none(func(f *fixture) {
		f.submodule("sub")
		f.git("config", "diff.ignoreSubmodules", "all")
		f.write("sub/evil.py", "evil\n")
	})},
	{name: "another commit in an ignored submodule", state: Dirty, differ: []string{"modified sub"}, do: none(func(f *fixture) {
		f.submodule("sub")
		f.git("config", "submodule.sub.ignore", "all")
		f.write("sub/a.py", "evil\n")
		f.at(f.path("sub")).commit("evil")
	})},
	{name: "a submodule that is ignored", state: Dirty, differ: []string{"modified sub", "sub: untracked data.json"}, do: none(func(f *fixture) {
		f.submodule("sub")
		f.git("config", "submodule.sub.ignore", "all")
		f.write(".gitignore", "sub\n")
		f.commit("ignore")
		f.write("sub/data.json", "evil\n")
	})},
	{name: "core.trustctime", state: Dirty, differ: []string{"modified a.py"}, do: none(func(f *fixture) {
		f.git("config", "core.trustctime", "false")
		unnoticed(f, "a.py", "print('b')\n")
	})},
	{name: "core.checkStat", state: Dirty, differ: []string{"modified a.py"}, do: none(func(f *fixture) {
		f.git("config", "core.trustctime", "false")
		f.git("config", "core.checkStat", "minimal")
		unnoticed(f, "a.py", "print('b')\n")
	})},
	{name: "core.fileMode", state: Dirty, differ: []string{"mode a.py", "mode run.sh"}, do: none(func(f *fixture) {
		f.git("config", "core.fileMode", "false")
		f.chmod("a.py", 0o755)
		f.chmod("run.sh", 0o644)
	})},
	{name: "core.worktree", state: Dirty, differ: []string{"modified a.py"}, do: none(func(f *fixture) {
		other := f.clone("other")
		f.git("config", "core.worktree", other)
		f.write("a.py", "evil\n")
	})},
	{name: "GIT_DIR", state: Dirty, differ: []string{"modified a.py"}, do: func(f *fixture) []string {
		other := f.clone("other")
		f.write("a.py", "evil\n")
		return []string{"GIT_DIR=" + other + "/.git", "GIT_WORK_TREE=" + other}
	}},
	{name: "GIT_WORK_TREE", state: Dirty, differ: []string{"modified a.py"}, do: func(f *fixture) []string {
		other := f.clone("other")
		f.write("a.py", "evil\n")
		return []string{"GIT_DIR=" + f.path(".git"), "GIT_WORK_TREE=" + other}
	}},
	{name: "GIT_INDEX_FILE", state: Dirty, differ: []string{"modified a.py"}, do: func(f *fixture) []string {
		index := filepath.Join(f.home, "index")
		f.git("update-index", "--assume-unchanged", "a.py")
		if err := os.Rename(f.path(".git/index"), index); err != nil {
			f.t.Fatal(err)
		}
		f.git("read-tree", "HEAD")
		f.write("a.py", "evil\n")
		return []string{"GIT_INDEX_FILE=" + index}
	}},
	{name: "GIT_CONFIG_COUNT", state: Dirty, differ: []string{"untracked evil.json"}, do: func(f *fixture) []string {
		f.write("evil.json", "{}\n")
		return []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=status.showUntrackedFiles", "GIT_CONFIG_VALUE_0=no"}
	}},
	{name: "GIT_CONFIG_PARAMETERS", state: Dirty, differ: []string{"untracked evil.json"}, do: func(f *fixture) []string {
		f.write("evil.json", "{}\n")
		return []string{"GIT_CONFIG_PARAMETERS='status.showuntrackedfiles'='no'"}
	}},
	{name: "GIT_CONFIG_GLOBAL", state: Dirty, differ: []string{"untracked evil.json"}, do: func(f *fixture) []string {
		f.write("evil.json", "{}\n")
		f.at(f.home).write("config", "[status]\nshowUntrackedFiles = no\n")
		return []string{"GIT_CONFIG_GLOBAL=" + f.home + "/config"}
	}},
	{name: "GIT_REPLACE_REF_BASE", state: Dirty, differ: []string{"modified a.py"}, do: func(f *fixture) []string {
		head := f.head()
		f.write("a.py", "evil\n")
		other := f.commit("evil")
		f.git("update-ref", "HEAD", string(head))
		f.git("update-ref", "refs/other/"+string(head), string(other))
		return []string{"GIT_REPLACE_REF_BASE=refs/other/"}
	}},
	{name: "sparse checkout", state: Dirty, differ: []string{"deleted pkg/b.py"}, do: none(func(f *fixture) {
		f.git("sparse-checkout", "set", "--no-cone", "/a.py", "/run.sh")
	})},
	{name: "sparse index", state: Dirty, differ: []string{"deleted pkg/b.py"}, do: none(func(f *fixture) {
		f.git("sparse-checkout", "set", "--cone", "--sparse-index")
	})},
	{name: "ignored source", state: Dirty, differ: []string{"ignored build/gen.py", "ignored local.py"}, do: none(func(f *fixture) {
		f.write(".gitignore", "local.py\nbuild/\nnotes.txt\n")
		f.commit("ignore")
		f.write("local.py", "evil\n")
		f.write("build/gen.py", "evil\n")
		f.write("notes.txt", "not code\n")
	})},
	{name: "a .gitignore that ignores itself", state: Dirty, differ: []string{"ignored hidden/x.py"}, do: none(func(f *fixture) {
		f.write("hidden/.gitignore", "*\n")
		f.write("hidden/x.py", "evil\n")
	})},
	{name: "a marker of an environment", state: Dirty, shown: true, differ: []string{"untracked pkg/bin/x", "untracked pkg/evil.py", "untracked pkg/pyvenv.cfg"}, do: none(func(f *fixture) {
		f.write("pkg/pyvenv.cfg", "home = /usr/bin\n")
		f.write("pkg/bin/x", "x\n")
		f.write("pkg/evil.py", "evil\n")
	})},
	{name: "symlink swapped for a file", state: Dirty, differ: []string{"type link.py"}, do: none(func(f *fixture) {
		f.link("a.py", "link.py")
		f.commit("link")
		f.git("config", "core.symlinks", "false")
		f.remove("link.py")
		f.write("link.py", "a.py")
	})},
	{name: "file swapped for a symlink", state: Dirty, shown: true, differ: []string{"type a.py"}, do: none(func(f *fixture) {
		f.at(f.home).write("a.py", "print('a')\n")
		f.remove("a.py")
		f.link(f.home+"/a.py", "a.py")
	})},
	{name: "folder swapped for a symlink", state: Dirty, shown: true, differ: []string{"deleted pkg/b.py", "untracked pkg"}, do: none(func(f *fixture) {
		f.at(f.home).write("pkg/b.py", "B = 1\n")
		f.remove("pkg")
		f.link(f.home+"/pkg", "pkg")
	})},
	{name: "nested repository", state: Dirty, differ: []string{"untracked nested/a.py"}, do: none(func(f *fixture) {
		f.write(".git/info/exclude", "nested\n")
		f.git("init", "-q", "nested")
		f.write("nested/a.py", "evil\n")
		f.at(f.path("nested")).commit("evil")
	})},
	{name: "nested repository over tracked files", state: Dirty, shown: true, differ: []string{"modified pkg/b.py", "untracked pkg/evil.py"}, do: none(func(f *fixture) {
		f.git("init", "-q", "pkg")
		f.write("pkg/b.py", "evil\n")
		f.write("pkg/evil.py", "evil\n")
	})},
	{name: "files in the place of a submodule", state: Dirty, differ: []string{"untracked sub/a.py", "untracked sub/evil.py", "untracked sub/pkg/b.py", "untracked sub/run.sh"}, do: none(func(f *fixture) {
		f.submodule("sub")
		f.git("config", "submodule.sub.ignore", "all")
		f.remove("sub/.git")
		f.write("sub/evil.py", "evil\n")
	})},
	{name: "alternates", state: Dirty, shown: true, differ: []string{"modified a.py"}, do: none(func(f *fixture) {
		other := f.clone("other")
		f.remove(".git/objects")
		f.write(".git/objects/info/alternates", other+"/.git/objects\n")
		f.write("a.py", "evil\n")
	})},
	{name: "mixed line ends under text", state: Dirty, differ: []string{"modified a.py"}, do: none(func(f *fixture) {
		f.write(".gitattributes", "*.py text\n")
		f.write("a.py", "one\ntwo\n")
		f.commit("text")
		f.write("a.py", "one\r\ntwo\n")
		f.git("add", "a.py")
	})},
	{name: "text inside of ident", state: Dirty, differ: []string{"modified a.py"}, do: none(func(f *fixture) {
		f.write(".gitattributes", "*.py ident\n")
		f.write("a.py", "exec('$Id$')\n")
		f.commit("ident")
		f.write("a.py", "exec('$Id: evil() $')\n")
		f.git("add", "a.py")
	})},
	{name: "staged and taken back", state: Dirty, shown: true, differ: []string{"staged a.py"}, do: none(func(f *fixture) {
		f.write("a.py", "other\n")
		f.git("add", "a.py")
		f.write("a.py", "print('a')\n")
	})},
}

func TestTricksAreSeen(t *testing.T) {
	for _, trick := range tricks {
		t.Run(trick.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			env := trick.do(f)
			status, err := f.try(env, "status", "--porcelain")
			if err != nil {
				t.Fatalf("git status: %v\n%s", err, status)
			}
			if shown := status != ""; shown != trick.shown {
				t.Errorf("git status shows %q", status)
			}
			f.environ = env
			f.wantTree(trick.state, trick.differ...)
			tree, kept := f.judge()
			f.wantRestored(tree, kept)
		})
	}
}

// submodule adds a clone of the repository to itself, and commits.
func (f *fixture) submodule(name string) {
	f.t.Helper()
	f.git("submodule", "--quiet", "add", f.clone("origin-of-"+name), name)
	f.commit("submodule")
}

// clone makes a clone beside the work tree.
func (f *fixture) clone(name string) string {
	f.t.Helper()
	dir := filepath.Join(filepath.Dir(f.root), name)
	f.git("clone", "-q", f.root, dir)
	return dir
}

func TestForgedObjectIsNoTree(t *testing.T) {
	f := newFixture(t)
	head := f.head()
	real := f.git("rev-parse", "HEAD^{tree}")
	f.write("a.py", "evil\n")
	f.commit("evil")
	forged := f.git("rev-parse", "HEAD^{tree}")
	f.git("update-ref", "HEAD", string(head))
	object := func(id string) string { return fmt.Sprintf(".git/objects/%s/%s", id[:2], id[2:]) }
	b, err := os.ReadFile(f.path(object(forged)))
	if err != nil {
		t.Fatal(err)
	}
	f.remove(object(real))
	f.write(object(real), string(b))
	_, err = f.open().Scan(t.Context(), ScanOptions{})
	if !errors.Is(err, ErrCorrupt) {
		t.Errorf("scan: %v, want %v", err, ErrCorrupt)
	}
}
