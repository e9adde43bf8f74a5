package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// ErrNotFound is wrapped by the errors that say: I looked, and it is not there.
var ErrNotFound = errors.New("not found")

// Target is the model that was asked about: a path, or an entry of a registry.
// Resolve and Content are each asked twice, at the start and at the end, and what
// they say the second time must be as good as a first look. A Content that
// remembers digests has to know that the bytes are the same since.
type Target interface {
	// Resolve says what the reference names now.
	Resolve(ctx context.Context) (Resolved, error)
	// Content hashes every byte of it. One unread file is an error.
	Content(ctx context.Context, r Resolved) (Content, error)
	// Open reads the file at a path of the Content's manifest.
	Open(ctx context.Context, r Resolved, path string) (io.ReadCloser, error)
}

// TargetKind is what a reference leads to.
type TargetKind string

// The kinds of targets.
const (
	TargetPath     TargetKind = "path"     // a file or folder of this machine
	TargetRegistry TargetKind = "registry" // a run's artifact, a logged model or a version
)

// Resolved is what a reference was resolved to. Of a path only Kind, Path and
// Claims are set.
type Resolved struct {
	Kind        TargetKind `json:"kind"`
	System      string     `json:"system,omitempty"` // "mlflow"
	Name        string     `json:"name,omitempty"`   // of the registered model
	Alias       string     `json:"alias,omitempty"`
	Version     string     `json:"version,omitempty"`
	LoggedModel string     `json:"loggedModel,omitempty"`
	Run         string     `json:"run,omitempty"`    // that the system says made it
	Source      string     `json:"source,omitempty"` // without credentials
	Path        string     `json:"path,omitempty"`   // the path itself; or that among the run's artifacts
	Status      string     `json:"status,omitempty"` // as the system says it
	Owner       string     `json:"owner,omitempty"`
	Created     time.Time  `json:"-"`
	// Invocations are those that the entry carries in tags.
	Invocations []record.Invocation `json:"invocations,omitempty"`
	// Claims are the records that the target names, or that were found beside it.
	Claims []Claim `json:"-"`
}

// Claim is one record that a target brings along.
type Claim struct {
	By ClaimBy
	// ID is the name under which the target knows the record. It is zero for a
	// sidecar, which is named by standing where it does.
	ID    record.ID
	Where string // for people: the path, or the entry that names it
	// Bytes are the record's file as it came. They are nil where the target names a
	// record and does not keep it: then Records is asked.
	Bytes []byte
}

// ClaimBy is how a model and a record came together.
type ClaimBy string

// The ways in which a target brings a record along. The first three name it, so
// that one which does not fit the bytes contradicts them.
const (
	ByEntry   ClaimBy = "entry"   // the model version or logged model names it
	ByRun     ClaimBy = "run"     // the run of the entry names it, perhaps among others
	BySidecar ClaimBy = "sidecar" // MODEL.lineage.intoto.json stands beside MODEL
	Beside    ClaimBy = "beside"  // its file was found there, and nothing names it
)

// The other ways, which are no target's.
const (
	ByRequest ClaimBy = "--record"
	ByDigest  ClaimBy = "digest" // it names the model's digest
)

// Content is the bytes of a model: of one file, or of a folder. The zero value is
// that of neither.
type Content struct {
	File *hashing.FileDigest
	Tree *hashing.Manifest
}

// Records are the records that can be had besides those that the target brings.
type Records interface {
	// Record gives the file of one record.
	Record(ctx context.Context, id record.ID) (Found, error)
	// Naming gives every record whose file contains one of the texts, which are
	// digests and invocations in lower-case hexadecimal; it gives those that it
	// cannot decode too. None, and no error, if there are none.
	Naming(ctx context.Context, texts []string) ([]Found, error)
}

// Found is the file of one record, as it came from the place that has it.
type Found struct {
	ID    record.ID // its name there
	Where string    // for people
	Bytes []byte
}

// Blobs are the contents that records keep by digest: manifests, patches.
type Blobs interface {
	Blob(ctx context.Context, digest hashing.FileDigest) ([]byte, error)
}

// Repositories makes the repositories ready that the verifier names.
type Repositories interface {
	Open(ctx context.Context, ref RepositoryRef) (Repository, error)
}

// Repository is one git repository. Reading it executes nothing of it, and it
// reads a commit's own objects: no replacements, no work tree.
type Repository interface {
	// Reach tells whether the commit is there, and from which branch that counts.
	Reach(ctx context.Context, commit record.GitHash) (Reach, error)
	// Files gives those of the files whose path is a file in the commit's tree, with
	// the digest that it has there. An unknown commit is an error wrapping ErrNotFound.
	Files(ctx context.Context, commit record.GitHash, files []hashing.Entry) ([]CommitFile, error)
	// Content gives the bytes of one file of the commit's tree, as they are stored.
	Content(ctx context.Context, commit record.GitHash, path string) ([]byte, error)
}

// Reach is where a commit stands in a repository.
type Reach struct {
	Known  bool   // the repository has the commit
	Branch string // one that counts and that the commit is reachable from, or ""
}

// CommitFile is a file of a commit's tree.
type CommitFile struct {
	Path string // from the top, separated by "/"
	// Digest is the one that was asked about if a checkout of the file may have these
	// bytes, and otherwise the blob's own.
	Digest hashing.FileDigest
	// Form says how the bytes come out of the blob's, where they are others: the
	// line ends or keywords of the file's attributes, the content of an LFS pointer.
	Form string
}

// Place is where the bytes of an input may be.
type Place interface {
	// Look hashes what stands where the input would be: its Location below this
	// place, its URI. Nothing, and no error, if nothing stands there. Of a URI that
	// nobody allowed to ask the error is a [*NotAllowedError].
	Look(ctx context.Context, in Input) ([]Sighting, error)
}

// Looked is a place, and what it is in the rule of inputs.available.
type Looked struct {
	Kind  PlaceKind
	Place Place
}

// PlaceKind is what a place is.
type PlaceKind string

// The kinds of places. The recorded commit and the kept blobs are two more, asked
// through Repository and Blobs.
const (
	PlaceDataRoot PlaceKind = "data root"     // --data-root
	PlaceRecorded PlaceKind = "recorded path" // as the record has it, on this machine
	PlaceURI      PlaceKind = "uri"
)

// Input is what is looked for: a file, or a folder.
type Input struct {
	Location record.Location
	// URI is where the record says that it can be had; of a folder it is what its
	// files are below. Sources are the files of a folder that have one of their own.
	URI     string
	Sources map[string]string
	File    *hashing.FileDigest
	Tree    *hashing.TreeDigest
	Bytes   int64 // as the record has it
	// Files are those of a folder that are still looked for, if its manifest is at hand.
	Files []hashing.Entry
}

// NotAllowedError says that origins of a record were not asked, since no verifier
// named them: a record is anybody's word.
type NotAllowedError struct{ Origins []string }

// Error names the origins.
func (e *NotAllowedError) Error() string {
	named := strings.Join(e.Origins[:min(len(e.Origins), mostOrigins)], ", ")
	return fmt.Sprintf("%s not asked: a record alone is no reason to reach out to what it names", named)
}

// Sighting is what stands somewhere.
type Sighting struct {
	Where   string // for people: a path, a URL
	Content Content
	// Files tells that each of Input.Files was found, with its digest. Content then
	// says nothing.
	Files bool
}

// Locks reads lock files.
type Locks interface {
	// Pins lists what a lock file pins. Format is LockFacts.Format.
	Pins(format string, lock []byte) ([]Pin, error)
}

// Pin is one distribution of a lock file.
type Pin struct {
	Name    string // normalised as PackageFacts.Name
	Version string
	Hashes  int // of its archives
}
