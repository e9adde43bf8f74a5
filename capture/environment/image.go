package environment

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// ImageVariable declares the image of the container that the wrapper stands in, as
// NAME@sha256:DIGEST. It is inherited, so it says nothing of what the command starts.
const ImageVariable = "LINEAGE_IMAGE"

// ImageAnnotation is the annotation of a pod that does, where the downward API
// shows it in a file.
const ImageAnnotation = "lineage/image"

// Where the digest of an image was seen. All but SeenSIF are somebody's word: what
// runs in a container cannot look at the image that it was made from.
const (
	SeenDeclared     = "declared"     // on the command line: it may name what the command starts
	SeenEnvironment  = "environment"  // LINEAGE_IMAGE, which names what the wrapper stands in
	SeenContainerenv = "containerenv" // podman's /run/.containerenv
	SeenDownwardAPI  = "downward-api" // an annotation of the Kubernetes pod
	SeenGitLab       = "gitlab-ci"    // the image that the job asks for
	SeenJupyterHub   = "jupyterhub"   // the image that the hub has spawned
	SeenSIF          = "sif"          // the image file was read, and the digest is the file's
)

// Image is what is known of a container's image.
type Image struct {
	Reference string             // as it was asked for, without the digest
	Digest    hashing.FileDigest // of the manifest, as a registry names it; zero if unknown
	Seen      string             // where the digest is from
}

var (
	imageDigest = regexp.MustCompile(`^(?:([^@\s]+)@)?sha256:([0-9a-f]{64})$`)
	imageName   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/-]*$`)
	transport   = regexp.MustCompile(`^[a-z][a-z-]*://`)
)

// ParseImage reads NAME, NAME@sha256:DIGEST or sha256:DIGEST.
func ParseImage(s string) (Image, error) {
	plain := transport.ReplaceAllString(strings.TrimSpace(s), "") // docker-pullable://, docker://
	if m := imageDigest.FindStringSubmatch(plain); m != nil {
		digest, err := hashing.ParseFileDigest(m[2])
		if err == nil && !digest.IsZero() && (m[1] == "" || imageName.MatchString(m[1])) {
			return Image{Reference: m[1], Digest: digest}, nil
		}
	}
	if !imageName.MatchString(plain) || strings.HasPrefix(plain, "sha256:") {
		return Image{}, fmt.Errorf("%q is not an image: NAME@sha256:DIGEST", s)
	}
	return Image{Reference: plain}, nil
}

// candidate is what one place says of the image.
type candidate struct{ seen, text string }

// choose takes the digest from the first candidate that has one, and the name from the
// first that has that. What cannot be read, and a digest that another one contradicts,
// is a problem: nothing tells which of the two is true.
func (c *Container) choose(candidates []candidate) {
	for _, from := range candidates {
		if from.text == "" {
			continue
		}
		said, err := ParseImage(from.text)
		if err != nil {
			c.problem("%s: %v", whoSays(from.seen), err)
			continue
		}
		switch {
		case said.Digest.IsZero():
		case c.Image.Digest.IsZero():
			c.Image.Digest, c.Image.Seen = said.Digest, from.seen
			if said.Reference != "" {
				c.Image.Reference = said.Reference
			}
		case c.Image.Digest != said.Digest:
			c.problem("%s says that it is sha256:%s, %s that it is sha256:%s", whoSays(c.Image.Seen), c.Image.Digest, whoSays(from.seen), said.Digest)
		}
		if c.Image.Reference == "" {
			c.Image.Reference = said.Reference
		}
	}
}

// whoSays is how people know a place.
func whoSays(seen string) string {
	switch seen {
	case SeenDeclared:
		return "--image"
	case SeenEnvironment:
		return ImageVariable
	}
	return seen
}

func (c *Container) problem(format string, a ...any) {
	c.Problems = append(c.Problems, fmt.Sprintf(format, a...))
}
