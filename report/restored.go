package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// RestoredSchema is the document that RestoredJSON writes.
const RestoredSchema = "lineage.restore/v1"

// Restored is what was put back of a run, and what could not be had.
type Restored struct {
	Schema   string         `json:"schema"`
	Record   record.ID      `json:"record"`
	Folder   string         `json:"folder"`
	Complete bool           `json:"complete"`
	Commit   record.GitHash `json:"commit,omitempty"` // that the code was made from
	Withheld []LostFile     `json:"withheld"`         // of the code: its content was not kept
	Parts    []RestoredPart `json:"parts"`
}

// RestoredPart is a file or folder that was put back, or not.
type RestoredPart struct {
	Location record.Location `json:"location"`
	Role     record.Role     `json:"role"`
	Place    string          `json:"place"`  // below the folder
	Status   string          `json:"status"` // restored, partly, missing
	Files    int             `json:"files"`  // that were put back
	From     []RestoredFrom  `json:"from"`
	Lost     []LostFile      `json:"lost"`
	Command  []string        `json:"command,omitempty"` // what would help
}

// RestoredFrom is where files came from.
type RestoredFrom struct {
	Name  string `json:"name"`
	Where string `json:"where"` // of the first
	Files int    `json:"files"`
}

// LostFile is one that is not there, "." being the part itself.
type LostFile struct {
	Path string `json:"path"`
	Why  string `json:"why"`
}

// RestoredJSON writes the document lineage.restore/v1.
func RestoredJSON(w io.Writer, r Restored) error {
	r.Schema = RestoredSchema
	r.Withheld, r.Parts = listed(r.Withheld), listed(r.Parts)
	for i := range r.Parts {
		p := &r.Parts[i]
		p.From, p.Lost = listed(p.From), listed(p.Lost)
	}
	return WriteJSON(w, r)
}

// mostLost is how many lost files of one part a person is shown.
const mostLost = 10

// RestoredText writes a line for each part, and below them what is missing and why.
func RestoredText(w io.Writer, r Restored, o Options) error {
	p := &page{o: o}
	rows := [][]cell{}
	if r.Commit != "" {
		status := cell{"restored", good}
		if len(r.Withheld) > 0 {
			status = cell{"PARTLY", bad}
		}
		rows = append(rows, []cell{status, word("code"), word("."), word("commit %s, and what differed from it", short(r.Commit))})
	}
	for _, part := range r.Parts {
		status := cell{part.Status, good}
		if part.Status != "restored" {
			status = cell{strings.ToUpper(part.Status), bad}
		}
		rows = append(rows, []cell{status, word("%s", part.Role), word("%s", part.Place), word("%s", fromText(part))})
	}
	if len(rows) > 0 {
		p.table(0, []column{{name: "status"}, {name: "role"}, {name: "place", least: 16}, {name: "from", least: 12}}, rows)
	}
	lostLines(p, "code", r.Withheld)
	for _, part := range r.Parts {
		lostLines(p, part.Location.String(), part.Lost)
	}
	for _, line := range helpOf(r.Parts) {
		p.prose(2, []cell{word("what may help: %s", line)}, 4)
	}
	return p.writeTo(w)
}

// helpOf are the commands of the parts, each once: one may help several.
func helpOf(parts []RestoredPart) (lines []string) {
	for _, part := range parts {
		if line := Shell(part.Command); len(part.Command) > 0 && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

func lostLines(p *page, name string, lost []LostFile) {
	for i, l := range lost {
		if i == mostLost {
			p.prose(0, []cell{{"MISSING", bad}, word(" %s: %s", name, plural(len(lost)-i, "file more", "files more"))}, 2)
			return
		}
		at := name
		if l.Path != "." {
			at += " " + l.Path
		}
		p.prose(0, []cell{{"MISSING", bad}, word(" %s: %s", at, l.Why)}, 2)
	}
}

func fromText(part RestoredPart) string {
	var all []string
	for _, f := range part.From {
		text := f.Name
		if part.Files > 1 {
			text = fmt.Sprintf("%s (%s)", f.Name, plural(f.Files, "file", "files"))
		} else if f.Where != "" {
			text = f.Name + ": " + f.Where
		}
		all = append(all, text)
	}
	if len(all) == 0 {
		return "-"
	}
	return strings.Join(all, ", ")
}
