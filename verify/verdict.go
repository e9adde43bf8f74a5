package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Schema names the verdict's JSON and its version.
const Schema = "lineage.verdict/v1"

// VerifierID names this program in verdicts.
const VerifierID = "https://github.com/lineage-audit/lineage/verifier@v1"

// NotAuthenticated stands in every verdict about a record that is not signed.
const NotAuthenticated = "not authenticated: anyone who can write to the store or registry could have made this record"

// Verdict is what verifying came to. Its first fields are those of SLSA's
// Verification Summary Attestation, so that one can be made of it.
type Verdict struct {
	Schema             string             `json:"schema"`
	Verifier           Verifier           `json:"verifier"`
	TimeVerified       record.Timestamp   `json:"timeVerified"`
	ResourceURI        string             `json:"resourceUri"` // what was asked for
	Policy             PolicyRef          `json:"policy"`
	InputAttestations  []Attestation      `json:"inputAttestations"` // the records that were judged
	VerificationResult VerificationResult `json:"verificationResult"`
	VerifiedLevels     []string           `json:"verifiedLevels"`
	SLSAVersion        string             `json:"slsaVersion"`

	Result     Result `json:"result"`
	ExitStatus int    `json:"exitStatus"`
	Reason     string `json:"reason"` // in one sentence
	Required   Rung   `json:"required"`
	Reached    Rung   `json:"reached"`
	// Label is the rung reached as people are to read it: traced (without image.pinned).
	Label          string       `json:"label"`
	SetAside       []SetAside   `json:"setAside"`
	Authentication string       `json:"authentication"` // NotAuthenticated, until a record is signed
	Target         TargetReport `json:"target"`
	Record         *record.ID   `json:"record,omitempty"` // the one that the checks are about
	Candidates     []Candidate  `json:"candidates"`
	Checks         []Check      `json:"checks"`
}

// Verifier is who verified.
type Verifier struct {
	ID      string         `json:"id"`
	Version record.Version `json:"version"`
}

// PolicyRef names the policy that was applied.
type PolicyRef struct {
	URI    string        `json:"uri"`
	Digest *SHA256Digest `json:"digest,omitempty"`
}

// SHA256Digest is a digest set of one algorithm.
type SHA256Digest struct {
	SHA256 hashing.FileDigest `json:"sha256"`
}

// Attestation names a record's file.
type Attestation struct {
	URI    string       `json:"uri"`
	Digest SHA256Digest `json:"digest"`
}

// VerificationResult is SLSA's word for a result, which has two only: all that is
// not a pass is FAILED.
type VerificationResult string

// The words.
const (
	SLSAPassed VerificationResult = "PASSED"
	SLSAFailed VerificationResult = "FAILED"
)

// TargetReport is what was asked for and what it was resolved to, at the start and
// at the end. Again is absent if it was not or could not be resolved again.
type TargetReport struct {
	Asked    string       `json:"asked"`
	Resolved *Resolved    `json:"resolved,omitempty"`
	Digest   *ModelDigest `json:"digest,omitempty"`
	Again    *Resolved    `json:"resolvedAgain,omitempty"`
	// DigestAgain is that of the second reading.
	DigestAgain *ModelDigest `json:"digestAgain,omitempty"`
}

// ModelDigest is the digest of a file or of a folder.
type ModelDigest struct {
	SHA256 *hashing.FileDigest `json:"sha256,omitempty"`
	Tree   *hashing.TreeDigest `json:"lineageTree1,omitempty"`
	Files  int                 `json:"files,omitempty"` // of the folder
}

// Candidate is a record that was considered.
type Candidate struct {
	ID         record.ID          `json:"id"`
	Invocation *record.Invocation `json:"invocation,omitempty"` // absent if it could not be decoded
	By         ClaimBy            `json:"by"`
	Where      string             `json:"where,omitempty"`
	Standing   Standing           `json:"standing"`
	Reason     string             `json:"reason,omitempty"`
}

// Standing is what became of a candidate.
type Standing string

// The standings.
const (
	Chosen     Standing = "chosen"
	Rival      Standing = "rival"      // one of several that are left
	Parent     Standing = "parent"     // its child names the bytes
	SameGroup  Standing = "same group" // another rank of the same job
	Superseded Standing = "superseded" // a newer run agrees with it in all
	Misfit     Standing = "misfit"     // it does not name the bytes
	Unreadable Standing = "unreadable" // it could not be had or decoded
)

// Encode is the verdict as lineage.verdict/v1. It refuses a verdict that [Verify]
// did not make.
func (v Verdict) Encode() ([]byte, error) {
	if v.Schema != Schema {
		return nil, fmt.Errorf("encoding a verdict of schema %q", v.Schema)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding a verdict: %w", err)
	}
	return b.Bytes(), nil
}

// Ran tells whether a check ran. Where none did, the reason of the verdict is all that
// there is to say.
func (v Verdict) Ran() bool {
	return slices.ContainsFunc(v.Checks, func(c Check) bool { return c.Status != Lacking || !strings.HasPrefix(c.Reason, notRun) })
}

// Reach says in words how far the evidence reaches and what was required, and what
// failed despite that.
func (v Verdict) Reach() string {
	word := func(s string) string {
		if s == "" {
			return "nothing"
		}
		return s
	}
	s := fmt.Sprintf("reached %s, required %s", word(v.Label), word(string(v.Required)))
	if despite := v.Despite(); despite != "" {
		s += ", but " + despite
	}
	return s
}

// Despite names what failed where the verdict fails although the required rung was
// reached: a check above it. Otherwise it is empty.
func (v Verdict) Despite() string {
	if v.Result != Fail || !v.Reached.AtLeast(v.Required) {
		return ""
	}
	var ids []string
	for _, c := range v.Checks {
		if c.Status == Failed && !c.SetAside {
			ids = append(ids, string(c.ID))
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return strings.Join(ids, ", ") + " failed, which no rung allows"
}

// label is a rung with the checks that were set aside.
func label(r Rung, aside []SetAside) string {
	if len(aside) == 0 {
		return string(r)
	}
	names := make([]string, len(aside))
	for i, a := range aside {
		names[i] = string(a.Check)
	}
	return string(r) + " (without " + strings.Join(names, ", ") + ")"
}
