package main

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// caughtKey is the key under which a context has where a signal is noted.
type caughtKey struct{}

// interruptible is the context of verbs that wait: it ends with the first Ctrl-C, or
// SIGTERM. The second ends the program, whatever it waits for.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	caught, _ := ctx.Value(caughtKey{}).(*atomic.Int32)
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer signal.Stop(signals)
		select {
		case s := <-signals:
			if n, ok := s.(syscall.Signal); ok && caught != nil {
				caught.Store(int32(n))
			}
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// interrupted is the exit status of what a signal ended, as shells have it, and the
// word for it; 0 if none did.
func (c *cli) interrupted() (status int, word string) {
	switch n := syscall.Signal(c.caught.Load()); n {
	case 0:
		return 0, ""
	case syscall.SIGTERM:
		return 128 + int(n), "terminated"
	default:
		return 128 + int(n), "interrupted"
	}
}
