package verify

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lineage-audit/lineage/hashing"
)

// ErrPolicy is wrapped by every error of [ParsePolicy].
var ErrPolicy = errors.New("policy")

// Policy is what a verifier asks for. docs/checks.md has the file's format.
type Policy struct {
	URI          string // where it was read, for the verdict; set by the caller
	Require      Rung
	SetAside     []SetAside // in the order of the table
	Repositories []RepositoryRef
	Sources      []string // origins that may be asked for data: URIs, and what is below them
	digest       hashing.FileDigest
}

// SetAside is a check that leaves the rule.
type SetAside struct {
	Check  CheckID `json:"check"`
	Reason string  `json:"reason"`
}

// DefaultPolicy is the one of a verifier who gives none, and DefaultPolicyURI its name.
const (
	DefaultPolicy    = "version: 1\nrequire: traced\n"
	DefaultPolicyURI = "https://github.com/lineage-audit/lineage/policy@v1/default"
)

// maxPolicy bounds a policy's file.
const maxPolicy = 256 << 10

// Digest is the SHA-256 of the policy's file.
func (p Policy) Digest() hashing.FileDigest { return p.digest }

// ref names the policy in verdicts. One that was made by hand has no digest.
func (p Policy) ref() PolicyRef {
	switch {
	case !p.digest.IsZero():
		return PolicyRef{p.URI, &SHA256Digest{p.digest}}
	case p.URI == "" && p.Require == "" && len(p.SetAside)+len(p.Repositories)+len(p.Sources) == 0:
		return PolicyRef{DefaultPolicyURI, &SHA256Digest{hashing.Bytes([]byte(DefaultPolicy))}}
	}
	return PolicyRef{URI: p.URI}
}

// aside gives the policy's reason for setting a check aside.
func (p Policy) aside(id CheckID) (reason string, found bool) {
	i := slices.IndexFunc(p.SetAside, func(a SetAside) bool { return a.Check == id })
	if i < 0 {
		return "", false
	}
	return p.SetAside[i].Reason, true
}

// ParsePolicy reads a policy's file strictly: what it does not know is an error,
// and so is whatever lets two readers see two policies (a key that stands twice,
// an anchor, a second document). Its errors wrap [ErrPolicy] and name the line.
func ParsePolicy(raw []byte) (Policy, error) {
	top, err := oneDocument(raw)
	if err != nil {
		return Policy{}, fmt.Errorf("%w: %w", ErrPolicy, err)
	}
	p := Policy{Require: Traced, digest: hashing.Bytes(raw)}
	version := false
	err = eachKey(top, map[string]func(*yaml.Node) error{
		"version":      func(n *yaml.Node) error { version = true; return isOne(n) },
		"require":      p.readRequire,
		"checks":       p.readChecks,
		"repositories": p.readRepositories,
		"sources":      p.readSources,
	})
	if err == nil && !version {
		err = fmt.Errorf("line %d: key %q is missing", top.Line, "version")
	}
	if err != nil {
		return Policy{}, fmt.Errorf("%w: %w", ErrPolicy, err)
	}
	slices.SortFunc(p.SetAside, func(a, b SetAside) int {
		return slices.Index(Checks(), a.Check) - slices.Index(Checks(), b.Check)
	})
	return p, nil
}

func isOne(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || n.Value != "1" {
		return fmt.Errorf("line %d: version is %s; this program reads version 1", n.Line, shown(n))
	}
	return nil
}

func (p *Policy) readRequire(n *yaml.Node) error {
	s, err := text(n)
	if err != nil {
		return err
	}
	if p.Require, err = ParseRequire(s); err != nil {
		return fmt.Errorf("line %d: %w", n.Line, err)
	}
	return nil
}

// readChecks reads a mapping of check ids, each to what the policy says of it.
func (p *Policy) readChecks(n *yaml.Node) error {
	known := map[string]func(*yaml.Node) error{}
	for _, id := range Checks() {
		known[string(id)] = func(n *yaml.Node) error { return p.readCheck(id, n) }
	}
	return eachKey(n, known)
}

func (p *Policy) readCheck(id CheckID, n *yaml.Node) error {
	return eachKey(n, map[string]func(*yaml.Node) error{
		"set-aside": func(n *yaml.Node) error {
			reason, err := text(n)
			p.SetAside = append(p.SetAside, SetAside{id, reason})
			return err
		},
	})
}

func (p *Policy) readRepositories(n *yaml.Node) error {
	return eachItem(n, func(n *yaml.Node) error {
		var ref RepositoryRef
		err := eachKey(n, map[string]func(*yaml.Node) error{
			"url": func(n *yaml.Node) (err error) { ref.URL, err = repositoryURL(n); return err },
			"branches": func(n *yaml.Node) error {
				return eachItem(n, func(n *yaml.Node) error {
					branch, err := branchPattern(n)
					ref.Branches = append(ref.Branches, branch)
					return err
				})
			},
		})
		if err == nil && ref.URL == "" {
			err = fmt.Errorf("line %d: key %q is missing", n.Line, "url")
		}
		p.Repositories = append(p.Repositories, ref)
		return err
	})
}

// readSources reads URIs. What they name is for whoever asks them to say.
func (p *Policy) readSources(n *yaml.Node) error {
	return eachItem(n, func(n *yaml.Node) error {
		s, err := text(n)
		scheme, rest, found := strings.Cut(s, "://")
		if err == nil && (!found || scheme == "" || rest == "" || strings.Contains(rest, "@")) {
			err = fmt.Errorf("line %d: sources: want URIs without credentials, as https://host/path/", n.Line)
		}
		p.Sources = append(p.Sources, s)
		return err
	})
}

func branchPattern(n *yaml.Node) (string, error) {
	s, err := text(n)
	if err != nil {
		return "", err
	}
	if _, err := path.Match(s, ""); err != nil {
		return "", fmt.Errorf("line %d: branch %q: %w", n.Line, s, err)
	}
	return s, nil
}

// repositoryURL refuses what would show a password in every verdict, and what a
// program could take for an option.
func repositoryURL(n *yaml.Node) (string, error) {
	s, err := text(n)
	if err != nil {
		return "", err
	}
	_, rest, found := strings.Cut(s, "://")
	authority, _, _ := strings.Cut(rest, "/")
	if user, _, has := strings.Cut(authority, "@"); found && has && strings.Contains(user, ":") {
		return "", fmt.Errorf("line %d: the url holds a password; it belongs into git's credential store", n.Line)
	}
	if strings.HasPrefix(s, "-") {
		return "", fmt.Errorf("line %d: url %q starts with a dash", n.Line, s)
	}
	return s, nil
}
