//go:build linux

package environment_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/capture/environment"
	"github.com/lineage-audit/lineage/hashing"
)

var (
	id     = strings.Repeat("5f", 32)
	digest = strings.Repeat("ab", 32)
	other  = strings.Repeat("cd", 32)
)

// mountinfo has the shape of proc(5), with a root of ext4 unless there is another.
func mountinfo(lines ...string) string {
	all := "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
	if !strings.Contains(strings.Join(lines, "\n"), " / / ") {
		all += "27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
	}
	return all + strings.Join(lines, "\n") + "\n"
}

// host are the files of a machine without a container, to which others are added.
func host(more map[string]string) map[string]string {
	files := map[string]string{
		"proc/self/cgroup":    "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/vte-spawn-1.scope\n",
		"proc/self/mountinfo": mountinfo("30 27 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "40 27 0:55 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A"),
	}
	for name, text := range more {
		files[name] = text
	}
	return files
}

func image(reference, digest, seen string) environment.Image {
	i := environment.Image{Reference: reference, Seen: seen}
	if digest != "" {
		i.Digest, _ = hashing.ParseFileDigest(digest)
	}
	return i
}

var sif = strings.Repeat("\x00", 32) + "SIF_MAGIC\x00" + "the rest"

func sifDigest() string {
	sum := sha256.Sum256([]byte(sif))
	return hex.EncodeToString(sum[:])
}

type Container = environment.Container

// The shapes are those of proc(5), cgroups(7), podman's container_internal.go,
// systemd's container interface and the Kubernetes documentation of the downward API.
var containers = map[string]struct {
	files    map[string]string
	env      []string
	declared string
	want     Container
	problems int
}{
	"none":                  {host(nil), nil, "", Container{Looked: true}, 0},
	"none, WSL":             {host(map[string]string{"proc/sys/kernel/osrelease": "5.15.90.1-microsoft-standard-WSL2\n"}), []string{"container=wsl"}, "", Container{Looked: true}, 0},
	"none, by root":         {host(map[string]string{"proc/self/cgroup": "0::/\n"}), nil, "", Container{Looked: true}, 0},
	"none, and a claim":     {host(nil), []string{"CI_JOB_IMAGE=python:3.13", "container=anything"}, "", Container{Looked: true}, 0},
	"nothing can be read":   {nil, nil, "", Container{}, 0},
	"no mounts":             {map[string]string{"proc/self/cgroup": "0::/\n"}, nil, "", Container{}, 0},
	"flatpak":               {host(map[string]string{".flatpak-info": ""}), []string{"container=flatpak"}, "", Container{}, 0},
	"snap":                  {host(map[string]string{"proc/self/mountinfo": mountinfo("27 1 7:3 / / ro - squashfs /dev/loop3 ro")}), nil, "", Container{}, 0},
	"docker":                {host(map[string]string{".dockerenv": "", "proc/self/cgroup": "12:cpu,cpuacct:/docker/" + id + "\n0::/system.slice/containerd.service\n"}), nil, "", Container{Looked: true, Runtime: "docker", ID: id}, 0},
	"docker, own namespace": {host(map[string]string{".dockerenv": "", "proc/self/cgroup": "0::/\n", "proc/self/mountinfo": mountinfo("28 1 0:55 / / rw - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A:/B", "29 28 8:1 /var/lib/docker/containers/"+id+"/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw")}), nil, "", Container{Looked: true, Runtime: "docker", ID: id}, 0},
	"docker, no file":       {host(map[string]string{"proc/self/cgroup": "0::/system.slice/docker-" + id + ".scope\n"}), nil, "", Container{Looked: true, Runtime: "docker", ID: id}, 0},
	"podman":                {host(map[string]string{"run/.containerenv": "", "proc/self/cgroup": "0::/machine.slice/libpod-" + id + ".scope/container\n"}), nil, "", Container{Looked: true, Runtime: "podman", ID: id}, 0},
	"podman, privileged": {host(map[string]string{"run/.containerenv": "engine=\"podman-5.6.2\"\nname=\"train\"\nid=\"" + id + "\"\nimage=\"ghcr.io/ada/train:7\"\nimageid=\"" + other + "\"\nrootless=1\n"}), nil, "",
		Container{Looked: true, Runtime: "podman", Image: image("ghcr.io/ada/train:7", "", "")}, 0},
	"podman, by digest": {host(map[string]string{"run/.containerenv": "image=\"ghcr.io/ada/train@sha256:" + digest + "\"\n"}), nil, "",
		Container{Looked: true, Runtime: "podman", Image: image("ghcr.io/ada/train", digest, "containerenv")}, 0},
	"podman, rootless, no file": {host(map[string]string{"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": mountinfo("28 1 0:55 / / rw - overlay overlay rw,lowerdir=/home/ada/.local/share/containers/storage/overlay/l/A", "29 28 8:1 /run/user/1000/containers/overlay-containers/"+id+"/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw")}), nil, "",
		Container{Looked: true, Runtime: "podman", ID: id}, 0},
	"kubernetes": {host(map[string]string{"proc/self/cgroup": "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-" + id + ".scope\n"}), []string{"KUBERNETES_SERVICE_HOST=10.0.0.1"}, "",
		Container{Looked: true, Runtime: "kubernetes", ID: id}, 0},
	"kubernetes, own namespace": {host(map[string]string{"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": mountinfo("28 1 0:55 / / rw - overlay overlay rw,lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs",
		"29 28 8:1 /var/lib/kubelet/pods/3c5a2d7e-0000-4000-8000-000000000000/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw", "31 28 8:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/"+id+"/hostname /etc/hostname rw - ext4 /dev/sda1 rw")}), nil, "",
		Container{Looked: true, Runtime: "kubernetes"}, 0},
	"kubernetes, annotated": {host(map[string]string{"var/run/secrets/kubernetes.io/serviceaccount/token": "x", "etc/podinfo/annotations": "kubernetes.io/config.seen=\"2026-03-14\"\nlineage/image=\"registry.example.org:5000/train:7@sha256:" + digest + "\"\n"}), nil, "",
		Container{Looked: true, Runtime: "kubernetes", Image: image("registry.example.org:5000/train:7", digest, "downward-api")}, 0},
	"apptainer": {host(map[string]string{"images/train.sif": sif, ".singularity.d/labels.json": "{}"}), []string{"APPTAINER_CONTAINER=/images/train.sif"}, "",
		Container{Looked: true, Runtime: "apptainer", Image: image("train.sif", sifDigest(), "sif")}, 0},
	"apptainer, a folder": {host(map[string]string{"images/train/x": ""}), []string{"SINGULARITY_CONTAINER=/images/train"}, "",
		Container{Looked: true, Runtime: "apptainer", Image: image("train", "", "")}, 1},
	"apptainer, another file": {host(map[string]string{"images/train.sif": "x"}), []string{"APPTAINER_CONTAINER=/images/train.sif"}, "",
		Container{Looked: true, Runtime: "apptainer", Image: image("train.sif", "", "")}, 1},
	"apptainer, out of sight": {host(nil), []string{"APPTAINER_CONTAINER=/home/ada/train.sif"}, "",
		Container{Looked: true, Runtime: "apptainer", Image: image("train.sif", "", "")}, 1},
	"nspawn":                    {host(map[string]string{"run/systemd/container": "systemd-nspawn\n"}), nil, "", Container{Looked: true, Runtime: "systemd-nspawn"}, 0},
	"lxc":                       {host(map[string]string{"proc/self/cgroup": "0::/lxc.payload.web/init.scope\n"}), nil, "", Container{Looked: true, Runtime: "lxc"}, 0},
	"containerd":                {host(map[string]string{"proc/self/cgroup": "0::/system.slice/nerdctl-" + id + ".scope\n"}), nil, "", Container{Looked: true, Runtime: "containerd", ID: id}, 0},
	"of unknown make":           {host(map[string]string{"proc/self/mountinfo": mountinfo("28 1 0:55 / / rw - overlay overlay rw,lowerdir=/x")}), nil, "", Container{Looked: true, Runtime: "unknown"}, 0},
	"bound and pivoted":         {host(map[string]string{"proc/self/mountinfo": mountinfo("28 1 254:0 /tmp/a/rootfs / rw,relatime - ext4 /dev/vda rw")}), nil, "", Container{Looked: true, Runtime: "unknown"}, 0},
	"bubblewrap":                {host(map[string]string{"proc/self/mountinfo": mountinfo("28 1 0:50 /newroot / rw - tmpfs tmpfs rw")}), nil, "", Container{Looked: true, Runtime: "unknown"}, 0},
	"flatpak, its root":         {host(map[string]string{".flatpak-info": "", "proc/self/mountinfo": mountinfo("28 1 0:50 /newroot / rw - tmpfs tmpfs rw")}), nil, "", Container{}, 0},
	"a folder of btrfs":         {host(map[string]string{"proc/self/mountinfo": mountinfo("28 1 0:50 /@/tmp/rootfs / rw - btrfs /dev/sda2 rw,subvolid=256,subvol=/@")}), nil, "", Container{Looked: true, Runtime: "unknown"}, 0},
	"none, btrfs":               {host(map[string]string{"proc/self/mountinfo": mountinfo("28 1 0:50 /@ / rw - btrfs /dev/sda2 rw,subvolid=256,subvol=/@")}), nil, "", Container{Looked: true}, 0},
	"none, a snapshot":          {host(map[string]string{"proc/self/mountinfo": mountinfo("28 1 0:50 /@/.snapshots/12/snapshot / rw - btrfs /dev/sda2 rw,subvolid=280,subvol=/@/.snapshots/12/snapshot")}), nil, "", Container{Looked: true}, 0},
	"a subvolume":               {host(map[string]string{"proc/self/mountinfo": mountinfo("28 1 0:50 /@/var/lib/machines/x / rw - btrfs /dev/sda2 rw,subvolid=280,subvol=/@/var/lib/machines/x")}), nil, "", Container{}, 0},
	"none, ostree":              {host(map[string]string{"proc/self/mountinfo": mountinfo("28 1 254:0 /ostree/deploy/fedora/deploy/" + id + ".0 / rw - xfs /dev/vda rw")}), nil, "", Container{Looked: true}, 0},
	"none, ostree on btrfs":     {host(map[string]string{"proc/self/mountinfo": mountinfo("28 1 0:50 /root/ostree/deploy/fedora/deploy/" + id + ".0 / rw - btrfs /dev/vda rw,subvolid=256,subvol=/root")}), nil, "", Container{Looked: true}, 0},
	"none, ostree of composefs": {host(map[string]string{"proc/self/mountinfo": mountinfo("28 1 0:33 / / ro - overlay composefs ro,lowerdir+=/run/ostree/.private/cfsroot-lower,datadir+=/sysroot/ostree/repo/objects,metacopy=on")}), nil, "", Container{Looked: true}, 0},
	"a chroot":                  {host(map[string]string{"proc/self/mountinfo": "22 27 0:21 / /proc rw,relatime - proc proc rw\n"}), nil, "", Container{}, 0},
	"charliecloud":              {host(nil), []string{"CH_RUNNING=x"}, "", Container{Looked: true, Runtime: "charliecloud"}, 0},
	"shifter":                   {host(nil), []string{"SHIFTER_RUNTIME=1"}, "", Container{Looked: true, Runtime: "shifter"}, 0},
	"traced, as by proot":       {host(map[string]string{"proc/self/status": "Name:\tx\nTracerPid:\t12\n"}), nil, "", Container{}, 0},
	"none, not traced":          {host(map[string]string{"proc/self/status": "Name:\tx\nTracerPid:\t0\n"}), nil, "", Container{Looked: true}, 0},
	"none, the machine's namespaces": {host(map[string]string{"proc/self/ns/user": "-> user:[4026531837]", "proc/self/ns/pid": "-> pid:[4026531836]", "proc/self/ns/cgroup": "-> cgroup:[4026531835]",
		"proc/self/ns/mnt": "-> mnt:[4026531840]", "proc/1/ns/mnt": "-> mnt:[4026531840]"}), nil, "", Container{Looked: true}, 0},
	"processes of its own":               {host(map[string]string{"proc/self/ns/pid": "-> pid:[4026532201]"}), nil, "", Container{}, 0},
	"users of its own":                   {host(map[string]string{"proc/self/ns/user": "-> user:[4026532201]"}), nil, "", Container{}, 0},
	"mounts of its own, as with systemd": {host(map[string]string{"proc/self/ns/mnt": "-> mnt:[4026532201]", "proc/1/ns/mnt": "-> mnt:[4026531840]"}), nil, "", Container{}, 0},
	"none, WSL's namespaces": {host(map[string]string{"proc/sys/kernel/osrelease": "5.15.90.1-microsoft-standard-WSL2\n", "proc/self/ns/pid": "-> pid:[4026532201]",
		"proc/self/ns/mnt": "-> mnt:[4026532200]", "proc/1/ns/mnt": "-> mnt:[4026532200]"}), nil, "", Container{Looked: true}, 0},
	"systemd's variable": {host(nil), []string{"container=oci"}, "", Container{Looked: true, Runtime: "unknown"}, 0},
	"labels": {host(map[string]string{".dockerenv": "", "root/buildinfo/labels.json": `{"org.opencontainers.image.title": "train", "org.opencontainers.image.version": "7", "n": 1}`}), nil, "",
		Container{Looked: true, Runtime: "docker", Image: image("train:7", "", "")}, 0},
	"gitlab":     {host(map[string]string{".dockerenv": ""}), []string{"CI_JOB_IMAGE=python:3.13@sha256:" + digest}, "", Container{Looked: true, Runtime: "docker", Image: image("python:3.13", digest, "gitlab-ci")}, 0},
	"jupyterhub": {host(map[string]string{".dockerenv": ""}), []string{"JUPYTER_IMAGE_SPEC=quay.io/jupyter/scipy-notebook:2026"}, "", Container{Looked: true, Runtime: "docker", Image: image("quay.io/jupyter/scipy-notebook:2026", "", "")}, 0},
	"declared":   {host(map[string]string{".dockerenv": ""}), []string{"LINEAGE_IMAGE=docker://ghcr.io/ada/train@sha256:" + digest}, "", Container{Looked: true, Runtime: "docker", Image: image("ghcr.io/ada/train", digest, "environment")}, 0},
	"declared, the flag first": {host(map[string]string{".dockerenv": ""}), []string{"LINEAGE_IMAGE=sha256:" + other}, "train@sha256:" + digest,
		Container{Looked: true, Runtime: "docker", Image: image("train", digest, "declared"), Declared: image("train", digest, "declared")}, 0},
	"declared, and seen otherwise": {host(map[string]string{".dockerenv": ""}), []string{"CI_JOB_IMAGE=python@sha256:" + digest, "LINEAGE_IMAGE=python@sha256:" + other}, "",
		Container{Looked: true, Runtime: "docker", Image: image("python", digest, "gitlab-ci")}, 1},
	"declared, and no sign": {host(nil), nil, "train@sha256:" + digest, Container{Looked: true, Image: image("train", digest, "declared"), Declared: image("train", digest, "declared")}, 0},
	"declared for what the command starts": {host(map[string]string{".dockerenv": ""}), []string{"CI_JOB_IMAGE=python@sha256:" + other}, "train@sha256:" + digest,
		Container{Looked: true, Runtime: "docker", Image: image("python", other, "gitlab-ci"), Declared: image("train", digest, "declared")}, 1},
	"inherited, and no sign": {host(nil), []string{"LINEAGE_IMAGE=train@sha256:" + digest}, "", Container{Looked: true, Image: image("train", digest, "environment")}, 0},
	"declared, a name":       {host(nil), []string{"LINEAGE_IMAGE=train:7"}, "", Container{Looked: true, Image: image("train:7", "", "")}, 0},
	"declared, nonsense":     {host(nil), []string{"LINEAGE_IMAGE=none of your business"}, "", Container{Looked: true}, 1},
	"declared, another algorithm": {host(nil), []string{"LINEAGE_IMAGE=train@sha512:" + digest + digest}, "",
		Container{Looked: true}, 1},
	"declared, a secret": {host(nil), []string{"API_KEY=sesame-street-12", "LINEAGE_IMAGE=registry.example.org/sesame-street-12/train@sha256:" + digest}, "",
		Container{Looked: true, Image: image("registry.example.org/[redacted]/train", digest, "environment")}, 0},
}

func TestContainer(t *testing.T) {
	for name, c := range containers {
		t.Run(name, func(t *testing.T) {
			o := environment.Options{Root: tree(t, c.files), Env: c.env, Image: c.declared}
			got := environment.Capture(t.Context(), o).Container
			if len(got.Problems) != c.problems {
				t.Errorf("problems: %q, want %d", got.Problems, c.problems)
			}
			for _, p := range got.Problems {
				if strings.Contains(p, "/home/ada") {
					t.Errorf("%q names somebody's home", p)
				}
			}
			got.Problems = nil
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
