package capture

import (
	"strconv"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// plural puts a number before what it counts.
func plural(n int, what string) string { return strconv.Itoa(n) + " " + what }

// impersonal writes the folders of the run and of its user in a message as a
// record's locations are written: nobody's home is named.
func (p *Place) impersonal(text string) string {
	return replaceFolder(replaceFolder(text, p.Root, string(record.RootRepo)), p.Home, string(record.RootHome))
}

// replaceFolder writes each absolute path that is the folder, or below it, from a
// root.
func replaceFolder(text, folder, root string) string {
	if len(folder) < 2 { // "/" is not worth it
		return text
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, folder)
		b.WriteString(before)
		below, isBelow := strings.CutPrefix(after, "/")
		switch {
		case !found:
			return b.String()
		case before != "" && inPath(before[len(before)-1]):
			b.WriteString(folder)
		case isBelow:
			b.WriteString(root + ":")
			after = below
		case after == "" || !inPath(after[0]):
			b.WriteString(root + ":.")
		default:
			b.WriteString(folder)
		}
		text = after
	}
}

// inPath tells whether a path goes on with this byte, where it stands in a message.
func inPath(c byte) bool { return strings.IndexByte(" \"'`:;,=()[]<>", c) < 0 }
