package verify

import (
	"context"
	"fmt"

	"github.com/lineage-audit/lineage/record"
)

// checkImage: the container image is known by its digest. Where the record says that
// there was no container, because its signs were looked for and there were none, there
// is nothing to pin. A record that says nothing of it says not that.
func checkImage(_ context.Context, _ *inquiry, r *record.Record) Check {
	c, images := r.Environment().Container, r.Dependencies(record.RoleImage)
	if gaps := gapsOf(r, record.GapImage); len(gaps) > 0 {
		return lacking("the image of the container is not known, or not for certain").
			with(gapEvidence(gaps)...).with(imageEvidence(images)...).mend(nameImage...)
	}
	switch {
	case len(images) > 0:
		found := held("the image of the container is known by its digest").with(imageEvidence(images)...)
		if seen := images[0].Annotations.Image.Seen; seen != seenFile {
			return found.noting(fmt.Sprintf("its digest is somebody's word (%s): what runs in a container cannot look at its image", seen))
		}
		return found
	case c == nil:
		return lacking("the record does not say whether the run took place in a container, and in which image").mend(nameImage...)
	case c.None:
		return notApplicable("the run took place in no container: there was no sign of any")
	}
	return lacking("the record does not name the image of the container (%s) by its digest", c.Runtime).mend(nameImage...)
}

// seenFile is where a digest was seen that the capture has computed itself.
const seenFile = "sif"

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
