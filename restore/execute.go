package restore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Execute puts the plan's ingredients into the folder dst, which must be absent or
// empty: otherwise the error wraps [git.ErrNotEmpty]. If it fails, or is cut short,
// dst is as it was; an ingredient that cannot be had is no failure.
func (p *Plan) Execute(ctx context.Context, dst string, o Options) (*Report, error) {
	e := &execution{plan: p, opts: o, report: &Report{Code: p.Patch}}
	if p.Patch == nil {
		return e.report, git.MakeFolder(ctx, dst, e.ingredients)
	}
	err := git.Restore(ctx, o.Repository, *p.Patch, dst, git.RestoreOptions{
		Repository: true,
		Missing:    func(path, why string) { e.report.Withheld = append(e.report.Withheld, Lost{path, why}) },
		Blob:       o.Blobs.Blob,
		Submodule:  o.Submodule,
		Then:       e.ingredients,
	})
	return e.report, err
}

// execution is the carrying out of one plan.
type execution struct {
	plan   *Plan
	opts   Options
	report *Report
	root   *os.Root
	// scratch is the folder, in the one that is made, for what sources fetch and for
	// files that are not whole yet.
	scratch string
	done    int64
	total   int64
}

func (e *execution) ingredients(ctx context.Context, root *os.Root) error {
	e.root, e.scratch = root, ".lineage-restore-"+rand.Text()
	for _, in := range e.plan.Ingredients {
		e.total += in.Bytes
	}
	if len(e.plan.Ingredients) == 0 {
		return nil
	}
	if err := root.Mkdir(e.scratch, 0o700); err != nil {
		return err
	}
	for _, in := range e.plan.Ingredients {
		out, err := e.ingredient(ctx, in)
		if err != nil {
			return err
		}
		e.report.Outcomes = append(e.report.Outcomes, out)
	}
	if err := e.hide(); err != nil {
		return err
	}
	return root.RemoveAll(e.scratch)
}

// hide keeps what is not of the repository out of what git says of the folder.
func (e *execution) hide() error {
	for _, in := range e.plan.Ingredients {
		if in.Location.Root == record.RootRepo {
			continue
		}
		dir := strings.TrimSuffix(in.Place, "/"+path.Join(string(in.Location.Root), strings.TrimPrefix(in.Location.Path, "/")))
		if _, err := e.root.Lstat(dir); err != nil {
			continue
		}
		f, err := e.root.OpenFile(path.Join(dir, ".gitignore"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			return nil
		} else if err != nil {
			return err
		}
		_, err = f.WriteString("*\n")
		return errors.Join(err, f.Close())
	}
	return nil
}

// ingredient puts back one file or tree. An error is one of the folder, or the end
// of ctx; what cannot be had stands in the outcome.
func (e *execution) ingredient(ctx context.Context, in Ingredient) (Outcome, error) {
	out := Outcome{Ingredient: in, Status: Restored}
	if err := checkPlace(in.Place); err != nil {
		in.Files, in.Why = nil, err.Error()
	}
	if in.Files == nil {
		out.Status, out.Lost = Missing, []Lost{{".", in.Why}}
		return out, nil
	}
	links := in.within()
	for _, f := range in.Files {
		if links.cover(f.Path) {
			continue
		}
		if err := e.file(ctx, &out, f); err != nil {
			return out, err
		}
	}
	if len(in.Files) == 0 {
		out.lose(".", e.root.MkdirAll(in.Place, 0o777))
	}
	e.link(ctx, &out, links)
	switch {
	case len(out.Lost) > 0 && len(out.From) == 0:
		out.Status = Missing
	case len(out.Lost) > 0:
		out.Status = Partly
	}
	return out, ctx.Err()
}

func (o *Outcome) lose(p string, err error) {
	if err != nil {
		o.Lost = append(o.Lost, Lost{p, err.Error()})
	}
}

// found counts a file that came from somewhere.
func (o *Outcome) found(name, where string) {
	for i := range o.From {
		if o.From[i].Name == name {
			o.From[i].Files++
			return
		}
	}
	o.From = append(o.From, From{name, where, 1})
}

// file puts back one file.
func (e *execution) file(ctx context.Context, out *Outcome, f hashing.Entry) error {
	target := path.Join(out.Place, f.Path)
	if err := checkPlace(target); err != nil {
		out.lose(f.Path, err)
		return nil
	}
	if link, is := e.linked(target); is {
		e.throughLink(ctx, out, f, target, link)
		return ctx.Err()
	}
	if f.Digest.IsEmpty() {
		err := e.write(ctx, target, f.Digest, strings.NewReader(""))
		if err == nil || errors.Is(err, fs.ErrExist) && e.is(ctx, target, f.Digest) {
			out.found("nothing", "it is empty")
			return nil
		}
		out.lose(f.Path, err)
		return ctx.Err()
	}
	if _, err := e.root.Lstat(target); err == nil {
		if e.is(ctx, target, f.Digest) {
			out.found("the code", target)
			e.progress(0)
			return ctx.Err()
		}
		out.lose(f.Path, errors.New("the code has other bytes at this place"))
		return ctx.Err()
	}
	return e.hunt(ctx, out, f, target)
}

// linked is the first link of the code that stands on the way to a place, or at it.
// Nothing is written through one: it may lead into a .git.
func (e *execution) linked(target string) (string, bool) {
	for i := 0; i <= len(target); i++ {
		if i < len(target) && target[i] != '/' {
			continue
		}
		info, err := e.root.Lstat(target[:i])
		if err != nil {
			return "", false
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			return target[:i], true
		}
	}
	return "", false
}

// throughLink looks at what is found through a link of the code, where the run has
// read it too: perhaps outside of the folder, on a disk that is still there.
func (e *execution) throughLink(ctx context.Context, out *Outcome, f hashing.Entry, target, link string) {
	got, err := hashing.HashFile(ctx, filepath.Join(e.root.Name(), filepath.FromSlash(target)), hashing.Options{})
	switch {
	case err == nil && got.Digest == f.Digest:
		out.found("a link of the code", link)
	case err == nil:
		out.lose(f.Path, fmt.Errorf("the code has a link at %q, and other bytes are found through it", link))
	default:
		out.lose(f.Path, fmt.Errorf("the code has a link at %q, which leads to nothing here", link))
	}
}

// is tells whether a file of the folder has the digest.
func (e *execution) is(ctx context.Context, target string, want hashing.FileDigest) bool {
	info, err := e.root.Stat(target)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := e.root.Open(target)
	if err != nil {
		return false
	}
	defer f.Close()
	got, _, err := hashing.Reader(ctx, f)
	return err == nil && got == want
}

// hunt asks one source after the other.
func (e *execution) hunt(ctx context.Context, out *Outcome, f hashing.Entry, target string) error {
	want, why := out.want(f), []string(nil)
	for _, s := range e.opts.Sources {
		candidates, err := s.Look(ctx, want)
		if err != nil {
			why = append(why, fmt.Sprintf("%s: %v", s.Name, err))
		}
		for _, c := range candidates {
			if c.Bytes >= 0 && want.Bytes >= 0 && c.Bytes != want.Bytes {
				why = append(why, fmt.Sprintf("%s: other bytes stand at %s", s.Name, c.Where))
				continue
			}
			err := e.take(ctx, c, target, f.Digest)
			if err == nil {
				out.found(s.Name, c.Where)
				return nil
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			why = append(why, fmt.Sprintf("%s: %s: %v", s.Name, c.Where, err))
		}
	}
	if len(why) == 0 {
		why = []string{"it is nowhere that was looked at"}
	}
	out.lose(f.Path, errors.New(strings.Join(slices.Compact(why), "; ")))
	return ctx.Err()
}

func (o *Outcome) want(f hashing.Entry) Want {
	w := Want{Digest: f.Digest, Location: o.Location, Tree: o.Tree, Top: o.Location, Below: f.Path, Bytes: -1}
	if o.Tree == nil {
		w.Bytes = o.Bytes
		if o.URI != "" {
			w.URIs = []string{o.URI}
		}
		return w
	}
	w.Location, w.TreeURI = o.Location.Join(f.Path), o.URI
	for _, s := range o.Sources {
		if s.Path == record.EncodePath(f.Path) {
			w.URIs = append(w.URIs, s.URI)
		}
	}
	return w
}

func (e *execution) take(ctx context.Context, c Candidate, target string, want hashing.FileDigest) error {
	in, err := c.Open(ctx, filepath.Join(e.root.Name(), e.scratch))
	if err != nil {
		return err
	}
	defer in.Close()
	return e.write(ctx, target, want, in)
}

var errOther = errors.New("it has other bytes")

// write makes a file that was not there: it is hashed as it is written, and has its
// name only if it is the one that is wanted.
func (e *execution) write(ctx context.Context, target string, want hashing.FileDigest, in io.Reader) (err error) {
	if _, err := e.root.Lstat(target); err == nil {
		return fmt.Errorf("%q: %w", target, fs.ErrExist)
	}
	if err := e.root.MkdirAll(path.Dir(target), 0o777); err != nil {
		return err
	}
	part := path.Join(e.scratch, "part")
	f, err := e.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	before := e.done
	got, _, err := hashing.Reader(ctx, io.TeeReader(in, &counted{f, e}))
	err = errors.Join(err, f.Close())
	if err == nil && got != want {
		err = errOther
	}
	if err == nil {
		err = e.root.Rename(part, target)
	}
	if err != nil {
		e.done = before
		return errors.Join(err, ignoring(e.root.Remove(part), fs.ErrNotExist))
	}
	return nil
}

func ignoring(err, what error) error {
	if errors.Is(err, what) {
		return nil
	}
	return err
}

type counted struct {
	out io.Writer
	e   *execution
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.out.Write(b)
	c.e.progress(int64(n))
	return n, err
}

func (e *execution) progress(more int64) {
	if e.done += more; e.opts.Progress != nil {
		e.opts.Progress(e.done, e.total)
	}
}
