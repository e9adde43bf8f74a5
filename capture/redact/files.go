package redact

import (
	"path"
	"slices"
	"strings"
)

// secretNames are files that exist to hold secrets, by their names in lower case.
var secretNames = set(`id_rsa id_dsa id_ecdsa id_ecdsa_sk id_ed25519 id_ed25519_sk credentials.json client_secret.json
	client_secrets.json service_account.json service-account.json application_default_credentials.json
	.netrc _netrc .pgpass pgpass.conf .git-credentials .htpasswd .my.cnf .mylogin.cnf .s3cfg .boto .vault-token
	.databrickscfg kaggle.json kubeconfig .kubeconfig secrets.yaml secrets.yml secrets.json secrets.toml
	secrets.env .secrets rclone.conf .dockercfg auth.json .terraformrc credentials.tfrc.json`)

// secretPlaces are files that hold secrets by where they stand.
var secretPlaces = []string{"/.aws/credentials", "/.kube/config", "/.docker/config.json", "/.cargo/credentials",
	"/.cargo/credentials.toml", "/.streamlit/secrets.toml", "/.config/gh/hosts.yml", "/.huggingface/token",
	"/huggingface/token", "/.kaggle/kaggle.json", "/.config/gcloud/credentials.db", "/.azure/accesstokens.json"}

// secretEnds are those of key stores.
var secretEnds = []string{".p12", ".pfx", ".jks", ".keystore", ".ppk", ".kdbx", ".agekey"}

// configEnds are those of files whose settings are looked at one by one.
var configEnds = []string{".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".json", ".npmrc", ".pypirc",
	".env", ".envrc", ".tfvars"}

// minKnownFile is the length from which a known value in a file's content proves
// something: the word "postgres" stands in too many.
const minKnownFile = 12

// File tells whether the content of a file must be withheld, by its path and
// the beginning of its content, and why. The reason holds nothing of the content.
func (r *Rules) File(name string, head []byte) (reason string, secret bool) {
	name = plainName(name)
	if why := byName(name); why != "" {
		return why, true
	}
	text := string(head)
	for _, s := range shapes {
		if len(s.spans(text)) > 0 && (s.what != privateKey || keyBody().MatchString(text)) {
			return "holds " + s.what, true
		}
	}
	if r.holdsKnown(text) {
		return "holds the value of a secret variable of the environment", true
	}
	if isConfig(name) {
		if holdsCredentials(text) {
			return "holds a URL with credentials", true
		}
		if hasSecretSetting(text) {
			return "has a setting that is named like a secret", true
		}
	}
	return "", false
}

// FileName is [Rules.File] by the path alone.
func FileName(name string) (reason string, secret bool) {
	why := byName(plainName(name))
	return why, why != ""
}

func plainName(name string) string { return strings.ToLower(strings.ReplaceAll(name, `\`, "/")) }

func byName(name string) string {
	base := path.Base(name)
	if secretNames[base] {
		return "is named " + base + ", as files of secrets are"
	}
	if isDotEnv(base) {
		return "is a .env file, which holds secrets"
	}
	for _, p := range secretPlaces {
		if strings.HasSuffix("/"+name, p) {
			return "stands where " + strings.TrimPrefix(p, "/") + " keeps secrets"
		}
	}
	for _, e := range secretEnds {
		if strings.HasSuffix(base, e) {
			return "is a key store (" + e + ")"
		}
	}
	return ""
}

// isDotEnv tells .env, .env.local and prod.env from .env.example.
func isDotEnv(base string) bool {
	for _, sample := range []string{".example", ".sample", ".template", ".dist", ".tmpl"} {
		if strings.HasSuffix(base, sample) {
			return false
		}
	}
	return base == ".env" || strings.HasPrefix(base, ".env.") || base == ".envrc"
}

func isConfig(name string) bool {
	for _, e := range configEnds {
		if strings.HasSuffix(name, e) {
			return true
		}
	}
	return path.Base(name) == "pip.conf"
}

func (r *Rules) holdsKnown(text string) bool {
	if r == nil {
		return false
	}
	for _, k := range r.known {
		if len(k) >= minKnownFile && strings.Contains(text, k) {
			return true
		}
	}
	return false
}

// holdsCredentials tells whether a URL of the text has a password that is not
// filled in from elsewhere.
func holdsCredentials(text string) bool {
	for _, s := range userinfos(text) {
		_, password, _ := strings.Cut(text[s.from:s.to], ":")
		if password != "" && !isPlaceholder(password) {
			return true
		}
	}
	return false
}

// hasSecretSetting tells whether a setting is named like a secret and has a value
// that can be one. A name that ends in token or key is not enough in a file: data
// and vocabularies have such.
func hasSecretSetting(text string) bool {
	for name := range named(text) {
		v := name.value()
		value := text[v.from:v.to]
		if len(value) < minKnown || isPlaceholder(value) || strings.Trim(value, "0123456789.,+-") == "" {
			continue
		}
		if name.strength() == certain && slices.ContainsFunc(wordsOf(name.text[name.from:name.to]), hasStem) || looksRandom(value) {
			return true
		}
	}
	return false
}

// isPlaceholder tells whether a value only says where the secret is to go, or
// where it comes from.
func isPlaceholder(value string) bool {
	value = strings.ToLower(strings.TrimSpace(value))
	for _, p := range []string{"$", "<", "{", "[", "!", "%(", "env:", "enc[", "vault:", "ref:", "your", "change", "example",
		"placeholder", "xxx", "***", "...", "dummy", "#", "|", ">", Marker} {
		if strings.HasPrefix(value, p) {
			return true
		}
	}
	return strings.Contains(value, "${") || strings.Contains(value, "{{") || strings.Trim(value, "x*.-_") == ""
}
