package ci

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/lineage-audit/lineage/report"
)

// mostAnnotations is how many of a kind GitHub keeps of one step.
const mostAnnotations = 10

// github is the text, and below it the annotations.
func github(d verdict) ([]byte, error) {
	var text, b bytes.Buffer
	if err := report.Verdict(&text, d.Verdict, d.text); err != nil {
		return nil, err
	}
	b.Write(Fence(text.Bytes()))
	annotations(&b, d)
	return b.Bytes(), nil
}

// Fence puts lines between GitHub's commands that stop commands from being read,
// so that nothing in them is one. The token that ends it is the digest of the
// lines: no name in them can hold it. The older form of a command, which could end
// it too, needs the token as well.
func Fence(lines []byte) []byte {
	sum := sha256.Sum256(lines)
	token := hex.EncodeToString(sum[:16])
	fenced := append([]byte("::stop-commands::"+token+"\n"), lines...)
	if len(lines) > 0 && !bytes.HasSuffix(lines, []byte("\n")) {
		fenced = append(fenced, '\n')
	}
	return append(fenced, "::"+token+"::\n"...)
}

// annotations are errors for what stands in the way, warnings for what was set
// aside, and one notice with all else.
func annotations(b *bytes.Buffer, d verdict) {
	var bad, doubted []finding
	var rest []string
	for _, f := range d.checks {
		switch {
		case f.standing == failed, f.standing == missing:
			bad = append(bad, f)
		case f.standing == aside:
			doubted = append(doubted, f)
		default:
			rest = append(rest, f.id+": "+string(f.status))
		}
	}
	kind := "error"
	if d.verdict.standing == shown {
		kind = "notice"
	}
	annotate(b, kind, "lineage: "+resultWord(d.Result), "", d.verdict.line)
	annotateAll(b, "error", bad, mostAnnotations-1)
	annotateAll(b, "warning", doubted, mostAnnotations)
	if len(rest) > 0 {
		annotate(b, "notice", "lineage: other checks", "", strings.Join(rest, "\n"))
	}
}

// annotateAll gives each finding an annotation of its own, but for those that are
// too many: the last one has them all.
func annotateAll(b *bytes.Buffer, kind string, all []finding, most int) {
	for i, f := range all {
		if i == most-1 && len(all) > most {
			var lines []string
			for _, f := range all[i:] {
				lines = append(lines, f.id+": "+f.line)
			}
			annotate(b, kind, fmt.Sprintf("lineage: %d more checks", len(lines)), "", strings.Join(lines, "\n"))
			return
		}
		annotate(b, kind, "lineage: "+f.id, f.place, f.id+": "+f.body())
	}
}

// annotate writes a workflow command, on one line and escaped as GitHub's toolkit
// does. The mark of the older form stands as an escape: other runners look for it
// first.
func annotate(b *bytes.Buffer, kind, title, file, message string) {
	b.WriteString("::" + kind + " ")
	if file != "" {
		b.WriteString("file=" + commandProperty(file) + ",")
	}
	fmt.Fprintf(b, "title=%s::%s\n", commandProperty(title), commandData(message))
}

var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", "##", `#\x23`)
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C", "##", `#\x23`)
)

func commandData(s string) string     { return dataEscapes.Replace(s) }
func commandProperty(s string) string { return propertyEscapes.Replace(s) }
