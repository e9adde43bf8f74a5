package environment

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// lookAround reads the signs that runtimes leave. A process without a container must
// be able to say so: its control groups and mounts are readable, and none of them is a
// runtime's.
func lookAround(root string, env map[string]string) Container {
	groups, grouped := read(root, "/proc/self/cgroup")
	mounts := readMounts(root)
	c := Container{ID: containerID(groups, mounts)}
	c.Looked = grouped && len(mounts) > 0 && !sandboxed(root, mounts) && !doubtful(root, mounts)
	for _, look := range []func() string{
		func() string { return byFiles(root, env) },
		func() string { return bySystemd(root, env) },
		func() string { return byGroups(groups) },
		func() string { return byMounts(mounts) },
		func() string { return byRoot(root, mounts) },
	} {
		if c.Runtime = look(); c.Runtime != "" {
			return c
		}
	}
	if c.ID != "" {
		c.Runtime = Unknown
	}
	return c
}

// byFiles knows runtimes by what they put into a container. Those that are made of
// another one go first.
func byFiles(root string, env map[string]string) string {
	switch {
	case env["KUBERNETES_SERVICE_HOST"] != "" || exists(root, "/var/run/secrets/kubernetes.io/serviceaccount") || exists(root, "/run/secrets/kubernetes.io/serviceaccount"):
		return "kubernetes"
	case env["APPTAINER_CONTAINER"] != "" || env["SINGULARITY_CONTAINER"] != "" || exists(root, "/.singularity.d"):
		return "apptainer"
	case exists(root, "/.dockerenv"):
		return "docker"
	case exists(root, "/run/.containerenv"):
		return "podman"
	case exists(root, "/dev/lxd/sock"):
		return "lxc"
	case env["CH_RUNNING"] != "":
		return "charliecloud"
	case env["SHIFTER_RUNTIME"] != "":
		return "shifter"
	case env["FAKECHROOT_BASE"] != "":
		return "fakechroot"
	}
	return ""
}

// managers are the values of systemd's container interface that mean a container. A
// flatpak and WSL are none that is made of an image.
var managers = map[string]string{
	"docker": "docker", "podman": "podman", "oci": Unknown, "lxc": "lxc", "lxc-libvirt": "lxc", "systemd-nspawn": "systemd-nspawn",
	"rkt": "rkt", "openvz": "openvz", "proot": "proot", "crio": "kubernetes", "enroot": "enroot",
}

func bySystemd(root string, env map[string]string) string {
	for _, said := range []string{line(root, "/run/systemd/container"), line(root, "/run/host/container-manager"), env["container"]} {
		if name := managers[said]; name != "" {
			return name
		}
	}
	return ""
}

// groupSigns are how runtimes call the control groups of their containers.
var groupSigns = []struct {
	pattern *regexp.Regexp
	name    string
}{
	{regexp.MustCompile(`/kubepods`), "kubernetes"},
	{regexp.MustCompile(`libpod-[0-9a-f]{64}`), "podman"},
	{regexp.MustCompile(`nerdctl-[0-9a-f]{64}|/default/[0-9a-f]{64}|containerd-[0-9a-f]{64}`), "containerd"},
	{regexp.MustCompile(`crio-[0-9a-f]{64}`), "kubernetes"},
	{regexp.MustCompile(`docker[-/][0-9a-f]{64}|/actions_job/[0-9a-f]{64}`), "docker"},
	{regexp.MustCompile(`/ecs/[0-9a-f]{32}`), "ecs"},
	{regexp.MustCompile(`/lxc(\.payload[./]|/)`), "lxc"},
	{regexp.MustCompile(`/machine\.slice/(systemd-nspawn@|machine-)`), "systemd-nspawn"},
	{regexp.MustCompile(`/garden/`), "garden"},
	{regexp.MustCompile(`/buildkit/`), "buildkit"},
}

func byGroups(groups string) string {
	for _, s := range groupSigns {
		if s.pattern.MatchString(groups) {
			return s.name
		}
	}
	return ""
}

var longID = regexp.MustCompile(`(?:^|[/:-])([0-9a-f]{64})(?:\.scope|/|\s|$)`)

// containerID is the container's own name: of its control group, else of the folder
// that the runtime keeps its files in.
func containerID(groups string, mounts []mount) string {
	if m := longID.FindAllStringSubmatch(groups, -1); m != nil {
		return m[len(m)-1][1]
	}
	for _, m := range mounts {
		if !strings.Contains(m.root, "/sandboxes/") && bound(m) { // which is the pod's
			if id := longID.FindStringSubmatch(m.root); id != nil {
				return id[1]
			}
		}
	}
	return ""
}

// labelFiles are where builders leave the labels of the image that they make.
var labelFiles = []string{"/root/buildinfo/labels.json", "/usr/share/buildinfo/labels.json", "/.singularity.d/labels.json"}

// labelled is the image's name by its OCI labels. They cannot hold its digest: that
// follows from them.
func labelled(root string) string {
	for _, file := range labelFiles {
		var labels map[string]any
		if json.Unmarshal([]byte(text(root, file)), &labels) != nil {
			continue
		}
		label := func(name string) string { s, _ := labels["org.opencontainers.image."+name].(string); return s }
		name, version := label("ref.name"), label("version")
		if name == "" && label("title") != "" {
			name = strings.TrimSuffix(label("title")+":"+version, ":")
		}
		if said, err := ParseImage(name); err == nil {
			return said.Reference
		}
	}
	return ""
}

// readSIF hashes the image file of Apptainer, where the container can see it.
func (c *Container) readSIF(ctx context.Context, root string, env map[string]string) {
	name := env["APPTAINER_CONTAINER"]
	if name == "" {
		name = env["SINGULARITY_CONTAINER"]
	}
	if name == "" {
		return
	}
	c.Image.Reference = filepath.Base(name)
	digest, err := hashSIF(ctx, filepath.Join(root, "/", name))
	if err != nil {
		c.problem("the image file %q: %v", filepath.Base(name), reason(err))
		return
	}
	c.Image.Digest, c.Image.Seen = digest, SeenSIF
}

// hashSIF is the digest of a file that is of Apptainer's format.
func hashSIF(ctx context.Context, path string) (d hashing.FileDigest, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return d, err
	}
	if !info.Mode().IsRegular() {
		return d, fmt.Errorf("it is no file")
	}
	f, err := os.Open(path)
	if err != nil {
		return d, err
	}
	head := make([]byte, 42)
	_, err = io.ReadFull(f, head)
	f.Close()
	if err != nil || string(head[32:41]) != "SIF_MAGIC" {
		return d, fmt.Errorf("it is not of the format SIF")
	}
	file, err := hashing.HashFile(ctx, path, hashing.Options{})
	return file.Digest, err
}
