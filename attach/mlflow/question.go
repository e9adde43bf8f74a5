package mlflow

import (
	"net/url"
	"path"
	"strings"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/record"
)

// Question is something that a person can ask the server without this program: the
// answer at URL has the text Has in it, once the blanks between its parts are gone.
type Question struct {
	Say string // what the answer shows
	URL string
	Has string
}

// FileURL is where the server gives a file of a model, by its path as [System.Files]
// lists it; "" for a local store, which has no address.
func (s *System) FileURL(m attach.Model, file string) string {
	p, err := s.placeOf(m)
	tracking, ok := s.tracking.(*server)
	if err != nil || !ok {
		return ""
	}
	name := path.Join(m.Path, file)
	if m.SingleFile {
		name = m.Path
	}
	to, query := fetching(remoteFile{place: p, path: name})
	return tracking.address(to, query)
}

// RecordURL is where the server gives the file of a record that hangs on a target;
// "" where the target keeps none, and for a local store.
func (s *System) RecordURL(t attach.Target, id record.ID) string {
	tracking, ok := s.tracking.(*server)
	if !ok || t.Run == "" {
		return ""
	}
	return tracking.address("/get-artifact", url.Values{"run_id": {t.Run}, "path": {recordPath(id)}})
}

// Questions are those whose answers tie a resolved model to its bytes, its run and a
// record.
func (s *System) Questions(m attach.Model, id record.ID) (all []Question) {
	registry, registered := s.registry.(*server)
	tracking, tracked := s.tracking.(*server)
	version := `"version":"` + m.Version + `"`
	if registered && m.Alias != "" {
		to := registry.api(getAlias, url.Values{"name": {m.Name}, "alias": {m.Alias}})
		all = append(all, Question{"The alias means this version.", to, version})
	}
	if registered && m.Version != "" {
		to := registry.api(getVersion, url.Values{"name": {m.Name}, "version": {m.Version}})
		if plainJSON(m.Source) {
			all = append(all, Question{"The version has its bytes from here.", to, `"source":"` + m.Source + `"`})
		}
		if names(m.Targets, attach.KindModelVersion) {
			all = append(all, naming("The version names the record.", to, id)...)
		}
	}
	if tracked && m.LoggedModelID != "" && m.RunID != "" {
		to := tracking.api(route{"GET", "logged-models/" + url.PathEscape(m.LoggedModelID)}, nil)
		all = append(all, Question{"The logged model is of this run.", to, `"source_run_id":"` + m.RunID + `"`})
	}
	return all
}

func naming(say, to string, id record.ID) []Question {
	if id.IsZero() {
		return nil
	}
	return []Question{{say, to, `"key":"` + tagRecordPrefix + id.String() + `"`}}
}

func names(targets []attach.Target, kind attach.Kind) bool {
	for _, t := range targets {
		if t.Kind == kind {
			return true
		}
	}
	return false
}

// plainJSON tells whether a text stands in JSON as it is, and has no blank.
func plainJSON(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) && !strings.ContainsAny(s, `"\<>&`)
}

func (s *server) api(r route, query url.Values) string {
	return s.address("/api/2.0/mlflow/"+r.path, query)
}

// address is a URL of the server, without credentials.
func (s *server) address(path string, query url.Values) string {
	u := *s.base
	u.RawPath = s.base.EscapedPath() + path
	u.Path, _ = url.PathUnescape(u.RawPath)
	u.RawQuery = query.Encode()
	return u.String()
}
