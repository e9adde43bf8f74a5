package report

import (
	"fmt"
	"path"
	"strings"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/sourcing"
)

// Sourcing is which inputs of a run have bytes of which nothing says where they are from.
type Sourcing struct {
	Unsourced []sourcing.Input
	// Doubt says why one of them may have been made by a recorded run all the same; ""
	// if none was.
	Doubt string
	// Later are those that had no source when they were read, and have one by now.
	Later []Later
	// Said are the URIs of the record that somebody said, and that nobody fetched the
	// bytes from, as far as it is known here.
	Said map[string]bool
}

// Later is an input of which files were fetched after the run.
type Later struct {
	Name  string
	Role  record.Role
	Files int64
	URI   string // of one of them
}

const (
	mostUnsourced = 5 // inputs of a summary
	mostPaths     = 3 // files of a folder that are named
)

// unsourced is one input without a source, for people and for machines.
type unsourced struct {
	Name    string   `json:"name"`
	Files   int64    `json:"files"` // without a source
	Of      int64    `json:"of"`
	Paths   []string `json:"paths"` // the first of them, below a folder
	Why     string   `json:"why,omitempty"`
	Command []string `json:"command"` // what says where it is from, once URI is known
}

// anyURI stands for what only a person knows.
const anyURI = "URI"

func unsourcedOf(in sourcing.Input) unsourced {
	u := unsourced{Name: in.Resource.Name, Files: int64(len(in.Files)), Of: in.Of, Paths: []string{}}
	at, digest := in.Location(), in.Resource.Digest
	switch {
	case !in.IsFolder():
		u.Command = []string{"lineage", "get", "--sha256", digest.SHA256.String(), anyURI, typed(at)}
		return u
	case in.Err != nil:
		u.Files, u.Why = in.Of, "the list of its files cannot be read: "+in.Err.Error()
	}
	some, _ := bounded(in.Files, mostPaths)
	for _, f := range some {
		u.Paths = append(u.Paths, record.EncodePath(f.Path))
	}
	if len(in.Files) == 1 && in.Of > 1 {
		f := in.Files[0]
		u.Command = []string{"lineage", "get", "--sha256", f.Digest.String(), anyURI, path.Join(typed(at), f.Path)}
		return u
	}
	u.Command = []string{"lineage", "get"}
	if int64(len(in.Files)) == in.Of {
		u.Command = append(u.Command, "--sha256", digest.Tree.String())
	}
	if n := int64(len(in.Files)); n > 0 && n < in.Of { // others stand there, and a folder is fetched as a whole
		f := in.Files[0]
		u.Command = []string{"lineage", "get", "--sha256", f.Digest.String(), anyURI, path.Join(typed(at), f.Path)}
		return u
	}
	u.Command = append(u.Command, anyURI+"/", typed(at)+"/")
	return u
}

// typed is a location as somebody at the top of the work tree types it.
func typed(at record.Location) string {
	if at.Root == record.RootHome {
		return path.Join("~", at.Path)
	}
	if at.Path != "" && at.Path[0] == '-' {
		return "./" + at.Path
	}
	return at.Path
}

// text says what is without a source.
func (u unsourced) text() string {
	switch {
	case u.Why != "":
		return u.Why
	case u.Of == 1:
		return "nothing says where its bytes are from"
	}
	s := fmt.Sprintf("nothing says where %d of its %d files are from: ", u.Files, u.Of)
	if u.Files == u.Of {
		s = fmt.Sprintf("nothing says where its %d files are from: ", u.Of)
	}
	s += strings.Join(u.Paths, ", ")
	if more := u.Files - int64(len(u.Paths)); more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// summaryUnsourced names the inputs without a source, each with the command that says it.
func summaryUnsourced(p *page, f Sourcing, r *record.Record) {
	if r.Metadata().Outcome.Status == record.NotStarted {
		return // nothing was read
	}
	some, more := bounded(f.documents(), mostUnsourced)
	for _, u := range some {
		p.alert(cell{"UNSOURCED", doubt}, word("%s: %s", u.Name, u.text()))
		p.put(2+labelWidth, word("%s", pasteable(u.Command)))
	}
	if more > 0 {
		p.alert(cell{"UNSOURCED", doubt}, word("and %s: lineage show %s", plural(more, "more input", "more inputs"), r.ID().Short()))
	}
	if len(some) > 0 {
		p.put(2+labelWidth, word("or, where that is known already, under sources: in lineage.yaml"))
	}
	if len(some) > 0 && f.Doubt != "" {
		p.fact("", word("%s", f.Doubt))
	}
}

// pasteable is a command in which a path below the home stays for the shell to expand.
func pasteable(command []string) string {
	last := command[len(command)-1]
	if below, home := strings.CutPrefix(last, "~/"); home {
		return Shell(command[:len(command)-1]) + " ~/" + Shell([]string{below})
	}
	return Shell(command)
}

// unsourced says it of one input, below it.
func (s shower) unsourced(r *record.Resource) {
	for _, l := range s.f.Sourcing.Later {
		if l.Name != r.Name || l.Role != r.Annotations.Role {
			continue
		}
		what := "fetched since from " + l.URI
		if r.Annotations.Tree != nil {
			what = fmt.Sprintf("%s of it fetched since, as from %s", plural(int(l.Files), "file", "files"), l.URI)
		}
		s.prose(3, []cell{word("%s: the record of the next run that reads these bytes says so", what)}, 5)
	}
	for i, in := range s.f.Sourcing.Unsourced {
		if in.Resource.Name != r.Name || in.Resource.Annotations.Role != r.Annotations.Role {
			continue
		}
		u := unsourcedOf(in)
		s.prose(3, []cell{{"UNSOURCED", doubt}, word(" %s", u.text())}, 5)
		s.put(5, word("%s", pasteable(u.Command)))
		if i == 0 && s.f.Sourcing.Doubt != "" {
			s.prose(5, []cell{word("%s", s.f.Sourcing.Doubt)}, 5)
		}
	}
}

// sources lists where single files of a folder can be had, or counts them.
func (s shower) sources(all []record.Source) {
	if !s.f.Files {
		if len(all) > 0 {
			s.put(3, word("%s of their own", plural(len(all), "file has a URI", "files have URIs")))
		}
		return
	}
	for _, f := range all {
		s.put(3, word("%s: %s", f.Path, f.URI), s.onlySaid(f.URI))
	}
}

func (f Sourcing) documents() []unsourced {
	all := []unsourced{}
	for _, in := range f.Unsourced {
		all = append(all, unsourcedOf(in))
	}
	return all
}

// onlySaid marks a URI that is somebody's word.
func (s shower) onlySaid(uri string) cell {
	if !s.f.Sourcing.Said[uri] {
		return word("")
	}
	return cell{" (said in lineage.yaml, never fetched)", doubt}
}
