package main

import (
	"cmp"
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
// text, where all others go to files. With an error come those that were understood.
func (f verifyFlags) outputs() (all []output, err error) {
	texts := slices.Clone(f.formats)
	if f.json {
		texts = append(texts, string(ci.JSON))
	}
	for _, text := range texts {
		o, oErr := parseOutput(text)
		if oErr == nil {
			oErr = o.against(all)
		}
		if err = cmp.Or(err, oErr); oErr == nil {
			all = append(all, o)
		}
	}
	if !slices.ContainsFunc(all, func(o output) bool { return o.file == "" }) {
		all = append(all, output{format: ci.Text})
	}
	return all, err
}

func parseOutput(text string) (o output, err error) {
	name, file, toFile := strings.Cut(text, "=")
	if o.format, err = ci.Parse(name); err != nil {
		return o, usage("--format: %w", err)
	}
	if toFile && (file == "" || file == "-") {
		return o, usage("--format %q names no file", text)
	}
	if o.file = file; file != "" {
		o.file = filepath.Clean(file)
	}
	return o, nil
}

// against tells whether o has a place of its own.
func (o output) against(all []output) error {
	for _, other := range all {
		switch {
		case o == other:
			return usage("--format: %s stands twice", o.format)
		case o.file == other.file && o.file == "":
			return &statusError{status: exitUsage, err: fmt.Errorf("--format: both %s and %s are for stdout", other.format, o.format), hint: fmt.Sprintf("write one of them to a file: --format %s=FILE", o.format)}
		case o.file == other.file:
			return usage("--format: both %s and %s are for the file %q", other.format, o.format, o.file)
		}
	}
	return nil
}

// clear removes the files that an earlier verification has left, so that none of
// them is taken for this one's, however it ends. It gives those that may be written,
// and an error if one may not be: what is no regular file, or part of what is verified,
// is no place for a report.
func (c *cli) clear(ctx context.Context, f verifyFlags, all []output, asked string) (writable []output, err error) {
	evidence := c.evidence(ctx, f, asked)
	for _, o := range all {
		oErr := error(nil)
		if o.file != "" {
			oErr = vacate(o.file, evidence)
		}
		if err = cmp.Or(err, oErr); oErr == nil {
			writable = append(writable, o)
		}
	}
	return writable, err
}

// misread tells the reports that a command line asks for, although it cannot be
// understood, that there is no verdict: else those of an earlier one would be taken
// for its own. Any word of it may be the model or the policy, which are spared.
func (c *cli) misread(ctx context.Context, args []string, reason error) {
	var wanted []output
	var spared []string
	for i, arg := range args {
		text, found := strings.CutPrefix(arg, "--format=")
		if arg == "--format" && i+1 < len(args) {
			text, found = args[i+1], true
		}
		if o, err := parseOutput(text); found && err == nil && o.file != "" {
			wanted = append(wanted, o)
			continue
		}
		if _, value, assigned := strings.Cut(arg, "="); assigned && strings.HasPrefix(arg, "-") {
			arg = value
		}
		if i == 0 || args[i-1] != "--format" {
			spared = append(spared, c.evidence(ctx, verifyFlags{}, arg)...)
		}
	}
	wanted = slices.DeleteFunc(wanted, func(o output) bool { return foreign(o.file, spared) != nil })
	outputs, _ := c.clear(ctx, verifyFlags{}, wanted, "") // that one is no place for a report is not the mistake to name
	c.tellUnfinished(ctx, verifyFlags{}, outputs, "", reason)
}

// vacate removes a report of an earlier verification.
func vacate(file string, evidence []string) error {
	if err := foreign(file, evidence); err != nil {
		return usage("--format: %w", err)
	}
	info, err := os.Lstat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		_, err = os.Stat(filepath.Dir(file))
	case err == nil && !info.Mode().IsRegular():
		err = fmt.Errorf("%q is no regular file", file)
	case err == nil:
		if err := os.Remove(file); err != nil {
			return cannot(err)
		}
	}
	if err != nil {
		return usage("--format: %w", err)
	}
	return nil
}

// evidence are the files and folders that a verification reads, and that a report must
// not be written over: the model and its sidecar, the policy, the store.
func (c *cli) evidence(ctx context.Context, f verifyFlags, asked string) []string {
	all := []string{f.policy}
	if ref, err := attach.ParseRef(asked); err == nil && ref.Kind == attach.RefPath {
		all = append(all, ref.Path, ref.Path+capture.SidecarSuffix)
	}
	if place, err := c.place(ctx); err == nil {
		if _, dir, err := c.open(ctx, place); err == nil {
			all = append(all, dir)
		}
	}
	return slices.DeleteFunc(all, func(path string) bool { return path == "" })
}

// foreign is an error if a file is evidence, or in it.
func foreign(file string, evidence []string) error {
	for _, path := range evidence {
		if _, within := capture.Below(withoutLinks(path), withoutLinks(file)); within {
			return fmt.Errorf("%q is part of what is to be verified", file)
		}
	}
	return nil
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
// and JSON have nothing to say: stderr and the exit status do, and no file is left.
func (c *cli) tellUnfinished(ctx context.Context, f verifyFlags, all []output, asked string, reason error) {
	all = slices.DeleteFunc(slices.Clone(all), func(o output) bool {
		silent := o.format == ci.Text || o.format == ci.JSON
		if silent && o.file != "" {
			_ = os.Remove(o.file) // mostly it is not there
		}
		return silent
	})
	if len(all) == 0 {
		return
	}
	status := exitCannot
	var own *statusError
	if stopped, word := c.interrupted(); stopped != 0 && errors.Is(reason, context.Canceled) {
		status, reason = stopped, errors.New(word)
	} else if errors.As(reason, &own) {
		status = own.status
	}
	if err := c.tell(context.WithoutCancel(ctx), f, all, ci.Unfinished(asked, reason.Error(), status)); err != nil {
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
