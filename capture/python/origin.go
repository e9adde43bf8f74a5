package python

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/lineage-audit/lineage/capture/redact"
)

// directURL is direct_url.json as PEP 610 specifies it.
type directURL struct {
	URL          string `json:"url"`
	Subdirectory string `json:"subdirectory"`
	VCSInfo      *struct {
		VCS       string `json:"vcs"`
		CommitID  string `json:"commit_id"`
		Requested string `json:"requested_revision"`
	} `json:"vcs_info"`
	ArchiveInfo *struct {
		Hash   string            `json:"hash"`
		Hashes map[string]string `json:"hashes"`
	} `json:"archive_info"`
	DirInfo *struct {
		Editable bool `json:"editable"`
	} `json:"dir_info"`
}

func parseDirectURL(text []byte, rules *redact.Rules) (*Origin, error) {
	var d directURL
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("not the JSON of PEP 610: %w", err)
	}
	if d.URL == "" {
		return nil, fmt.Errorf("not the JSON of PEP 610: no url")
	}
	o := &Origin{URL: rules.Remote(d.URL), Subdirectory: d.Subdirectory, Dir: localPath(d.URL)}
	if d.VCSInfo != nil {
		o.VCS, o.Commit, o.Requested = d.VCSInfo.VCS, d.VCSInfo.CommitID, d.VCSInfo.Requested
	}
	if a := d.ArchiveInfo; a != nil {
		for algorithm, value := range a.Hashes {
			o.Hashes = append(o.Hashes, Hash{strings.ToLower(algorithm), strings.ToLower(value)})
		}
		if algorithm, value, found := strings.Cut(a.Hash, "="); found && len(o.Hashes) == 0 {
			o.Hashes = append(o.Hashes, Hash{strings.ToLower(algorithm), strings.ToLower(value)})
		}
		slices.SortFunc(o.Hashes, func(a, b Hash) int { return strings.Compare(a.Algorithm, b.Algorithm) })
	}
	if d.DirInfo != nil {
		o.Editable = d.DirInfo.Editable
	} else if d.VCSInfo != nil || d.ArchiveInfo != nil {
		o.Dir = "" // an archive or repository on this disk, and no folder
	}
	return o, nil
}

// localPath is the path of a file: URL; empty for any other.
func localPath(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return ""
	}
	path := u.Path
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/")
	}
	return filepath.FromSlash(path)
}

// purlOf names a distribution, with its origin where it is not from an index nor
// from this machine: a path means nothing elsewhere, and may name a person.
func purlOf(name, version string, o *Origin) string {
	var q packageurl.Qualifiers
	switch {
	case o == nil || strings.HasPrefix(o.URL, "file:"):
	case o.VCS != "":
		q = packageurl.QualifiersFromMap(map[string]string{"vcs_url": o.VCS + "+" + o.URL + "@" + o.Commit})
	default:
		q = packageurl.QualifiersFromMap(map[string]string{"download_url": o.URL})
	}
	return packageurl.NewPackageURL(packageurl.TypePyPi, "", name, version, q, "").ToString()
}

// askCheckouts fills in what the folders that distributions run from are work
// trees of.
func askCheckouts(ctx context.Context, inv *Inventory, checkouts Checkouts) {
	if checkouts == nil {
		return
	}
	asked := map[string]*Checkout{}
	for i := range inv.Distributions {
		o := inv.Distributions[i].Origin
		if o == nil || o.Dir == "" || !o.Editable {
			continue
		}
		c, done := asked[o.Dir]
		if !done {
			var err error
			if c, err = checkouts.Checkout(ctx, o.Dir); err != nil {
				inv.problem(o.Dir, "its checkout cannot be described: "+reason(err))
			}
			asked[o.Dir] = c
		}
		o.Checkout = c
	}
}

func (inv *Inventory) problem(path, what string) {
	inv.Problems = append(inv.Problems, Problem{path, what})
}
