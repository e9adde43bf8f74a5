package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/lineage-audit/lineage/fetch"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/store"
)

// getFlags are those of `lineage get`.
type getFlags struct {
	sha256             string
	force, json, quiet bool
}

const getHelp = `Fetch data, check it, and note where it is from.

URI is https://…, http://…, s3://BUCKET/KEY, file:///… or a path. PATH is the file
that it becomes; where it is a folder, or ends with a slash, the file keeps its name
in it. The bytes are hashed as they come. A run that reads these bytes later, at
whatever path, says in its record where they are from, and lineage verify can have
them again.

A URI that ends with a slash is a folder: all objects below s3://BUCKET/PREFIX/, or
all files below a folder of this machine. PATH is then the folder.

What is fetched is in its place as a whole or not at all. Where it breaks off, the
same command goes on from the byte that it had reached, if the origin still has the
same bytes. A PATH that has other bytes is not replaced without --force; one that has
the same is read from the origin all the same, and noted.

Servers are asked through http_proxy, https_proxy and no_proxy. S3 is spoken as the
tools of AWS do: AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION,
AWS_ENDPOINT_URL, and the files in ~/.aws.

Credentials in a URI are used, and not written down: neither a user and password nor
the value of any parameter after the "?", but of those that are known to be harmless,
as version, ref, format or page. A part of the path is left out where it looks like a
token, which nobody can tell for certain. What is left out stands there as [redacted];
the origin is known then, and can only be asked by whoever has the whole URI.

It prints what sha256sum would print.`

const getExamples = `  lineage get https://data.example.org/train.csv data/train.csv
  lineage get --sha256 3a4fce07d25f81034b53dfed6a7cd6040d69dbf8da5035b49845ebbcf826b0f9 s3://team-data/raw/train.csv data/
  lineage get s3://team-data/images/ data/images
  lineage get 's3://team-data/train.csv?versionId=3sL4kqtJ' data/train.csv
  lineage get /mnt/archive/2026/train.csv data/train.csv`

func (c *cli) getCommand() *cobra.Command {
	var f getFlags
	cmd := &cobra.Command{
		Use: "get URI PATH", Short: "Fetch data, check it, and note where it is from", Long: getHelp, Example: getExamples,
		Args: exactly(c, "get", 2, "a URI and the PATH that it becomes"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault // files: also a URI can be a path
		},
		RunE: func(cmd *cobra.Command, args []string) error { return c.get(cmd.Context(), f, args[0], args[1]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.sha256, "sha256", "", "the `digest` that the bytes must have, as sha256sum prints it; of a folder, that of its manifest")
	flags.BoolVar(&f.force, "force", false, "replace what stands at PATH with other bytes")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress bar, and no words beside the digest")
	flags.BoolVar(&f.json, "json", false, "what was fetched as JSON ("+report.GetSchema+")")
	return cmd
}

func (c *cli) get(ctx context.Context, f getFlags, text, at string) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	uri, target, err := c.asked(f, text, at)
	if err != nil {
		return err
	}
	p, err := c.place(ctx)
	if err != nil {
		return err
	}
	s, dir, err := c.open(ctx, p)
	if err != nil {
		return err
	}
	bar := c.fetchBar(f.quiet || f.json)
	client := fetch.New(fetch.Options{Env: c.environ, Dir: p.Dir, Agent: "lineage/" + version(), Progress: bar.add})
	got := report.Got{Path: target.Path, URI: uri.String(), Store: near(dir)}
	if uri.IsPrefix() {
		err = getFolder(ctx, client, uri, target, &got)
	} else {
		err = getFile(ctx, s, client, uri, target, &got)
	}
	bar.done()
	if err != nil {
		return broken(err)
	}
	if err := note(ctx, s, got); err != nil {
		return err
	}
	return c.tellGot(f, got, uri.HasSecret())
}

// asked is what the command line says.
func (c *cli) asked(f getFlags, text, at string) (uri fetch.URI, t fetch.Target, err error) {
	dir, err := os.Getwd()
	if err != nil {
		return uri, t, err
	}
	if uri, err = fetch.Parse(text, dir); err != nil {
		return uri, t, usage("URI: %w", err)
	}
	if f.sha256 != "" {
		digest, err := hashing.ParseFileDigest(f.sha256)
		if err != nil {
			return uri, t, usage("--sha256: %w", err)
		}
		t.SHA256 = &digest
	}
	t.Path, t.Force = at, f.force
	info, err := os.Stat(at)
	if into := err == nil && info.IsDir() || strings.HasSuffix(at, "/"); into && !uri.IsPrefix() {
		if uri.Base() == "" {
			return uri, t, usage("%q has no name for the file that it becomes in %q: write the file's own PATH; only s3 and file have lists of the files in a folder", uri, at)
		}
		t.Path = path.Join(at, uri.Base())
	}
	if t.Path == "" {
		return uri, t, usage("an empty PATH")
	}
	return uri, t, nil
}

// getFile fetches one file, unless it is there and its origin was noted already.
func getFile(ctx context.Context, s *store.Store, client *fetch.Client, uri fetch.URI, t fetch.Target, got *report.Got) error {
	r, noted := known(ctx, s, uri, t)
	if !noted {
		var err error
		if r, err = client.Get(ctx, uri, t); err != nil {
			return err
		}
	}
	got.SHA256, got.Bytes, got.Files = &r.SHA256, r.Bytes, []report.GotFile{gotFile(".", r)}
	return nil
}

// known tells whether the target has the bytes that are wanted, and they were fetched
// from there before.
func known(ctx context.Context, s *store.Store, uri fetch.URI, t fetch.Target) (r fetch.Result, noted bool) {
	if t.SHA256 == nil {
		return r, false
	}
	file, err := hashing.HashFile(ctx, t.Path, hashing.Options{})
	if err != nil || file.Digest != *t.SHA256 {
		return r, false
	}
	found, _ := s.Sources(ctx, file.Digest) // what cannot be read is noted anew
	for _, f := range found[file.Digest] {
		if plain, _, _ := strings.Cut(f.URI, "?versionId="); f.URI == uri.String() || plain == uri.String() {
			fetch.Settled(t.Path)
			return fetch.Result{URI: f.URI, SHA256: f.Digest, Bytes: f.Bytes, Version: fetch.Version{ETag: f.ETag, VersionID: f.VersionID}, Kept: true}, true
		}
	}
	return r, false
}

func getFolder(ctx context.Context, client *fetch.Client, uri fetch.URI, t fetch.Target, got *report.Got) error {
	f, err := client.GetFolder(ctx, uri, t)
	if err != nil {
		return err
	}
	tree := f.Manifest.Digest()
	got.Tree = &tree
	for i, e := range f.Manifest.Entries() {
		got.Bytes += f.Files[i].Bytes
		got.Files = append(got.Files, gotFile(e.Path, f.Files[i]))
	}
	return nil
}

func gotFile(path string, r fetch.Result) report.GotFile {
	return report.GotFile{Path: path, URI: r.URI, SHA256: r.SHA256, Bytes: r.Bytes, VersionID: r.Version.VersionID, ETag: r.Version.ETag, Resumed: r.Resumed, Kept: r.Kept}
}

// note writes down where the bytes of each file are from.
func note(ctx context.Context, s *store.Store, got report.Got) error {
	now := record.At(time.Now())
	for _, f := range got.Files {
		if f.SHA256.IsEmpty() {
			continue // it is the same wherever it is from
		}
		err := s.PutSource(ctx, record.Fetched{Digest: f.SHA256, Bytes: f.Bytes, URI: f.URI, FetchedOn: now, VersionID: f.VersionID, ETag: f.ETag})
		if err != nil {
			return fmt.Errorf("%q is in its place, and where it is from could not be noted: %w", got.Path, err)
		}
	}
	return nil
}

func (c *cli) tellGot(f getFlags, got report.Got, secret bool) error {
	if f.json {
		return report.GotJSON(c.stdout, got)
	}
	for _, file := range got.Files {
		line := sumLine(file.SHA256, path.Join(got.Path, file.Path))
		if term.IsTerminal(int(c.stdout.Fd())) {
			line = report.Clean(line)
		}
		if _, err := fmt.Fprintln(c.stdout, line); err != nil {
			return err
		}
	}
	if f.quiet {
		return nil
	}
	c.say(c.stderr, "%s", clean(gotText(got)))
	if secret {
		c.say(c.stderr, "what may be credentials of the URI are written down nowhere: whoever fetches it again needs them")
	}
	return nil
}

// sumLine is what sha256sum prints.
func sumLine(d hashing.FileDigest, path string) string {
	if escaped := strings.NewReplacer("\\", `\\`, "\n", `\n`, "\r", `\r`).Replace(path); escaped != path {
		return `\` + d.String() + "  " + escaped
	}
	return d.String() + "  " + path
}

func gotText(got report.Got) string {
	var resumed int64
	kept := true
	for _, f := range got.Files {
		resumed += f.Resumed
		kept = kept && f.Kept
	}
	what := humanize.Bytes(uint64(got.Bytes))
	then := " from "
	if got.Tree != nil {
		what = fmt.Sprintf("%d files, %s", len(got.Files), what)
	}
	switch {
	case kept:
		what += ", which were there already"
		then = ", as they are at "
	case resumed > 0:
		what += ", " + humanize.Bytes(uint64(resumed)) + " of them by an earlier call"
	}
	from := got.URI
	if got.Tree == nil {
		from = got.Files[0].URI
	}
	return fmt.Sprintf("%s%s%s; noted in %s", what, then, from, got.Store)
}

// broken says how to go on.
func broken(err error) error {
	status, hint := exitFail, ""
	if errors.Is(err, context.Canceled) {
		status = 130
	}
	var partial *fetch.PartialError
	switch {
	case errors.As(err, &partial):
		hint = "what has come is kept in " + partial.Part + ": the same command goes on from there"
		if partial.Size > 0 {
			hint = fmt.Sprintf("%s of %s are kept in %s: the same command goes on from there", humanize.Bytes(uint64(partial.Bytes)), humanize.Bytes(uint64(partial.Size)), partial.Part)
		}
	case errors.Is(err, fetch.ErrForeign):
		hint = "a folder is fetched as a whole, and nothing is taken away from one: name a PATH that is not there yet, or get single files into this one"
	case errors.Is(err, fetch.ErrExists):
		hint = "--force replaces what stands there"
	case errors.Is(err, fetch.ErrDigest):
		hint = "nothing was put in its place: ask whoever named the digest, or the owner of the data"
	}
	return &statusError{status: status, err: err, hint: hint}
}
