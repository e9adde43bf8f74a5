//go:build unix && !linux

package child

import (
	"os/signal"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// inheritance is what the process that started us has set for those it starts, as
// far as the Go runtime has kept it: an ignored SIGHUP and SIGINT.
type inheritance struct{ ignored signalSet }

var inherited = sync.OnceValue(func() (in inheritance) {
	for s := unix.Signal(1); s <= lastSignal; s++ {
		if signal.Ignored(s) {
			in.ignored |= setOf(s)
		}
	}
	return in
})

func (inheritance) mask() (restore func()) { return func() {} }

// ignores tells whether the process ignores s, which only its start can tell.
func ignores(_ int, s unix.Signal) bool { return inherited().ignored.has(s) }

// pause stops this process, as its command was.
func pause() { _ = unix.Kill(unix.Getpid(), unix.SIGSTOP) }

func catchPause() {}

func releasePause() {}

// probe would tell signals to our group from those to us; here nothing can.
type probe struct{}

func startProbe() *probe { return nil }

func (*probe) id() int { return 0 }

func (*probe) got(unix.Signal) (got, known bool) { return false, false }

func (p *probe) renew(unix.Signal) *probe { return p }

func (*probe) stop() {}

// orphans never come to us here.
type orphans struct{}

func newOrphans() orphans { return orphans{} }

func (orphans) ticker() (tick <-chan time.Time, stop func()) { return nil, func() {} }

func (orphans) changed() {}

func (orphans) reap(...int) {}

func oomKills() uint64 { return 0 }

func survivors(string) []Process { return nil }
