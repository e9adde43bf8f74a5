package redact

import (
	"slices"
	"strings"
	"unicode"
)

// strength says how surely a name is that of a secret.
type strength int

const (
	innocent strength = iota
	doubtful          // a secret if the value looks random: --key, --auth
	likely            // a secret unless the value looks plain: --acme-token
	opening           // a key or credentials, a secret unless it is a path to them: --private-key
	certain           // a secret whatever it looks like: --password
)

// hides tells whether a value under a name of this strength is a secret.
func (s strength) hides(value string) bool {
	if isLiteral(value) {
		return false
	}
	switch s {
	case certain:
		return true
	case opening:
		return !looksPath(value)
	case likely:
		return !looksPlain(value)
	}
	return s == doubtful && looksRandom(value)
}

var (
	// stems make a word that holds one a secret's name, openers a key's.
	stems    = []string{"password", "passwd", "passphrase", "passcode", "secret", "authorization", "passin", "passout"}
	notStems = []string{"secretar", "secretion"}
	openers  = []string{"credential", "apikey", "apitoken", "authtoken", "accesstoken", "accesskey", "privatekey",
		"signingkey", "encryptionkey"}

	// pointers end the name of something about a secret, or of where one is.
	pointers = set(`file files path paths dir folder name names column columns col field fields length len size count
		type types policy url uri endpoint host port env var ttl expiry expires expiration lifetime provider manager
		enabled required prompt stdin format regex pattern limit budget min max store backend helper sock socket
		agent arn version class rule rules strength rotation index idx id ids dim embedding embeddings dropout
		weight weights loss mask ratio prob rate loc pos position positions ref table interval timeout scope
		scopes audience issuer method mode attempts retries days hours seconds iterations iter rounds vocab
		memory through request`)

	// switches start the name of a flag that is on or off.
	switches = set(`use no with without enable disable require has is skip show allow mask ask include exclude`)

	// keyOwners come before "key" where it opens something.
	keyOwners = set(`api access secret private signing encryption decryption master auth storage hmac fernet
		subscription aws wandb openai anthropic hf deploy ssh`)
	keyOthers = set(`public cache`)

	// tokenOwners come before "token" where it lets somebody in, tokenParts where it is a
	// piece of text, as language models have it.
	tokenOwners = set(`auth access api hf hub huggingface github gitlab gh git bearer secret session refresh ci job
		tracking mlflow wandb slack bot personal deploy registry npm pypi aws gcp azure oauth oauth2 security
		service sentry databricks comet neptune clearml kaggle dagshub vault private identity login client`)
	tokenParts = set(`pad eos bos unk sep cls mask special image video audio start end stop prompt prefix suffix
		middle placeholder initializer trigger oov fill space newline first last next new num n max min per each
		word sub char byte vocab blank delimiter separator sot eot decoder encoder boi eoi padding`)

	passOwners = set(`db database user smtp mysql pg postgres redis admin root login mail email ftp ssh proxy key auth
		git svn registry http mongo rabbitmq elastic es ldap ca`)
	passOthers = set(`n num single one two max min forward backward low high band by first second multi each per`)
)

// strengthOf judges a name by its words. Upper says that it is the name of an
// environment variable: what ends with TOKEN there is hardly ever a piece of text.
func strengthOf(name string) strength {
	words := wordsOf(name)
	if len(words) == 0 {
		return innocent
	}
	s := judge(words)
	if s == likely && name == strings.ToUpper(name) {
		s = certain
	}
	if s > doubtful && switches[words[0]] {
		s = doubtful
	}
	return s
}

func judge(words []string) strength {
	last := words[len(words)-1]
	before := ""
	if len(words) > 1 {
		before = words[len(words)-2]
	}
	if last == "id" && before == "secret" { // Vault's AppRole
		return certain
	}
	if pointers[last] {
		return innocent
	}
	if slices.ContainsFunc(words, hasStem) {
		return certain
	}
	for i, w := range words {
		if w == "key" && i > 0 && keyOwners[words[i-1]] || contains(w, openers) {
			return opening
		}
	}
	return judgeNoun(before, last)
}

func judgeNoun(before, last string) strength {
	switch last {
	case "key", "keys":
		return unless(keyOthers[before], doubtful)
	case "token":
		if before == "" || tokenOwners[before] {
			return certain
		}
		return unless(tokenParts[before], likely)
	case "tokens":
		return unless(!tokenOwners[before], likely)
	case "pass", "pw":
		if passOwners[before] {
			return certain
		}
		return unless(passOthers[before], likely)
	case "pwd":
		return unless(before == "" || before == "old", certain)
	case "oldpwd":
		return innocent
	case "signature":
		if before == "amz" || before == "goog" {
			return certain
		}
		return doubtful
	case "jwt", "cookie", "otp":
		return likely
	case "auth", "sig", "sas", "session", "bearer", "accesskeyid":
		return doubtful
	}
	if strings.HasSuffix(last, "password") || strings.HasSuffix(last, "pwd") && last != "pwd" {
		return certain
	}
	return innocent
}

func unless(other bool, s strength) strength {
	if other {
		return innocent
	}
	return s
}

func hasStem(word string) bool { return contains(word, stems) && !contains(word, notStems) }

func contains(word string, parts []string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(word, p) })
}

// wordsOf splits a name at everything that is no letter or digit and at the
// humps of camelCase, in lower case. Numbers at the end of words are cut off, so
// that password2 and api_key_1 are what they are without.
func wordsOf(name string) []string {
	var words []string
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		for _, w := range humps(part) {
			if w = strings.TrimRight(strings.ToLower(w), "0123456789"); w != "" {
				words = append(words, w)
			}
		}
	}
	return words
}

// humps splits camelCase, and APIKey into API and Key.
func humps(part string) []string {
	var words []string
	runes, start := []rune(part), 0
	for i := 1; i < len(runes); i++ {
		up := unicode.IsUpper(runes[i])
		before := unicode.IsLower(runes[i-1]) || unicode.IsDigit(runes[i-1])
		after := i+1 < len(runes) && unicode.IsLower(runes[i+1])
		if up && (before || after) {
			words = append(words, string(runes[start:i]))
			start = i
		}
	}
	return append(words, string(runes[start:]))
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
