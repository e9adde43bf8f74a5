package git

// Declared is a commit that somebody says the code is of.
type Declared struct {
	URL    string // credentials stripped
	Commit ObjectID
}

// ParseSource reads URL@COMMIT, strictly: the commit is a full id, the URL has a
// scheme that git fetches from, or is user@host:path. Errors wrap [ErrSource]
// and never show credentials.
func ParseSource(s string) (Declared, error) { return Declared{}, ErrSource }

// StripCredentials takes user, password and query from a remote's URL; the user
// of an ssh URL stays, since it is no secret.
func StripCredentials(url string) string { return url }
