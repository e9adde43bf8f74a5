package environment

import "strings"

// container names what isolates the command, as far as it leaves signs.
func container(root string, env map[string]string) string {
	switch {
	case env["KUBERNETES_SERVICE_HOST"] != "":
		return "kubernetes"
	case env["APPTAINER_CONTAINER"] != "" || env["SINGULARITY_CONTAINER"] != "":
		return "apptainer"
	case exists(root, "/.dockerenv"):
		return "docker"
	case exists(root, "/run/.containerenv"):
		return "podman"
	case env["container"] != "": // systemd's container interface: lxc, systemd-nspawn, …
		return env["container"]
	}
	groups, _ := read(root, "/proc/self/cgroup")
	for _, sign := range []struct{ part, name string }{
		{"kubepods", "kubernetes"}, {"libpod", "podman"}, {"docker", "docker"}, {"lxc", "lxc"},
	} {
		if strings.Contains(groups, sign.part) {
			return sign.name
		}
	}
	return ""
}
