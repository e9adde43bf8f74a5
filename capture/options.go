package capture

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Options say what to run and what to say of it. Place, Command, Env, Store and
// Now are needed.
type Options struct {
	Place                 *Place
	Command               []string // the program and its arguments
	Env                   []string // the environment that the command would have without us
	Stdin, Stdout, Stderr *os.File
	Declared              Declared
	Source                string // URL@COMMIT, declared where there is no .git
	Image                 string // NAME@sha256:DIGEST, declared where the container cannot tell
	Strict                bool
	Host, User            string // left out where empty
	Version               string // of this program
	Store                 Recorder
	StoreDir              string  // the folder of Store, which belongs to no tree; "" is StoreFolder in Place.Root
	Tracker               Tracker // nil: there is none
	Origins               Origins // where data was fetched from; nil: nobody knows
	// Hashed, if not nil, is told once code and inputs have been hashed, beside the
	// command: the dependencies that these are, and the manifests of the folders.
	Hashed func(dependencies []record.Resource, manifests map[hashing.TreeDigest][]byte)
	Now    func() time.Time
	// Progress, if not nil, is told how much of what is to be hashed was hashed,
	// from when the command has ended until all is.
	Progress func(done, total int64)
	// Grace is how long settling may take when the run was interrupted, so that a
	// scheduler that kills after a while still finds a record. 0 is 8 seconds.
	Grace time.Duration
}

// Declared is what a command line says, in paths relative to the folder of the
// run. A kind that it says nothing of is taken from lineage.yaml.
type Declared struct {
	Inputs, Preprocessing, Outputs []string // or None alone
	Parameters                     []Parameter
}

// Recorder keeps what a run leaves behind.
type Recorder interface {
	PutIntent(ctx context.Context, raw []byte) error
	PutBlob(ctx context.Context, d hashing.FileDigest, content io.Reader) error
	PutRecord(ctx context.Context, r *record.Record) error
}

// Tracker is a system in which the command itself may leave what it does.
type Tracker interface {
	// Prepare gives the environment for the child, so that what it creates in the
	// system carries the invocation. When it fails, env is what the child gets.
	Prepare(env []string, i record.Invocation) ([]string, error)
	// Collect reads back what the child created. An error says what could not be
	// read; what comes with it is whole all the same.
	Collect(ctx context.Context, s Span) (Collected, error)
}

// Span is what a tracker needs to find a run's traces.
type Span struct {
	Invocation     record.Invocation
	Started, Ended time.Time
	Python         string // the interpreter that ran, or ""
}

// Collected is what a command left in a tracker.
type Collected struct {
	Outputs  []record.Resource // with their Origin
	Tracking []Tracking
}

// Tracking is what a tracker has of a run: metrics, parameters and tags, as JSON.
type Tracking struct {
	Name    string
	Origin  record.Origin
	Content []byte
}

// Result is what became of a run.
type Result struct {
	// Record is nil where the run could not be settled.
	Record *record.Record
	// ExitStatus is what a shell would have seen of the command.
	ExitStatus int
	// Python is the interpreter that ran, or "".
	Python string
	// Blobs are those that go along with the record where it is attached:
	// manifests, and the content of a dirty tree.
	Blobs map[hashing.FileDigest][]byte
}
