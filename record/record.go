package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/lineage-audit/lineage/record/strict"
)

// MaxSize bounds a record's file. What has many files stands as a manifest, so a
// record of a large run has some hundred kilobytes.
const MaxSize = 64 << 20

var (
	// ErrMalformed says that bytes claim to be a record of this version and are not.
	ErrMalformed = errors.New("malformed record")
	// ErrForeign says that bytes are no record of ours at all.
	ErrForeign = errors.New("not a lineage record")
)

// VersionError says that a document is of a version that this program does not know.
type VersionError struct{ Type string }

// Error names the version and what to do.
func (e *VersionError) Error() string {
	return fmt.Sprintf("document type %q is newer than this program: upgrade lineage to read it", e.Type)
}

// Record is one decoded record. It cannot be changed.
type Record struct {
	raw       []byte
	id        ID
	statement Statement
}

// Decode reads a record strictly and checks that its parts agree with each
// other. Its errors wrap [ErrMalformed] or [ErrForeign], or are a [*VersionError].
func Decode(raw []byte) (*Record, error) {
	r := &Record{raw: bytes.Clone(raw), id: IDOf(raw)}
	err := strict.Unmarshal(r.raw, MaxSize, &r.statement)
	if err != nil || r.statement.Predicate.BuildDefinition.BuildType != BuildType {
		if err := checkType(raw); err != nil {
			return nil, err
		}
	}
	if err == nil {
		err = validate(&r.statement)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return r, nil
}

// Encode makes the record of a statement: its bytes, checked by decoding them.
// Texts with control characters or invalid UTF-8 come out as by [EncodeText].
func Encode(s Statement) (*Record, error) {
	s = cleaned(s)
	s.Type, s.PredicateType = StatementType, PredicateType
	s.Predicate.BuildDefinition.BuildType = BuildType
	fillArrays(&s)
	raw, err := marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encoding a record: %w", err)
	}
	return Decode(raw)
}

// ID is the SHA-256 of Bytes.
func (r *Record) ID() ID { return r.id }

// Bytes are the record's file. The slice is the caller's.
func (r *Record) Bytes() []byte { return bytes.Clone(r.raw) }

// Statement is what the bytes say. Its slices are shared: they are for reading.
func (r *Record) Statement() Statement { return r.statement }

// Invocation is the run's.
func (r *Record) Invocation() Invocation { return r.Metadata().InvocationID }

// Metadata is who, when, and how it ended.
func (r *Record) Metadata() Metadata { return r.statement.Predicate.RunDetails.Metadata }

// Parameters are what the user said.
func (r *Record) Parameters() Parameters {
	return r.statement.Predicate.BuildDefinition.ExternalParameters
}

// Environment is what the run took place in.
func (r *Record) Environment() Environment {
	return r.statement.Predicate.BuildDefinition.InternalParameters
}

// Gaps are what was to be captured and was not.
func (r *Record) Gaps() []Gap { return r.statement.Predicate.RunDetails.Gaps }

// Notes are what is said and is no gap.
func (r *Record) Notes() []Gap { return r.statement.Predicate.RunDetails.Notes }

// Coverage says how inputs came to be known.
func (r *Record) Coverage() Coverage { return r.statement.Predicate.RunDetails.Coverage }

// Outputs are what the run made, whether or not it succeeded.
func (r *Record) Outputs() []Resource {
	return append(withRole(r.statement.Subject, RoleOutput), r.Byproducts(RoleOutput)...)
}

// Dependencies are the resolved dependencies of a role.
func (r *Record) Dependencies(role Role) []Resource {
	return withRole(r.statement.Predicate.BuildDefinition.ResolvedDependencies, role)
}

// Byproducts are those of a role.
func (r *Record) Byproducts(role Role) []Resource {
	return withRole(r.statement.Predicate.RunDetails.Byproducts, role)
}

func withRole(all []Resource, role Role) []Resource {
	var found []Resource
	for _, res := range all {
		if res.Annotations.Role == role {
			found = append(found, res)
		}
	}
	return found
}

// checkType tells foreign and newer documents apart from malformed ones. It
// reads loosely: what passes here is ours, and was refused by strict decoding.
func checkType(raw []byte) error {
	if len(raw) > MaxSize {
		return fmt.Errorf("%w: it has %d bytes; at most %d are read", ErrMalformed, len(raw), MaxSize)
	}
	var head struct {
		Type      string `json:"_type"`
		Predicate struct {
			BuildDefinition struct {
				BuildType string `json:"buildType"`
			} `json:"buildDefinition"`
		} `json:"predicate"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	buildType := head.Predicate.BuildDefinition.BuildType
	if prefix, _, _ := strings.Cut(BuildType, "@"); !strings.HasPrefix(buildType, prefix+"@") {
		return fmt.Errorf("%w: its build type is %q", ErrForeign, buildType)
	}
	if buildType != BuildType {
		return &VersionError{buildType}
	}
	return nil
}

// marshal writes one line, without the escapes that HTML would need.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// fillArrays makes required arrays that are empty stand as [], not as null.
func fillArrays(s *Statement) {
	fill(&s.Subject)
	fill(&s.Predicate.BuildDefinition.ResolvedDependencies)
	fill(&s.Predicate.BuildDefinition.InternalParameters.Variables)
	fill(&s.Predicate.RunDetails.Byproducts)
	fill(&s.Predicate.RunDetails.Gaps)
}

func fill[T any](s *[]T) {
	if *s == nil {
		*s = []T{}
	}
}
