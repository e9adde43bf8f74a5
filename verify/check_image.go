package verify

import (
	"context"
	"fmt"

	"github.com/lineage-audit/lineage/record"
)

// checkImage: the container image is known by its digest. What the record says of a
// container, and that there was none, is where the wrapper stood. That the command started
// none of its own is known of a run that was watched, and of any other it is not:
// only what the command line declares is said of the command itself.
func checkImage(_ context.Context, _ *inquiry, r *record.Record) Check {
	c, images := r.Environment().Container, r.Dependencies(record.RoleImage)
	watched := r.Coverage() == record.CoverageObserved
	if gaps := gapsOf(r, record.GapImage); len(gaps) > 0 {
		return lacking("the image of the container is not known, or not for certain").
			with(gapEvidence(gaps)...).with(imageEvidence(images)...).mend(nameImage...)
	}
	switch {
	case len(images) > 0:
		return checkNamed(c, images, watched).with(imageEvidence(images)...)
	case c == nil:
		return lacking("the record does not say whether the run took place in a container, and in which image").mend(nameImage...)
	case c.None && !watched:
		return lacking("the run took place in no container as far as the wrapper saw; that its command started none was not watched")
	case c.None:
		return notApplicable("the run took place in no container: there was no sign of any, and it was watched")
	case c.Runtime == "":
		return lacking("the record does not name the image of the container by its digest").mend(nameImage...)
	}
	return lacking("the record does not name the image of the container (%s) by its digest", c.Runtime).mend(nameImage...)
}

// checkNamed is of an image whose digest is in the record. A variable is inherited: it
// names what the wrapper stands in, if that is a container at all.
func checkNamed(c *record.Container, images []record.Resource, watched bool) Check {
	seen := images[0].Annotations.Image.Seen
	switch {
	case seen == seenVariable && (c == nil || c.Runtime == ""):
		return lacking("nothing but a variable that was inherited says that the run took place in a container of this image").mend(nameImage...)
	case seen != seenCommandLine && !watched:
		return lacking("the image of the container that the wrapper stood in is known (%s); that its command started no other was not watched", seen).mend(nameImage...)
	}
	found := held("the image of the container is known by its digest")
	if seen != seenFile {
		return found.noting(fmt.Sprintf("its digest is somebody's word (%s): what runs in a container cannot look at its image", seen))
	}
	return found
}

// Where a digest was seen that counts otherwise than the rest.
const (
	seenFile        = "sif"         // the capture has computed it itself
	seenCommandLine = "declared"    // said of what the command runs in
	seenVariable    = "environment" // inherited by the wrapper
)

var nameImage = []string{"lineage", "run", "--image", "NAME@sha256:DIGEST", "--", "COMMAND"}

func imageEvidence(images []record.Resource) (all []Evidence) {
	for _, i := range images {
		e := Evidence{Name: i.Annotations.Image.Reference, Where: i.Annotations.Image.Seen, Found: digestText(i.Digest), Status: Held}
		if e.Name == "" {
			e.Name = i.Name
		}
		all = append(all, e)
	}
	return all
}
