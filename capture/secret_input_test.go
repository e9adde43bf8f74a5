//go:build unix

package capture_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/record"
)

// The digest of a secret could be tried against guesses: no input that is one, or has
// one in it, is hashed.
func TestSecretInputs(t *testing.T) {
	t.Parallel()
	const env, setting = "DB_PASSWORD=hunter2hunter2\n", "{\"db_password\": \"hunter2hunter2\"}\n"
	for name, c := range map[string]struct {
		before string
		input  string
		want   string // why, or "" where it is hashed
	}{
		"a file, by its name":           {input: ".env", want: "it is a .env file"},
		"a file, by what it holds":      {input: "conf.json", want: "it has a setting that is named like a secret"},
		"a link to one":                 {before: "ln -s .env plain", input: "plain", want: "it is a .env file"},
		"a link to a link to one":       {before: "ln -s .env b; ln -s b a", input: "a", want: "it is a .env file"},
		"a folder with one":             {input: "dd", want: `its file "deep/.env" is a .env file`},
		"a folder with a key":           {before: "mkdir k; echo 1 >k/id_rsa; echo 1 >k/a", input: "k", want: `its file "id_rsa" is named id_rsa`},
		"a folder with a link to one":   {before: "mkdir k; echo 1 >k/a; ln -s ../.env k/b", input: "k", want: `its file "b" is a .env file`},
		"a folder in the folder's link": {before: "mkdir k; ln -s ../dd/deep k/b", input: "k", want: `its file "b/.env" is a .env file`},
		"a sample":                      {before: "cp .env .env.example; sed -i s/hunter2hunter2/changeme/ .env.example", input: ".env.example"},
		"data":                          {input: "data"},
		"a long file":                   {before: "(cat conf.json; yes 1 | head -c 1048576) >long.json", input: "long.json"},
		"a folder, by what its file holds, which is a known limit": {before: "mkdir k; cp conf.json k/", input: "k"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newFolder(t, nil) // what is secret in the code is the code's matter
			for name, content := range map[string]string{".env": env, "conf.json": setting, "dd/deep/.env": env, "dd/a": "1", "data/keys.csv": "a,b\n", "data/env": "1"} {
				p.write(files{"../home/" + name: content})
			}
			p.shell("cd ../home; " + c.before)
			for role, declared := range map[record.Role]capture.Declared{
				record.RoleData: inputs("../home/" + c.input), record.RolePreprocessing: {Preprocessing: []string{"../home/" + c.input}},
			} {
				r := p.run(p.options("", "true", declared)).Record
				why := ""
				for _, g := range r.Gaps() {
					if g.Kind == record.GapInput && g.What == "home:"+c.input {
						why = g.Why
					}
				}
				if (c.want == "") != (why == "") || !strings.HasPrefix(why, c.want) || (why == "") != (len(r.Dependencies(role)) == 1) {
					t.Errorf("%s: got %q and %d resources, want %q", role, why, len(r.Dependencies(role)), c.want)
				}
				if c.want == "" {
					continue
				}
				p.noBlobHas(env, setting)
			}
		})
	}
}

// noBlobHas fails if the store keeps a digest of one of the secrets, as in a manifest.
func (p *place) noBlobHas(secrets ...string) {
	p.Helper()
	for key, err := range p.backend.List(p.Context(), "") {
		if err != nil {
			p.Fatal(err)
		}
		r, err := p.backend.Get(p.Context(), key)
		if err != nil {
			p.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close()); err != nil {
			p.Fatal(err)
		}
		for _, secret := range secrets {
			digest := sha256.Sum256([]byte(secret))
			if hexed := hex.EncodeToString(digest[:]); strings.Contains(key+string(raw), hexed) {
				p.Errorf("a digest of a secret stands in %s", key)
			}
		}
	}
}
