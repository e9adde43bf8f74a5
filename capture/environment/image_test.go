package environment_test

import (
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/capture/environment"
)

func TestParseImage(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	for text, want := range map[string]string{
		"train": "train ", "ghcr.io/ada/train:7": "ghcr.io/ada/train:7 ", "localhost:5000/train": "localhost:5000/train ",
		"train@sha256:" + sum: "train " + sum, "train:7@sha256:" + sum: "train:7 " + sum, "sha256:" + sum: " " + sum,
		" docker-pullable://train@sha256:" + sum + "\n": "train " + sum, "docker://train": "train ",
		"": "", "sha256:" + sum[:63]: "", "sha256:" + strings.ToUpper(sum): "", "train@sha256:" + strings.Repeat("0", 64): "", "a b": "", "a@b@sha256:" + sum: "",
		"train@sha512:" + sum + sum: "", "-x": "", "train\x00": "", "https://u:p@h/train": "", "train@sha256:" + sum + "0": "",
	} {
		i, err := environment.ParseImage(text)
		got := ""
		if err == nil {
			got = i.Reference + " "
			if !i.Digest.IsZero() {
				got += i.Digest.String()
			}
		}
		if got != want {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
}

func FuzzParseImage(f *testing.F) {
	f.Add("ghcr.io/ada/train:7@sha256:" + strings.Repeat("ab", 32))
	f.Fuzz(func(t *testing.T, text string) {
		i, err := environment.ParseImage(text)
		if err == nil && (i == environment.Image{} || strings.ContainsAny(i.Reference, " \n\x00@")) {
			t.Errorf("%q is %+v", text, i)
		}
	})
}

func TestEngineOf(t *testing.T) {
	for command, want := range map[string]string{
		"docker run x": "docker", "/usr/bin/podman run x": "podman", "sudo -E docker run x": "docker", "env A=1 apptainer exec x.sif python": "apptainer",
		"srun --container-image=x python train.py": "enroot", "srun --container-image x python train.py": "enroot", `C:\bin\docker.exe run`: "docker",
		"python train.py docker": "", "python train.py --container-image x": "", "make": "", "": "", "docker-train.sh": "", "srun python train.py": "",
		"srun --container=/bundle python train.py": "enroot", "sudo python train.py --container-x": "", "sudo srun --container-name=x python": "enroot",
		"nsenter -t 1 -m sh": "nsenter", "chroot /srv python": "chroot", "unshare -m sh": "unshare", "bwrap --bind / / sh": "bwrap", "proot -r x sh": "proot", "ch-run x -- sh": "ch-run",
		"enroot start x": "enroot", "udocker run x": "udocker", "python3 /opt/udocker.py run x": "udocker", "systemd-nspawn -D x": "systemd-nspawn", "lxc-start x": "lxc-start", "crun run x": "crun",
		"runc run x": "runc", "kubectl exec x": "kubectl", "sh /opt/bin/docker run": "docker", "bash -e docker": "docker", "sh -c docker": "", "bash train.sh docker": "", "setpriv --reuid 1 podman": "podman",
	} {
		if got := environment.EngineOf(strings.Fields(command)); got != want {
			t.Errorf("%q starts %q, want %q", command, got, want)
		}
	}
}
