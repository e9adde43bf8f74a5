package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

// template is a document with slots for what differs from run to run. Filling them is
// a hundred times faster than encoding, and gives the bytes that encoding would.
type template []slot

// slot is what stands before a mark, and the mark; the last one has none.
type slot struct {
	before []byte
	mark   string
}

// compileTemplate finds the marks in a document.
func compileTemplate(raw []byte, marks []string) (t template) {
	for {
		at, mark := len(raw), ""
		for _, m := range marks {
			if i := bytes.Index(raw[:min(len(raw), at+len(m))], []byte(m)); i >= 0 && i < at {
				at, mark = i, m
			}
		}
		t = append(t, slot{raw[:at], mark})
		if mark == "" {
			return t
		}
		raw = raw[at+len(mark):]
	}
}

func (t template) fill(values map[string]string) []byte {
	var b bytes.Buffer
	for _, s := range t {
		b.Write(s.before)
		b.WriteString(values[s.mark])
	}
	return b.Bytes()
}

// The marks of the times, the version and the commit; others are digests.
var (
	markedStart    = time.Date(2001, time.February, 3, 4, 5, 6, 987654321, time.UTC)
	markStart      = timeText(markedStart)
	markEnd        = timeText(markedStart.Add(time.Minute))
	markedRun      = record.Invocation(bytes.Repeat([]byte{0xab}, 16))
	markInvocation = markedRun.String()
	markCommit     = strings.Repeat("cd", 20)
	markVersion    = "99.98.97"
	markCode       = folder{{Path: "mark", Digest: marked("code")}}
	markImages     = folder{{Path: "mark", Digest: marked("images")}}
	markCodeTree   = markCode.manifest().Digest().String()
	markImagesTree = markImages.manifest().Digest().String()
	markIntent     string // that of the intent with these marks
)

// marked is the digest that marks a thing.
func marked(what string) hashing.FileDigest { return hashing.Bytes([]byte("mark of " + what)) }

func timeText(t time.Time) string {
	text, err := record.At(t).MarshalText()
	if err != nil {
		panic("bench: " + err.Error())
	}
	return string(text)
}

// kindOf is the kind of a run: one of [shapes].
func kindOf(i int) string {
	switch place := i % perProject; {
	case place == 0:
		return "prepare"
	case place == perProject-1:
		return "compare"
	case place == 7 && i/perProject%5 == 0:
		return "failed"
	}
	return "train"
}

// shapes are what the runs of a kind read and made.
func shapes() map[string][]recordtest.Option {
	compare := []recordtest.Option{output("repo:report.json", "report")}
	for k := 1; k < perProject-1; k++ {
		compare = append(compare, input(fmt.Sprintf("repo:models/%02d.pkl", k), fmt.Sprint("model ", k)))
	}
	images := func(s *record.Statement) {
		m := markImages.manifest()
		recordtest.Dependency(record.TreeResource(record.RoleData, recordtest.Location("repo:data/images"), m, images<<16))(s)
		s.Predicate.BuildDefinition.ResolvedDependencies[len(s.Predicate.BuildDefinition.ResolvedDependencies)-1].Annotations.Tree.Files = images
		recordtest.Byproduct(manifestOf(m))(s)
	}
	train := []recordtest.Option{input("repo:data/train.csv", "data"), output("repo:model.pkl", "model"), output("repo:metrics.json", "metrics")}
	return map[string][]recordtest.Option{
		"prepare": {input("repo:data/raw.csv", "raw"), images, output("repo:data/train.csv", "data")},
		"train":   train,
		"failed":  append(slices.Clone(train), recordtest.Exited(1)),
		"compare": compare,
	}
}

func input(at, what string) recordtest.Option {
	return recordtest.Dependency(record.FileResource(record.RoleData, recordtest.Location(at), marked(what), 1<<20, nil))
}

func output(at, what string) recordtest.Option {
	return func(s *record.Statement) {
		r := record.FileResource(record.RoleOutput, recordtest.Location(at), marked(what), 1<<20, nil)
		s.Subject = append(s.Subject, r)
	}
}

func manifestOf(m hashing.Manifest) record.Resource {
	digest := m.Digest().ManifestDigest()
	return record.Resource{Digest: &record.DigestSet{SHA256: &digest}, MediaType: "text/plain", Annotations: record.Annotations{Role: record.RoleManifest}}
}

// base takes from the usual record what every run here has: code, a commit, packages.
func base(s *record.Statement) {
	recordtest.NoOutputs(s)
	for _, role := range []record.Role{record.RoleData, record.RoleCode, record.RolePreprocessing, record.RolePackage} {
		recordtest.Without(role)(s)
	}
	s.Predicate.RunDetails.Byproducts = []record.Resource{manifestOf(markCode.manifest())}
	code := record.TreeResource(record.RoleCode, recordtest.Location("repo:."), markCode.manifest(), 40<<10)
	code.Annotations.Tree.Files = 20
	recordtest.Dependency(code)(s)
	for _, name := range []string{"joblib", "numpy", "pandas", "scikit-learn", "scipy", "threadpoolctl"} {
		recordtest.Dependency(recordtest.Package(name, markVersion))(s)
	}
	for _, r := range s.Predicate.BuildDefinition.ResolvedDependencies {
		if r.Annotations.Role == record.RoleCommit {
			r.Digest.GitCommit = record.GitHash(markCommit)
		}
	}
	for i, r := range s.Predicate.BuildDefinition.ResolvedDependencies {
		if r.Annotations.Role == record.RoleCommit {
			s.Predicate.BuildDefinition.ResolvedDependencies[i].URI = "git+https://git.example/ada/fraud.git@" + markCommit
		}
	}
	p := &s.Predicate.BuildDefinition.ExternalParameters
	p.Inputs, p.Preprocessing, p.Outputs = record.Declared{}, record.Declared{}, record.Declared{}
}

// compile makes the templates.
func (g *generator) compile() error {
	announced, err := record.EncodeIntent(recordtest.Intent(markedRun, markedStart))
	if err != nil {
		return err
	}
	markIntent = hashing.Bytes(announced).String()
	var marks []string
	for mark := range valuesOf(0, "", "") {
		marks = append(marks, mark)
	}
	marks = append(marks, markIntent)
	g.intent, g.records = compileTemplate(announced, marks), map[string]template{}
	for kind, opts := range shapes() {
		at := recordtest.As(markedRun, markedStart)
		r, err := record.Encode(recordtest.Statement(append([]recordtest.Option{at, base}, opts...)...))
		if err != nil {
			return fmt.Errorf("a run of kind %q: %w", kind, err)
		}
		g.records[kind] = compileTemplate(r.Bytes(), marks)
	}
	return nil
}

// valuesOf is what stands at each mark in a run, whose folders have these digests.
func valuesOf(i int, code, images string) map[string]string {
	project, first := i/perProject, i-i%perProject
	values := map[string]string{
		markInvocation:             record.Invocation(invocationOf(i)).String(),
		markStart:                  timeText(startOf(i)),
		markEnd:                    timeText(startOf(i).Add(time.Minute)),
		markCommit:                 digestOf("commit", project%commits).String()[:40],
		markVersion:                fmt.Sprintf("%02d.00.01", project%environments+10),
		markCodeTree:               code,
		markImagesTree:             images,
		marked("raw").String():     digestOf("raw", first).String(),
		marked("data").String():    digestOf("data", first).String(),
		marked("model").String():   digestOf("model", i).String(),
		marked("metrics").String(): digestOf("metrics", i).String(),
		marked("report").String():  digestOf("report", i).String(),
	}
	for k := 1; k < perProject-1; k++ {
		values[marked(fmt.Sprint("model ", k)).String()] = digestOf("model", first+k).String()
	}
	return values
}
