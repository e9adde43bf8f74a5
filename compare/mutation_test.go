package compare

import (
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

// unnotedFields are the fields of records in which a difference is none of note, each
// with the reason. Whatever stands here is in docs/diff.md.
var unnotedFields = map[string]string{
	"Type":                                "every record has the same",
	"PredicateType":                       "every record has the same",
	"Predicate.BuildDefinition.BuildType": "every record has the same",

	"Predicate.RunDetails.Metadata.InvocationID":                         "names the run",
	"Predicate.RunDetails.Metadata.StartedOn":                            "a time",
	"Predicate.RunDetails.Metadata.FinishedOn":                           "a time",
	"Predicate.RunDetails.Metadata.Parent":                               "names a run",
	"Predicate.RunDetails.Metadata.Group.ID":                             "names a job",
	"Predicate.BuildDefinition.InternalParameters.Host":                  "a host",
	"Predicate.BuildDefinition.InternalParameters.User":                  "a user",
	"Predicate.BuildDefinition.InternalParameters.Container.ID":          "names a container",
	"Annotations.Origin.ID":                                              "names an entry of a tracker",
	"Predicate.RunDetails.Byproducts[tracking].Name":                     "names a run of a tracker",
	"Predicate.RunDetails.Byproducts[tracking].URI":                      "names a run of a tracker",
	"Predicate.RunDetails.Byproducts[tracking].MediaType":                "every such file has the same",
	"Predicate.RunDetails.Byproducts[manifest]":                          "follows from the folder that it is of",
	"Predicate.RunDetails.Byproducts[tracking].Digest":                   "times and ids are in it: what it says is compared",
	"Subject[run].Digest":                                                "of the intent, which names the run",
	"Digest.DirHash":                                                     "the same as lineageTree1, or absent",
	"Predicate.BuildDefinition.ResolvedDependencies[commit].Name":        "the location, which the facts have",
	"Predicate.BuildDefinition.ResolvedDependencies[submodule].Name":     "the location, which the facts have",
	"Predicate.BuildDefinition.ResolvedDependencies[code].Name":          "the location, which the facts have",
	"Predicate.BuildDefinition.ResolvedDependencies[data].Name":          "the location, which the facts have",
	"Predicate.BuildDefinition.ResolvedDependencies[preprocessing].Name": "the location, which the facts have",
	"Predicate.BuildDefinition.ResolvedDependencies[interpreter].Name":   "the location, which the facts have",
	"Predicate.RunDetails.Byproducts[output].Name":                       "the location, which the facts have",
}

// full has every field of a record set, each list with one element for each role that
// may stand in it. It need not be a record that could be.
func full() record.Statement {
	var s record.Statement
	fill(reflect.ValueOf(&s).Elem())
	kinds := record.Annotations{}
	fill(reflect.ValueOf(&kinds).Elem())
	of := func(role record.Role, facts func(*record.Annotations)) record.Resource {
		var r record.Resource
		fill(reflect.ValueOf(&r).Elem())
		r.Digest = digestFor(role, r.Digest)
		r.Annotations = record.Annotations{Role: role}
		facts(&r.Annotations)
		return r
	}
	nothing := func(*record.Annotations) {}
	file := func(a *record.Annotations) { a.File = kinds.File; a.Origin = kinds.Origin; fileOf(a, string(a.Role)) }
	tree := func(a *record.Annotations) { a.Tree = kinds.Tree }
	commit := func(a *record.Annotations) { a.Commit = kinds.Commit }
	s.Subject = []record.Resource{of(record.RoleRun, nothing)}
	d, run := &s.Predicate.BuildDefinition, &s.Predicate.RunDetails
	d.ResolvedDependencies = []record.Resource{
		of(record.RoleCommit, commit), of(record.RoleSubmodule, commit), of(record.RoleCode, tree),
		of(record.RoleData, file), of(record.RolePreprocessing, file),
		of(record.RoleLock, func(a *record.Annotations) { a.Lock = kinds.Lock }),
		of(record.RoleInterpreter, func(a *record.Annotations) { a.Interpreter = kinds.Interpreter }),
		of(record.RolePackage, func(a *record.Annotations) { a.Package = kinds.Package }),
		of(record.RoleImage, func(a *record.Annotations) { a.Image = kinds.Image }),
	}
	run.Byproducts = []record.Resource{
		of(record.RoleOutput, file), of(record.RoleManifest, nothing), of(record.RolePatch, nothing), of(record.RoleContent, nothing),
		of(record.RoleTracking, nothing),
	}
	run.Coverage = record.CoverageObserved
	return copied(s)
}

// digestFor is what a resource of the role may have of all digests.
func digestFor(role record.Role, all *record.DigestSet) *record.DigestSet {
	switch role {
	case record.RoleCommit, record.RoleSubmodule:
		return &record.DigestSet{GitCommit: all.GitCommit}
	case record.RoleCode:
		return &record.DigestSet{Tree: all.Tree, DirHash: all.DirHash}
	}
	return &record.DigestSet{SHA256: all.SHA256}
}

// fileOf gives a file a place of its own.
func fileOf(a *record.Annotations, name string) {
	f := *a.File
	f.Location.Path, f.Tree = name, nil
	a.File = &f
}

// fill gives every field below v a value, in lists one element.
func fill(v reflect.Value) {
	switch at := v.Addr().Interface().(type) {
	case *record.Location:
		*at = record.Location{Root: record.RootRepo, Path: "some/place"}
		return
	case *hashing.FileDigest:
		*at = hashing.Bytes([]byte("a file"))
		return
	case *hashing.TreeDigest:
		*at = hashing.TreeDigest(hashing.Bytes([]byte("a tree")))
		return
	case *record.Timestamp:
		*at = record.At(recordtest.Started)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.String:
		v.SetString("a word")
	case reflect.Int64:
		v.SetInt(7)
	case reflect.Array:
		v.Index(0).SetUint(1)
	case reflect.Bool: // redacted values are compared with none
	default:
		panic("compare: no value for " + v.Type().String())
	}
}

// copied shares nothing with v.
func copied[T any](v T) T { return deepCopy(reflect.ValueOf(v)).Interface().(T) }

func deepCopy(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(deepCopy(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(deepCopy(v.Index(i)))
			}
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[record.Timestamp]() {
			return out
		}
		for i := range v.NumField() {
			out.Field(i).Set(deepCopy(v.Field(i)))
		}
	}
	return out
}

// values calls f with every value below v that can be changed, and its place.
func values(v reflect.Value, at string, f func(at string, v reflect.Value)) {
	if _, own := v.Addr().Interface().(encoding.TextUnmarshaler); own && v.Kind() != reflect.Pointer {
		f(at, v)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			values(v.Elem(), at, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			values(v.Index(i), at+"["+nameOf(v.Index(i), i)+"]", f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			values(v.Field(i), strings.TrimPrefix(at+"."+v.Type().Field(i).Name, "."), f)
		}
	default:
		f(at, v)
	}
}

func nameOf(v reflect.Value, i int) string {
	if r, ok := v.Interface().(record.Resource); ok {
		return string(r.Annotations.Role)
	}
	return fmt.Sprint(i)
}

// another is what v is not.
func another(v reflect.Value) {
	switch at := v.Addr().Interface().(type) {
	case *record.Location:
		at.Path += "-elsewhere"
	case *record.Timestamp:
		*at = record.At(at.Add(1))
	case *record.GitHash:
		*at += "0"
	default:
		switch v.Kind() {
		case reflect.String:
			v.SetString(v.String() + "!")
		case reflect.Int64:
			v.SetInt(v.Int() + 1)
		case reflect.Bool:
			v.SetBool(!v.Bool())
		case reflect.Array:
			v.Index(1).SetUint(v.Index(1).Uint() + 1)
		default:
			panic("compare: no other value for " + v.Type().String())
		}
	}
}

func unnotedAt(at string) bool {
	for place := range unnotedFields {
		if strings.HasPrefix(at, place) || strings.HasSuffix(at, "]."+place) {
			return true
		}
	}
	return false
}

func statements(t *testing.T, a, b record.Statement, o Options) Diff {
	t.Helper()
	d, err := compareRuns(t.Context(), &run{of: OfA, st: a, settled: true}, &run{of: OfB, st: b, settled: true}, o.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// said is all that a comparison says differs, or cannot be told.
func said(d Diff) string {
	var b strings.Builder
	for _, areas := range [][]Area{d.Causes, d.Results} {
		for _, ar := range areas {
			for _, i := range ar.Items {
				fmt.Fprintln(&b, ar.Name, i.Kind, i.Sort, i.What, i.Was, i.A, i.B, i.Details, i.Why)
			}
			if ar.Commits != nil && ar.Commits.Relation != RelationSame {
				fmt.Fprintln(&b, ar.Name, *ar.Commits)
			}
			fmt.Fprintln(&b, ar.Name, ar.Doubts)
		}
	}
	fmt.Fprintln(&b, d.Gaps)
	return b.String()
}

// TestNoFieldIsForgotten changes every value of a record in turn. One that nothing
// speaks of is compared nowhere: add the comparison, or give the reason above.
func TestNoFieldIsForgotten(t *testing.T) {
	base := full()
	quiet := said(statements(t, base, copied(base), Options{}))
	places := 0
	values(reflect.ValueOf(&base).Elem(), "", func(at string, v reflect.Value) {
		if unnotedAt(at) || strings.HasSuffix(at, "].Annotations.Role") || v.IsZero() && v.Kind() == reflect.String {
			return // a digest that the role cannot have is empty
		}
		places++
		before := copied(base)
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		for name, change := range map[string]func(reflect.Value){"changed": another, "taken away": reflect.Value.SetZero} {
			change(v)
			if d := statements(t, before, base, Options{}); v.Interface() != old.Interface() && said(d) == quiet {
				t.Errorf("%s, %s, is compared nowhere", at, name)
			}
			v.Set(old)
		}
	})
	if places < 200 {
		t.Errorf("only %d values were changed", places)
	}
}

// TestUnnotedFieldsAreThere: a reason for a field that is no more is a mistake.
func TestUnnotedFieldsAreThere(t *testing.T) {
	base := full()
	seen := map[string]bool{}
	values(reflect.ValueOf(&base).Elem(), "", func(at string, _ reflect.Value) {
		for place := range unnotedFields {
			if strings.HasPrefix(at, place) || strings.HasSuffix(at, "]."+place) {
				seen[place] = true
			}
		}
	})
	for place := range unnotedFields {
		if !seen[place] {
			t.Errorf("records have no %s", place)
		}
	}
}

// TestUnnotedFieldsAreQuiet: what always differs is no difference.
func TestUnnotedFieldsAreQuiet(t *testing.T) {
	base := full()
	quiet := said(statements(t, base, copied(base), Options{}))
	values(reflect.ValueOf(&base).Elem(), "", func(at string, v reflect.Value) {
		if !unnotedAt(at) {
			return
		}
		before := copied(base)
		another(v)
		if got := said(statements(t, before, base, Options{})); got != quiet {
			t.Errorf("%s is a difference:\n%s", at, regexp.MustCompile(`(?m)^.*\[\]\n`).ReplaceAllString(got, ""))
		}
		base = before
	})
}
