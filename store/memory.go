package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory is a backend for tests. Its zero value is empty. It has a clock of its own,
// which stands still unless [Memory.Pass] sets it forward.
type Memory struct {
	mu      sync.Mutex
	objects map[string][]byte
	put     map[string]time.Duration // when each was last put
	clock   time.Duration
}

var (
	_ Backend = (*Memory)(nil)
	_ Remover = (*Memory)(nil)
)

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
		m.objects, m.put = map[string][]byte{}, map[string]time.Duration{}
	}
	m.objects[key], m.put[key] = raw, m.clock
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

// Pass lets time pass.
func (m *Memory) Pass(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clock += d
}

// epoch is when the clock of a Memory begins.
var epoch = time.Unix(1_000_000_000, 0)

// Now implements [Remover].
func (m *Memory) Now(ctx context.Context) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return epoch.Add(m.clock), ctx.Err()
}

// Stat implements [Remover].
func (m *Memory) Stat(ctx context.Context, key string) (Stat, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	raw, found := m.objects[key]
	if !found {
		return Stat{}, fmt.Errorf("%q: %w", key, ErrNotFound)
	}
	return Stat{int64(len(raw)), epoch.Add(m.put[key])}, ctx.Err()
}

// Remove implements [Remover].
func (m *Memory) Remove(ctx context.Context, before time.Time, keys ...string) (removed []string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		if err := errors.Join(ctx.Err(), CheckKey(key)); err != nil {
			return removed, err
		}
		if _, found := m.objects[key]; found && epoch.Add(m.put[key]).Before(before) {
			delete(m.objects, key)
			removed = append(removed, key)
		}
	}
	return removed, nil
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
