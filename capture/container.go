package capture

import (
	"path"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/lineage-audit/lineage/capture/environment"
	"github.com/lineage-audit/lineage/record"
)

// container is what the wrapper stood in and the image of that; or, where the command was
// seen to start a container and the command line names its image, that one. An image that is
// not known by its digest is a gap: nothing else says what was installed beside the
// packages. No engine that was seen is no proof that none was started: verify says so.
func (s *session) container(engines []string) (*record.Container, []record.Resource) {
	c := s.machine.container
	if e := environment.EngineOf(s.Command); e != "" && !slices.Contains(engines, e) {
		engines = append(engines, e)
	}
	if len(engines) > 0 && c.Declared.Seen != "" {
		return &record.Container{Runtime: text(engines[0]), Image: text(c.Declared.Reference)}, imageOf(c.Declared)
	}
	for _, p := range c.Problems {
		s.ledger.gap(record.GapImage, "image", s.rules.Text(p))
	}
	switch {
	case len(engines) > 0:
		s.ledger.gap(record.GapImage, "image", started(engines, c.Image))
		if c.Runtime == "" {
			c = environment.Container{Runtime: engines[0]} // whose image is not that of a variable
		}
	case c.Image == environment.Image{} && c.Runtime == "" && len(c.Problems) == 0:
		if !c.Looked {
			return nil, nil
		}
		return &record.Container{None: true}, nil
	case c.Image.Digest.IsZero() && len(c.Problems) == 0:
		s.ledger.gap(record.GapImage, "image", unnamed(c.Runtime))
	}
	return &record.Container{Runtime: text(c.Runtime), ID: text(c.ID), Image: text(c.Image.Reference)}, imageOf(c.Image)
}

// started says what is not known of containers that the command started. What a variable
// says is inherited, and names the image of something else.
func started(engines []string, i environment.Image) string {
	why := "the command ran " + strings.Join(engines, ", ") + ", and what was done in a container that this started is not in the record: "
	if i.Seen == environment.SeenEnvironment {
		why += environment.ImageVariable + " is inherited, and names what lineage itself ran in; "
	}
	return why + "run lineage within the container, or name the image: " + howToDeclare
}

const (
	howToDeclare = "lineage run --image NAME@sha256:DIGEST"
	howToName    = howToDeclare + ", or " + environment.ImageVariable + "=NAME@sha256:DIGEST in its environment"
)

// unnamed says what is not known, and how it can be.
func unnamed(runtime string) string {
	if runtime == "" {
		return "an image was named without its digest, and nothing else says that the run took place in a container: " + howToDeclare
	}
	why := "the run took place in a container (" + runtime + "), and nothing in it tells the digest of its image; name it: " + howToName
	switch runtime {
	case "docker":
		why += "; docker inspect --format '{{index .RepoDigests 0}}' NAME prints it"
	case "podman":
		why += "; podman image inspect --format '{{index .RepoDigests 0}}' NAME prints it"
	case "kubernetes":
		why += "; or annotate the pod with " + environment.ImageAnnotation + " and show it the annotations in /etc/podinfo/annotations"
	}
	return why
}

// imageOf is the image as a dependency, where its digest is known.
func imageOf(i environment.Image) []record.Resource {
	if i.Digest.IsZero() {
		return nil
	}
	digest := i.Digest
	return []record.Resource{{
		Name: "image", URI: imageURI(i), Digest: &record.DigestSet{SHA256: &digest},
		Annotations: record.Annotations{Role: record.RoleImage, Image: &record.ImageFacts{Reference: text(i.Reference), Seen: i.Seen}},
	}}
}

// imageURI is the image's package URL; a file on a disk has none.
func imageURI(i environment.Image) string {
	if i.Reference == "" || i.Seen == environment.SeenSIF {
		return ""
	}
	repository, tag := i.Reference, ""
	if at := strings.LastIndexByte(repository, ':'); at > strings.LastIndexByte(repository, '/') {
		repository, tag = repository[:at], repository[at+1:]
	}
	q := map[string]string{"repository_url": repository}
	if tag != "" {
		q["tag"] = tag
	}
	p := packageurl.NewPackageURL(packageurl.TypeOCI, "", strings.ToLower(path.Base(repository)), "sha256:"+i.Digest.String(), packageurl.QualifiersFromMap(q), "")
	if p.Normalize() != nil {
		return ""
	}
	return text(p.ToString())
}
