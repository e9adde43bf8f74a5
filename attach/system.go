package attach

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Kind is what a target is.
type Kind string

// The kinds of targets.
const (
	KindRun          Kind = "run"
	KindLoggedModel  Kind = "logged-model"
	KindModelVersion Kind = "model-version"
)

// Target is one entry of a system on which records are hung. It is comparable.
type Target struct {
	System string `json:"system"`
	Kind   Kind   `json:"kind"`
	ID     string `json:"id"`             // of the run, of the logged model, or the version
	Name   string `json:"name,omitempty"` // of the run or model; of the registered model
	Run    string `json:"run,omitempty"`  // the run that keeps the files of what is hung here
	URL    string `json:"url,omitempty"`  // where a person can look, if there is such a place
}

// String is the target for people, on one clean line whatever its name is.
func (t Target) String() string {
	switch {
	case t.Kind == KindModelVersion:
		return fmt.Sprintf("version %s of model %q", t.ID, t.Name)
	case t.Name == "":
		return fmt.Sprintf("%s %q", t.Kind, t.ID)
	}
	return fmt.Sprintf("%s %q (%q)", t.Kind, t.ID, t.Name)
}

// Span is a run of the wrapper, as far as a system needs it to find its traces.
type Span struct {
	Invocation record.Invocation
	Started    time.Time
	Ended      time.Time
}

// Blob is content that goes along with a record: a manifest, a patch.
type Blob struct {
	Name   string // for people; not kept
	Digest hashing.FileDigest
	Bytes  []byte
}

// Attachment is what is hung on a target.
type Attachment struct {
	ID         record.ID
	Invocation record.Invocation
	Statement  []byte // the record's file: its SHA-256 is ID
	Blobs      []Blob
	Digest     string // of the target's own bytes, with its algorithm; "" for a run
}

// Receipt says where an attachment went.
type Receipt struct {
	Target   Target `json:"target"`
	Location string `json:"location,omitempty"` // of the record's file; "" if the target only names it
}

// Attached is a record as a target has it.
type Attached struct {
	ID     record.ID
	Target Target
	// Named tells that the target itself names the record. Otherwise its file was
	// found among those of the target's run, which may hold records of other runs.
	Named bool
	// Statement is the record's file. Its digest is ID. It is nil where the target
	// names a record without keeping it: a model that was logged outside of a run,
	// a version whose source is elsewhere, a file that somebody has deleted.
	Statement []byte
}

// System is one place that keeps what runs have left. Its errors are [*Error].
type System interface {
	// Prepare gives the environment for the child: env, and what makes that which
	// the child creates in the system carry the invocation. It changes no slice of
	// the caller. When it fails, env is what the child should have.
	Prepare(env []string, i record.Invocation) ([]string, error)
	// Find gives what the child created: runs first, then models, then versions.
	// Nothing, and no error, if it did not use the system.
	Find(ctx context.Context, s Span) ([]Target, error)
	// Put hangs the attachment on the target, reads it back and compares. Putting
	// twice is the same as once; a target keeps every record it ever got.
	Put(ctx context.Context, t Target, a Attachment) (Receipt, error)
	// Get gives the records that the target has, in the order of their ids.
	Get(ctx context.Context, t Target) ([]Attached, error)
}

// Registry is a system that knows models. Its errors are [*Error].
type Registry interface {
	// Resolve follows the reference to what it names now. It can be asked again,
	// to see whether that has changed.
	Resolve(ctx context.Context, r Ref) (Model, error)
	// Files lists the files of a resolved model, in the byte order of their paths.
	Files(ctx context.Context, m Model) ([]File, error)
	// Open reads one of them. A read fails if the system sends more or fewer bytes
	// than it listed.
	Open(ctx context.Context, m Model, f File) (io.ReadCloser, error)
}

// BlobReader is a system that gives back the blobs of its attachments. The bytes
// have the digest, or there is an error.
type BlobReader interface {
	Blob(ctx context.Context, t Target, d hashing.FileDigest) ([]byte, error)
}

// RunReader is a system that gives what it knows of a run.
type RunReader interface {
	RunData(ctx context.Context, t Target) (RunData, error)
}
