package verify_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/verify"
)

// chaos is an outside that answers as it likes, mostly well, and remembers what it
// said: the oracle judges a pass by that.
type chaos struct {
	t     *rapid.T
	pool  []*record.Record // pool[0] is the good one
	good  *world
	asked int

	looks     []answer[verify.Resolved]
	contents  []answer[verify.Content]
	named     []answer[[]verify.Found]
	served    map[record.ID][]byte // by the SHA-256 of the bytes, not by name
	sightings map[record.Location][]verify.Content
	commits   []answer[[]verify.CommitFile] // about all of the code
}

type answer[T any] struct {
	value T
	err   error
}

func newChaos(t *rapid.T, good *world, pool []*record.Record) *chaos {
	return &chaos{t: t, pool: pool, good: good, served: map[record.ID][]byte{}, sightings: map[record.Location][]verify.Content{}}
}

// pick is 0, the good answer, most times.
func (c *chaos) pick(what string, others int) int {
	c.asked++
	label := fmt.Sprintf("%s %d", what, c.asked)
	if rapid.IntRange(0, 99).Draw(c.t, label) < 90 {
		return 0
	}
	return rapid.IntRange(0, others).Draw(c.t, label+" otherwise")
}

func (c *chaos) any() *record.Record {
	return c.pool[c.pick("record", len(c.pool)-1)]
}

func (c *chaos) Resolve(context.Context) (verify.Resolved, error) {
	var a answer[verify.Resolved]
	if len(c.looks) > 0 && c.pick("same look", 1) == 0 {
		a = c.looks[0]
	} else {
		a = c.look()
	}
	c.looks = append(c.looks, a)
	return a.value, a.err
}

func (c *chaos) look() (a answer[verify.Resolved]) {
	a.value = entryOf(c.pool[0])
	a.value.Claims = nil
	switch c.pick("resolve", 5) {
	case 1:
		a.err = errDown
	case 2:
		a.value = verify.Resolved{}
	case 3:
		a.value = verify.Resolved{Kind: verify.TargetPath, Path: "model"}
	case 4:
		a.value.Invocations = []record.Invocation{{1}}
	case 5:
		a.value.Version = "8"
	}
	for n := range rapid.IntRange(0, 2).Draw(c.t, "claims") {
		r := c.any()
		claim := verify.Claim{ID: r.ID(), Where: fmt.Sprint("claim ", n), Bytes: c.bytes(r)}
		claim.By = []verify.ClaimBy{verify.ByEntry, verify.ByRun, verify.BySidecar, verify.Beside}[c.pick("by", 3)]
		if claim.By == verify.BySidecar {
			claim.ID = record.ID{}
		}
		a.value.Claims = append(a.value.Claims, claim)
	}
	return a
}

// bytes are those of a record, or what else a place may have of it.
func (c *chaos) bytes(r *record.Record) []byte {
	raw := r.Bytes()
	switch c.pick("bytes", 4) {
	case 1:
		raw = nil
	case 2:
		raw = raw[:len(raw)-20]
	case 3:
		raw = c.any().Bytes()
	case 4:
		raw = bytes.Replace(raw, []byte("0"), []byte("1"), 1)
	}
	if raw != nil {
		c.served[record.IDOf(raw)] = raw
	}
	return raw
}

func (c *chaos) Content(context.Context, verify.Resolved) (verify.Content, error) {
	var a answer[verify.Content]
	if len(c.contents) > 0 && c.pick("same content", 1) == 0 {
		a = c.contents[0]
	} else {
		a.value = []verify.Content{
			tree(recordtest.Model), tree(recordtest.Files{"MLmodel": "changed", "data/model.pkl": "a pickle"}), file(recordtest.Metrics),
			tree(nil), file(""), {}, tree(recordtest.Files{"empty": ""}), file("a pickle"),
		}[c.pick("content", 7)]
		a.err = []error{nil, errDown}[c.pick("content error", 1)]
	}
	c.contents = append(c.contents, a)
	return a.value, a.err
}

func (c *chaos) Open(context.Context, verify.Resolved, string) (io.ReadCloser, error) {
	return nil, nil
}

func (c *chaos) Record(_ context.Context, id record.ID) (verify.Found, error) {
	for _, r := range c.pool {
		if r.ID() == id {
			return verify.Found{ID: id, Where: "store", Bytes: c.bytes(r)}, []error{nil, errDown, verify.ErrNotFound}[c.pick("record error", 2)]
		}
	}
	return verify.Found{}, []error{verify.ErrNotFound, nil}[c.pick("no record error", 1)]
}

func (c *chaos) Naming(context.Context, []string) ([]verify.Found, error) {
	var a answer[[]verify.Found]
	for n := range rapid.IntRange(0, 3).Draw(c.t, "found") {
		r := c.pool[rapid.IntRange(0, len(c.pool)-1).Draw(c.t, "found record")]
		if n == 0 {
			r = c.any()
		}
		a.value = append(a.value, verify.Found{ID: r.ID(), Where: "store", Bytes: c.bytes(r)})
	}
	a.err = []error{nil, errDown}[c.pick("naming error", 1)]
	c.named = append(c.named, a)
	return a.value, a.err
}

func (c *chaos) Blob(ctx context.Context, d hashing.FileDigest) ([]byte, error) {
	raw, err := c.good.blobs.Blob(ctx, d)
	switch c.pick("blob", 3) {
	case 1:
		return nil, errDown
	case 2:
		return []byte("another content"), nil
	case 3:
		return nil, nil
	}
	return raw, err
}

// chaoticRepository has its own type, since a target has a Content too.
type chaoticRepository struct{ *chaos }

func (c chaoticRepository) Open(context.Context, verify.RepositoryRef) (verify.Repository, error) {
	switch c.pick("open", 2) {
	case 1:
		return nil, errDown
	case 2:
		return nil, nil
	}
	return c, nil
}

func (c chaoticRepository) Reach(ctx context.Context, commit record.GitHash) (verify.Reach, error) {
	reach, err := c.good.repo.Reach(ctx, commit)
	switch c.pick("reach", 2) {
	case 1:
		return reach, errDown
	case 2:
		return verify.Reach{Branch: "main"}, nil
	}
	return reach, err
}

func (c chaoticRepository) Files(ctx context.Context, commit record.GitHash, asked []hashing.Entry) ([]verify.CommitFile, error) {
	found, err := c.good.repo.Files(ctx, commit, asked)
	switch c.pick("files", 4) {
	case 1:
		err = errDown
	case 2:
		found = nil
	case 3:
		for i := range found {
			found[i].Digest = hashing.Bytes([]byte("another"))
		}
	case 4:
		err = verify.ErrNotFound
	}
	if len(asked) == len(recordtest.Code) {
		c.commits = append(c.commits, answer[[]verify.CommitFile]{found, err})
	}
	return found, err
}

func (c chaoticRepository) Content(ctx context.Context, commit record.GitHash, path string) ([]byte, error) {
	if c.pick("commit content", 1) == 1 {
		return []byte("another"), nil
	}
	return c.good.repo.Content(ctx, commit, path)
}

func (c *chaos) Look(ctx context.Context, in verify.Input) ([]verify.Sighting, error) {
	found, _ := c.good.root.Look(ctx, in)
	switch c.pick("look", 5) {
	case 1:
		return found, errDown
	case 2:
		found = nil
	case 3:
		found = []verify.Sighting{{Where: "there", Content: file("edited")}}
	case 4:
		found = []verify.Sighting{{Where: "there", Content: tree(recordtest.Files{"a.png": "edited"})}}
	case 5:
		found = []verify.Sighting{{}}
	}
	for _, s := range found {
		c.sightings[in.Location] = append(c.sightings[in.Location], s.Content)
	}
	return found, nil
}

func (c *chaos) Pins(format string, lock []byte) ([]verify.Pin, error) {
	if c.pick("pins", 1) == 1 {
		return nil, nil
	}
	return c.good.locks.Pins(format, lock)
}

func (c *chaos) request() verify.Request {
	r := verify.Request{
		Asked: "models:/fraud@champion", Time: time.Unix(0, 0), Target: c, Records: c, Blobs: c, Opener: chaoticRepository{c},
		Local: chaoticRepository{c}, Locks: c, Places: []verify.Looked{{Kind: verify.PlaceRecorded, Place: c}},
		Repositories: []verify.RepositoryRef{{URL: "r"}},
	}
	switch c.pick("request", 4) {
	case 1:
		r.Record = c.any().ID()
	case 2:
		r.Require = verify.Pinned
	case 3:
		r.Records = nil
	case 4:
		r.Places, r.Local, r.Opener = nil, nil, nil
	}
	return r
}

// pool are runs that all made the model, but for the last ones.
func pool(t testing.TB) []*record.Record {
	seen := func(opts ...recordtest.Option) *record.Record {
		return recordtest.Record(t, append([]recordtest.Option{recordtest.Observed}, opts...)...)
	}
	return []*record.Record{
		seen(), seen(another(2)), seen(another(3), otherCode), seen(another(4), within(3), otherCode), seen(another(5), recordtest.Exited(1)),
		seen(another(6), recordtest.Without(record.RoleCode)), seen(another(7), recordtest.Without(record.RoleData)),
		seen(another(8), recordtest.Without(record.RolePackage)), seen(another(9), unobserved, inputs(record.Declared{})),
		seen(another(10), recordtest.Gap("input-changed", "repo:data/train.csv", "it was written")), seen(another(11), fromServer("m-2")),
		seen(another(12), rank("1", "0")), seen(another(13), rank("1", "1"), recordtest.Exited(1)), seen(another(14), tracked("other")),
		seen(another(15), packages(func(f *record.PackageFacts) { f.Files = nil })), otherModel(t),
		seen(another(16), recordtest.NoOutputs),
	}
}
