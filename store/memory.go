package store

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Memory is a backend for tests. Its zero value is empty.
type Memory struct {
	mu      sync.Mutex
	objects map[string][]byte
}

var _ Backend = (*Memory)(nil)

// Put implements [Backend].
func (m *Memory) Put(ctx context.Context, key string, content io.Reader) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	raw, err := io.ReadAll(withContext(ctx, content))
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, found := m.objects[key]; found && !bytes.Equal(old, raw) {
		return fmt.Errorf("%q %w", key, ErrExists)
	}
	if m.objects == nil {
		m.objects = map[string][]byte{}
	}
	m.objects[key] = raw
	return nil
}

// Get implements [Backend].
func (m *Memory) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	raw, found := m.objects[key]
	if !found {
		return nil, fmt.Errorf("%q: %w", key, ErrNotFound)
	}
	return io.NopCloser(withContext(ctx, bytes.NewReader(raw))), ctx.Err()
}

// List implements [Backend].
func (m *Memory) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		m.mu.Lock()
		keys := slices.Sorted(maps.Keys(m.objects))
		m.mu.Unlock()
		for _, key := range keys {
			if !strings.HasPrefix(key, prefix) {
				continue
			}
			if err := ctx.Err(); err != nil {
				yield("", err)
				return
			}
			if !yield(key, nil) {
				return
			}
		}
	}
}

// withContext makes reads fail when ctx has ended.
func withContext(ctx context.Context, r io.Reader) io.Reader { return &contextReader{ctx, r} }

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}
