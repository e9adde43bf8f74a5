package verify_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/verify"
)

// world is all that a verification can see. It starts as one in which everything is
// as it should be, and tests change it.
type world struct {
	request verify.Request
	target  *target
	store   *store
	blobs   blobs
	repo    *repo
	root    place // the recorded paths
	locks   locks
}

const now = "2026-04-01T12:00:00Z"

// goodWorld is that of a model version whose record is attached: as high as this
// version can see. Options change the record before everything else is made of it.
func goodWorld(t testing.TB, opts ...recordtest.Option) *world {
	t.Helper()
	opts = append([]recordtest.Option{recordtest.Observed}, opts...)
	r := recordtest.Record(t, opts...)
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		target: &target{resolved: entryOf(r), content: tree(recordtest.Model), files: recordtest.Model},
		store:  &store{}, blobs: recordtest.Blobs(), root: place{}, locks: locks{"numpy": "2.3.0", "scikit-learn": "1.9.0"},
		repo: &repo{commit: recordtest.Commit, branch: "refs/heads/main", files: recordtest.Code},
	}
	w.store.put(r)
	for path, content := range recordtest.Contents() {
		w.root[recordtest.Location("repo:"+path)] = file(content)
	}
	w.root[recordtest.Location("repo:data/images")] = tree(recordtest.Images)
	w.request = verify.Request{
		Asked: "models:/fraud@champion", Version: "0.1.0", Time: at,
		Target: w.target, Records: w.store, Blobs: w.blobs, Opener: w.repo, Local: w.repo, Locks: w.locks,
		Places:       []verify.Looked{{Kind: verify.PlaceRecorded, Place: w.root}},
		Repositories: []verify.RepositoryRef{{URL: "https://git.example/ada/fraud.git"}},
	}
	return w
}

// pathWorld is that of the same model as a folder beside the store.
func pathWorld(t testing.TB, opts ...recordtest.Option) *world {
	t.Helper()
	w := goodWorld(t, opts...)
	w.request.Asked = "model"
	w.target.resolved = verify.Resolved{Kind: verify.TargetPath, Path: "model"}
	return w
}

func (w *world) verify() verify.Verdict {
	w.target.looks, w.target.reads = 0, 0
	return verify.Verify(context.Background(), w.request)
}

func entryOf(r *record.Record) verify.Resolved {
	return verify.Resolved{
		Kind: verify.TargetRegistry, System: "mlflow", Name: "fraud", Alias: "champion", Version: "7", LoggedModel: "m-1",
		Run: "8c2f", Source: "models:/m-1", Status: "READY", Invocations: []record.Invocation{r.Invocation()},
		Claims: []verify.Claim{{By: verify.ByEntry, ID: r.ID(), Where: "version 7 of fraud", Bytes: r.Bytes()}},
	}
}

func tree(f recordtest.Files) verify.Content {
	m := f.Manifest()
	return verify.Content{Tree: &m}
}

func file(content string) verify.Content {
	d := hashing.Bytes([]byte(content))
	return verify.Content{File: &d}
}

// target is a model. From the second time on it gives what is in again, if anything is.
type target struct {
	resolved          verify.Resolved
	content           verify.Content
	files             recordtest.Files
	lookErr, bytesErr error
	again             *target
	looks, reads      int
}

func (t *target) now(n int) *target {
	if n > 1 && t.again != nil {
		return t.again
	}
	return t
}

func (t *target) Resolve(context.Context) (verify.Resolved, error) {
	t.looks++
	at := t.now(t.looks)
	return at.resolved, at.lookErr
}

func (t *target) Content(context.Context, verify.Resolved) (verify.Content, error) {
	t.reads++
	at := t.now(t.reads)
	return at.content, at.bytesErr
}

func (t *target) Open(_ context.Context, _ verify.Resolved, path string) (io.ReadCloser, error) {
	content, found := t.files[path]
	if !found {
		return nil, verify.ErrNotFound
	}
	return io.NopCloser(strings.NewReader(content)), nil
}

// store is a list of records.
type store struct {
	found []verify.Found
	err   error
}

func (s *store) put(records ...*record.Record) {
	for _, r := range records {
		s.found = append(s.found, verify.Found{ID: r.ID(), Where: "store", Bytes: r.Bytes()})
	}
}

func (s *store) Record(_ context.Context, id record.ID) (verify.Found, error) {
	for _, f := range s.found {
		if f.ID == id {
			return f, s.err
		}
	}
	return verify.Found{}, fmt.Errorf("record %s: %w", id, verify.ErrNotFound)
}

func (s *store) Naming(_ context.Context, texts []string) (found []verify.Found, err error) {
	for _, f := range s.found {
		if slices.ContainsFunc(texts, func(text string) bool { return bytes.Contains(f.Bytes, []byte(text)) }) {
			found = append(found, f)
		}
	}
	return found, s.err
}

type blobs map[hashing.FileDigest][]byte

func (b blobs) Blob(_ context.Context, d hashing.FileDigest) ([]byte, error) {
	if content, found := b[d]; found {
		return content, nil
	}
	return nil, verify.ErrNotFound
}

// repo is a repository with one commit.
type repo struct {
	commit                                  record.GitHash
	branch                                  string
	files                                   recordtest.Files
	contents                                recordtest.Files // where they are not those of files
	openErr, reachErr, filesErr, contentErr error
}

func (r *repo) Open(context.Context, verify.RepositoryRef) (verify.Repository, error) {
	if r.openErr != nil {
		return nil, r.openErr
	}
	return r, nil
}

func (r *repo) Reach(_ context.Context, commit record.GitHash) (verify.Reach, error) {
	if r.reachErr != nil || commit != r.commit {
		return verify.Reach{}, r.reachErr
	}
	return verify.Reach{Known: true, Branch: r.branch}, nil
}

func (r *repo) Files(_ context.Context, commit record.GitHash, asked []hashing.Entry) (found []verify.CommitFile, err error) {
	if commit != r.commit {
		return nil, verify.ErrNotFound
	}
	for _, e := range asked {
		if content, there := r.files[e.Path]; there {
			found = append(found, verify.CommitFile{Path: e.Path, Digest: hashing.Bytes([]byte(content))})
		}
	}
	return found, r.filesErr
}

func (r *repo) Content(_ context.Context, _ record.GitHash, path string) ([]byte, error) {
	if content, other := r.contents[path]; other {
		return []byte(content), r.contentErr
	}
	return []byte(r.files[path]), r.contentErr
}

// place is what stands at recorded locations.
type place map[record.Location]verify.Content

func (p place) Look(_ context.Context, in verify.Input) ([]verify.Sighting, error) {
	if c, found := p[in.Location]; found {
		return []verify.Sighting{{Where: in.Location.String(), Content: c}}, nil
	}
	return nil, nil
}

// locks pins the same in every lock.
type locks map[string]string

func (l locks) Pins(string, []byte) (pins []verify.Pin, err error) {
	for name, version := range l {
		pins = append(pins, verify.Pin{Name: name, Version: version, Hashes: 1})
	}
	return pins, nil
}

// status is that of one check of a verdict.
func status(t testing.TB, v verify.Verdict, id verify.CheckID) verify.Status {
	t.Helper()
	return check(t, v, id).Status
}

func check(t testing.TB, v verify.Verdict, id verify.CheckID) verify.Check {
	t.Helper()
	i := slices.IndexFunc(v.Checks, func(c verify.Check) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("no check %s in the verdict", id)
	}
	return v.Checks[i]
}

// openers are repositories by their names.
type openers map[string]*repo

func (o openers) Open(ctx context.Context, ref verify.RepositoryRef) (verify.Repository, error) {
	return o[ref.URL].Open(ctx, ref)
}
