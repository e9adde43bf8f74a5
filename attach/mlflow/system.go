package mlflow

import (
	"context"
	"io"
	"slices"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// System is one MLflow. It implements [attach.System], [attach.Registry],
// [attach.BlobReader] and [attach.RunReader].
type System struct{ options Options }

// New gives the MLflow that the options say. It speaks to nobody yet.
func New(o Options) (*System, error) { return &System{o}, nil }

func (s *System) unsupported(op string) error {
	return &attach.Error{Address: "mlflow", Op: op, Kind: attach.ErrUnsupported}
}

// Prepare implements [attach.System].
func (s *System) Prepare(env []string, i record.Invocation) ([]string, error) {
	return slices.Clone(env), nil
}

// Find implements [attach.System].
func (s *System) Find(ctx context.Context, span attach.Span) ([]attach.Target, error) {
	return nil, s.unsupported("finding runs")
}

// Put implements [attach.System].
func (s *System) Put(ctx context.Context, t attach.Target, a attach.Attachment) (attach.Receipt, error) {
	return attach.Receipt{}, s.unsupported("attaching")
}

// Get implements [attach.System].
func (s *System) Get(ctx context.Context, t attach.Target) ([]attach.Attached, error) {
	return nil, s.unsupported("reading records")
}

// Resolve implements [attach.Registry].
func (s *System) Resolve(ctx context.Context, r attach.Ref) (attach.Model, error) {
	return attach.Model{}, s.unsupported("resolving")
}

// Files implements [attach.Registry].
func (s *System) Files(ctx context.Context, m attach.Model) ([]attach.File, error) {
	return nil, s.unsupported("listing files")
}

// Open implements [attach.Registry].
func (s *System) Open(ctx context.Context, m attach.Model, f attach.File) (io.ReadCloser, error) {
	return nil, s.unsupported("reading a file")
}

// Blob implements [attach.BlobReader].
func (s *System) Blob(ctx context.Context, t attach.Target, d hashing.FileDigest) ([]byte, error) {
	return nil, s.unsupported("reading a blob")
}

// RunData implements [attach.RunReader].
func (s *System) RunData(ctx context.Context, t attach.Target) (attach.RunData, error) {
	return attach.RunData{}, s.unsupported("reading a run")
}
