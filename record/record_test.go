package record_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

const vectors = "../testdata/records/v1"

// vector reads a good vector.
func vector(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(vectors, "good", name+".intoto.json"))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func vectorPaths(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(vectors, "*", "*.intoto.json"))
	if err != nil || len(paths) < 100 {
		t.Fatalf("found %d vectors: %v", len(paths), err)
	}
	return paths
}

func TestDecodeKeepsTheBytes(t *testing.T) {
	raw := vector(t, "succeeded")
	r, err := record.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(r.Bytes(), raw) || r.ID() != record.ID(hashing.Bytes(raw)) {
		t.Error("the bytes or the id are not those of the file")
	}
	raw[0] = 'x'
	r.Bytes()[1] = 'x'
	if r.ID() != record.IDOf(r.Bytes()) {
		t.Error("the bytes can be changed from outside")
	}
}

func TestAccessors(t *testing.T) {
	r := recordtest.Record(t, recordtest.Gap("input-changed", "repo:a", "it changed"))
	if r.Invocation() != recordtest.Invocation || r.Coverage() != record.CoverageDeclared || !r.Metadata().Outcome.Ended0() {
		t.Errorf("metadata %+v", r.Metadata())
	}
	if r.Parameters().Command[0] != "python" || r.Environment().CPU.Count != 2 || r.Gaps()[0].What != "repo:a" || len(r.Notes()) != 1 {
		t.Error("parameters, environment, gaps or notes are others")
	}
	failed := recordtest.Record(t, recordtest.Exited(1))
	if diff := cmp.Diff(r.Outputs(), failed.Outputs()); diff != "" || len(r.Outputs()) != 4 {
		t.Errorf("outputs of a failed run:\n%s", diff)
	}
	if len(r.Dependencies(record.RolePackage)) != 2 || len(r.Byproducts(record.RoleManifest)) != 3 {
		t.Error("dependencies or byproducts are missing")
	}
}

func TestOversizedIsRefused(t *testing.T) {
	raw := vector(t, "minimal")
	raw = append(raw, bytes.Repeat([]byte(" "), record.MaxSize+1-len(raw))...)
	if _, err := record.Decode(raw); !errors.Is(err, record.ErrMalformed) || !strings.Contains(err.Error(), "at most") {
		t.Errorf("a record of %d bytes: %v", len(raw), err)
	}
	if _, err := record.Decode(raw[:1<<20]); err != nil {
		t.Errorf("a record of %d bytes: %v", 1<<20, err)
	}
}

func TestEncodeRefusesWhatDecodeDoes(t *testing.T) {
	for name, opt := range map[string]recordtest.Option{
		"gap without reason": recordtest.Gap("kind", "what", ""),
		"zero location":      func(s *record.Statement) { s.Subject[1].Annotations.File.Location = record.Location{} },
		"year 10000": func(s *record.Statement) {
			s.Predicate.RunDetails.Metadata.FinishedOn = record.At(recordtest.Started.AddDate(8000, 0, 0))
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := record.Encode(recordtest.Statement(opt)); err == nil {
				t.Error("it is encoded")
			}
		})
	}
}

// What came as it was found must not cost the record: it is encoded.
func TestEncodeCleansTexts(t *testing.T) {
	s := recordtest.Statement(func(s *record.Statement) {
		p := &s.Predicate.BuildDefinition.ExternalParameters
		p.Command = []string{"python", "-c", "print()\nprint('%d')", "\xff\x1b[2J", "\n"}
	})
	r, err := record.Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"python", "-c", "print(); print('%d')", "%FF%1B[2J", "%0A"}
	if diff := cmp.Diff(want, r.Parameters().Command); diff != "" {
		t.Error(diff)
	}
	if s.Predicate.BuildDefinition.ExternalParameters.Command[4] != "\n" {
		t.Error("the caller's statement was changed")
	}
}

// comparable times: Statement holds them as time.Time.
var sameStatement = cmp.Options{cmp.Comparer(func(a, b record.Timestamp) bool { return a.Equal(b.Time) }), cmpopts.EquateEmpty()}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStatement(t)
		r, err := record.Encode(s)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.Predicate, r.Statement().Predicate, sameStatement); diff != "" {
			t.Error(diff)
		}
		again, err := record.Encode(r.Statement())
		if err != nil || again.ID() != r.ID() {
			t.Errorf("encoding it again: %v, %v", again, err)
		}
		var loose record.Statement
		if err := json.Unmarshal(r.Bytes(), &loose); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(loose, r.Statement(), sameStatement); diff != "" {
			t.Errorf("encoding/json reads other facts:\n%s", diff)
		}
	})
}

func drawStatement(t *rapid.T) record.Statement {
	text := rapid.StringOf(rapid.RuneFrom([]rune(`ab"\/<>&% 😀é{}[]:,`)))
	name := rapid.StringMatching(`[a-z%\n\\"]{1,6}(/[a-zß]{1,3}){0,2}`)
	files := recordtest.Files(rapid.MapOf(rapid.StringMatching(`[a-c\n\\]{1,3}`), rapid.String()).Draw(t, "files"))
	opts := []recordtest.Option{
		recordtest.As(record.Invocation{1, 2}, time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "s"), rapid.Int64Range(0, 1e9-1).Draw(t, "ns"))),
		recordtest.OutputTree("repo:drawn", files),
		recordtest.Output(record.Location{Root: record.RootHome, Path: name.Draw(t, "output")}.String(), text.Draw(t, "content")),
		func(s *record.Statement) {
			p := &s.Predicate.BuildDefinition.ExternalParameters
			p.Command = append([]string{"a"}, rapid.SliceOf(text).Draw(t, "command")...)
			p.Parameters = []record.NameValue{{Name: "n" + text.Draw(t, "name"), Value: text.Draw(t, "value")}}
			s.Predicate.BuildDefinition.InternalParameters.Memory = rapid.Int64Min(0).Draw(t, "memory")
		},
		recordtest.Exited(rapid.Int64Range(-2, 2).Draw(t, "exit code")),
	}
	if rapid.Bool().Draw(t, "gap") {
		opts = append(opts, recordtest.Gap("some-kind", "x"+text.Draw(t, "what"), "y"+text.Draw(t, "why")))
	}
	return recordtest.Statement(opts...)
}

// Whoever changes one byte of a record has no record, or another one that says
// something else.
func TestOneByteChanged(t *testing.T) {
	for name, step := range map[string]int{"minimal": 1, "succeeded": 7} {
		raw := vector(t, name)
		was, err := record.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(raw)-1; i += step { // the last is white space
			changed := bytes.Clone(raw)
			changed[i] ^= 1 << (i % 8)
			r, err := record.Decode(changed)
			if err != nil {
				continue
			}
			if r.ID() == was.ID() || cmp.Equal(r.Statement(), was.Statement(), sameStatement) {
				t.Errorf("byte %d: %q changed to %q says the same", i, raw[i], changed[i])
			}
		}
	}
}

func TestVersionAndForeignErrors(t *testing.T) {
	raw := vector(t, "minimal")
	_, err := record.Decode(bytes.Replace(raw, []byte("run@v1"), []byte("run@v2"), 1))
	var newer *record.VersionError
	if !errors.As(err, &newer) || !strings.HasSuffix(newer.Type, "run@v2") || !strings.Contains(err.Error(), "upgrade") || errors.Is(err, record.ErrMalformed) {
		t.Errorf("a newer version: %v", err)
	}
	_, err = record.Decode(bytes.Replace(raw, []byte(record.BuildType), []byte("https://example.com"), 1))
	if !errors.Is(err, record.ErrForeign) || errors.Is(err, record.ErrMalformed) {
		t.Errorf("a foreign statement: %v", err)
	}
}

func TestBytesDoNotOverflow(t *testing.T) {
	s := recordtest.Statement(func(s *record.Statement) {
		for i := range s.Subject {
			if f := s.Subject[i].Annotations.File; f != nil && f.Tree != nil {
				f.Bytes = math.MaxInt64/2 + 1
			}
		}
		s.Subject[2].Annotations.Tree.Bytes = math.MinInt64
	})
	if _, err := record.Encode(s); err == nil {
		t.Error("a sum that overflows is read")
	}
}

func FuzzDecode(f *testing.F) {
	for _, path := range vectorPaths(f) {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := record.Decode(raw)
		if err != nil {
			return
		}
		var loose record.Statement
		if err := json.Unmarshal(raw, &loose); err != nil {
			t.Fatalf("encoding/json refuses what Decode reads: %v", err)
		}
		if diff := cmp.Diff(loose, r.Statement(), sameStatement); diff != "" {
			t.Errorf("encoding/json reads other facts:\n%s", diff)
		}
		again, err := record.Encode(r.Statement())
		if err != nil {
			t.Fatalf("what was decoded cannot be encoded: %v", err)
		}
		if diff := cmp.Diff(r.Statement(), again.Statement(), sameStatement); diff != "" {
			t.Error(diff)
		}
	})
}
