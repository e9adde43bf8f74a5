package environment

import (
	"bytes"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// mount is a line of /proc/self/mountinfo.
type mount struct {
	root  string // the folder of the file system that is mounted
	at    string // where
	kind  string // of file system
	super string // options of the file system
}

// readMounts reads what is mounted; nil if it cannot be read.
func readMounts(root string) (all []mount) {
	for _, l := range strings.Split(long(root, "/proc/self/mountinfo"), "\n") {
		before, after, found := strings.Cut(l, " - ")
		f, g := strings.Fields(before), strings.Fields(after)
		if found && len(f) >= 6 && len(g) >= 3 {
			all = append(all, mount{unescaped(f[3]), unescaped(f[4]), g[0], unescaped(g[2])})
		}
	}
	return all
}

// unescaped reads the octal escapes of mountinfo: \040 is a space.
func unescaped(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b bytes.Buffer
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// bound tells whether a mount is one of the files that runtimes put into each
// container from a folder of their own.
func bound(m mount) bool {
	switch m.at {
	case "/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/run/.containerenv", "/dev/termination-log":
		return true
	}
	return false
}

// keepers are the folders in which runtimes keep containers, as bound files and
// layers of an overlay show them.
var keepers = []struct {
	pattern *regexp.Regexp
	name    string
}{
	{regexp.MustCompile(`/kubelet/pods/|/pods/[0-9a-f-]{36}/etc-hosts|/io\.containerd\.grpc\.v1\.cri/`), "kubernetes"},
	{regexp.MustCompile(`/docker/containers/[0-9a-f]{64}/|/docker/(overlay2|aufs|rootfs|fuse-overlayfs)/`), "docker"},
	{regexp.MustCompile(`/(overlay|vfs|btrfs|zfs)-containers/[0-9a-f]{64}/userdata|/containers/storage/|/storage/overlay/`), "podman"},
	{regexp.MustCompile(`/buildkit/`), "buildkit"},
	{regexp.MustCompile(`/io\.containerd\.snapshotter`), "containerd"},
	{regexp.MustCompile(`/(apptainer|singularity)/mnt/`), "apptainer"},
	{regexp.MustCompile(`/enroot`), "enroot"},
}

// composed is where ostree has the objects that it overlays the root of an ordinary machine from.
const composed = "/sysroot/ostree/repo/objects"

// byMounts knows a runtime by the files that it binds, and by what the root is made
// of. An overlay that nobody is known to keep is a sign too, and not of whom.
func byMounts(mounts []mount) string {
	root, layers := "", ""
	for _, k := range keepers {
		for _, m := range mounts {
			said := ""
			switch {
			case bound(m):
				said = m.root
			case m.at == "/":
				said, root, layers = m.root+" "+m.super, m.kind, m.super
			}
			if k.pattern.MatchString(said) {
				return k.name
			}
		}
	}
	if strings.Contains(layers, composed) {
		return ""
	}
	switch root {
	case "overlay", "aufs", "fuse.fuse-overlayfs", "fuse-overlayfs", "9p":
		return Unknown
	}
	return ""
}

// sandboxed tells whether the root is that of a snap or a flatpak. Neither is a
// container that is made of an image, nor is it the machine itself.
func sandboxed(root string, mounts []mount) bool {
	for _, m := range mounts {
		if m.at == "/" && (m.kind == "squashfs" || strings.HasPrefix(m.kind, "fuse.snapfuse")) {
			return true
		}
	}
	return exists(root, "/.flatpak-info")
}

// within is a control group's path below the folder that is mounted; a container
// without a namespace of its own sees the path from the host's root, and only its part of
// the tree.
func (m mount) within(group string) string {
	group = path.Clean("/" + group)
	if rest, below := strings.CutPrefix(group, m.root); below && (rest == "" || rest[0] == '/' || m.root == "/") {
		return path.Join("/", rest)
	}
	return group
}
