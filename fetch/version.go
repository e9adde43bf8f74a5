package fetch

import "strings"

// Version says which bytes of an origin are meant, as far as it tells.
type Version struct {
	Size         int64  `json:"size"` // -1 if it does not say
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	VersionID    string `json:"versionId,omitempty"`
}

// strong tells whether the version names bytes: a weak entity tag names what they mean.
func (v Version) strong() bool { return v.VersionID != "" || v.validator() != "" }

// validator is what a server compares before it sends the rest: a strong entity tag,
// else a time.
func (v Version) validator() string {
	if strings.HasPrefix(v.ETag, `"`) {
		return v.ETag
	}
	return v.LastModified
}

// same tells whether two answers are of the same bytes, as far as both tell.
func (v Version) same(w Version) bool {
	agree := func(a, b string) bool { return a == "" || b == "" || a == b }
	return (v.Size < 0 || w.Size < 0 || v.Size == w.Size) &&
		agree(v.ETag, w.ETag) && agree(v.VersionID, w.VersionID) && agree(v.LastModified, w.LastModified)
}
