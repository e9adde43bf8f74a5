package compare

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

// scenario is how a second run differs from the ordinary one, and what is said of it.
type scenario struct {
	second   []recordtest.Option
	contents memory
	want     string
}

var (
	edited     = recordtest.Files{"a.png": "another image", "deep/c.png": "second image", "new.png": "new"}
	otherModel = recordtest.Files{"MLmodel": "flavors: {}\n", "data/model.pkl": "another pickle"}
)

func remodeled(s *record.Statement) {
	recordtest.NoOutputs(s)
	recordtest.Output("repo:metrics.json", recordtest.Metrics)(s)
	recordtest.OutputTree("repo:model", otherModel)(s)
}

func editedImages(s *record.Statement) {
	recordtest.Without(record.RoleData)(s)
	recordtest.Input(record.RoleData, "repo:data/train.csv", recordtest.Train)(s)
	recordtest.InputTree(record.RoleData, "repo:data/images", edited)(s)
}

const withheldToken = `command unknown none
  unknown parameter token > set its value was withheld
settings unknown none
  unknown variable API_TOKEN > there its value was withheld
`

const modelDiffers = `outputs differs read
  changed folder repo:model read 
    changed data/model.pkl  read
`

var scenarios = map[string]scenario{
	"nothing": {want: "equal\n" + withheldToken},
	"data": {
		second: []recordtest.Option{editedImages, remodeled},
		want: `changed
data differs read
  changed folder repo:data/images read 
    changed a.png  read
    renamed deep/c.png deep/b.png read
    added new.png  read
` + withheldToken + modelDiffers,
	},
	"data, and the outputs all the same": {
		second: []recordtest.Option{editedImages},
		want: `equal-outputs
data differs read
  changed folder repo:data/images read 
    changed a.png  read
    renamed deep/c.png deep/b.png read
    added new.png  read
` + withheldToken,
	},
	"a manifest that is nowhere": {
		second: []recordtest.Option{editedImages}, contents: memory{},
		want: `equal-outputs
data differs read
  changed folder repo:data/images read which files differ is not known
  ? both repo:data/images: its manifest is not at hand
command unknown none
  unknown parameter token > set its value was withheld
settings unknown none
  unknown variable API_TOKEN > there its value was withheld
`,
	},
	"nothing that was recorded": {
		second: []recordtest.Option{remodeled}, want: "unexplained\n" + withheldToken + modelDiffers,
	},
	"an input of one run only": {
		second: []recordtest.Option{recordtest.Input(record.RoleData, "repo:extra.csv", "1,2\n")},
		want: `equal-outputs
data differs read
  added file repo:extra.csv read the other run did not declare it; it was not watched, and may have read it all the same
` + withheldToken,
	},
	"data that was moved": {
		second: []recordtest.Option{
			recordtest.Without(record.RoleData), recordtest.InputTree(record.RoleData, "repo:data/images", recordtest.Images),
			recordtest.Input(record.RoleData, "abs:/mnt/train.csv", recordtest.Train),
		},
		want: `equal-outputs
data differs there
  renamed file abs:/mnt/train.csv there the same bytes, at another place
` + withheldToken,
	},
	"a file that is now in a folder": {
		second: []recordtest.Option{
			recordtest.Without(record.RoleData), recordtest.InputTree(record.RoleData, "repo:data/images", recordtest.Images),
			recordtest.InputTree(record.RoleData, "repo:data", recordtest.Files{"train.csv": recordtest.Train, "test.csv": "1"}),
		},
		contents: kept(recordtest.Files{"train.csv": recordtest.Train, "test.csv": "1"}),
		want: `equal-outputs
data differs read
  added file repo:data/test.csv read the other run did not declare it; it was not watched, and may have read it all the same
` + withheldToken,
	},
	"packages": {
		second: []recordtest.Option{
			recordtest.Without(record.RolePackage), recordtest.Dependency(recordtest.Package("scikit-learn", "1.9.0")),
			recordtest.Dependency(recordtest.Package("numpy", "2.3.1")), recordtest.Dependency(recordtest.Package("attrs", "26.1")),
			remodeled,
		},
		want: `changed
packages differs there
  changed package numpy 2.3.0>2.3.1 there 
  added package attrs >26.1 there 
` + withheldToken + modelDiffers,
	},
	"a package of the same version": {
		second: []recordtest.Option{recordtest.Without(record.RolePackage), recordtest.Dependency(recordtest.Package("scikit-learn", "1.9.0")),
			func(s *record.Statement) {
				p := recordtest.Package("numpy", "2.3.0")
				p.Digest = recordtest.SHA256("another RECORD")
				recordtest.Dependency(p)(s)
			}},
		want: `equal-outputs
packages differs there
  changed package numpy 2.3.0>2.3.0 there the same version, with other files or from elsewhere
    digest.sha256 ` + hashing.Bytes([]byte("RECORD of numpy")).String() + ">" + hashing.Bytes([]byte("another RECORD")).String() + `
` + withheldToken,
	},
	"gaps": {
		second: []recordtest.Option{
			recordtest.Gap(record.GapInput, "repo:data/gone.csv", "permission denied"),
			recordtest.Gap(record.GapInputChanged, "repo:prepare.py", "it was written"),
			recordtest.Gap("a-kind-to-come", "x", "y"),
		},
		want: `equal
data unknown none
  ? b repo:data/gone.csv: input-not-hashed: permission denied
preprocessing unknown none
  ? b repo:prepare.py: input-changed: it was written
` + withheldToken + `capture unknown none
  ? b x: a-kind-to-come: y
`,
	},
	"nothing captured of one": {
		second: []recordtest.Option{recordtest.Without(record.RoleData), recordtest.Without(record.RolePackage), undeclared, recordtest.NoOutputs},
		want: `outputs-unknown
capture differs none
  removed fact inputs.paths[repo:data/images] true> none 
  removed fact inputs.paths[repo:data/train.csv] true> none 
  removed fact outputs.paths[repo:metrics.json] true> none 
  removed fact outputs.paths[repo:model] true> none 
data unknown none
  unknown folder repo:data/images read on record of one run only
  unknown file repo:data/train.csv read on record of one run only
  ? b data: no input was declared, and the run was not watched
command unknown none
  unknown parameter token > set its value was withheld
settings unknown none
  unknown variable API_TOKEN > there its value was withheld
packages unknown none
  ? b packages: no package is on record
outputs unknown none
  unknown file repo:metrics.json read on record of one run only
  unknown folder repo:model read on record of one run only
  ? b outputs: no output is on record
`,
	},
	"a failed run": {
		second: []recordtest.Option{recordtest.Exited(3), remodeled, arguments("python", "train.py", "--data", "data/train.csv", "--lr=-1", "-q")},
		want: `changed
command differs set
  added argument --lr >-1 set 
  added argument -q > set 
  unknown parameter token > set its value was withheld
settings unknown none
  unknown variable API_TOKEN > there its value was withheld
` + modelDiffers + `outcome differs read
  changed fact exitCode 0>3 read 
  changed fact status succeeded>failed read 
`,
	},
	"the order of arguments": {
		second: []recordtest.Option{arguments("python", "--data", "data/train.csv", "train.py")},
		want: `equal-outputs
command differs set
  changed argument order of the arguments python train.py --data data/train.csv>python --data data/train.csv train.py set 
  unknown parameter token > set its value was withheld
settings unknown none
  unknown variable API_TOKEN > there its value was withheld
`,
	},
	"code that the command names, and other code": {
		second: []recordtest.Option{replaced(record.RoleCode, recordtest.Tree(record.RoleCode, recordtest.Location("repo:."), newCode)),
			recordtest.Byproduct(recordtest.Manifest(newCode))},
		contents: kept(newCode),
		want: `equal-outputs
code differs read
  changed folder repo:. read 
    changed train.py  read
    changed lineage.yaml  there
    removed prepare.py  there
` + withheldToken,
	},
	"the machine": {
		second: []recordtest.Option{machine},
		want: `equal-outputs
settings differs set
  changed variable PYTHONHASHSEED 0>1 set 
  added variable LC_ALL >C there 
  unknown variable API_TOKEN > there its value was withheld
environment differs there
  changed fact cpu.model Xeon>EPYC there 
  removed fact limits[memory.max] 8589934592> there 
  unknown fact container.runtime >docker there on record of one run only
  unknown fact gpus[A100] > there on record of one run only
    name >A100
  unknown fact memory 8589934592> there on record of one run only
command unknown none
  unknown parameter token > set its value was withheld
`,
	},
}

var newCode = recordtest.Files{"lineage.yaml": "version: 1\n", "requirements.lock": recordtest.Code["requirements.lock"], "train.py": "import torch\n"}

func machine(s *record.Statement) {
	e := &s.Predicate.BuildDefinition.InternalParameters
	e.CPU.Model, e.Memory, e.Limits, e.Host = "EPYC", 0, nil, "elsewhere"
	e.GPUs, e.Container = []record.GPU{{Name: "A100"}}, &record.Container{Runtime: "docker", ID: "4711"}
	e.Variables[1].Value = "1"
	e.Variables = append(e.Variables, record.Variable{Name: "LC_ALL", Value: "C"}, record.Variable{Name: "SLURM_JOB_ID", Value: "9"})
}

func undeclared(s *record.Statement) {
	p := &s.Predicate.BuildDefinition.ExternalParameters
	p.Inputs, p.Outputs = record.Declared{}, record.Declared{}
}

func arguments(words ...string) recordtest.Option {
	return func(s *record.Statement) { s.Predicate.BuildDefinition.ExternalParameters.Command = words }
}

func TestScenarios(t *testing.T) {
	for name, c := range scenarios {
		t.Run(name, func(t *testing.T) {
			o := Options{Contents: c.contents}
			if c.contents == nil {
				o.Contents = kept(edited)
			}
			d := compared(t, ordinary(t, untracked), ordinary(t, append(c.second, untracked, later)...), o)
			if diff := cmp.Diff(c.want, outline(d)); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, outline(d))
			}
		})
	}
}

// TestARunIsItself: nothing differs and nothing is in doubt, whatever it lacks.
func TestARunIsItself(t *testing.T) {
	for name, opts := range map[string][]recordtest.Option{
		"ordinary": nil, "gaps": {recordtest.Gap(record.GapInput, "repo:x", "y")}, "failed": {recordtest.Exited(1)},
		"empty": {recordtest.Without(record.RoleData), recordtest.Without(record.RoleCode), recordtest.NoOutputs, undeclared},
	} {
		r := ordinary(t, opts...)
		d := compared(t, r, r, Options{})
		if got := outline(d); got != "same-run\n" || !d.Equal() {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestARunWithoutARecord is compared as far as its intent goes, and equal to nothing.
func TestARunWithoutARecord(t *testing.T) {
	intent := recordtest.Intent(record.Invocation{7}, recordtest.Started)
	intent.Command = append(slices.Clone(intent.Command), "--epochs", "3")
	d := compared(t, ordinary(t), Run{Intent: &intent, State: "abandoned"}, Options{Contents: kept()})
	if d.Answer != OutputsUnknown || d.B.Status != "abandoned" || d.B.Record != nil || d.Equal() {
		t.Errorf("%s", outline(d))
	}
	for _, ar := range append(d.Causes, d.Results...) {
		if want := map[bool]Status{true: Differs, false: Unknown}[ar.Name == Command]; ar.Status != want {
			t.Errorf("%s is %s, want %s", ar.Name, ar.Status, want)
		}
	}
	if i := d.Cause(Command).Items; len(i) != 1 || i[0].What != "--epochs" || i[0].B != "3" {
		t.Errorf("command: %+v", i)
	}
	same := compared(t, Run{Intent: &intent}, Run{Intent: &intent}, Options{})
	if same.Answer != SameRun {
		t.Errorf("an intent and itself: %s", same.Answer)
	}
}

// TestEveryGapPutsSomethingInDoubt: a kind that is new is to be placed.
func TestEveryGapPutsSomethingInDoubt(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../record/gap.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Gap") {
			return true
		}
		kind, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if known++; gapAreas[kind] == nil {
			t.Errorf("gaps of kind %s put nothing in doubt", kind)
		}
		return true
	})
	if known != len(gapAreas) {
		t.Errorf("%d kinds of gaps, and %d are placed", known, len(gapAreas))
	}
}

func TestMetrics(t *testing.T) {
	m := kept()
	a := ordinary(t, track(t, m, metrics("one", "0.97", "1.0")))
	b := ordinary(t, track(t, m, metrics("twofold", "0.93", "0.5")), later)
	want := `equal-outputs
command differs set
  changed parameter c 1.0>0.5 set as the command logged it
  unknown parameter token > set its value was withheld
settings unknown none
  unknown variable API_TOKEN > there its value was withheld
metrics differs read
  changed metric accuracy 0.97>0.93 read 
`
	if diff := cmp.Diff(want, outline(compared(t, a, b, Options{Contents: m}))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBadTracking(t *testing.T) {
	for name, raw := range map[string]string{"no JSON": "{", "another version": `{"version":"lineage.run-data/v9"}`} {
		m := kept()
		b := ordinary(t, later, func(s *record.Statement) {
			for i := range s.Predicate.RunDetails.Byproducts {
				if p := &s.Predicate.RunDetails.Byproducts[i]; p.Annotations.Role == record.RoleTracking {
					p.Digest = recordtest.SHA256(raw)
				}
			}
		})
		d := compared(t, ordinary(t), b, Options{Contents: m.add([]byte(raw))})
		if ar := d.Result(Metrics); ar.Status != Unknown {
			t.Errorf("%s: metrics are %s", name, ar.Status)
		}
	}
}

func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Compare(ctx, ordinary(t), ordinary(t, later), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
