package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/report/ci"
	"github.com/lineage-audit/lineage/verify"
)

// output is one --format: a format, and the file that it goes to; "" is stdout.
type output struct {
	format ci.Format
	file   string
}

// outputs are those that --format and --json ask for. One of them is for stdout:
// text, where all others go to files.
func (f verifyFlags) outputs() (all []output, err error) {
	texts := slices.Clone(f.formats)
	if f.json {
		texts = append(texts, string(ci.JSON))
	}
	for _, text := range texts {
		name, file, toFile := strings.Cut(text, "=")
		o := output{file: file}
		if o.format, err = ci.Parse(name); err != nil {
			return nil, usage("--format: %w", err)
		}
		if toFile && (file == "" || file == "-") {
			return nil, usage("--format %q names no file", text)
		}
		if o.file != "" {
			o.file = filepath.Clean(o.file)
		}
		for _, other := range all {
			switch {
			case o == other:
				return nil, usage("--format %q stands twice", text)
			case o.file == other.file && o.file == "":
				return nil, &statusError{status: exitUsage, err: fmt.Errorf("--format: both %s and %s are for stdout", other.format, o.format), hint: fmt.Sprintf("write one of them to a file: --format %s=FILE", o.format)}
			case o.file == other.file:
				return nil, usage("--format: both %s and %s are for the file %q", other.format, o.format, o.file)
			}
		}
		all = append(all, o)
	}
	if !slices.ContainsFunc(all, func(o output) bool { return o.file == "" }) {
		all = append(all, output{format: ci.Text})
	}
	return all, nil
}

// clear removes the files that an earlier verification has left, so that none of
// them is taken for this one's, however it ends. What is no regular file, or part of
// what is to be verified, is no place for a report.
func (f verifyFlags) clear(all []output, asked string) error {
	for _, o := range all {
		if o.file == "" {
			continue
		}
		if f.isEvidence(o.file, asked) {
			return usage("--format: %q is part of what is to be verified", o.file)
		}
		info, err := os.Lstat(o.file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if _, err := os.Stat(filepath.Dir(o.file)); err != nil {
				return usage("--format: %w", err)
			}
		case err != nil:
			return usage("--format: %w", err)
		case !info.Mode().IsRegular():
			return usage("--format: %q is no regular file", o.file)
		default:
			if err := os.Remove(o.file); err != nil {
				return cannot(err)
			}
		}
	}
	return nil
}

// isEvidence tells whether a file is the policy or the model, or in it.
func (f verifyFlags) isEvidence(file, asked string) bool {
	all := []string{f.policy}
	if ref, err := attach.ParseRef(asked); err == nil && ref.Kind == attach.RefPath {
		all = append(all, ref.Path)
	}
	for _, path := range all {
		if path == "" {
			continue
		}
		if _, within := capture.Below(withoutLinks(path), withoutLinks(file)); within {
			return true
		}
	}
	return false
}

// withoutLinks is a path without links, as far as it is there.
func withoutLinks(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if found, err := filepath.EvalSymlinks(path); err == nil {
		return found
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(dir, filepath.Base(path))
	}
	return path
}

// tell writes the verdict in every format, and all of them, even if one cannot be
// written.
func (c *cli) tell(ctx context.Context, f verifyFlags, all []output, v verify.Verdict) (err error) {
	o := ci.Options{Anchor: c.anchor(ctx, f, v)}
	for _, out := range all {
		err = errors.Join(err, c.tellOne(out, v, o))
	}
	if slices.ContainsFunc(all, func(o output) bool { return o.format == ci.GitHub }) {
		err = errors.Join(err, c.summarize(v, o))
	}
	return err
}

func (c *cli) tellOne(out output, v verify.Verdict, o ci.Options) error {
	if out.file == "" && out.format == ci.Text {
		o.Text = c.look(c.stdout)
	}
	raw, err := ci.Render(out.format, v, o)
	if err != nil {
		return err
	}
	if out.file != "" {
		return replaceFile(out.file, raw)
	}
	if out.format == ci.Text && c.getenv("GITHUB_ACTIONS") == "true" {
		raw = ci.Fence(raw) // else a name in it could be a command to the runner
	}
	_, err = c.stdout.Write(raw)
	return err
}

// tellUnfinished tells those who wait for a report that there is no verdict. Text
// and JSON have nothing to say: stderr and the exit status do.
func (c *cli) tellUnfinished(ctx context.Context, f verifyFlags, all []output, asked string, reason error) {
	all = slices.DeleteFunc(slices.Clone(all), func(o output) bool { return o.format == ci.Text || o.format == ci.JSON })
	if len(all) == 0 {
		return
	}
	status := exitCannot
	var own *statusError
	if errors.As(reason, &own) {
		status = own.status
	}
	if err := c.tell(ctx, f, all, ci.Unfinished(asked, reason.Error(), status)); err != nil {
		c.complain(err)
	}
}

// summarize appends the verdict to the job summary, as far as GitHub takes it: a
// summary that is too long is lost as a whole.
func (c *cli) summarize(v verify.Verdict, o ci.Options) error {
	path := c.getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("writing the job summary: %w", err)
	}
	info, err := file.Stat()
	if err == nil {
		o.Limit = int(max(1, 1<<20-1-info.Size()))
		var raw []byte
		if raw, err = ci.Render(ci.Markdown, v, o); err == nil && len(raw) > 0 {
			_, err = file.Write(append([]byte("\n"), raw...)) // what stands above may not have ended its line
		}
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("writing the job summary: %w", err)
	}
	return nil
}

// anchor is the file at which a CI system shows what is about no file: the policy,
// or else the model's own, if it is in the repository.
func (c *cli) anchor(ctx context.Context, f verifyFlags, v verify.Verdict) string {
	path := f.policy
	if r := v.Target.Resolved; path == "" && r != nil && r.Kind == verify.TargetPath {
		path = r.Path
	}
	place, err := c.place(ctx)
	if path == "" || err != nil || place.Repo == nil {
		return ""
	}
	below, ok := capture.Below(withoutLinks(place.Root), withoutLinks(path))
	if !ok || report.Clean(below) != below {
		return ""
	}
	return filepath.ToSlash(below)
}
