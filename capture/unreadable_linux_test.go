package capture_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/record"
)

// A file that can be opened and not read, by anybody, is a gap by name.
const unreadable = "/proc/self/mem"

func TestUnreadableInput(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	p.shell("mkdir in; echo 1 >in/a; ln -s " + unreadable + " in/b")
	r := p.trained("true", inputs("in", unreadable))
	got := kinds(r.Gaps())
	if !slices.Contains(got, record.GapInput+" repo:in") || !slices.Contains(got, record.GapInput+" abs:"+unreadable) {
		t.Errorf("got %q", got)
	}
}

// Where many cannot be read it is not said that somebody has cut the reading short.
func TestManyUnreadableInputs(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	p.shell("mkdir in; for i in $(seq 100); do ln -s " + unreadable + " in/$i; done")
	for _, g := range p.trained("true", inputs("in")).Gaps() {
		if g.Kind == record.GapInput && (strings.Contains(g.Why, "interrupted") || !strings.Contains(g.Why, "input/output error")) {
			t.Errorf("got %+v", g)
		}
	}
}

func TestUnreadableOutput(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	r := p.trained("mkdir out; echo 1 >out/a; ln -s "+unreadable+" out/b; ln -s "+unreadable+" m", outputs("out", "m"))
	wantGaps(t, r, []string{record.GapOutput + " repo:m", record.GapOutput + " repo:out"}, nil)
	if len(r.Outputs()) != 0 {
		t.Errorf("got %q", names(r.Outputs()))
	}
}

// A folder that cannot be listed and a file that cannot be opened stop a run before
// it starts, or are gaps, for who is bound by modes; for others they are ordinary.
func TestForbiddenInputs(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	p.shell("mkdir folder; echo 1 >folder/a; echo 1 >file; chmod 000 folder file")
	defer p.shell("chmod 700 folder")
	if p.shell("ls folder 2>/dev/null || :") == "" {
		p.refused(inputs("folder"), "permission denied")
		wantGaps(t, p.trained("true", inputs("file")), []string{record.GapInput + " repo:file"}, []string{"content-omitted folder", "code-not-captured folder"})
		return
	}
	wantGaps(t, p.trained("true", inputs("folder", "file")), nil, nil)
}

// An output folder that forbids to be listed afterwards is a gap, or ordinary.
func TestForbiddenOutput(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	r := p.trained("mkdir m; echo 1 >m/a; chmod 000 m", outputs("m"))
	defer p.shell("chmod 700 m")
	if p.shell("ls m 2>/dev/null || :") == "" {
		wantGaps(t, r, []string{record.GapOutput + " repo:m"}, []string{"code-changed code"})
		return
	}
	wantGaps(t, r, nil, nil)
}
