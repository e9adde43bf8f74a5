package fetch

// Allowed are origins that somebody named: URIs and what is below them.
type Allowed struct{ prefixes []URI }

// ParseAllowed reads the origins. Each is a URI; what is below it, by whole parts of
// its path, is allowed with it.
func ParseAllowed(texts []string, dir string) (*Allowed, error) {
	a := &Allowed{}
	for _, text := range texts {
		u, err := Parse(text, dir)
		if err != nil {
			return nil, err
		}
		a.prefixes = append(a.prefixes, u)
	}
	return a, nil
}

// Covers tells whether the URI was named, or is below one that was.
func (a *Allowed) Covers(u URI) bool { return a == nil }
