package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// patiently is what f gives, unless ctx ends first: to open, read or write a pipe that
// nobody holds at the other end waits for ever, and nothing can be said to it.
func patiently[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type given struct {
		value T
		err   error
	}
	done := make(chan given, 1)
	go func() {
		value, err := f()
		done <- given{value, err}
	}()
	select {
	case g := <-done:
		return g.value, g.err
	case <-ctx.Done():
		return *new(T), context.Cause(ctx)
	}
}

// readFile reads a file that a person named, a pipe too: --policy <(…).
func readFile(ctx context.Context, path string) ([]byte, error) {
	return patiently(ctx, func() ([]byte, error) { return os.ReadFile(path) })
}

// replaceFile writes a file that is there only when all of it is.
func replaceFile(path string, content []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".lineage-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // gone already where all went well
	_, err = temp.Write(content)
	if err = errors.Join(err, temp.Chmod(0o644), temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// deliver writes what -o asked for: to a file, whole or not at all, to a pipe or a
// device, or to the standard output.
func (c *cli) deliver(ctx context.Context, path string, content []byte) error {
	if path == "" || path == "-" {
		_, err := c.stdout.Write(content)
		return err
	}
	var err error
	switch info, statErr := os.Stat(path); {
	case statErr == nil && info.IsDir():
		return usage("-o %q is a folder", path)
	case statErr == nil && !info.Mode().IsRegular(): // there is nothing to replace
		_, err = patiently(ctx, func() (struct{}, error) { return struct{}{}, os.WriteFile(path, content, 0o644) })
	default:
		err = replaceFile(path, content)
	}
	if err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	return nil
}
