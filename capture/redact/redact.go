package redact

// Marker stands where a secret stood. In what [Rules.URL] answers it is
// percent-encoded, since a URL may hold no brackets.
const Marker = "[redacted]"

// Rules decide what a secret is. They are safe for use by many goroutines; the
// zero value, and nil, know names and shapes but no values.
type Rules struct {
	known []string // values of secrets, the longest first
}

// New makes the rules for a command with this environment (NAME=value): the
// values of its secret variables are redacted wherever they occur.
func New(env []string) *Rules { return &Rules{} }

// Args are the arguments of a command, args[0] included, without their secrets.
// There are as many as before.
func (r *Rules) Args(args []string) []string { return args }

// Variable is the value of an environment variable without its secrets, and
// whether there were any.
func (r *Rules) Variable(name, value string) (safe string, redacted bool) { return value, false }

// Parameter is the value of a named parameter without its secrets, and whether
// there were any.
func (r *Rules) Parameter(name, value string) (safe string, redacted bool) { return value, false }

// Text is a free text, such as a log line or a shell command, without its
// secrets.
func (r *Rules) Text(text string) string { return text }

// URL is a URL (or scp's user@host:path) without its credentials and without
// the secrets of its query and fragment. A valid URL stays one.
func (r *Rules) URL(raw string) string { return raw }

// Remote is URL, with the credentials of http and https left out altogether, so
// that a repository has the same name whoever cloned it.
func (r *Rules) Remote(raw string) string { return raw }

// File tells whether the content of a file must be withheld, by its path and
// the beginning of its content, and why. The reason holds nothing of the content.
func (r *Rules) File(path string, head []byte) (reason string, secret bool) { return "", false }
