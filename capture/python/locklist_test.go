package python

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Locks of conda's formats list what they pin, by the names that conda has.
func TestLists(t *testing.T) {
	const channel = "https://u:sesame@conda.example.org/conda-forge/linux-64/"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"explicit.txt": {
			"@EXPLICIT\n" + channel + "_libgcc_mutex-0.1-conda_forge.tar.bz2#d7c89558ba9fa0495403155b64376d81\n" + channel + "numpy-1.26.4-py311_0.conda\n" + channel + "numpy-1.26.4-py311_0.conda\nhttps://h/odd\n",
			[]string{"pkg:conda/_libgcc_mutex@0.1?build=conda_forge&channel=conda-forge&subdir=linux-64&type=tar.bz2", "pkg:conda/numpy@1.26.4?build=py311_0&channel=conda-forge&subdir=linux-64&type=conda"},
		},
		"conda-lock.yml": {
			"version: 1\npackage:\n- {name: Ca_Certs, version: '1', manager: conda, platform: linux-64, url: '" + channel + "Ca_Certs-1-h_0.conda'}\n- {name: My_Pkg, version: '2', manager: pip, url: 'https://h/my_pkg-2.whl'}\n",
			[]string{"pkg:conda/Ca_Certs@1?build=h_0&channel=conda-forge&subdir=linux-64&type=conda", "pkg:pypi/my-pkg@2"},
		},
		"pixi.lock": {
			"version: 6\npackages:\n- conda: " + channel + "python-3.13.1-h_0.conda\n- pypi: git+https://u:sesame@g.example.org/x.git@" + strings.Repeat("c", 40) + "\n  name: x\n  version: '1'\n- pypi: ./own\n  name: own\n  version: '1'\n  editable: true\n",
			[]string{"pkg:conda/python@3.13.1?build=h_0&channel=conda-forge&subdir=linux-64&type=conda",
				"pkg:pypi/x@1?vcs_url=git%2Bhttps:%2F%2Fg.example.org%2Fx.git%40" + strings.Repeat("c", 40)},
		},
		"environment.yml": {"dependencies:\n- python=3.13\n- numpy==1.26.4\n- pip:\n  - Torch==2.1.0\n  - pandas>2\n", []string{"pkg:conda/numpy@1.26.4", "pkg:pypi/torch@2.1.0"}},
		"uv.lock":         {"version = 1\n[[package]]\nname = 'a'\nversion = '1'\n", nil},
	} {
		l, err := ParseLock(name, []byte(c.text))
		if diff := cmp.Diff(c.want, l.Lists); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
		}
	}
}

// Brackets without end would end the program, and nobody's training is worth that.
func TestDeepLocks(t *testing.T) {
	deep := strings.Repeat("[", 12<<20)
	for _, name := range []string{"uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "pixi.lock", "conda-lock.yml", "environment.yml", "Pipfile.lock"} {
		if l, err := ParseLock(name, []byte("a = "+deep)); err == nil || len(l.Packages) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
