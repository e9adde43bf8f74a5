package environment

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// rootOf is what is mounted at the root, the last of several; ok is false where
// nothing is, as behind a chroot into a folder.
func rootOf(mounts []mount) (m mount, ok bool) {
	for _, each := range mounts {
		if each.at == "/" {
			m, ok = each, true
		}
	}
	return m, ok
}

// deployment is the folder that ostree makes the root of an ordinary machine.
var deployment = regexp.MustCompile(`/ostree/deploy/[^/]+/deploy/[0-9a-f]{64}\.[0-9]+$`)

// byRoot knows a container that was made without any of the runtimes that leave signs: its
// root is a folder of a file system, bound and pivoted to, as ch-run, bwrap and others do it.
func byRoot(root string, mounts []mount) string {
	m, ok := rootOf(mounts)
	if !ok || m.root == "/" || deployment.MatchString(m.root) || subvolume(m) || sandboxed(root, mounts) {
		return ""
	}
	return Unknown
}

// subvolume tells whether the root is a whole subvolume: the kernel then names the same as
// the mounted folder and as the option.
func subvolume(m mount) bool {
	return m.kind == "btrfs" && slices.Contains(strings.Split(m.super, ","), "subvol="+m.root) || m.kind == "bcachefs"
}

// system are the subvolumes that installers and their snapshots make the root of.
var system = regexp.MustCompile(`^/[^/]+$|/\.snapshots/[0-9]+/snapshot$|^/timeshift-btrfs/snapshots/[^/]+/@$`)

// doubtful tells whether there is reason to say neither that there is a container nor that
// there is none: a chroot, a tracer such as proot, a subvolume of somebody's, and namespaces
// that are not the machine's, which containers have and services of systemd too.
func doubtful(root string, mounts []mount) bool {
	m, ok := rootOf(mounts)
	if !ok || subvolume(m) && !system.MatchString(m.root) && !deployment.MatchString(m.root) {
		return true
	}
	if tracer := fields(text(root, "/proc/self/status"), ":")["TracerPid"]; tracer != "" && tracer != "0" {
		return true
	}
	return foreign(root)
}

// initial are the namespaces that the kernel makes at its start; their numbers never change.
var initial = map[string]string{"user": "user:[4026531837]", "pid": "pid:[4026531836]", "cgroup": "cgroup:[4026531835]"}

// foreign tells whether a namespace is not that of the machine. That of mounts has no number of its
// own: it is compared with that of the first process, where that can be read. WSL puts
// a whole machine into namespaces.
func foreign(root string) bool {
	if !strings.Contains(strings.ToLower(line(root, "/proc/sys/kernel/osrelease")), "microsoft") {
		for kind, number := range initial {
			if own := namespace(root, "self", kind); own != "" && own != number {
				return true
			}
		}
	}
	own, first := namespace(root, "self", "mnt"), namespace(root, "1", "mnt")
	return own != "" && first != "" && own != first
}

func namespace(root, process, kind string) string {
	name, _ := os.Readlink(filepath.Join(root, "/proc", process, "ns", kind))
	return name
}
