package redact

import (
	"regexp"
	"strings"
	"sync"
)

// shape is a secret that is known by its look. The first group that matches, where
// it has any, is what is secret of it.
type shape struct {
	what     string   // for people: "a token of GitHub"
	literals []string // the pattern is tried where one of these occurs
	pattern  func() *regexp.Regexp
	unless   func(secret string) bool
}

const privateKey = "a private key"

// start and end stand where a token may begin and end; unlike \b they take
// an underscore for a boundary.
const (
	start = `(?:^|[^A-Za-z0-9])`
	end   = `(?:$|[^A-Za-z0-9])`
)

// shapes are those whose form is distinctive enough to be believed without a
// name. A key of Weights & Biases, for one, looks like a git commit and is not
// among them.
var shapes = []shape{
	{what: privateKey, literals: []string{"PRIVATE KEY"}, pattern: lazy(`(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)`)},
	{what: "a private key of PuTTY", literals: []string{"PuTTY-User-Key-File"}, pattern: lazy(`(?s)PuTTY-User-Key-File-\d.*`)},
	{what: "a private key of age", literals: []string{"AGE-SECRET-KEY-"}, pattern: lazy(`AGE-SECRET-KEY-[0-9A-Z-]+`)},
	{what: "a JSON Web Token", literals: []string{"eyJ"}, pattern: lazy(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*`)},
	{what: "an access key of AWS", literals: []string{"AKIA", "ASIA", "ABIA", "ACCA"}, pattern: lazy(start + `((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})` + end), unless: isExample},
	{what: "a client's key of Kubernetes", literals: []string{"client-key-data"}, pattern: lazy(`client-key-data["']?:\s*["']?([A-Za-z0-9+/=]{20,})`)},
	{what: "a token of GitHub", literals: []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"}, pattern: lazy(start + `((?:gh[pousr]|github_pat)_[A-Za-z0-9_]{20,})`)},
	{what: "a token of GitLab", literals: []string{"gl"}, pattern: lazy(start + `(gl(?:pat|dt|rt|ft|oas|soat|cbt|ptt|imt|agent|ffct|rtr)-[A-Za-z0-9_.-]{16,})`)},
	{what: "a token of Hugging Face", literals: []string{"hf_", "api_org_"}, pattern: lazy(start + `((?:hf|api_org)_[A-Za-z0-9]{20,})`)},
	{what: "a key of OpenAI or Anthropic", literals: []string{"sk-"}, pattern: lazy(start + `(sk-(?:(?:proj|svcacct|admin|ant|or|lf|None)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{20,}))`)},
	{what: "a key of Weights & Biases", literals: []string{"local-", "wandb_v1_"}, pattern: lazy(start + `(local-[0-9a-f]{40}|wandb_v1_[A-Za-z0-9_]{20,})`)},
	{what: "a token of Slack", literals: []string{"xox", "xapp-"}, pattern: lazy(start + `((?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,})`)},
	{what: "a webhook of Slack", literals: []string{"hooks.slack.com/"}, pattern: lazy(`hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9/_+-]+)`)},
	{what: "a webhook of Discord", literals: []string{"/api/webhooks/"}, pattern: lazy(`/api/webhooks/([A-Za-z0-9/_-]+)`)},
	{what: "a key of Google", literals: []string{"AIza", "ya29.", "GOCSPX-"}, pattern: lazy(start + `(AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,})`)},
	{what: "a key of Stripe", literals: []string{"_live_", "_test_"}, pattern: lazy(start + `((?:[srp]k|whsec)_(?:live|test)_[A-Za-z0-9]{16,})`)},
	{what: "a token of npm", literals: []string{"npm_"}, pattern: lazy(start + `(npm_[A-Za-z0-9]{36})`)},
	{what: "a token of PyPI", literals: []string{"pypi-"}, pattern: lazy(start + `(pypi-[A-Za-z0-9_-]{50,})`)},
	{what: "a token of Databricks", literals: []string{"dapi"}, pattern: lazy(start + `(dapi[0-9a-f]{32}(?:-\d)?)`)},
	{what: "a token of DigitalOcean", literals: []string{"_v1_"}, pattern: lazy(start + `(do[opr]_v1_[0-9a-f]{64})`)},
	{what: "a key of SendGrid", literals: []string{"SG."}, pattern: lazy(start + `(SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})`)},
	{what: "a token of Vault", literals: []string{"hvs.", "hvb.", "hvr."}, pattern: lazy(start + `(hv[sbr]\.[A-Za-z0-9_-]{20,})`)},
	{what: "a token of Docker", literals: []string{"dckr_"}, pattern: lazy(start + `(dckr_[a-z]+_[A-Za-z0-9_-]{20,})`)},
	{what: "a token of Atlassian", literals: []string{"ATATT3", "ATCTT3"}, pattern: lazy(start + `(AT[AC]TT3[A-Za-z0-9_=-]{20,})`)},
	{what: "a key of NVIDIA, Groq, Replicate, LangSmith or Grafana", literals: []string{"nvapi-", "gsk_", "r8_", "lsv2_", "glsa_"},
		pattern: lazy(start + `(nvapi-[A-Za-z0-9_-]{20,}|gsk_[A-Za-z0-9]{20,}|r8_[A-Za-z0-9]{20,}|lsv2_[a-z]{2}_[A-Za-z0-9_]{20,}|glsa_[A-Za-z0-9_]{20,})`)},
	{what: "a token of Anaconda", literals: []string{"/t/"}, pattern: lazy(`(?:anaconda\.(?:org|com|cloud)/t/([^/\s"'?#]+)|/t/((?:[a-z]{2}-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}))`)},
	{what: "a token of Telegram", literals: []string{":AA"}, pattern: lazy(start + `(\d{8,10}:AA[A-Za-z0-9_-]{33})`)},
}

// phrases are secrets by what stands before them. They are looked for in texts
// and arguments; in a file's content they prove too little.
var phrases = []shape{
	{what: "a bearer token", literals: []string{"earer", "EARER"}, pattern: lazy(`(?i)\bbearer[ :=]+["']?([A-Za-z0-9._~+/=-]{6,})`), unless: isWord},
	{what: "a database's password", literals: []string{"@tcp(", "@unix("}, pattern: lazy(`:([^@\s/]+)@(?:tcp|unix)\(`)},
	{what: "a header's credentials", literals: []string{"uthorization", "UTHORIZATION"}, pattern: lazy(`(?i)authorization["']?\s*[:=]\s*["']?(?:[a-z-]+ +)?([^\s"',]+)`)},
}

// keyBody is a private key that has a body: source code that only names the
// header is none.
var keyBody = lazy(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr]|[A-Za-z-]+: [^\n\\]*)*[A-Za-z0-9+/=]{32}`)

func lazy(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// spans are the places of text that have the shape.
func (s shape) spans(text string) []span {
	if !contains(text, s.literals) {
		return nil
	}
	var found []span
	for at := 0; at < len(text); {
		m := s.pattern().FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		from, to := m[0], m[1]
		for g := 2; g < len(m); g += 2 {
			if m[g] >= 0 {
				from, to = m[g], m[g+1]
				break
			}
		}
		if s.unless == nil || !s.unless(text[at+from:at+to]) {
			found = append(found, span{at + from, at + to})
		}
		at += max(to, 1) // not m[1]: the next one may begin with this one's end
	}
	return found
}

// isExample tells whether a key is the one that AWS prints in its manuals.
func isExample(s string) bool { return strings.HasSuffix(s, "EXAMPLE") }

// isWord tells whether what follows "bearer" is only the next word of a sentence.
func isWord(s string) bool {
	return len(s) < 20 && !strings.ContainsAny(s, "0123456789._~+/=-")
}
