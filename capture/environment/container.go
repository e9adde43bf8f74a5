package environment

import "context"

// Unknown is the runtime of a container that leaves signs, and none of which.
const Unknown = "unknown"

// Container is what isolates the wrapper, as far as it leaves signs.
type Container struct {
	// Looked tells that the places where a container leaves signs could be looked at, and
	// left no doubt: then no Runtime means that there is none.
	Looked   bool
	Runtime  string // docker, podman, kubernetes, apptainer, lxc, …; empty without a sign
	ID       string // as the runtime names it
	Image    Image
	Declared Image    // what the command line says, which may be of what the command starts
	Problems []string // what is said of the image and cannot be used
}

// container looks for a container around this process.
func container(ctx context.Context, o Options, env map[string]string) Container {
	c := lookAround(o.Root, env)
	var seen []candidate
	if c.Runtime != "" {
		seen = inside(o.Root, env)
	}
	declared := candidate{SeenEnvironment, env[ImageVariable]}
	if o.Image != "" {
		declared = candidate{SeenDeclared, o.Image}
		c.declare(o)
	}
	c.choose(append(seen, declared))
	if c.Image.Reference == "" && c.Runtime != "" {
		c.Image.Reference = labelled(o.Root)
	}
	if c.Runtime == "apptainer" && c.Image.Digest.IsZero() {
		c.readSIF(ctx, o.Root, env)
	}
	c.Image.Reference = o.rules().Text(c.Image.Reference)
	return c
}

func (c *Container) declare(o Options) {
	if said, err := ParseImage(o.Image); err == nil && !said.Digest.IsZero() {
		c.Declared = Image{Reference: o.rules().Text(said.Reference), Digest: said.Digest, Seen: SeenDeclared}
	}
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
