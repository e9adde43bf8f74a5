package fetch

import (
	"context"
	"errors"
	"time"

	"github.com/lineage-audit/lineage/hashing"
)

var (
	// ErrNotFound says that the origin has nothing under the URI.
	ErrNotFound = errors.New("not found")
	// ErrDenied says that the origin refuses us.
	ErrDenied = errors.New("access is denied")
	// ErrChanged says that the origin's bytes changed while they were fetched.
	ErrChanged = errors.New("the origin's bytes changed meanwhile")
	// ErrTruncated says that fewer bytes came, or more, than the origin has.
	ErrTruncated = errors.New("the bytes are not whole")
	// ErrNotAllowed says that nobody allowed to ask this origin.
	ErrNotAllowed = errors.New("nobody allowed to ask this origin")
	// ErrDigest says that the bytes are others than those that were asked for.
	ErrDigest = errors.New("the bytes have another digest")
	// ErrExists says that other bytes stand at the target.
	ErrExists = errors.New("other bytes stand there")
	// ErrTooLarge says that there is more than was to be read.
	ErrTooLarge = errors.New("it is larger than what is to be read")
	// ErrURI says that a text names no place to fetch from.
	ErrURI = errors.New("not a URI of http, https, s3 or file")
	// ErrBusy says that another process is fetching to the same target.
	ErrBusy = errors.New("another process is fetching to the same place")
)

// Options are what a client needs of the outside. The zero value fetches without
// credentials, proxies or limits.
type Options struct {
	// Env is the environment, as NAME=value: AWS_*, http_proxy, https_proxy,
	// no_proxy, SSL_CERT_FILE, HOME.
	Env []string
	// Dir is the folder that paths are relative to.
	Dir string
	// Agent is how the client names itself.
	Agent string
	// Allow are the origins that may be asked; nil is all of them.
	Allow *Allowed
	// Stall is how long a connection may give nothing; 0 is a minute.
	Stall time.Duration
	// Attempts are how many times in a row are tried without any gain; 0 is 5.
	Attempts int
	// Wait waits between two attempts; nil sleeps.
	Wait func(ctx context.Context, d time.Duration) error
	// Progress, if not nil, is told from several goroutines how many bytes are there
	// of how many; -1 if nobody knows.
	Progress func(done, total int64)
}

// Version says which bytes of an origin are meant, as far as it tells.
type Version struct {
	Size         int64  // -1 if it does not say
	ETag         string // as it has it, with quotes
	LastModified string
	VersionID    string
}

// Result is what was fetched.
type Result struct {
	URI     string // without credentials; of a version, where there are several
	SHA256  hashing.FileDigest
	Bytes   int64
	Version Version
	// Resumed is how many bytes an earlier call had fetched.
	Resumed int64
	// Kept tells that the target had these bytes already.
	Kept bool
}

// Target is where a file is put, and what it must be.
type Target struct {
	Path   string // absolute, or relative to Options.Dir
	SHA256 *hashing.FileDigest
	Force  bool // replaces a file that has other bytes
}

// Client fetches. It may be used by many goroutines.
type Client struct {
	o Options
}

// New makes a client.
func New(o Options) *Client { return &Client{o: o} }

// Hash reads all bytes of the URI and keeps none. More than limit bytes are an error
// that wraps [ErrTooLarge]; a negative limit is none.
func (c *Client) Hash(ctx context.Context, u URI, limit int64) (Result, error) {
	return Result{}, errors.ErrUnsupported
}

// Get puts the bytes of the URI in their place. Where it fails nothing stands at the
// target that did not before.
func (c *Client) Get(ctx context.Context, u URI, t Target) (Result, error) {
	return Result{}, errors.ErrUnsupported
}

// Entry is one file below a prefix.
type Entry struct {
	Path string // below the prefix, clean and relative
	URI  URI
	Size int64
}

// List gives the files below a URI that [URI.IsPrefix], in the byte order of their paths.
func (c *Client) List(ctx context.Context, u URI) ([]Entry, error) {
	return nil, errors.ErrUnsupported
}
