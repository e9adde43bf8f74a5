package trace_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/trace"
)

// TestOracle compares traces of random worlds with what brute force finds in the
// records: which run made what which other one read, and the closure of that.
func TestOracle(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, randomRuns(rt)...)
		joins := w.joins()
		for name := range w.records {
			for _, down := range []bool{false, true} {
				g := w.up(name)
				if down {
					g = w.down(name)
				}
				if got, want := w.runs(g), closure(joins, name, down); got != want {
					rt.Errorf("from %s, downstream %v, are %q, want %q\n%s", name, down, got, want, joins)
				}
				for pair := range w.drawn(g) {
					if !joins[pair] {
						rt.Errorf("from %s, downstream %v, %v is drawn and not joined\n%s", name, down, pair, joins)
					}
				}
			}
		}
	})
}

// drawn are the pairs of runs that a graph joins: what the one made is what the other
// read.
func (w *world) drawn(g trace.Graph) pairs {
	names, found := map[string]string{}, pairs{}
	for _, n := range g.Nodes {
		if n.Kind == trace.KindRun {
			names[n.ID] = w.names[*n.Run.Record]
		}
	}
	for _, made := range g.Edges {
		for _, read := range g.Edges {
			if made.To == read.From && names[made.From] != "" && names[read.To] != "" {
				found[[2]string{names[made.From], names[read.To]}] = true
			}
		}
	}
	return found
}

// contents are few, so that runs share many: those that join, and those that do not.
var contents = []string{"", "0\n", "a", "alpha, with many bytes", "beta, with many bytes", "gamma, with many bytes"}

func randomRuns(t *rapid.T) (runs []run) {
	for i := range rapid.IntRange(2, 8).Draw(t, "runs") {
		start := rapid.IntRange(0, 30).Draw(t, "start")
		runs = append(runs, run{
			name: fmt.Sprintf("r%d", i), start: start, end: start + rapid.IntRange(1, 8).Draw(t, "minutes"),
			host:   rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "host"),
			failed: rapid.IntRange(0, 5).Draw(t, "failed") == 0,
			reads:  randomPlaces(t, "reads"), makes: randomPlaces(t, "makes"),
		})
		if len(runs[i].makes) == 0 {
			runs[i].makes = in("repo:own", fmt.Sprintf("what run %d made, with many bytes", i))
		}
		if rapid.Bool().Draw(t, "committed") {
			runs[i].code = committedOf(runs[i].reads)
		}
	}
	return runs
}

// committedOf is what a run read in its repository, as its commit has it.
func committedOf(reads map[string]any) files {
	code := files{}
	for at, content := range reads {
		path, inRepo := strings.CutPrefix(at, "repo:")
		if text, ok := content.(string); ok && inRepo {
			code[path] = text
		}
		if folder, ok := content.(files); ok && inRepo {
			for below, text := range folder {
				code[path+"/"+below] = text
			}
		}
	}
	return code
}

func randomPlaces(t *rapid.T, label string) map[string]any {
	places := map[string]any{}
	for range rapid.IntRange(0, 3).Draw(t, label) {
		at := rapid.SampledFrom([]string{"repo:x", "repo:y", "abs:/z", "repo:.gitignore"}).Draw(t, "at")
		if rapid.Bool().Draw(t, "folder") && at != "repo:.gitignore" {
			places[at] = randomFiles(t)
		} else {
			places[at] = rapid.SampledFrom(contents).Draw(t, "content")
		}
	}
	return places
}

func randomFiles(t *rapid.T) files {
	f := files{}
	for range rapid.IntRange(1, 4).Draw(t, "files") {
		f[rapid.SampledFrom([]string{"x", "y", "1", "d/2", "d/.gitkeep"}).Draw(t, "path")] = rapid.SampledFrom(contents).Draw(t, "content")
	}
	if _, clash := f["x"]; clash {
		delete(f, "x/1")
	}
	return f
}

// spot is one file that a run made or read, on its own or in a folder.
type spot struct {
	digest, folder string // of the folder, "" for none
	at             string
	bytes          int
}

// spots lists every file that stands in some resources of a record, by brute force.
func spots(places map[string]any) (found []spot) {
	for at, content := range places {
		switch content := content.(type) {
		case string:
			found = append(found, spot{hashing.Bytes([]byte(content)).String(), "", at, len(content)})
		case files:
			for path, text := range content {
				found = append(found, spot{hashing.Bytes([]byte(text)).String(), content.Manifest().Digest().String(), at + "/" + path, len(text)})
			}
		}
	}
	return found
}

type pairs map[[2]string]bool

func (p pairs) String() string {
	var lines []string
	for pair := range p {
		lines = append(lines, pair[0]+" → "+pair[1])
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// joins are the pairs of which the second run read what the first one made.
func (w *world) joins() pairs {
	found := pairs{}
	for reader := range w.records {
		for _, group := range w.groups(reader) {
			for _, maker := range w.makersOf(reader, group) {
				found[[2]string{maker, reader}] = true
			}
		}
	}
	return found
}

// groups are what a run read, by digest: a digest may have been read at two places.
func (w *world) groups(reader string) map[string]map[string]any {
	groups := map[string]map[string]any{}
	for at, content := range w.written[reader].reads {
		key := fmt.Sprintf("%T", content)
		switch content := content.(type) {
		case string:
			key += hashing.Bytes([]byte(content)).String()
		case files:
			key += content.Manifest().Digest().String()
		}
		if groups[key] == nil {
			groups[key] = map[string]any{}
		}
		groups[key][at] = content
	}
	return groups
}

// makersOf says by the rule of docs/trace.md who made what was read.
func (w *world) makersOf(reader string, group map[string]any) (makers []string) {
	whole, part, skewed := []string{}, map[string]map[string]bool{}, map[string]bool{}
	for maker := range w.records {
		order := w.order(maker, reader)
		if order == "" {
			continue
		}
		skewed[maker] = order == "skewed"
		if w.madeWhole(maker, reader, group) {
			whole = append(whole, maker)
		}
		part[maker] = w.madeFiles(maker, reader, group)
	}
	if len(whole) > 0 {
		return unskewed(whole, skewed)
	}
	for maker, paths := range part {
		if len(paths) > 0 {
			makers = append(makers, maker)
		}
	}
	makers = unskewed(makers, skewed)
	return slices.DeleteFunc(makers, func(m string) bool {
		return slices.ContainsFunc(makers, func(other string) bool { return len(part[other]) > len(part[m]) && subset(part[m], part[other]) })
	})
}

func unskewed(makers []string, skewed map[string]bool) []string {
	sure := slices.DeleteFunc(slices.Clone(makers), func(m string) bool { return skewed[m] })
	if len(sure) > 0 {
		return sure
	}
	return makers
}

func subset(a, b map[string]bool) bool {
	for k := range a {
		if !b[k] {
			return false
		}
	}
	return true
}

func (w *world) order(maker, reader string) string {
	m, r := w.written[maker], w.written[reader]
	switch {
	case maker == reader:
		return ""
	case m.end <= r.start, m.start < r.end:
		return "sure"
	case m.start-r.end <= 5 && (m.host == "" || m.host != r.host):
		return "skewed"
	}
	return ""
}

func trivial(at string) bool {
	return strings.HasSuffix(at, ".gitignore") || strings.HasSuffix(at, ".gitkeep")
}

// madeWhole: the same file, or the same folder.
func (w *world) madeWhole(maker, reader string, group map[string]any) bool {
	for at, content := range group {
		switch content := content.(type) {
		case string:
			for _, s := range spots(w.written[maker].makes) {
				if s.digest != hashing.Bytes([]byte(content)).String() || content == "" || trivial(at) || trivial(s.at) {
					continue
				}
				if s.at == at || !w.committed(reader, at, s.digest) && (s.folder == "" || s.bytes > 16) {
					return true
				}
			}
		case files:
			m, all, common := content.Manifest(), true, true
			for path, text := range content {
				all = all && w.committed(reader, at+"/"+path, hashing.Bytes([]byte(text)).String())
				common = common && (text == "" || trivial(path))
			}
			for madeAt, made := range w.written[maker].makes {
				if f, ok := made.(files); ok && f.Manifest().Digest() == m.Digest() && !common && (madeAt == at || !all) {
					return true
				}
			}
		}
	}
	return false
}

// madeFiles are the paths of a folder that another run made.
func (w *world) madeFiles(maker, reader string, group map[string]any) map[string]bool {
	firm, weak, common := map[string]bool{}, map[string]bool{}, true
	for at, content := range group {
		folder, ok := content.(files)
		if !ok {
			return nil
		}
		for path, text := range folder {
			common = common && (text == "" || trivial(path))
			for _, s := range spots(w.written[maker].makes) {
				here := at + "/" + path
				switch {
				case text == "" || s.digest != hashing.Bytes([]byte(text)).String() || trivial(path) || trivial(s.at):
				case s.at == here:
					firm[path] = true
				case w.committed(reader, here, s.digest):
				case s.bytes > 16:
					firm[path] = true
				default:
					weak[path] = true
				}
			}
		}
	}
	if len(firm) == 0 || common {
		return nil
	}
	for path := range weak {
		firm[path] = true
	}
	return firm
}

func (w *world) committed(reader, at, digest string) bool {
	path, inRepo := strings.CutPrefix(at, "repo:")
	text, found := codeOf(w.written[reader])[path]
	return inRepo && found && hashing.Bytes([]byte(text)).String() == digest
}

// closure is the names of the runs that are reached from one, itself among them.
func closure(p pairs, from string, down bool) string {
	reached, todo := map[string]bool{from: true}, []string{from}
	for len(todo) > 0 {
		for pair := range p {
			before, after := pair[0], pair[1]
			if down {
				before, after = after, before
			}
			if after == todo[0] && !reached[before] {
				reached[before] = true
				todo = append(todo, before)
			}
		}
		todo = todo[1:]
	}
	var names []string
	for name := range reached {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
