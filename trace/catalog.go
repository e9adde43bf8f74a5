package trace

import (
	"context"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Digest is that of a file or of a folder: exactly one is set.
type Digest struct {
	File hashing.FileDigest
	Tree hashing.TreeDigest
}

// Use says that a run made or read bytes: one resource of one record.
type Use struct {
	Record     record.ID
	Invocation record.Invocation
	Parent     record.Invocation // zero, if no run started it
	Started    record.Timestamp
	Finished   record.Timestamp
	Host       string // "" where the record leaves it out

	Role record.Role
	At   record.Location // of the bytes themselves
	// Folder is the resource that the bytes are a file of; nil where they are one of
	// their own.
	Folder *record.Location
	Tree   hashing.TreeDigest // of that folder, where there is one
	Bytes  int64              // -1 where the record does not say
}

// Catalog is what a trace asks about records. It gives all that can be read; the
// errors of what cannot stand beside it, in Problems.
type Catalog interface {
	// Record reads one record whole.
	Record(ctx context.Context, id record.ID) (*record.Record, error)
	// Makers gives the outputs that have the digest: files, folders, and the files
	// of folders. Of a failed run they are byproducts, and given too.
	Makers(ctx context.Context, d Digest) ([]Use, error)
	// Readers gives the data, preprocessing and code that have the digest: files,
	// folders, and the files of folders whose manifests are kept.
	Readers(ctx context.Context, d Digest) ([]Use, error)
	// WithPackage gives the runs that had the package; of any version if that is "".
	WithPackage(ctx context.Context, name, version string) ([]record.ID, error)
	// WithCommit gives the runs whose commit begins with these digits.
	WithCommit(ctx context.Context, prefix string) ([]record.ID, error)
	// Manifest is that of a folder, if it is kept: else the error wraps ErrNotFound.
	Manifest(ctx context.Context, d hashing.TreeDigest) (hashing.Manifest, error)
	// Attachments says where a record hangs.
	Attachments(ctx context.Context, id record.ID) ([]record.Attachment, error)
	// Abandoned gives the announced runs without a record that no longer run.
	Abandoned(ctx context.Context) ([]record.Intent, error)
	// Problems says what cannot be read, so that answers may lack it.
	Problems(ctx context.Context) ([]string, error)
}
