package redact_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/capture/redact"
)

const m = redact.Marker

// Made up, in the forms that their issuers document.
const (
	awsKey = "AKIA" + "QWERTYUIOPASDFGH"
	github = "ghp_" + "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"
	gitlab = "glpat-" + "aB1cD2eF3gH4iJ5kL6mN"
	hface  = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZabcdefgh"
	openai = "sk-" + "proj-aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ"
	slack  = "xoxb-" + "123456789012-aBcDeFgHiJkL"
	jwt    = "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
	wandb  = "0123456789abcdef" + "0123456789abcdef01234567"
	pem    = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7\n-----END RSA PRIVATE KEY-----"
)

func TestArgs(t *testing.T) {
	for name, c := range map[string]struct{ in, want []string }{
		"flag and value":           {[]string{"t.py", "--password", "x"}, []string{"t.py", "--password", m}},
		"flag with value":          {[]string{"--token=x y&z"}, []string{"--token=" + m}},
		"one dash":                 {[]string{"-password", "x", "-api_key=y"}, []string{"-password", m, "-api_key=" + m}},
		"camel case":               {[]string{"--apiKey", "x"}, []string{"--apiKey", m}},
		"variable":                 {[]string{"env", "DB_PASSWORD=a b;c", "python"}, []string{"env", "DB_PASSWORD=" + m, "python"}},
		"hydra":                    {[]string{"+logger.wandb.api_key=x", "model.lr=1"}, []string{"+logger.wandb.api_key=" + m, "model.lr=1"}},
		"value like a flag":        {[]string{"--password", "-p4ssw0rd"}, []string{"--password", m}},
		"switch before a flag":     {[]string{"--token", "--epochs", "3"}, []string{"--token", "--epochs", "3"}},
		"docker's -e":              {[]string{"-e", "SECRET_KEY=x"}, []string{"-e", "SECRET_KEY=" + m}},
		"user and password":        {[]string{"postgres://u:p@h/db"}, []string{"postgres://" + m + "@h/db"}},
		"password with a slash":    {[]string{"postgres://u:p/w@h/db"}, []string{"postgres://" + m + "@h/db"}},
		"password with an at":      {[]string{"redis://:p@w@h:1/0"}, []string{"redis://" + m + "@h:1/0"}},
		"token for a name":         {[]string{"https://x@h/r.git"}, []string{"https://" + m + "@h/r.git"}},
		"query":                    {[]string{"https://h/p?a=1&token=x&b=2"}, []string{"https://h/p?a=1&token=" + m + "&b=2"}},
		"signed URL":               {[]string{"https://h/o?X-Amz-Signature=ab&X-Amz-Date=1"}, []string{"https://h/o?X-Amz-Signature=" + m + "&X-Amz-Date=1"}},
		"escaped name in a query":  {[]string{"https://h/?%74oken=x"}, []string{"https://h/?%74oken=" + m}},
		"shared access signature":  {[]string{"https://h/?sv=1&sig=aB3%2F4"}, []string{"https://h/?sv=1&sig=" + m}},
		"libpq":                    {[]string{"host=h user=u password=x dbname=d"}, []string{"host=h user=u password=" + m + " dbname=d"}},
		"connection string":        {[]string{"Server=s;Password=x=;y;Database=d"}, []string{"Server=s;Password=" + m + ";Database=d"}},
		"Go's MySQL":               {[]string{"u:x@tcp(h:3306)/db"}, []string{"u:" + m + "@tcp(h:3306)/db"}},
		"header":                   {[]string{"-H", "Authorization: Bearer abc.def"}, []string{"-H", "Authorization: " + m}},
		"header of GitLab":         {[]string{"-H", "PRIVATE-TOKEN: x"}, []string{"-H", "PRIVATE-TOKEN: " + m}},
		"JSON":                     {[]string{`{"user":"u","password":"x\"y","n":1}`}, []string{`{"user":"u","password":"` + m + `","n":1}`}},
		"JSON within JSON":         {[]string{`"{\"password\": \"x\", \"n\": 1}"`}, []string{`"{\"password\": \"` + m + `\", \"n\": 1}"`}},
		"shell":                    {[]string{"bash", "-c", `train --password 'a b' --lr 1`}, []string{"bash", "-c", `train --password '` + m + `' --lr 1`}},
		"shell in a shell":         {[]string{"ssh", "h", `sh -c "train --token x1"`}, []string{"ssh", "h", `sh -c "train --token ` + m + `"`}},
		"shell's variable":         {[]string{"bash", "-c", "API_KEY=x python t.py"}, []string{"bash", "-c", "API_KEY=" + m + " python t.py"}},
		"mysql":                    {[]string{"mysql", "-uroot", "-px", "-P", "3306"}, []string{"mysql", "-uroot", "-p" + m, "-P", "3306"}},
		"curl":                     {[]string{"curl", "-u", "u:p", "https://h"}, []string{"curl", "-u", "u:" + m, "https://h"}},
		"docker login":             {[]string{"docker", "login", "-u", "u", "-p", "x", "h"}, []string{"docker", "login", "-u", "u", "-p", m, "h"}},
		"wandb login":              {[]string{"wandb", "login", "--relogin", wandb}, []string{"wandb", "login", "--relogin", m}},
		"setting":                  {[]string{"aws", "configure", "set", "aws_secret_access_key", "aB1cD2eF3gH4iJ5kL6mN"}, []string{"aws", "configure", "set", "aws_secret_access_key", m}},
		"channel of conda":         {[]string{"https://conda.anaconda.org/t/ab12/x https://h/t/tk-01234567-89ab-cdef-0123-456789abcdef/x"}, []string{"https://conda.anaconda.org/t/" + m + "/x https://h/t/" + m + "/x"}},
		"key of AWS":               {[]string{awsKey}, []string{m}},
		"token of GitHub":          {[]string{"x" + "_" + github}, []string{"x_" + m}},
		"token of GitLab":          {[]string{gitlab}, []string{m}},
		"token of Hugging Face":    {[]string{hface}, []string{m}},
		"key of OpenAI":            {[]string{openai}, []string{m}},
		"token of Slack":           {[]string{slack}, []string{m}},
		"JSON web token":           {[]string{"a=" + jwt}, []string{"a=" + m}},
		"private key":              {[]string{"k=" + pem + "!"}, []string{"k=" + m + "!"}},
		"private key without end":  {[]string{pem[:60]}, []string{m}},
		"key of a key":             {[]string{"--key", wandb}, []string{"--key", m}},
		"empty arguments":          {[]string{"", "--password", "", "x"}, []string{"", "--password", "", "x"}},
		"switch that names tokens": {[]string{"--use-auth-token", "train.py"}, []string{"--use-auth-token", "train.py"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, redact.New(nil).Args(c.in)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if again := redact.New(nil).Args(c.want); !cmp.Equal(again, c.want) {
				t.Errorf("redacting twice gives %q", again)
			}
		})
	}
}

// What is no secret stays as it is: a record without it would be worth less.
func TestArgsThatStay(t *testing.T) {
	for _, args := range [][]string{
		{"python", "train.py", "--tokenizer", "bert", "--max-tokens", "512", "--learning-rate", "1e-3"},
		{"keyboard.py", "--key-column", "id", "--author", "ann", "tokens.csv", "--tokens", "tokens.csv"},
		{"--pad-token", "<pad>", "--mask_token=[MASK]", "--eos-token", "</s>", "--image-token", "img_0001_tok"},
		{"--key", "customer_id_v2", "--sort-key=created_at", "--primary-key", "id", "--public-key", "0123456789abcdef01"},
		{"--password-file", "/run/secrets/db", "--token-path=t.txt", "--secret-name", "prod", "--api-key-env", "OPENAI_API_KEY"},
		{"--placeholder-token", "<cat-toy>", "--initializer_token", "toy", "--acme-token", "<x>"},
		{"--passes", "3", "--n-pass", "2", "--single-pass", "true", "--bypass", "x", "--compass", "north", "--pass-through", "x"},
		{"-p", "22", "mkdir", "-p", "a/b", "--db", "mysql", "-p", "5", "-k", "5", "-u", "train.py"},
		{"git@github.com:org/repo.git", "ssh://git@github.com/org/repo", "s3://bucket/key", "https://h:8080/p@v1.2"},
		{"python:3.11@sha256:0123456789abcdef", "pkg:pypi/numpy@1.2", "a@b.c", "models:/fraud@champion"},
		{"--secretary", "ann", "--authors=a", "--authority", "x", "--monkey", "b", "--turkey=1", "--keyword", "k"},
		{"--seed", "42", "--commit", "0123456789abcdef0123456789abcdef01234567", "--signature", "signature.json"},
		{"https://forum.org/t/a-topic-of-interest/123"},
		{"sk-learn-random-forest-classifier-v2", "hf_hub", "glove-100d", "eyJ", "risk-assessment-model-2024-final-v2"},
		{"--tokenizers_parallelism=false", "--special-tokens", "a", "--token_dropout", "0.1", "--vocab-token-ids", "1,2"},
		{"--use-auth", "true", "--password", "--token", "--auth", "basic", "--session", "morning", "--cache-key=v3-linux-py311"},
		{"-c", "import this; print(max_tokens == 3)", "x == y", "a:b", "http://h/?page=2&q=token#frag"},
		{"the bearer of bad news", "bearer certificates", "12:30:00", "C:\\data\\tokens.csv", "--private-key", "/etc/ssl/k.pem"},
	} {
		if diff := cmp.Diff(args, redact.New(nil).Args(args)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", args, diff)
		}
	}
}

func TestVariable(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"MLFLOW_TRACKING_PASSWORD", "hunter2", m},
		{"HF_TOKEN", "abc", m},
		{"ACME_TOKEN", "abc", m},
		{"PGPASSWORD", "x", m},
		{"MYSQL_PWD", "x", m},
		{"REDISCLI_AUTH", "aB1cD2eF3gH4iJ5kL6mN", m},
		{"AWS_SECRET_ACCESS_KEY", "/abcdefgh/AB3+x", m},
		{"AWS_ACCESS_KEY_ID", awsKey, m},
		{"WANDB_API_KEY", wandb, m},
		{"VAULT_SECRET_ID", "x", m},
		{"DATABASE_URL", "mysql://u:p@h/d", "mysql://" + m + "@h/d"},
		{"PIP_INDEX_URL", "https://u:p@h/simple", "https://" + m + "@h/simple"},
		{"AZURE_STORAGE_CONNECTION_STRING", "AccountName=a;AccountKey=aB1cD2eF3gH4iJ5kL6mN==;E=c", "AccountName=a;AccountKey=" + m + ";E=c"},
		{"ANYTHING", "x " + github, "x " + m},
		{"PYTHONHASHSEED", "0", "0"},
		{"TOKENIZERS_PARALLELISM", "false", "false"},
		{"PWD", "/home/ann/secrets", "/home/ann/secrets"},
		{"OLDPWD", "/", "/"},
		{"SSH_AUTH_SOCK", "/tmp/ssh-aB1cD2eF3gH4/agent.1", "/tmp/ssh-aB1cD2eF3gH4/agent.1"},
		{"AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token", "/var/run/token"},
		{"XDG_SESSION_ID", "c2", "c2"},
		{"DESKTOP_SESSION", "gnome", "gnome"},
		{"SECRET_KEY", "", ""},
		{"CUBLAS_WORKSPACE_CONFIG", ":4096:8", ":4096:8"},
	} {
		got, redacted := redact.New(nil).Variable(c.name, c.value)
		if got != c.want || redacted != (c.want != c.value) {
			t.Errorf("%s=%s: got %q, %v", c.name, c.value, got, redacted)
		}
	}
}

func TestKnownValues(t *testing.T) {
	r := redact.New([]string{
		"MLFLOW_TRACKING_PASSWORD=hunter22", "SHORT_SECRET=abc", "DATABASE_URL=postgres://ann:p%40ssw0rd@h/d",
		"MARKER_SECRET=redacted", "NAME=plainvalue", "BASH_FUNC_f%%=() { token=something; }", "no equals sign", "=x",
	})
	for _, c := range []struct{ in, want string }{
		{"--lr=hunter22", "--lr=" + m},
		{"xhunter22hunter22y", "x" + m + "y"},
		{"abc", "abc"},
		{"p@ssw0rd", m},
		{"p%40ssw0rd", m},
		{"redacted", "redacted"},
		{"plainvalue something", "plainvalue something"},
		{"ghp_hunter22D2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX", m},
	} {
		if got := r.Args([]string{c.in}); got[0] != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got[0], c.want)
		}
		if got, _ := r.Parameter("p", c.in); got != c.want {
			t.Errorf("parameter %q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestURL(t *testing.T) {
	r := redact.New([]string{"A_SECRET=github"})
	for _, c := range []struct{ in, want, remote string }{
		{"https://u:p@h.org/r.git", "https://%5Bredacted%5D@h.org/r.git", "https://h.org/r.git"},
		{"https://tok@h.org/r?token=x", "https://%5Bredacted%5D@h.org/r?token=%5Bredacted%5D", "https://h.org/r?token=%5Bredacted%5D"},
		{"git+https://u:p@h.org/r@main", "git+https://%5Bredacted%5D@h.org/r@main", "git+https://h.org/r@main"},
		{"ssh://git@h.org/r", "ssh://git@h.org/r", "ssh://git@h.org/r"},
		{"git@h.org:o/r.git", "git@h.org:o/r.git", "git@h.org:o/r.git"},
		{"../sibling", "../sibling", "../sibling"},
		{"https://github.com/o/r", "%5Bredacted%5D", "%5Bredacted%5D"},
		{"", "", ""},
	} {
		if got := r.URL(c.in); got != c.want {
			t.Errorf("URL(%q): got %q, want %q", c.in, got, c.want)
		}
		if got := r.Remote(c.in); got != c.remote {
			t.Errorf("Remote(%q): got %q, want %q", c.in, got, c.remote)
		}
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"don't use --password hunter2 or it's known", "don't use --password " + m + " or it's known"},
		{"password: a b c\nuser: d", "password: " + m + "\nuser: d"},
		{"password = 'a b'\nuser = c", "password = '" + m + "'\nuser = c"},
		{"config['password'] = \"x\"", "config['password'] = \"" + m + "\""},
		{`curl -H "Authorization: Basic eHg6eXk=" https://h -o x`, `curl -H "Authorization: ` + m + `" https://h -o x`},
		{`curl "https://h/?token=ab'c" -o x`, `curl "https://h/?token=` + m + `" -o x`},
		{"clone https://oauth2:x@h/r.git && make", "clone https://" + m + "@h/r.git && make"},
		{"epoch 3: loss=0.1 tokens=512", "epoch 3: loss=0.1 tokens=512"},
		{"password:", "password:"},
		{"", ""},
	} {
		if got := redact.New(nil).Text(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestNilRules(t *testing.T) {
	var r *redact.Rules
	if got := r.Text("--password x"); got != "--password "+m {
		t.Error(got)
	}
	if _, secret := r.File("a/.env", nil); !secret {
		t.Error(".env is no secret")
	}
}

func TestFile(t *testing.T) {
	r := redact.New([]string{"A_SECRET=Zq8-ordinary-words", "DB_PASSWORD=postgres"})
	for _, c := range []struct {
		path, head string
		secret     bool
	}{
		{".env", "", true},
		{"deploy/.env.production", "", true},
		{".env.example", "API_KEY=your-key", false},
		{"keys/id_rsa", "", true},
		{"keys/id_rsa.pub", "ssh-rsa AAAAB3NzaC1yc2E", false},
		{"cert.pem", "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7", false},
		{"key.pem", pem, true},
		{"notes.txt", pem, true},
		{"check.py", `if line == "-----BEGIN PRIVATE KEY-----": raise`, false},
		{"credentials.json", "{}", true},
		{"home/.netrc", "", true},
		{".npmrc", "save-exact=true\n", false},
		{".npmrc", "//npm.example.com/:_authToken=aB1cD2eF3gH4iJ5kL6mN\n", true},
		{".pypirc", "[pypi]\nusername = u\npassword = pypi-x1y2z3\n", true},
		{"pip.conf", "[global]\nindex-url = https://u:hunter2@h/simple\n", true},
		{"pip.conf", "[global]\nindex-url = https://h/simple\n", false},
		{"home/.kube/config", "", true},
		{"k8s.yaml", "users:\n- user:\n    client-key-data: aB1cD2eF3gH4iJ5kL6mNaB1cD2eF3gH4\n", true},
		{"train.py", "token = " + `"` + github + `"`, true},
		{"train.py", "import os\npassword = os.environ['PASSWORD']\n", false},
		{"train.py", "x = 'Zq8-ordinary-words'", true},
		{"train.py", "import postgres", false},
		{"params.yaml", "tokenizer: bert\nmax_tokens: 512\npad_token: '<pad>'\nkey: user_id\nseed: 1\n", false},
		{"params.yaml", "password: hunter2\n", true},
		{"params.yaml", "password: ${DB_PASSWORD}\napi_key: your-key-here\nsecret: null\n", false},
		{"tokenizer.json", `{"vocab": {"password": 2345678, "secret": 3456789, "token": 123456}}`, false},
		{"tokens.json", `[{"token": "apples", "lemma": "apple"}]`, false},
		{"data.csv", "password,token\na,b\n", false},
		{`C:\Users\ann\.aws\credentials`, "", true},
		{"store.p12", "", true},
		{"aws.md", "export AWS_ACCESS_KEY_ID=AKIA" + "IOSFODNN7EXAMPLE", false},
	} {
		reason, secret := r.File(c.path, []byte(c.head))
		if secret != c.secret || secret != (reason != "") {
			t.Errorf("%s %q: got %q, %v", c.path, c.head, reason, secret)
		}
		if c.head != "" && strings.Contains(reason, c.head) {
			t.Errorf("%s: the reason %q holds content", c.path, reason)
		}
	}
}
