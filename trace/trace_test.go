package trace_test

import (
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/trace"
)

// in makes a map of what stands at a place.
func in(at string, content any) map[string]any { return map[string]any{at: content} }

const csv = "id,mass\n1,3750\n2,3800\n" // more than a tiny file

// pipeline is raw → prepared → model, and a second model.
func pipeline() []run {
	prepared := files{"train.csv": csv + "train", "test.csv": csv + "test"}
	return []run{
		{name: "prepare", start: 0, reads: in("repo:raw.csv", csv), makes: in("repo:prepared", prepared)},
		{name: "train", start: 10, reads: in("repo:prepared", prepared), makes: in("repo:model.pkl", "model, of many bytes")},
		{name: "evaluate", start: 20, reads: map[string]any{"repo:model.pkl": "model, of many bytes", "repo:prepared/test.csv": csv + "test"}, makes: in("repo:metrics.json", "metrics, of many bytes")},
	}
}

func TestPipeline(t *testing.T) {
	w := newWorld(t, pipeline()...)
	for _, c := range []struct{ from, up, down string }{
		{"prepare", "prepare", "evaluate prepare train"},
		{"train", "prepare train", "evaluate train"},
		{"evaluate", "evaluate prepare train", "evaluate"},
	} {
		if got := w.runs(w.up(c.from)); got != c.up {
			t.Errorf("upstream of %s are %q, want %q", c.from, got, c.up)
		}
		if got := w.runs(w.down(c.from)); got != c.down {
			t.Errorf("downstream of %s are %q, want %q", c.from, got, c.down)
		}
	}
}

// joined are two runs, of which the second may have read what the first made.
type joined struct {
	makes, reads map[string]any
	code         files // of the commit of the second
	joined       bool
	why          string // of the second, if not
}

func joinedCases() map[string]joined {
	long := strings.Repeat("many bytes ", 3)
	ignore := strings.Repeat("*.pyc\n", 9)
	return map[string]joined{
		"the same file":                         {in("repo:a", long), in("repo:a", long), nil, true, ""},
		"the same bytes elsewhere":              {in("repo:a", long), in("abs:/mnt/b", long), nil, true, ""},
		"other bytes at the same place":         {in("repo:a", long), in("repo:a", long+"."), nil, false, "unrecorded"},
		"the same folder":                       {in("repo:a", files{"x": long}), in("repo:b", files{"x": long}), nil, true, ""},
		"a file of a folder":                    {in("repo:a", files{"x": long, "y": "1"}), in("repo:b", long), nil, true, ""},
		"a folder with a file of it":            {in("repo:a", long), in("repo:b", files{"x": long, "y": long + "."}), nil, true, ""},
		"folders that share a file":             {in("repo:a", files{"x": long, "y": "1"}), in("repo:b", files{"z": long, "y": "2"}), nil, true, ""},
		"an empty file":                         {in("repo:a", ""), in("repo:a", ""), nil, false, "trivial"},
		"folders that share an empty file":      {in("repo:a", files{"x": "", "y": "1"}), in("repo:a", files{"x": "", "y": long}), nil, false, "trivial unrecorded"},
		"a folder of empty files":               {in("repo:a", files{"x": "", "y": ""}), in("repo:a", files{"x": "", "y": ""}), nil, false, "trivial"},
		"a .gitignore":                          {in("repo:a/.gitignore", ignore), in("repo:a/.gitignore", ignore), nil, false, "trivial"},
		"folders that share a .gitignore":       {in("repo:a", files{".gitignore": ignore, "y": long}), in("repo:a", files{".gitignore": ignore, "z": long + "."}), nil, false, "trivial unrecorded"},
		"folders that share a deep __init__.py": {in("repo:a", files{"p/__init__.py": ignore, "y": long}), in("repo:b", files{"q/__INIT__.py": ignore, "z": long + "."}), nil, false, "trivial unrecorded"},
		"a folder of nothing but _SUCCESS":      {in("repo:a", files{"_SUCCESS": "", ".gitkeep": "\n"}), in("repo:b", files{"_SUCCESS": "", ".gitkeep": "\n"}), nil, false, "trivial"},
		"a .gitignore under another name":       {in("repo:a/.gitignore", ignore), in("repo:notes.txt", ignore), nil, false, "unrecorded"},
		"a label file on its own":               {in("repo:label.txt", "0\n"), in("repo:label.txt", "0\n"), nil, true, ""},
		"a label file on its own, elsewhere":    {in("repo:label.txt", "0\n"), in("home:l", "0\n"), nil, true, ""},
		"a folder of labels":                    {in("repo:a", files{"1.txt": "0\n", "2.txt": "1\n"}), in("repo:b", files{"1.txt": "0\n", "2.txt": "1\n"}), nil, true, ""},
		"folders that share a label":            {in("repo:a", files{"1.txt": "0\n", "2.txt": "1\n"}), in("repo:b", files{"1.txt": "0\n", "2.txt": "2\n"}), nil, false, "unrecorded"},
		"folders that share a label in place":   {in("repo:a", files{"1.txt": "0\n", "2.txt": "1\n"}), in("repo:a", files{"1.txt": "0\n", "2.txt": "2\n"}), nil, true, ""},
		"a label of a folder, elsewhere":        {in("repo:a", files{"1.txt": "0\n", "2.txt": "1\n"}), in("repo:b", "0\n"), nil, false, "unrecorded"},
		"a label of a folder, in place":         {in("repo:a", files{"1.txt": "0\n", "2.txt": "1\n"}), in("repo:a/1.txt", "0\n"), nil, true, ""},
		"bytes of the reader's commit":          {in("repo:out/config.yaml", long), in("repo:config.yaml", long), files{"config.yaml": long}, false, "in-commit"},
		"bytes committed where they were made":  {in("repo:data.csv", long), in("repo:data.csv", long), files{"data.csv": long}, true, ""},
		"bytes committed elsewhere":             {in("repo:data.csv", long), in("repo:data.csv", long), files{"copy.csv": long}, true, ""},
		"a folder of the reader's commit":       {in("repo:out", files{"a": long}), in("repo:conf", files{"a": long}), files{"conf/a": long}, false, "in-commit"},
	}
}

func TestJoined(t *testing.T) {
	for name, c := range joinedCases() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t,
				run{name: "first", start: 0, reads: in("repo:raw", "raw, of many bytes"), makes: c.makes},
				run{name: "second", start: 10, reads: c.reads, makes: in("repo:made", "made, of many bytes"), code: c.code})
			up, down := w.up("second"), w.down("first")
			if got := strings.Contains(w.runs(up), "first"); got != c.joined {
				t.Errorf("upstream it is %v that they are joined", got)
			}
			if got := strings.Contains(w.runs(down), "second"); got != c.joined {
				t.Errorf("downstream it is %v that they are joined", got)
			}
			if !c.joined && reasons(up) != c.why {
				t.Errorf("it ends for %q, want %q", reasons(up), c.why)
			}
		})
	}
}

// TestTimes are a maker and a reader of the same bytes.
func TestTimes(t *testing.T) {
	long := "many, many bytes" + "."
	for name, c := range map[string]struct {
		maker, reader [2]int
		hosts         [2]string
		want          trace.Order
	}{
		"before":                     {[2]int{0, 1}, [2]int{2, 3}, [2]string{}, trace.Before},
		"just before":                {[2]int{0, 1}, [2]int{1, 3}, [2]string{"a", "a"}, trace.Before},
		"still running":              {[2]int{0, 100}, [2]int{50, 60}, [2]string{"a", "a"}, trace.Overlaps},
		"started by the reader":      {[2]int{55, 56}, [2]int{50, 60}, [2]string{"a", "a"}, trace.Overlaps},
		"after, on the same machine": {[2]int{61, 62}, [2]int{50, 60}, [2]string{"a", "a"}, ""},
		"after, on other machines":   {[2]int{61, 62}, [2]int{50, 60}, [2]string{"a", "b"}, trace.Skewed},
		"after, on unknown machines": {[2]int{65, 66}, [2]int{50, 60}, [2]string{"a", ""}, trace.Skewed},
		"long after":                 {[2]int{66, 67}, [2]int{50, 60}, [2]string{"a", "b"}, ""},
		"with the very end":          {[2]int{60, 62}, [2]int{50, 60}, [2]string{"a", "a"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t,
				run{name: "maker", start: c.maker[0], end: c.maker[1], host: c.hosts[0], makes: in("repo:a", long)},
				run{name: "reader", start: c.reader[0], end: c.reader[1], host: c.hosts[1], reads: in("repo:a", long), makes: in("repo:b", long+"b")})
			g := w.up("reader")
			var got trace.Order
			for _, e := range g.Edges {
				if e.Why == trace.Made {
					got = e.Order
				}
			}
			if got != c.want {
				t.Errorf("the order is %q, want %q", got, c.want)
			}
			if c.want == "" && reasons(g) != string(trace.MadeLater) {
				t.Errorf("it ends for %q", reasons(g))
			}
			if downstream := strings.Contains(w.runs(w.down("maker")), "reader"); downstream != (c.want != "") {
				t.Errorf("downstream it is %v that they are joined", downstream)
			}
		})
	}
}

// TestOverwritten: a file that each run reads and writes at the same path is a chain
// and no cycle.
func TestOverwritten(t *testing.T) {
	state := func(n int) map[string]any { return in("repo:state", strings.Repeat("state ", n+3)) }
	w := newWorld(t,
		run{name: "one", start: 0, reads: state(0), makes: state(1)},
		run{name: "two", start: 10, reads: state(1), makes: state(2)},
		run{name: "three", start: 20, reads: state(2), makes: state(3)})
	if got := w.runs(w.up("two")); got != "one two" {
		t.Errorf("upstream of the second are %q", got)
	}
	if got := w.runs(w.down("two")); got != "three two" {
		t.Errorf("downstream of the second are %q", got)
	}
}

// TestBackAndForth: bytes that come back later are not those that were there before.
func TestBackAndForth(t *testing.T) {
	a, b := in("repo:f", "all sorted, with many bytes"), in("repo:f", "all shuffled, with many bytes")
	w := newWorld(t,
		run{name: "shuffle", host: "here", start: 0, reads: a, makes: b},
		run{name: "early", host: "here", start: 5, reads: a, makes: in("repo:early", "early, with many bytes")},
		run{name: "sort", host: "here", start: 10, reads: b, makes: a},
		run{name: "late", host: "here", start: 20, reads: a, makes: in("repo:late", "late, with many bytes")})
	for _, c := range []struct{ from, up, down string }{
		{"shuffle", "shuffle", "late shuffle sort"},
		{"early", "early", "early"},
		{"sort", "shuffle sort", "late sort"},
		{"late", "late shuffle sort", "late"},
	} {
		if got := w.runs(w.up(c.from)); got != c.up {
			t.Errorf("upstream of %s are %q, want %q", c.from, got, c.up)
		}
		if got := w.runs(w.down(c.from)); got != c.down {
			t.Errorf("downstream of %s are %q, want %q", c.from, got, c.down)
		}
	}
}

// TestLikely: of several runs that made the same bytes all are there, and one is
// marked.
func TestLikely(t *testing.T) {
	long := "many, many bytes."
	reader := run{name: "reader", start: 50, reads: in("repo:a", long), makes: in("repo:b", long+"b")}
	for name, c := range map[string]struct {
		makers []run
		all    string
		likely string
	}{
		"the last one":         {[]run{{name: "x", start: 1}, {name: "y", start: 3}, {name: "z", start: 2}}, "reader x y z", "y"},
		"not a failed one":     {[]run{{name: "x", start: 1}, {name: "y", start: 3, failed: true}}, "reader x y", "x"},
		"not one that goes on": {[]run{{name: "x", start: 1}, {name: "y", start: 3, end: 60}}, "reader x y", "x"},
		"the one at the place": {[]run{{name: "x", start: 1}, {name: "y", start: 3, makes: in("repo:elsewhere", long)}}, "reader x y", "x"},
		"not a later one":      {[]run{{name: "x", start: 1}, {name: "y", start: 90}}, "reader x", ""},
		"not the parent":       {[]run{{name: "x", start: 1, end: 9}, {name: "y", start: 3, parent: "x"}}, "reader y", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for i := range c.makers {
				if c.makers[i].makes == nil {
					c.makers[i].makes = in("repo:a", long)
				}
				c.makers[i].host = "same"
			}
			reader.host = "same"
			w := newWorld(t, append(c.makers, reader)...)
			g := w.up("reader")
			if got := w.runs(g); got != c.all {
				t.Errorf("the runs are %q, want %q", got, c.all)
			}
			likely := ""
			for _, e := range g.Edges {
				if e.Likely {
					likely += strings.TrimPrefix(e.From, "run:")
				}
			}
			if c.likely != "" && likely != w.records[c.likely].ID().String() || c.likely == "" && likely != "" {
				t.Errorf("%s is likely", likely)
			}
		})
	}
}

// TestParts: a folder that several runs filled.
func TestParts(t *testing.T) {
	a, b, raw := strings.Repeat("a", 99), strings.Repeat("b", 99), strings.Repeat("r", 99)
	w := newWorld(t,
		run{name: "a", start: 0, makes: map[string]any{"repo:a": files{"1": a + "1", "2": a + "2", "tiny": "0\n"}}},
		run{name: "b", start: 1, makes: in("repo:b", b)},
		run{name: "subset", start: 2, makes: in("repo:c", a+"1")},
		run{name: "reader", start: 10, makes: in("repo:m", raw+"m"), code: files{"all/code": raw + "code"}, reads: in("repo:all", files{
			"x/1": a + "1", "x/2": a + "2", "tiny": "0\n", "b": b, "raw": raw, "code": raw + "code", ".gitkeep": "",
		})})
	g := w.up("reader")
	if got := w.runs(g); got != "a b reader" {
		t.Errorf("the runs are %q", got)
	}
	if got := reasons(g); got != "in-commit nothing-used trivial unrecorded" {
		t.Errorf("it ends for %q", got)
	}
	for _, e := range g.Edges {
		if e.Why == trace.MadePart && (e.Of != 7 || e.Files != map[bool]int64{true: 3, false: 1}[strings.Contains(e.From, w.records["a"].ID().String())]) {
			t.Errorf("%+v", e)
		}
	}
}

func TestLimits(t *testing.T) {
	runs := []run{{name: "source", start: 0, makes: in("repo:0", strings.Repeat("0", 99))}}
	for i := range 30 {
		runs = append(runs, run{name: "r" + strings.Repeat("i", i+1), start: 10 + i, reads: in("repo:0", strings.Repeat("0", 99)), makes: in("repo:1", strings.Repeat("1", 99+i))})
	}
	w := newWorld(t, runs...)
	g := w.ask(trace.Subject{Run: w.records["source"].ID()}, trace.Options{Direction: trace.Downstream, Width: 5})
	if got := moreOf(g); got != 25 {
		t.Errorf("%d more, want 25", got)
	}
	g = w.ask(trace.Subject{Run: w.records["ri"].ID()}, trace.Options{Depth: 1})
	if got := moreOf(g); got != 1 || w.runs(g) != "ri" {
		t.Errorf("%d more, and the runs %s", got, w.runs(g))
	}
	g = w.ask(trace.Subject{Run: w.records["source"].ID()}, trace.Options{Direction: trace.Downstream, Nodes: 10})
	if len(g.Nodes) > 20 || moreOf(g) == 0 {
		t.Errorf("%d nodes", len(g.Nodes))
	}
}

func moreOf(g trace.Graph) (n int) {
	for _, m := range g.Nodes {
		if m.More != nil {
			n += m.More.Count
		}
	}
	return n
}

func TestMissing(t *testing.T) {
	gap := recordtest.Gap(record.GapInput, "repo:lost", "permission denied")
	withURI := func(s *record.Statement) {
		for i := range s.Predicate.BuildDefinition.ResolvedDependencies {
			if d := &s.Predicate.BuildDefinition.ResolvedDependencies[i]; d.Annotations.Role == record.RoleData {
				d.URI = "https://example.org/raw.csv"
			}
		}
	}
	none := func(s *record.Statement) {
		s.Predicate.BuildDefinition.ExternalParameters.Inputs = record.Declared{None: true}
	}
	for want, r := range map[string]run{
		"unrecorded":            {reads: in("repo:raw", csv)},
		"not-hashed":            {more: []recordtest.Option{gap}},
		"not-hashed unrecorded": {reads: in("repo:raw", csv), more: []recordtest.Option{gap}},
		"has-uri":               {reads: in("repo:raw", csv), more: []recordtest.Option{withURI}},
		"nothing-used":          {more: []recordtest.Option{none}},
		"in-commit":             {reads: in("repo:raw.csv", csv), code: files{"raw.csv": csv}},
	} {
		t.Run(want, func(t *testing.T) {
			r.name = "run"
			if got := reasons(newWorld(t, r).up("run")); got != want {
				t.Errorf("it ends for %q, want %q", got, want)
			}
		})
	}
	w := newWorld(t, run{name: "run", start: 5, reads: in("repo:raw", csv)})
	w.world.Abandoned = []record.Intent{recordtest.Intent(invocation(77), epoch)}
	if got := reasons(w.up("run")); got != "abandoned-run" {
		t.Errorf("beside an abandoned run it ends for %q", got)
	}
}

// What lineage get fetched has a source, though no record says so: it was noted later.
func TestFetched(t *testing.T) {
	folder := files{"fetched.csv": csv, "lost.csv": csv + "lost", "sub/fetched.csv": csv + "too"}
	for name, c := range map[string]struct {
		read any
		want string
	}{
		"a file":             {csv, "has-uri"},
		"another file":       {csv + "lost", "unrecorded"},
		"files of a folder":  {folder, "has-uri unrecorded"},
		"a folder":           {files{"a": csv, "b": csv + "too"}, "has-uri"},
		"an empty file more": {files{"a": csv, "b": ""}, "has-uri trivial"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, run{name: "run", reads: in("repo:raw", c.read)})
			for _, content := range []string{csv, csv + "too"} {
				f := record.Fetched{Digest: hashing.Bytes([]byte(content)), Bytes: 1, URI: "https://example.org/raw.csv", FetchedOn: record.At(epoch)}
				if err := w.store.PutSource(t.Context(), f); err != nil {
					t.Fatal(err)
				}
			}
			g := w.up("run")
			if got := reasons(g); got != c.want {
				t.Errorf("it ends for %q, want %q", got, c.want)
			}
			for _, n := range g.Nodes {
				if m := n.Missing; m != nil && m.Reason == trace.Unrecorded && m.What != "" && m.What != "lost.csv" {
					t.Errorf("%q is missing", m.What)
				}
			}
		})
	}
}

func TestBytes(t *testing.T) {
	w := newWorld(t, pipeline()...)
	test := hashing.Bytes([]byte(csv + "test"))
	prepared := files{"train.csv": csv + "train", "test.csv": csv + "test"}.Manifest()
	larger := files{"train.csv": csv + "train", "own.csv": "own, with many bytes"}.Manifest()
	model := hashing.Bytes([]byte("model, of many bytes"))
	for name, c := range map[string]struct {
		s        trace.Subject
		up, down string
	}{
		"a file of a folder": {trace.Subject{File: test, Bytes: -1}, "prepare", "evaluate train"},
		"a folder":           {trace.Subject{Tree: prepared.Digest(), Bytes: -1}, "prepare", "evaluate train"},
		"a larger folder":    {trace.Subject{Tree: larger.Digest(), Files: &larger}, "prepare", "evaluate train"},
		"a model":            {trace.Subject{File: model, Model: &trace.Model{System: "mlflow", Kind: "model-version", Name: "m", ID: "1"}}, "prepare train", "evaluate"},
		"nothing":            {trace.Subject{File: hashing.EmptyFile}, "", ""},
		"bytes of nobody":    {trace.Subject{File: hashing.Bytes([]byte("nobody's"))}, "", ""},
		"a file of the code": {trace.Subject{File: hashing.Bytes([]byte("import train"))}, "", "evaluate train"},
	} {
		t.Run(name, func(t *testing.T) {
			c.s.Asked = name
			if got := w.runs(w.ask(c.s, trace.Options{})); got != c.up {
				t.Errorf("upstream are %q, want %q", got, c.up)
			}
			if got := w.runs(w.ask(c.s, trace.Options{Direction: trace.Downstream})); got != c.down {
				t.Errorf("downstream are %q, want %q", got, c.down)
			}
		})
	}
}
