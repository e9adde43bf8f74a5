package environment

import (
	"path"
	"slices"
	"strings"
)

// engines start containers of their own, or put what they start under another root or
// into other namespaces: what runs there is not what this process stands in.
var engines = []string{
	"docker", "docker-compose", "nvidia-docker", "podman", "podman-compose", "podman-remote", "nerdctl", "finch", "ctr", "crictl", "runc", "crun", "youki", "runsc", "kata-runtime",
	"conmon", "buildah", "buildctl", "lxc", "incus", "apptainer", "singularity", "starter-suid", "charliecloud", "ch-run", "enroot", "shifter", "sarus", "podman-hpc", "udocker", "proot",
	"systemd-nspawn", "machinectl", "kubectl", "oc", "k3s", "minikube", "nomad", "devcontainer", "flatpak", "flatpak-spawn", "toolbox", "distrobox", "bwrap", "firejail", "minijail0", "nsjail",
	"nsenter", "unshare", "chroot", "schroot", "fakechroot", "arch-chroot", "pivot_root", "wsl",
}

// families are engines by how their names begin.
var families = []string{"lxc-", "containerd-shim", "distrobox-", "repo2docker", "jupyter-repo2docker"}

// Engine tells which engine a program is that starts containers; "" for none.
func Engine(program string) string {
	base := strings.TrimSuffix(strings.TrimSuffix(path.Base(strings.ReplaceAll(program, `\`, "/")), ".exe"), ".py")
	if slices.Contains(engines, base) || slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(base, f) }) {
		return base
	}
	return ""
}

// wrappers run the program that stands behind them.
var wrappers = []string{
	"sudo", "doas", "env", "nice", "ionice", "chrt", "time", "timeout", "nohup", "setsid", "setpriv", "runuser", "gosu", "su-exec", "stdbuf", "taskset", "numactl", "prlimit", "flock",
	"strace", "ltrace", "perf", "tini", "dumb-init", "systemd-run", "systemd-inhibit", "cgexec", "xargs", "parallel", "busybox", "toybox",
	"srun", "sbatch", "salloc", "mpirun", "mpiexec", "orterun", "aprun", "jsrun",
}

// EngineOf tells which engine a command starts, or that its scheduler starts a
// container for it; "" for none. What a script starts, only a look at the processes
// tells.
func EngineOf(args []string) string {
	slurm := false
	for i, a := range args {
		if e := Engine(a); e != "" {
			return e
		}
		base := path.Base(a)
		if i == 0 && !slices.Contains(wrappers, base) {
			return engineOfScript(base, args[1:])
		}
		slurm = slurm || base == "srun" || base == "sbatch" || base == "salloc"
		if slurm && strings.HasPrefix(a, "--container") { // pyxis, and Slurm's own of a bundle
			return "enroot"
		}
	}
	return ""
}

// engineOfScript is for an engine, or what stands in for one, that is a script: its
// process executes the interpreter.
func engineOfScript(interpreter string, args []string) string {
	if !slices.Contains([]string{"sh", "bash", "dash", "ash", "zsh", "ksh", "perl"}, interpreter) && !strings.HasPrefix(interpreter, "python") {
		return ""
	}
	for _, a := range args {
		if a == "-c" || a == "-m" {
			return ""
		}
		if !strings.HasPrefix(a, "-") {
			return Engine(a)
		}
	}
	return ""
}
