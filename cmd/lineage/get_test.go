//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/lineage-audit/lineage/fetch/fetchtest"
	"github.com/lineage-audit/lineage/report"
)

// want checks how a process ended, and what it said.
func (s *site) want(got ended, status int, said ...string) {
	s.Helper()
	if got.status != status {
		s.Errorf("it ended with %d, want %d:\n%s%s", got.status, status, got.stdout, got.stderr)
	}
	for _, part := range said {
		if !strings.Contains(got.stdout+got.stderr, part) {
			s.Errorf("it does not say %q:\n%s%s", part, got.stdout, got.stderr)
		}
	}
}

// Data of a bucket is fetched, read by a run, and had again by verify in another clone,
// after other bytes were put under the same key.
func TestGetFromBucket(t *testing.T) {
	b, s := fetchtest.NewBucket(t, true), newSite(t)
	s.env = append(s.env, b.Env()...)
	version := b.Put("raw/train.csv", []byte("a,b\n1,2\n"))
	for _, name := range []string{"1.png", "deep/2.png"} {
		b.Put("raw/images/"+name, []byte(name))
	}
	s.want(s.run(s.lineage("get", b.URI("raw/train.csv"), "data/train.csv")), 0, "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470  data/train.csv\n", "?versionId="+version)
	s.want(s.run(s.lineage("get", b.URI("raw/images/"), "data/images")), 0, "  data/images/1.png\n", "  data/images/deep/2.png\n", "2 files")
	s.want(s.run(s.lineage("get", b.URI("raw/images/"), "data/images", "--json")), 0, `"kept": true`)
	s.shell("printf 'data/\nmodel\n' >.gitignore; git add -A; git commit -q -m ignore")
	run := s.run(s.lineage("run", "-i", "data", "-p", "none", "-o", "model", "--", "sh", "-c", "echo m >model"))
	s.want(run, 0, "record ")
	if strings.Contains(run.stderr, "UNSOURCED") {
		t.Errorf("something is without a source:\n%s", run.stderr)
	}
	s.shell("git clone -q . ../clone; cp model ../clone")
	b.Put("raw/train.csv", []byte("others"))
	verify := func(args ...string) ended {
		cmd := s.lineage(append([]string{"--store", filepath.Join(s.dir, ".lineage"), "verify", "model"}, args...)...)
		cmd.Dir = filepath.Join(filepath.Dir(s.dir), "clone")
		return s.run(cmd)
	}
	s.want(verify("--require", "pinned"), 3, "lacking   inputs.available", "--fetch "+b.URI("raw/"))
	s.want(verify("--require", "pinned", "--fetch", b.URI("raw/")), 3, "held      inputs.available")
	s.want(verify("--require", "pinned", "--fetch", b.URI("raw/images/")), 3, "lacking   inputs.available", b.URI("raw/")+" not asked")
	s.want(verify("--fetch", b.URI(""), "--no-fetch"), 2, "exclude each other")
	policy := filepath.Join(filepath.Dir(s.dir), "policy.yaml")
	if err := os.WriteFile(policy, []byte("version: 1\nchecks: {packages.captured: {set-aside: a shell}}\nsources: ["+b.URI("raw/")+"]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.want(verify("--policy", policy), 0, "held      inputs.available")
	s.want(verify("--policy", policy, "--no-fetch"), 0, "lacking   inputs.available")
	s.env = append(s.env, "AWS_ENDPOINT_URL=http://127.0.0.1:1")
	s.want(verify("--policy", policy), 0, "lacking   inputs.available", "not had from its URI")
}

func TestGetJSON(t *testing.T) {
	s := newSite(t)
	s.shell("mkdir from; echo 1 >from/a; echo 2 >'from/b c'")
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.GetJSONSchema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"from/a", "to/"}, {"from/", "folder"}, {"from/a", "to/a"}} {
		got := s.run(s.lineage(append([]string{"get", "--json"}, args...)...))
		var written any
		if err := json.Unmarshal([]byte(got.stdout), &written); err != nil || got.stderr != "" {
			t.Fatalf("%q: %v\n%s%s", args, err, got.stdout, got.stderr)
		}
		if err := schema.Validate(written); err != nil {
			t.Error(err)
		}
	}
}

// Ctrl-C keeps what has come, says so, and the same command goes on.
func TestGetInterrupted(t *testing.T) {
	s := newSite(t)
	content := bytes.Repeat([]byte("0123456789abcdef"), 1<<14)
	var asked atomic.Int64
	half := make(chan bool, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Etag", `"1"`)
		if asked.Add(1) > 1 {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		w.Write(content[:len(content)/2])
		w.(http.Flusher).Flush()
		half <- true
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	cmd := s.lineage("get", server.URL+"/x", "x")
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-half
	part := filepath.Join(s.dir, "x.lineage-part")
	for info, err := os.Stat(part); err != nil || info.Size() < int64(len(content)/2); info, err = os.Stat(part) {
		time.Sleep(time.Millisecond)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 130 || !strings.Contains(said.String(), "the same command goes on from there") {
		t.Errorf("%v, and it says:\n%s", err, said.String())
	}
	if _, err := os.Stat(filepath.Join(s.dir, "x")); err == nil {
		t.Error("half a file is in its place")
	}
	s.want(s.run(s.lineage("get", server.URL+"/x", "x")), 0, "by an earlier call")
	got, err := os.ReadFile(filepath.Join(s.dir, "x"))
	left, _ := filepath.Glob(filepath.Join(s.dir, "x.*"))
	if err != nil || !bytes.Equal(got, content) || len(left) > 0 {
		t.Errorf("%d bytes, %v, and beside it %q", len(got), err, left)
	}
}
