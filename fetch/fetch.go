package fetch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"hash"
	"strings"
	"sync"
	"time"

	"github.com/lineage-audit/lineage/hashing"
)

// Options are what a client needs of the outside. The zero value fetches without
// credentials, proxies or limits.
type Options struct {
	// Env is the environment, as NAME=value: AWS_*, http_proxy, https_proxy,
	// no_proxy, HOME.
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
	// Progress, if not nil, is told from several goroutines how many more bytes are
	// there, and how many more are to come in all. Both can be negative, where
	// something starts anew.
	Progress func(done, total int64)
}

const (
	defaultStall    = time.Minute
	defaultAttempts = 5
)

// Result is what was fetched.
type Result struct {
	URI     string // without credentials; that of a version, where there are several
	SHA256  hashing.FileDigest
	Bytes   int64
	Version Version
	// Resumed is how many bytes an earlier call had fetched.
	Resumed int64
	// Kept tells that the target had these bytes already.
	Kept bool
}

// Client fetches. It may be used by many goroutines.
type Client struct {
	o    Options
	env  map[string]string
	web  *web
	s3   func() (*bucketServer, error) // made once
	home string
}

// New makes a client.
func New(o Options) *Client {
	o.Stall, o.Attempts, o.Agent = cmp.Or(o.Stall, defaultStall), cmp.Or(o.Attempts, defaultAttempts), cmp.Or(o.Agent, "lineage")
	c := &Client{o: o, env: map[string]string{}}
	for _, e := range o.Env {
		name, value, _ := strings.Cut(e, "=")
		c.env[name] = value
	}
	if c.o.Wait == nil {
		c.o.Wait = sleep
	}
	c.home, c.web = c.env["HOME"], newWeb(c.env, o)
	c.s3 = sync.OnceValues(func() (*bucketServer, error) { return newBucketServer(c.env, o) })
	return c
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Allows tells whether the URI may be asked.
func (c *Client) Allows(u URI) bool { return c.o.Allow.Covers(u) }

// Hash reads all bytes of the URI and keeps none. More than limit bytes are an error
// that wraps [ErrTooLarge]; a negative limit is none.
func (c *Client) Hash(ctx context.Context, u URI, limit int64) (Result, error) {
	r, err := c.hash(ctx, u, limit)
	return r, named(u, err)
}

func (c *Client) hash(ctx context.Context, u URI, limit int64) (Result, error) {
	origin, err := c.origin(u)
	if err != nil {
		return Result{}, err
	}
	sink := &digester{hash: sha256.New()}
	t := &transfer{c: c, origin: origin, sink: sink, limit: limit}
	if err := t.run(ctx); err != nil {
		return Result{}, err
	}
	return t.result(u, sink.hash), nil
}

// digester is a sink that keeps nothing.
type digester struct{ hash hash.Hash }

func (d *digester) Write(b []byte) (int, error) { return d.hash.Write(b) }
func (d *digester) begin(Version) error         { return nil }
func (d *digester) restart() error              { d.hash.Reset(); return nil }

// result is that of a transfer that came to its end.
func (t *transfer) result(u URI, h hash.Hash) Result {
	u = u.at(t.version.VersionID)
	return Result{URI: u.String(), SHA256: hashing.FileDigest(h.Sum(nil)), Bytes: t.at, Version: *t.version}
}

// origin is what has the bytes of the URI.
func (c *Client) origin(u URI) (origin, error) {
	if !c.o.Allow.Covers(u) {
		return nil, ErrNotAllowed
	}
	switch {
	case u.IsPrefix():
		return nil, errPrefix
	case u.scheme == "file":
		return fileOrigin{c.local(u)}, nil
	case u.scheme == "s3":
		server, err := c.s3()
		if err != nil {
			return nil, err
		}
		return objectOrigin{server, u}, nil
	}
	return webOrigin{c.web, u.url}, nil
}
