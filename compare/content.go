package compare

import (
	"context"
	"errors"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// contents compares the bytes of the first files that changed, where that was asked
// for.
func (d *differ) contents(ctx context.Context, diff *Diff) {
	if d.Lines <= 0 || d.Contents == nil {
		return
	}
	left := d.ContentFiles
	for _, areas := range [][]Area{diff.Causes, diff.Results} {
		for i := range areas {
			for j := range areas[i].Items {
				left = d.itemContent(ctx, &areas[i].Items[j], left)
			}
		}
	}
}

// itemContent compares what an item is about: one file, or those of a folder. It
// gives how many files more may be looked at.
func (d *differ) itemContent(ctx context.Context, i *Item, left int) int {
	if i.Kind != KindChanged {
		return left
	}
	a, b := fileDigest(i.A), fileDigest(i.B)
	if (i.Sort == SortFile || i.Sort == SortLock) && a != nil && b != nil && left > 0 {
		i.Content = d.content(ctx, i.What, "", *a, *b)
		return left - 1
	}
	if i.Files == nil {
		return left
	}
	for n := range i.Files.List {
		if c := &i.Files.List[n]; c.Kind == KindChanged && left > 0 {
			c.Content = d.content(ctx, i.What, c.Path, *c.A, *c.B)
			left--
		}
	}
	return left
}

// fileDigest reads what digestOf wrote of a file.
func fileDigest(s string) *hashing.FileDigest {
	text, ok := strings.CutPrefix(s, "sha256:")
	d, err := hashing.ParseFileDigest(text)
	if !ok || err != nil {
		return nil
	}
	return &d
}

// content compares one file, at or below the named place.
func (d *differ) content(ctx context.Context, place, below string, a, b hashing.FileDigest) *Content {
	at, err := record.ParseLocation(place)
	if path, pathErr := record.DecodePath(below); pathErr == nil {
		at = at.Join(path)
	} else if below != "" {
		err = pathErr
	}
	var bytesA, bytesB []byte
	if err == nil {
		bytesA, err = d.file(ctx, d.a, at, a)
	}
	if err == nil {
		bytesB, err = d.file(ctx, d.b, at, b)
	}
	if err == nil {
		return compareLines(bytesA, bytesB, d.Lines)
	}
	why := err.Error()
	if errors.Is(err, ErrNotFound) {
		why = "its bytes are not at hand: neither kept, nor in the commit, nor at the recorded path"
	}
	return &Content{Lines: []Line{}, Why: why}
}

func (d *differ) file(ctx context.Context, r *run, at record.Location, digest hashing.FileDigest) ([]byte, error) {
	f := File{At: at, Digest: digest}
	f.Commit, f.Top = r.commit()
	raw, err := d.Contents.File(ctx, f, d.ContentBytes)
	if err == nil && hashing.Bytes(raw) != digest {
		err = ErrNotFound // other bytes are not the file's
	}
	return raw, err
}
