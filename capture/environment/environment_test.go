package environment_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/capture/environment"
	"github.com/lineage-audit/lineage/capture/redact"
	"github.com/lineage-audit/lineage/record"
)

// tree writes files below a new root; a content that starts with "-> " is a link.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, link := strings.CutPrefix(content, "-> "); link {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestCaptureThisMachine(t *testing.T) {
	e := environment.Capture(context.Background(), environment.Options{Env: []string{"TZ=Europe/Berlin"}})
	if e.OS.ID == "" || e.OS.Kernel == "" || e.OS.Arch == "" || e.CPU.Logical < 1 || e.Memory.Total == 0 {
		t.Errorf("got %+v", e)
	}
	if e.TimeZone != "Europe/Berlin" || e.Locale != "C" || e.Hostname != "" || e.User != "" {
		t.Errorf("got %+v", e)
	}
}

func TestCaptureEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	e := environment.Capture(ctx, environment.Options{Hostname: "h", User: "u"})
	if len(e.Problems) != 1 || !strings.Contains(e.Problems[0], "canceled") || e.Hostname != "h" || e.User != "u" {
		t.Errorf("got %+v", e)
	}
}

func TestVariables(t *testing.T) {
	e := environment.Capture(context.Background(), environment.Options{Home: "/home/ann", Env: []string{
		"PYTHONHASHSEED=0", "PYTHONPATH=/home/ann/lib:/home/anna:/home/ann", "PATH=/bin", "SECRET=hunter22", "OMP_NUM_THREADS=2",
		"MLFLOW_TRACKING_URI=https://u:p@h", "XLA_FLAGS=--x=hunter22", "NCCL_ALGO=Ring", "LC_ALL=C.UTF-8", "PYTHONHASHSEED=1", "broken",
		"XLA_PYTHON_CLIENT_PREALLOCATE=false",
	}})
	want := []environment.Variable{
		{"LC_ALL", "C.UTF-8", false, true},
		{"MLFLOW_TRACKING_URI", "https://" + redact.Marker + "@h", true, false},
		{"NCCL_ALGO", "Ring", false, true},
		{"OMP_NUM_THREADS", "2", false, true},
		{"PYTHONHASHSEED", "0", false, true},
		{"PYTHONPATH", "~/lib:/home/anna:~", false, false},
		{"XLA_FLAGS", "--x=" + redact.Marker, true, true},
		{"XLA_PYTHON_CLIENT_PREALLOCATE", "false", false, false},
	}
	if diff := cmp.Diff(want, e.Variables); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if e.Locale != "C.UTF-8" {
		t.Errorf("got locale %q", e.Locale)
	}
}

func TestAllowed(t *testing.T) {
	var names []string
	for _, a := range environment.Allowed {
		names = append(names, a.Name)
		if a.Reason == "" || a.Name == "" || strings.Contains(strings.TrimSuffix(a.Name, "*"), "*") {
			t.Errorf("%q has no reason, or a star within", a.Name)
		}
		if got, ok := environment.AllowanceOf(strings.TrimSuffix(a.Name, "*") + strings.Repeat("X", strings.Count(a.Name, "*"))); !ok || got != a {
			t.Errorf("%q is found as %+v", a.Name, got)
		}
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error("a name stands twice")
	}
	for _, name := range []string{"PATH", "HOME", "USER", "HOSTNAME", "AWS_SECRET_ACCESS_KEY", "LANGX", "TZDIR", "", "*"} {
		if a, ok := environment.AllowanceOf(name); ok {
			t.Errorf("%q is let in by %+v", name, a)
		}
	}
}

// The page lists exactly what the table does.
func TestAllowedIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/environment.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "\n## The variables\n")
	for _, a := range environment.Allowed {
		mark := ""
		if a.Determinism {
			mark = "yes"
		}
		if row := "| `" + a.Name + "` | " + mark + " | " + a.Reason + " |"; !strings.Contains(table, row) {
			t.Errorf("docs/environment.md lacks the row\n%s", row)
		}
	}
	if rows := strings.Count(table, "\n| `"); rows != len(environment.Allowed) {
		t.Errorf("docs/environment.md has %d rows, the table %d", rows, len(environment.Allowed))
	}
}

func TestTimeZone(t *testing.T) {
	tzif := "TZif2" + strings.Repeat("\x00", 40) + "\nCET-1CEST,M3.5.0,M10.5.0/3\n"
	for name, c := range map[string]struct {
		files map[string]string
		env   []string
		want  string
	}{
		"variable":       {nil, []string{"TZ=:Asia/Tokyo"}, "Asia/Tokyo"},
		"empty variable": {map[string]string{"etc/timezone": "Asia/Tokyo"}, []string{"TZ="}, "UTC"},
		"link":           {map[string]string{"etc/localtime": "-> ../usr/share/zoneinfo/Europe/Paris"}, nil, "Europe/Paris"},
		"name":           {map[string]string{"etc/localtime": tzif, "etc/timezone": "Europe/Rome\n"}, nil, "Europe/Rome"},
		"rule":           {map[string]string{"etc/localtime": tzif}, nil, "CET-1CEST,M3.5.0,M10.5.0/3"},
		"no zone file":   {map[string]string{"etc/localtime": "x\n"}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := environment.Options{Root: tree(t, c.files), Env: c.env}
			if got := environment.Capture(context.Background(), o).TimeZone; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestBuilder(t *testing.T) {
	type B = environment.Builder
	for name, c := range map[string]struct {
		env  []string
		want B
	}{
		"laptop": {[]string{"HOME=/home/ann", "CI=false"}, B{Kind: "laptop"}},
		"github": {
			[]string{"CI=true", "GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://github.com", "GITHUB_REPOSITORY=o/r",
				"GITHUB_RUN_ID=7", "GITHUB_RUN_ATTEMPT=2", "GITHUB_SHA=abc", "KUBERNETES_SERVICE_HOST=10.0.0.1"},
			B{"ci", "github-actions", "https://github.com/o/r/actions/runs/7/attempts/2", "7-2", "abc", "https://github.com/o/r"},
		},
		"gitlab without all":  {[]string{"GITLAB_CI=true", "CI_JOB_ID=9"}, B{Kind: "ci", System: "gitlab-ci", Job: "9"}},
		"jenkins, credential": {[]string{"JENKINS_URL=x", "GIT_URL=https://u:p@h/r.git"}, B{Kind: "ci", System: "jenkins", Source: "https://h/r.git"}},
		"some CI":             {[]string{"CI=1"}, B{Kind: "ci", System: "unknown"}},
		"slurm":               {[]string{"SLURM_JOB_ID=12"}, B{Kind: "cluster", System: "slurm", Job: "12"}},
		"kubernetes":          {[]string{"KUBERNETES_SERVICE_HOST=10.0.0.1"}, B{Kind: "cluster", System: "kubernetes"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, environment.BuilderOf(c.env, nil)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestGroup(t *testing.T) {
	type G = environment.Group
	for name, c := range map[string]struct {
		env  []string
		want G
	}{
		"none":                 {nil, G{}},
		"explicit":             {[]string{"LINEAGE_GROUP=g", "RANK=1", "WORLD_SIZE=4"}, G{"group:g", 1, 4}},
		"explicit, alone":      {[]string{"LINEAGE_GROUP=g"}, G{"group:g", -1, 0}},
		"torchrun":             {[]string{"TORCHELASTIC_RUN_ID=u", "RANK=0", "WORLD_SIZE=2"}, G{"torchrun:u", 0, 2}},
		"torchrun, unnamed":    {[]string{"TORCHELASTIC_RUN_ID=none", "MASTER_ADDR=h", "MASTER_PORT=1", "RANK=3", "WORLD_SIZE=4"}, G{"torchrun:h:1", 3, 4}},
		"torchrun, nowhere":    {[]string{"TORCHELASTIC_RUN_ID=none", "RANK=3"}, G{}},
		"slurm's step":         {[]string{"SLURM_JOB_ID=5", "SLURM_STEP_ID=0", "SLURM_PROCID=1", "SLURM_NTASKS=2"}, G{"slurm:5.0", 1, 2}},
		"slurm's batch script": {[]string{"SLURM_JOB_ID=5", "SLURM_PROCID=0"}, G{}},
		"torchrun on slurm":    {[]string{"SLURM_JOB_ID=5", "SLURM_STEP_ID=0", "SLURM_PROCID=0", "TORCHELASTIC_RUN_ID=u", "RANK=5"}, G{"torchrun:u", 5, 0}},
		"mpi":                  {[]string{"PMIX_NAMESPACE=n@1", "OMPI_COMM_WORLD_RANK=1", "OMPI_COMM_WORLD_SIZE=2"}, G{"mpi:n@1", 1, 2}},
		"rank that is none":    {[]string{"LINEAGE_GROUP=g", "RANK=-1", "WORLD_SIZE=x"}, G{"group:g", -1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := environment.GroupOf(c.env)
			if got != c.want || ok != (c.want != G{}) {
				t.Errorf("got %+v, %v, want %+v", got, ok, c.want)
			}
		})
	}
}

func TestParent(t *testing.T) {
	want := record.NewInvocation()
	if got, err := environment.ParentOf([]string{"LINEAGE_PARENT=" + want.String()}); err != nil || got != want {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := environment.ParentOf([]string{"LINEAGE_PARENT="}); err != nil || !got.IsZero() {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := environment.ParentOf([]string{"LINEAGE_PARENT=x"}); !errors.Is(err, record.ErrInvocation) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkCapture(b *testing.B) {
	env := os.Environ()
	for b.Loop() {
		environment.Capture(context.Background(), environment.Options{Env: env})
	}
}
