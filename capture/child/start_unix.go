//go:build unix

package child

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// start starts the command.
func (r *run) start() error {
	path, err := r.cmd.resolve()
	if err != nil {
		return err
	}
	files, done, err := r.cmd.files()
	if err != nil {
		return fmt.Errorf("starting %q: %w", r.cmd.Argv[0], err)
	}
	r.early = len(r.signals)
	pid, err := fork(path, r.cmd.Argv, &syscall.ProcAttr{Dir: r.cmd.Dir, Env: r.cmd.Env, Files: files})
	done()
	if err != nil {
		return r.cmd.explain(err)
	}
	r.out.PID, r.out.Started = pid, r.cmd.Now()
	return nil
}

// greet is what is due when the command has started: it is announced, and gets what
// was sent to us before.
func (r *run) greet() {
	var usage unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &usage) == nil {
		r.size = int64(usage.Maxrss)
	}
	r.orphans = newOrphans()
	if r.cmd.Started != nil {
		r.cmd.Started(r.out.PID)
	}
	for range r.early {
		s := (<-r.signals).(unix.Signal)
		r.interrupt(s)
		r.kill(s)
	}
}

// fork starts the program at path; one that the kernel cannot execute and that
// looks like text is given to the shell, as shells and execvp do.
func fork(path string, argv []string, attr *syscall.ProcAttr) (int, error) {
	runtime.LockOSThread() // the mask is the thread's
	defer runtime.UnlockOSThread()
	defer inherited().mask()()
	pid, err := syscall.ForkExec(path, argv, attr)
	if errors.Is(err, unix.ENOEXEC) && isScript(attr.Dir, path) {
		argv = append([]string{"/bin/sh", path}, argv[1:]...)
		return syscall.ForkExec(argv[0], argv, attr)
	}
	return pid, err
}

// explain sorts the error of a start as bash does, with which it was compared.
func (c *Command) explain(err error) error {
	switch {
	case errors.Is(err, unix.ENOENT):
		return fmt.Errorf("starting %q: %w: %w", c.Argv[0], ErrNotFound, err)
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.ENOMEM),
		errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE): // of the fork
		return fmt.Errorf("starting %q: %w", c.Argv[0], err)
	}
	return fmt.Errorf("starting %q: %w: %w", c.Argv[0], ErrNotExecutable, err)
}

// files are the descriptors that become 0, 1 and 2; done closes those opened here.
func (c *Command) files() (fds []uintptr, done func(), err error) {
	var opened []int
	done = func() {
		for _, fd := range opened {
			_ = unix.Close(fd)
		}
		runtime.KeepAlive(c)
	}
	for i, f := range []*os.File{c.Stdin, c.Stdout, c.Stderr} {
		fd, fresh, err := descriptor(i, f)
		if err != nil {
			done()
			return nil, nil, err
		}
		if fresh {
			opened = append(opened, fd)
		}
		fds = append(fds, uintptr(fd))
	}
	return fds, done, nil
}

// descriptor is f's, without the change to blocking mode that f.Fd makes, since the
// mode is shared with whoever else has the file. A descriptor below 3 that is to
// get another number is copied first: ForkExec would put it over one of those from
// 3 up that the command is to inherit.
func descriptor(i int, f *os.File) (fd int, fresh bool, err error) {
	if f == nil {
		fd, err = unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
		return fd, true, err
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return 0, false, err
	}
	cerr := conn.Control(func(n uintptr) {
		fd = int(n)
		if fd < 3 && fd != i {
			fresh = true
			fd, err = unix.FcntlInt(n, unix.F_DUPFD_CLOEXEC, 3)
		}
	})
	return fd, fresh, errors.Join(cerr, err)
}
