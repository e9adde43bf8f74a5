package verify_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/verify"
)

func policies(t testing.TB, kind string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "testdata", "policies", kind, "*.yaml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no %s policies: %v", kind, err)
	}
	all := map[string][]byte{}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".yaml")] = raw
	}
	return all
}

func TestGoodPolicies(t *testing.T) {
	want := map[string]verify.Policy{
		"smallest": {Require: verify.Traced},
		"required": {Require: verify.Pinned},
		"json":     {Require: verify.Attested},
		"sources":  {Require: verify.Pinned, Sources: []string{"https://data.example/sets/", "s3://team-data/"}},
		"whole": {
			Require: verify.Traced,
			SetAside: []verify.SetAside{
				{Check: verify.PackagesCaptured, Reason: "the scoring container has no Python"},
				{Check: verify.ImagePinned, Reason: "images are pinned by admission control"},
			},
			Repositories: []verify.RepositoryRef{
				{URL: "https://git.example/ada/fraud.git", Branches: []string{"main", "release/*"}},
				{URL: "../mirrors/fraud.git"},
			},
		},
		"user-without-password": {Require: verify.Traced, Repositories: []verify.RepositoryRef{{URL: "ssh://git@git.example/ada/fraud.git"}}},
	}
	got := map[string]verify.Policy{}
	for name, raw := range policies(t, "good") {
		p, err := verify.ParsePolicy(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if p.Digest() != hashing.Bytes(raw) {
			t.Errorf("%s: digest %v is not that of the file", name, p.Digest())
		}
		got[name] = p
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(verify.Policy{})); diff != "" {
		t.Error(diff)
	}
}

// TestBadPolicies: the first line of each says what is wrong with it.
func TestBadPolicies(t *testing.T) {
	for name, raw := range policies(t, "bad") {
		first, _, _ := bytes.Cut(raw, []byte("\n"))
		want := strings.TrimPrefix(string(first), "# ")
		_, err := verify.ParsePolicy(raw)
		if err == nil || !errors.Is(err, verify.ErrPolicy) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want %q", name, err, want)
		}
	}
	for name, raw := range map[string][]byte{
		"empty":         nil,
		"too large":     append([]byte("version: 1\n#"), bytes.Repeat([]byte("x"), 256<<10)...),
		"invalid UTF-8": []byte("version: 1\nrequire: \xff\n"),
		"NUL":           []byte("version: 1\x00\n"),
		"nested deeply": append([]byte("version: "), bytes.Repeat([]byte("["), 100_000)...),
	} {
		if _, err := verify.ParsePolicy(raw); !errors.Is(err, verify.ErrPolicy) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}

// TestDefaultPolicy: giving none is the same as giving the default one.
func TestDefaultPolicy(t *testing.T) {
	p, err := verify.ParsePolicy([]byte(verify.DefaultPolicy))
	if err != nil || p.Require != verify.Traced {
		t.Fatalf("%+v, %v", p, err)
	}
	ref := goodWorld(t).verify().Policy
	if ref.URI != verify.DefaultPolicyURI || ref.Digest == nil || ref.Digest.SHA256 != p.Digest() {
		t.Errorf("a verdict without a policy names %+v", ref)
	}
}

func FuzzParsePolicy(f *testing.F) {
	for _, kind := range []string{"good", "bad"} {
		for _, raw := range policies(f, kind) {
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := verify.ParsePolicy(raw)
		switch {
		case err != nil && !errors.Is(err, verify.ErrPolicy):
			t.Errorf("error %v is not of a policy", err)
		case err == nil && !p.Require.AtLeast(verify.Traced):
			t.Errorf("it asks for %q", p.Require)
		}
		for _, a := range p.SetAside {
			if _, known := verify.RungOf(a.Check); err == nil && (!known || strings.TrimSpace(a.Reason) == "") {
				t.Errorf("it sets %q aside for %q", a.Check, a.Reason)
			}
		}
	})
}
