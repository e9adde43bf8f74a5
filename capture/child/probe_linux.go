package child

import (
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// probe is a process of our group by which we tell a signal that was sent to us
// alone from one that was sent to the whole group, by a terminal or by kill, or
// to all processes of the job, one by one: nothing that the kernel says to the
// receiver of a signal distinguishes them. The probe stands traced at its first
// instruction, blocks every signal and never runs, so what was sent to it
// remains to be read among its pending signals. It dies with us.
type probe struct {
	pid     int
	carried signalSet // seen by a probe before this one
	quit    chan struct{}
	dead    chan struct{}
}

// startProbe starts a probe; nil if tracing is not allowed here.
func startProbe() *probe {
	p := &probe{quit: make(chan struct{}), dead: make(chan struct{})}
	ready := make(chan bool)
	go func() {
		defer close(p.dead)
		runtime.LockOSThread() // a process is traced by one thread
		defer runtime.UnlockOSThread()
		ok := p.launch()
		ready <- ok
		if ok {
			<-p.quit
			p.kill()
		}
	}()
	if !<-ready {
		return nil
	}
	return p
}

// launch starts the process, which stops by SIGTRAP as it executes our own
// program, and sees to it that it never goes on when we are gone.
func (p *probe) launch() bool {
	defer setMask((^setOf(unix.SIGTRAP)).forThread())()
	attr := syscall.ProcAttr{Dir: "/", Sys: &syscall.SysProcAttr{Ptrace: true}}
	pid, err := syscall.ForkExec("/proc/self/exe", []string{"lineage: signal probe"}, &attr)
	if err != nil {
		return false
	}
	p.pid = pid
	if ws, err := waitFor(pid); err != nil || !ws.Stopped() || ws.StopSignal() != unix.SIGTRAP {
		if err == nil && ws.Stopped() {
			p.kill()
		}
		return false
	}
	if unix.PtraceSetOptions(pid, unix.PTRACE_O_EXITKILL) != nil {
		p.kill()
		return false
	}
	return true
}

// kill ends the process and takes its status.
func (p *probe) kill() {
	_ = unix.Kill(p.pid, unix.SIGKILL) // it is there until it is waited for
	for {
		if ws, err := waitFor(p.pid); err != nil || !ws.Stopped() {
			return
		}
	}
}

func waitFor(pid int) (ws unix.WaitStatus, err error) {
	for {
		if _, err = unix.Wait4(pid, &ws, 0, nil); err != unix.EINTR {
			return ws, err
		}
	}
}

// id is the process's number; zero without a probe.
func (p *probe) id() int {
	if p == nil {
		return 0
	}
	return p.pid
}

// got tells whether s was sent to the probe, and whether it can tell. Since a stop
// and SIGCONT remove each other from what is pending, either stands for both.
func (p *probe) got(s unix.Signal) (got, known bool) {
	if p == nil {
		return false, false
	}
	pending, err := signals(p.pid, "ShdPnd")
	if err != nil {
		return false, false
	}
	pending |= p.carried
	if s == unix.SIGTSTP || s == unix.SIGCONT {
		return pending.has(unix.SIGTSTP) || pending.has(unix.SIGCONT), true
	}
	return pending.has(s), true
}

// renew is a probe to which s was not sent yet.
func (p *probe) renew(s unix.Signal) *probe {
	pending, _ := signals(p.pid, "ShdPnd")
	next := startProbe()
	if next != nil {
		next.carried = (pending | p.carried) &^ setOf(s)
	}
	p.stop()
	return next
}

// stop ends the probe.
func (p *probe) stop() {
	if p != nil {
		close(p.quit)
		<-p.dead
	}
}
