package environment

import (
	"context"
	"path"
	"slices"
	"strings"
)

// Unknown is the runtime of a container that leaves signs, and none of which.
const Unknown = "unknown"

// Container is what isolates the command, as far as it leaves signs.
type Container struct {
	// Looked tells that the places where a container leaves signs could be looked at:
	// then no Runtime means that there is none.
	Looked   bool
	Runtime  string // docker, podman, kubernetes, apptainer, lxc, …
	ID       string // as the runtime names it
	Image    Image
	Problems []string // what is said of the image and cannot be used
}

// container looks for a container around this process. A declared image makes one
// wherever it is declared.
func container(ctx context.Context, o Options, env map[string]string) Container {
	c := lookAround(o.Root, env)
	var seen []candidate
	if c.Runtime != "" {
		seen = inside(o.Root, env)
	}
	declared := o.Image
	if declared == "" {
		declared = env[ImageVariable]
	}
	c.choose(append(seen, candidate{SeenDeclared, declared}))
	if c.Image.Reference == "" && c.Runtime != "" {
		c.Image.Reference = labelled(o.Root)
	}
	if c.Runtime == "apptainer" && c.Image.Digest.IsZero() {
		c.readSIF(ctx, o.Root, env)
	}
	c.Image.Reference = o.rules().Text(c.Image.Reference)
	if c.Runtime == "" && (c.Image != Image{} || len(c.Problems) > 0) {
		c.Runtime = Unknown
	}
	return c
}

// inside are the places in a container that may name its image.
func inside(root string, env map[string]string) []candidate {
	podman := fields(text(root, "/run/.containerenv"), "=")
	pod := fields(text(root, "/etc/podinfo/annotations"), "=")
	hub := env["JUPYTER_IMAGE_SPEC"]
	if hub == "" {
		hub = env["JUPYTER_IMAGE"]
	}
	return []candidate{
		{SeenContainerenv, unquoted(podman["image"])},
		{SeenDownwardAPI, unquoted(pod[ImageAnnotation])},
		{SeenGitLab, env["CI_JOB_IMAGE"]},
		{SeenJupyterHub, hub},
	}
}

// engines start containers of their own: what runs in these is not what this process
// stands in.
var engines = []string{
	"docker", "docker-compose", "podman", "nerdctl", "ctr", "crictl", "runc", "crun", "buildah", "lxc-execute", "lxc-attach", "lxc", "incus",
	"apptainer", "singularity", "charliecloud", "ch-run", "enroot", "shifter", "sarus", "udocker", "systemd-nspawn", "machinectl",
	"kubectl", "nomad", "flatpak", "toolbox", "distrobox", "wsl.exe",
}

// Engine tells which engine a program is that starts containers; "" for none.
func Engine(program string) string {
	base := strings.TrimSuffix(path.Base(strings.ReplaceAll(program, `\`, "/")), ".exe")
	if slices.Contains(engines, base) {
		return base
	}
	return ""
}

// wrappers run the program that stands behind them.
var wrappers = []string{"sudo", "doas", "env", "nice", "ionice", "time", "timeout", "nohup", "setsid", "stdbuf", "taskset", "numactl", "srun", "mpirun", "mpiexec"}

// EngineOf tells which engine a command starts, or that its scheduler starts a
// container for it; "" for none. What a script starts, only a look at the processes
// tells.
func EngineOf(args []string) string {
	for i, a := range args {
		if e := Engine(a); e != "" {
			return e
		}
		if i == 0 && !slices.Contains(wrappers, path.Base(a)) {
			return ""
		}
		if strings.HasPrefix(a, "--container-image") { // pyxis, as srun has it
			return "enroot"
		}
	}
	return ""
}
