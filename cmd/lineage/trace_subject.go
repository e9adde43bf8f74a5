package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
	"github.com/lineage-audit/lineage/trace"
	"github.com/lineage-audit/lineage/verify"
	"github.com/lineage-audit/lineage/verify/evidence"
)

// tracing is one call of `lineage trace`.
type tracing struct {
	c       *cli
	f       traceFlags
	place   *capture.Place
	store   *store.Store
	dir     string // of the store
	catalog *index.Catalog
	path    string // that was hashed, if one was
}

// check looks at the command line alone.
func (f *traceFlags) check(args []string) error {
	given := len(args)
	for _, text := range []string{f.run, f.path, f.digest, f.model, f.pkg, f.commit} {
		if text != "" {
			given++
		}
	}
	hint := func(format string, args ...any) error {
		return &statusError{status: exitUsage, err: fmt.Errorf(format, args...), hint: "`lineage trace --help` shows how it is used"}
	}
	ending := ""
	switch {
	case f.format == "" && f.json:
		f.format = "json"
	case f.format == "":
		ending = strings.ToLower(filepath.Ext(f.output))
		f.format = traceEndings[ending]
	}
	switch {
	case f.format == "":
		return hint("the ending of %q is none of a format: say which with --format %s", f.output, strings.Join(traceFormats, ", "))
	case given != 1 || len(args) == 1 && args[0] == "":
		return hint("want one thing to trace: WHAT, or one of --run, --path, --digest, --model, --package, --commit")
	case f.up && f.down:
		return hint("--upstream and --downstream exclude each other")
	case f.up && (f.pkg != "" || f.commit != ""):
		return hint("packages and commits are traced downstream: no record says what they were made of")
	case f.depth < 0 || f.width < 1:
		return hint("--depth is at least 0, and --width at least 1")
	case !slices.Contains(traceFormats, f.format):
		return hint("--format %q is none of %s", f.format, strings.Join(traceFormats, ", "))
	case f.json && f.format != "json":
		return hint("--json and --format %s exclude each other", f.format)
	}
	return nil
}

var (
	hexWord   = regexp.MustCompile(`^[0-9a-fA-F]{4,64}$`)
	countWord = regexp.MustCompile(`^@[0-9]+$`)
	modelWord = regexp.MustCompile(`^m-[A-Za-z0-9]{1,64}$`)
	uriWord   = regexp.MustCompile(`^(models|runs):`)
)

// subject is what was asked for.
func (t *tracing) subject(ctx context.Context, word string) (trace.Subject, error) {
	switch {
	case t.f.run != "":
		return t.run(ctx, t.f.run)
	case t.f.path != "":
		return t.bytesAt(ctx, t.f.path)
	case t.f.digest != "":
		return t.digest(ctx, t.f.digest)
	case t.f.model != "":
		return t.model(ctx, t.f.model)
	case t.f.pkg != "":
		return packageSubject(t.f.pkg)
	case t.f.commit != "":
		return t.commit(ctx, t.f.commit)
	}
	return t.word(ctx, word)
}

// reading is one thing that a word can mean.
type reading struct {
	flag    string
	subject func(context.Context, string) (trace.Subject, error)
}

// word finds what a word means: by its form where that tells, and otherwise by what
// there is. Two things of its name are an error.
func (t *tracing) word(ctx context.Context, word string) (trace.Subject, error) {
	lower := strings.ToLower(word)
	switch {
	case uriWord.MatchString(word):
		return t.model(ctx, word)
	case strings.HasPrefix(lower, "sha256:"), strings.HasPrefix(lower, "lineagetree1:"):
		return t.digest(ctx, word)
	case strings.HasPrefix(word, "pkg:"):
		return trace.Subject{}, usage("a package is traced with --package %s", word)
	case strings.ContainsRune(word, '/') || strings.ContainsRune(word, os.PathSeparator):
		return t.bytesAt(ctx, word)
	}
	found, err := t.meanings(ctx, word)
	if err != nil {
		return trace.Subject{}, err
	}
	switch len(found) {
	case 0:
		return trace.Subject{}, hinted(fmt.Errorf("%q is no path here, and no run and no digest of this store", word), "`lineage log` lists the runs of this store")
	case 1:
		return found[0].subject(ctx, word)
	}
	var flags []string
	for _, r := range found {
		flags = append(flags, r.flag+" "+word)
	}
	return trace.Subject{}, &statusError{status: exitUsage, err: fmt.Errorf("%q could be %s things", word, []string{2: "two", 3: "three", 4: "four"}[len(found)]), hint: "say which one: " + strings.Join(flags, ", or ")}
}

// meanings are the things that a word names here.
func (t *tracing) meanings(ctx context.Context, word string) (found []reading, err error) {
	if _, err := os.Lstat(word); err == nil {
		found = append(found, reading{"--path", t.bytesAt})
	}
	if modelWord.MatchString(word) {
		found = append(found, reading{"--model", t.model})
	}
	if countWord.MatchString(word) {
		found = append(found, reading{"--run", t.run})
	}
	if !hexWord.MatchString(word) {
		return found, nil
	}
	if _, err := t.c.find(ctx, t.store, word); !errors.Is(err, store.ErrNotFound) {
		found = append(found, reading{"--run", t.run}) // an ambiguous one says so itself
	}
	digests, err := t.catalog.Digests(ctx, strings.ToLower(word), 1)
	if len(digests) > 0 {
		found = append(found, reading{"--digest", t.digest})
	}
	return found, err
}

func (t *tracing) run(ctx context.Context, text string) (trace.Subject, error) {
	r, err := t.c.findRecord(ctx, t.store, text)
	if err != nil {
		return trace.Subject{}, err
	}
	return trace.Subject{Asked: text, Run: r.ID()}, nil
}

// mostDigests is how many digests are listed where a shortened one fits several.
const mostDigests = 5

// digest is the bytes of a digest that some run has met.
func (t *tracing) digest(ctx context.Context, text string) (trace.Subject, error) {
	kind, prefix, found := strings.Cut(text, ":")
	if !found {
		kind, prefix = "", text
	}
	kind, prefix = strings.ToLower(kind), strings.ToLower(prefix)
	if !hexWord.MatchString(prefix) || kind != "" && kind != "sha256" && kind != "lineagetree1" {
		return trace.Subject{}, usage("digest %q is not 4 to 64 hexadecimal digits, after sha256: or lineageTree1: or nothing", text)
	}
	all, err := t.catalog.Digests(ctx, prefix, 2*mostDigests)
	if err != nil {
		return trace.Subject{}, err
	}
	all = slices.DeleteFunc(all, func(d index.Digest) bool { return kind != "" && d.IsTree() != (kind == "lineagetree1") })
	switch {
	case len(all) == 0:
		return trace.Subject{}, hinted(fmt.Errorf("no recorded run made or read bytes of digest %q", text), "`lineage trace --path PATH` looks for files of a folder too")
	case len(all) > 1:
		var lines []string
		for _, d := range all[:min(len(all), mostDigests)] {
			lines = append(lines, "\n  "+digestText(d))
		}
		return trace.Subject{}, &statusError{status: exitUsage, err: fmt.Errorf("digest %q is ambiguous; it could be%s", text, strings.Join(lines, "")), hint: "type more digits of the one that is meant"}
	}
	return trace.Subject{Asked: text, File: all[0].File, Tree: all[0].Tree, Bytes: -1}, nil
}

func digestText(d index.Digest) string {
	if d.IsTree() {
		return "lineageTree1:" + d.String()
	}
	return "sha256:" + d.String()
}

// model is the bytes that an entry of a tracker holds now.
func (t *tracing) model(ctx context.Context, text string) (trace.Subject, error) {
	if modelWord.MatchString(text) {
		text = "models:/" + text
	}
	ref, err := attach.ParseRef(text)
	if err != nil {
		return trace.Subject{}, &statusError{status: exitUsage, err: err, hint: hintOf(err)}
	}
	if ref.Kind == attach.RefPath {
		return trace.Subject{}, usage("--model %q is no reference to a model; --path traces a file or folder", text)
	}
	system := newMLflow(t.c.environ, t.place.Dir, t.c.python(ctx, t.place.Dir))
	defer t.c.closing(system)
	registry := &evidence.Registry{Tracker: system, Ref: ref}
	resolved, err := registry.Resolve(ctx)
	if err != nil {
		return trace.Subject{}, err
	}
	content, err := registry.Content(ctx, resolved)
	if err != nil {
		return trace.Subject{}, err
	}
	s := trace.Subject{Asked: text, Model: modelOf(&resolved), Bytes: -1}
	if content.File != nil {
		s.File = *content.File
	} else {
		s.Tree, s.Files = content.Tree.Digest(), content.Tree
	}
	for _, claim := range resolved.Claims {
		if claim.By == verify.ByEntry && !slices.Contains(s.Claims, claim.ID) {
			s.Claims = append(s.Claims, claim.ID)
		}
	}
	return s, nil
}

// packageSubject reads NAME, NAME@VERSION, NAME==VERSION or a package URL.
func packageSubject(text string) (trace.Subject, error) {
	p := trace.Package{}
	if strings.HasPrefix(text, "pkg:") {
		u, err := packageurl.FromString(text)
		if err != nil || u.Type != packageurl.TypePyPi && u.Type != packageurl.TypeConda {
			return trace.Subject{}, usage("--package %q is no package URL of a Python package: pkg:pypi/NAME@VERSION", text)
		}
		p.Name, p.Version = u.Name, u.Version
	} else {
		p.Name, p.Version, _ = strings.Cut(strings.Replace(text, "==", "@", 1), "@")
	}
	p.Name = separators.ReplaceAllString(strings.ToLower(strings.TrimSpace(p.Name)), "-")
	if p.Name == "" || strings.HasSuffix(text, "@") {
		return trace.Subject{}, usage("--package %q: want NAME, NAME@VERSION or pkg:pypi/NAME@VERSION", text)
	}
	return trace.Subject{Asked: text, Package: &p}, nil
}

// separators are one and the same in the names of Python's packages.
var separators = regexp.MustCompile(`[-_.]+`)

func (t *tracing) commit(ctx context.Context, text string) (trace.Subject, error) {
	hash := strings.ToLower(text)
	if text == "HEAD" && t.place.Repo != nil {
		head, err := t.place.Repo.Head(ctx)
		if err != nil {
			return trace.Subject{}, fmt.Errorf("resolving HEAD: %w", err)
		}
		hash = string(head.Commit)
	}
	if !hexWord.MatchString(hash) {
		return trace.Subject{}, &statusError{
			status: exitUsage, err: fmt.Errorf("--commit %q is neither HEAD nor 4 to 64 hexadecimal digits", text),
			hint: "`git rev-parse NAME` tells the commit of a branch or tag",
		}
	}
	return trace.Subject{Asked: text, Commit: &trace.Commit{Hash: hash}}, nil
}
