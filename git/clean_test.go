package git

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
)

// honest trees differ from their commit's blobs only as git makes them.
var honest = []struct {
	name  string
	do    func(f *fixture)
	forms []Form
	plain bool // git status cannot tell: LFS is not installed
}{
	{name: "eol=crlf", forms: []Form{FormCRLF}, do: func(f *fixture) {
		f.write(".gitattributes", "*.bat text eol=crlf\n")
		f.write("x.bat", "one\ntwo\n")
		f.recheckout()
	}},
	{name: "core.autocrlf of the repository", forms: []Form{FormCRLF, FormCRLF, FormCRLF}, do: func(f *fixture) {
		f.git("config", "core.autocrlf", "true")
		f.write("bin.dat", "\x00\nbinary\n")
		f.write("mixed.txt", "one\r\ntwo\r\n")
		f.git("-c", "core.autocrlf=false", "add", "-A")
		f.recheckout()
	}},
	{name: "core.autocrlf of the user", forms: []Form{FormCRLF, FormCRLF, FormCRLF}, do: func(f *fixture) {
		f.git("config", "--global", "core.autocrlf", "true")
		f.recheckout()
	}},
	{name: "text=auto and core.eol", forms: []Form{FormCRLF, FormCRLF, FormCRLF, FormCRLF}, do: func(f *fixture) {
		f.write(".gitattributes", "* text=auto\n")
		f.git("config", "core.eol", "crlf")
		f.recheckout()
	}},
	{name: "the old attribute crlf", forms: []Form{FormCRLF}, do: func(f *fixture) {
		f.write(".gitattributes", "a.py crlf\n")
		f.git("config", "core.eol", "crlf")
		f.recheckout()
	}},
	{name: "ident", forms: []Form{FormIdent}, do: func(f *fixture) {
		f.write(".gitattributes", "*.c ident\n")
		f.write("x.c", "/* $Id$ $Id: x$ $Id: of another$ $Id */\n")
		f.recheckout()
	}},
	{name: "ident and crlf", forms: []Form{FormIdentCRLF}, do: func(f *fixture) {
		f.write(".gitattributes", "*.c ident eol=crlf\n")
		f.write("x.c", "/* $Id$\n */\n")
		f.recheckout()
	}},
	{name: "ident after a commit", forms: []Form{FormOther}, do: func(f *fixture) {
		f.write(".gitattributes", "*.c ident\n")
		f.write("x.c", "/* $Id$ */\n")
		f.recheckout()
		f.write("x.c", f.read("x.c")+"more\n")
		f.commit("more")
	}},
	{name: "UTF-16", forms: []Form{FormOther, FormOther, FormOther}, do: func(f *fixture) {
		f.write(".gitattributes", "*.1 text working-tree-encoding=UTF-16\n*.2 text working-tree-encoding=UTF-16LE-BOM eol=crlf\n*.3 working-tree-encoding=utf-16be\n")
		f.write("x.1", "\xff\xfea\x00\n\x00")
		f.write("x.2", "\xff\xfea\x00\r\x00\n\x00")
		f.write("x.3", "\x00a\xd8\x3d\xde\x00")
		f.recheckout()
	}},
	{name: "Latin-1", forms: []Form{FormOther}, do: func(f *fixture) {
		f.write(".gitattributes", "*.txt working-tree-encoding=ISO-8859-1\n")
		f.write("x.txt", "caf\xe9\n")
		f.recheckout()
	}},
	{name: "LFS", forms: []Form{FormLFS}, plain: true, do: func(f *fixture) {
		f.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
		f.write("x.bin", lfsPointer("weights"))
		f.commit("lfs")
		f.write("x.bin", "weights")
		f.writeLFS("weights")
	}},
	{name: "LFS that was not fetched", do: func(f *fixture) {
		f.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
		f.write("x.bin", lfsPointer("weights"))
		f.commit("lfs")
	}},
	{name: "a filter that changes nothing", do: func(f *fixture) {
		f.write(".gitattributes", "*.py filter=nbstripout\n")
		f.commit("filter")
	}},
	{name: "environments and caches", do: func(f *fixture) {
		f.write(".gitignore", ".venv/\nenv/\n__pycache__/\nnode_modules/\n.lineage/\n.tool/\n*.log\n")
		f.commit("ignore")
		f.write(".venv/pyvenv.cfg", "")
		f.write(".venv/bin/activate.py", "")
		f.write(".venv/lib/python3/site-packages/x.py", "")
		f.write("env/conda-meta/history", "")
		f.write("env/lib/x.py", "")
		f.write("__pycache__/x.py", "")
		f.write("node_modules/x/x.js", "")
		f.write(".lineage/hooks.py", "")
		f.write("run.log", "")
	}},
	{name: "links, modes and odd names", do: func(f *fixture) {
		f.link("a.py", "link")
		f.link("/nowhere/at/all", "dangling")
		f.link("link", "pkg/loop")
		f.write("new\nline \\ \xff.py", "x\n")
		f.write("ünïcode/-x", "")
		f.commit("odd")
	}},
}

// recheckout commits what stands there, and lets git check all of it out again.
func (f *fixture) recheckout() {
	f.t.Helper()
	f.commit("recheckout")
	names := f.git("ls-files", "-z")
	for name := range strings.SplitSeq(strings.TrimRight(names, "\x00"), "\x00") {
		f.remove(name)
	}
	f.git("checkout", "-q", "--", ".")
}

func (f *fixture) read(name string) string {
	f.t.Helper()
	b, err := os.ReadFile(f.path(name))
	if err != nil {
		f.t.Fatal(err)
	}
	return string(b)
}

func lfsPointer(content string) string {
	return fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n", hashing.Bytes([]byte(content)), len(content))
}

// writeLFS puts an object where git-lfs keeps it.
func (f *fixture) writeLFS(content string) {
	hex := hashing.Bytes([]byte(content)).String()
	f.write(".git/lfs/objects/"+hex[:2]+"/"+hex[2:4]+"/"+hex, content)
}

func TestHonestTreesAreClean(t *testing.T) {
	for _, test := range honest {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			test.do(f)
			if status := f.git("status", "--porcelain"); !test.plain && status != "" {
				t.Fatalf("git status shows %q", status)
			}
			tree := f.wantTree(Clean)
			if len(tree.Conversions) != len(test.forms) {
				t.Errorf("conversions %+v, want %v", tree.Conversions, test.forms)
			}
			for i, c := range tree.Conversions {
				if i < len(test.forms) && c.Form != test.forms[i] {
					t.Errorf("%q has the form %q, want %q", c.Path, c.Form, test.forms[i])
				}
			}
			tree, kept := f.judge()
			f.wantRestored(tree, kept)
			f.wantExplained(tree)
		})
	}
}

// wantExplained: a verifier finds every file of a recorded tree in its commit.
func (f *fixture) wantExplained(tree Tree) {
	f.t.Helper()
	src, err := OpenSource(f.t.Context(), f.root, f.options())
	if err != nil {
		f.t.Fatal(err)
	}
	defer src.Close()
	full := tree.Patch()
	patches := []*Patch{&full}
	if len(full.Entries) == 0 { // then the commit alone says it all
		patches = append(patches, nil)
	}
	for _, p := range patches {
		c, err := src.Explain(f.t.Context(), tree.Commit, tree.Manifest, p)
		if err != nil {
			f.t.Fatal(err)
		}
		if !c.Holds() || len(c.Forms) != len(full.Forms) {
			f.t.Errorf("not explained: %+v", c)
		}
	}
}

func TestLFSThatDiffers(t *testing.T) {
	f := newFixture(t)
	f.write(".gitattributes", "*.bin filter=lfs -text\n")
	f.write("x.bin", lfsPointer("weights"))
	f.commit("lfs")
	f.write("x.bin", "WEIGHTS")
	f.wantTree(Dirty, "modified x.bin")
	f.write("x.bin", "weights")
	f.write(".gitattributes", "")
	f.wantTree(Dirty, "modified .gitattributes", "modified x.bin")
}

func TestUnknownEncodingIsFiltered(t *testing.T) {
	f := newFixture(t)
	f.write(".gitattributes", "*.txt working-tree-encoding=SHIFT-JIS\n")
	f.write("x.txt", "\x83\x41\n")
	f.commit("encoding")
	tree := f.wantTree(Filtered, "filtered x.txt")
	if !tree.Differences[0].Kept {
		tree, kept := f.judge()
		f.wantRestored(tree, kept)
	}
}
