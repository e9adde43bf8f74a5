//go:build unix

package capture_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/record"
)

// without is an environment without a variable.
func without(env []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool { return strings.HasPrefix(v, name+"=") })
}

// imagesOf are the images of a record, each with where it was seen.
func imagesOf(r *record.Record) (found []string) {
	for _, i := range r.Dependencies(record.RoleImage) {
		found = append(found, i.Annotations.Image.Seen+" "+i.URI+" "+i.Digest.SHA256.String())
	}
	return found
}

func imageGaps(r *record.Record) (found []string) {
	for _, g := range r.Gaps() {
		if g.Kind == record.GapImage {
			found = append(found, g.Why)
		}
	}
	return found
}

func TestDeclaredImage(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	p := newRepo(t, nil)
	o := p.options(".", "true", inputs("train.py"))
	o.Env, o.Image = without(p.env, "LINEAGE_IMAGE"), "registry.example.org:5000/team/Train:7@sha256:"+sum
	r := p.run(o).Record
	want := []string{"declared pkg:oci/train@sha256:" + sum + "?repository_url=registry.example.org:5000%2Fteam%2FTrain&tag=7 " + sum}
	if diff := cmp.Diff(want, imagesOf(r)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if c := r.Environment().Container; c == nil || c.None || c.Image != "registry.example.org:5000/team/Train:7" {
		t.Errorf("container: %+v", c)
	}
	if gaps := imageGaps(r); gaps != nil {
		t.Errorf("gaps: %q", gaps)
	}
}

// What the command does in a container that it starts is not what is described here:
// that is no run without a container, whatever the machine is.
func TestCommandThatStartsContainers(t *testing.T) {
	p := newRepo(t, files{"bin/docker": "#!/bin/sh\n"})
	p.shell("chmod +x bin/docker")
	o := p.options(".", "", inputs("train.py"))
	o.Command, o.Env = []string{"./bin/docker", "run", "train"}, without(p.env, "LINEAGE_IMAGE")
	r := p.run(o).Record
	if c := r.Environment().Container; c == nil || c.None || c.Runtime == "" {
		t.Errorf("container: %+v", c)
	}
	if gaps := imageGaps(r); len(gaps) != 1 || !strings.Contains(gaps[0], "ran docker") || !strings.Contains(gaps[0], "lineage run --image") {
		t.Errorf("gaps: %q", gaps)
	}
	o.Env = p.env // which names the image that lineage runs in
	if gaps := imageGaps(p.run(o).Record); len(gaps) != 1 || !strings.Contains(gaps[0], "LINEAGE_IMAGE is inherited") {
		t.Errorf("gaps of a run that inherited the name of an image: %q", gaps)
	}
	sum := strings.Repeat("ab", 32)
	o.Env, o.Image = append(o.Env, "CI_JOB_IMAGE=python@sha256:"+strings.Repeat("cd", 32)), "trainer@sha256:"+sum
	r = p.run(o).Record
	if diff := cmp.Diff([]string{"declared pkg:oci/trainer@sha256:" + sum + "?repository_url=trainer " + sum}, imagesOf(r)); diff != "" || imageGaps(r) != nil {
		t.Errorf("gaps of a run whose image was named: %q, (-want +got)\n%s", imageGaps(r), diff)
	}
	if c := r.Environment().Container; c == nil || *c != (record.Container{Runtime: "docker", Image: "trainer"}) {
		t.Errorf("container: %+v", c)
	}
}

func TestImageThatCannotBeRead(t *testing.T) {
	p := newRepo(t, nil)
	o := p.options(".", "true", inputs("train.py"))
	o.Env = append(without(p.env, "LINEAGE_IMAGE"), "LINEAGE_IMAGE=https://user:sesame@registry.example.org/train@sha256:1")
	r := p.run(o).Record
	gaps := imageGaps(r)
	if len(gaps) != 1 || strings.Contains(gaps[0], "sesame") || len(imagesOf(r)) > 0 {
		t.Errorf("gaps: %q, images %q", gaps, imagesOf(r))
	}
}

// Lock files of every language are named, hashed and listed; one that cannot be read
// is hashed, and a gap.
func TestLockFiles(t *testing.T) {
	p := newRepo(t, files{
		"go.sum":          "rsc.io/quote v1.5.2 h1:" + strings.Repeat("A", 43) + "=\n",
		"Cargo.lock":      "nonsense",
		"environment.yml": "dependencies:\n- numpy==1.26.4\n- python\n- pip:\n  - Torch==2.1.0\n",
		"uv.lock":         "version = 1\n[[package]]\nname = 'a'\nversion = '1'\nsource = {registry = 'https://h/simple'}\n",
		"deep/pdm.lock":   "a = " + strings.Repeat("[", 10_000_000),
	})
	result := p.run(p.options("deep", "true", inputs("../train.py")))
	got := map[string][]string{}
	for _, l := range result.Record.Dependencies(record.RoleLock) {
		got[l.Name] = append([]string{l.Annotations.Lock.Format}, l.Annotations.Lock.Lists...)
	}
	want := map[string][]string{
		"repo:go.sum": {"go-sum", "pkg:golang/rsc.io/quote@v1.5.2"}, "repo:Cargo.lock": {"cargo"}, "repo:uv.lock": {"uv"},
		"repo:environment.yml": {"conda-environment", "pkg:conda/numpy@1.26.4", "pkg:pypi/torch@2.1.0"}, "repo:deep/pdm.lock": {"pdm"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	wantGaps(t, result.Record, []string{"lock-not-read repo:Cargo.lock", "lock-not-read repo:deep/pdm.lock"}, nil)
}
