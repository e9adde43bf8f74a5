package evidence_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/capture/python"
	"github.com/lineage-audit/lineage/verify"
	"github.com/lineage-audit/lineage/verify/evidence"
)

func TestPins(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	hash := "sha256:" + sum
	tests := map[python.LockFormat]string{
		python.FormatRequirements: "a==1 --hash=" + hash + "\nb==2\n",
		python.FormatPylock: "lock-version = '1.0'\n[[packages]]\nname = 'a'\nversion = '1'\n[[packages.wheels]]\nurl = 'https://h/a.whl'\n" +
			"hashes = {sha256 = '" + sum + "'}\n[[packages]]\nname = 'b'\nversion = '2'\n",
		python.FormatUV: "version = 1\n[[package]]\nname = 'a'\nversion = '1'\nsource = {registry = 'https://h/simple'}\n" +
			"wheels = [{url = 'https://h/a.whl', hash = '" + hash + "'}]\n[[package]]\nname = 'b'\nversion = '2'\nsource = {registry = 'https://h/simple'}\n",
		python.FormatPoetry: "[[package]]\nname = 'a'\nversion = '1'\nfiles = [{file = 'a.whl', hash = '" + hash + "'}]\n" +
			"[[package]]\nname = 'b'\nversion = '2'\nfiles = []\n[metadata]\nlock-version = '2.1'\n",
		python.FormatPipfile: `{"_meta": {"hash": {"sha256": "x"}, "sources": []}, "default": {"A": {"version": "==1", "hashes": ["` + hash + `"]},
			"b": {"version": "==2"}}, "develop": {}}`,
		python.FormatPDM: "[metadata]\nlock_version = '4.5.0'\n[[package]]\nname = 'a'\nversion = '1'\nfiles = [{file = 'a.whl', hash = '" + hash + "'}]\n" +
			"[[package]]\nname = 'b'\nversion = '2'\n",
		python.FormatCondaLock: "version: 1\npackage:\n" +
			"- {name: c, version: '3', manager: conda, platform: linux-64, url: 'https://h/c.conda', hash: {sha256: " + sum + "}}\n" +
			"- {name: a, version: '1', manager: pip, platform: linux-64, url: 'https://h/a.whl', hash: {sha256: " + sum + "}}\n" +
			"- {name: b, version: '2', manager: pip, platform: linux-64, url: 'https://h/b.whl', hash: {md5: ab}}\n",
		python.FormatCondaExplicit:    "@EXPLICIT\nhttps://h/noarch/c-3-py_0.conda#sha256:" + sum + "\n",
		python.FormatCondaEnvironment: "name: x\ndependencies:\n- c=3\n- pip:\n  - a==1\n  - b==2\n",
		python.FormatPixi: "version: 6\npackages:\n- conda: https://h/noarch/c-3-py_0.conda\n  sha256: " + sum + "\n" +
			"- pypi: https://h/a.whl\n  name: a\n  version: '1'\n  sha256: " + sum + "\n- pypi: https://h/b.whl\n  name: b\n  version: '2'\n",
	}
	for format, content := range tests {
		want := []verify.Pin{{Name: "a", Version: "1", Hashes: 1}, {Name: "b", Version: "2"}}
		switch format {
		case python.FormatCondaExplicit: // conda's packages are not Python's
			want = nil
		case python.FormatCondaEnvironment: // which has no hashes
			want[0].Hashes = 0
		}
		got, err := evidence.Locks{}.Pins(string(format), []byte(content))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", format, err, diff)
		}
	}
}

// The locks of other languages pin no distribution, whatever they say.
func TestPinsOfOtherLanguages(t *testing.T) {
	for _, format := range []string{"npm", "go-sum", "cargo", "renv", "julia-manifest"} {
		if got, err := (evidence.Locks{}).Pins(format, []byte("numpy==1 --hash=sha256:x")); err != nil || got != nil {
			t.Errorf("%s: %v, %v", format, got, err)
		}
	}
}

// What is not understood is an error, and no part of an answer: nobody can tell
// what it pins.
func TestPinsThatAreNotUnderstood(t *testing.T) {
	for _, tt := range []struct{ format, content, want string }{
		{"", "a==1", "cannot be read"},
		{"requirements.txt", "a==1", "cannot be read"}, // a name, and no format
		{"cobol", "{}", "cannot be read"},
		{"uv", "[[", "not a lock file"},
		{"poetry", "# nothing", "not a lock file"},
		{"requirements", "a==1\x00", "NUL"},
		{"requirements", "a==1\n==2\n", "1 entries cannot be understood"},
		{"requirements", "a==1 --hash=sha256:short\n", "cannot be understood"},
	} {
		if got, err := (evidence.Locks{}).Pins(tt.format, []byte(tt.content)); err == nil || !strings.Contains(err.Error(), tt.want) || got != nil {
			t.Errorf("Pins(%q, %q) = %v, %v; want an error with %q", tt.format, tt.content, got, err, tt.want)
		}
	}
}
