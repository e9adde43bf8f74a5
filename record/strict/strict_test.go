package strict_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/record/strict"
)

type document struct {
	Name  string   `json:"name"`
	Count int64    `json:"count,omitempty"`
	Flag  bool     `json:"flag,omitempty"`
	List  []string `json:"list,omitempty"`
	Inner *inner   `json:"inner,omitempty"`
	Items []inner  `json:"items,omitempty"`
}

type inner struct {
	Value string `json:"value"`
}

func TestUnmarshal(t *testing.T) {
	raw := `{"name":"a😀\u00e9\ud83d\ude00\\ud800","count":-9223372036854775808,"flag":true,"list":["x",""],"inner":{"value":""},"items":[{"value":"v"}]} `
	var got document
	if err := strict.Unmarshal([]byte(raw), 1000, &got); err != nil {
		t.Fatal(err)
	}
	want := document{"a😀é😀\\ud800", -1 << 63, true, []string{"x", ""}, &inner{}, []inner{{"v"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ raw, want string }{
		"nothing":               {``, "unexpected EOF"},
		"truncated":             {`{"name":"a"`, "unexpected EOF"},
		"truncated array":       {`{"name":"a","list":["x"`, "unexpected EOF"},
		"trailing data":         {`{"name":"a"}{}`, "data after the end"},
		"trailing garbage":      {`{"name":"a"}x`, "data after the end"},
		"duplicate key":         {`{"name":"a","name":"b"}`, `"name" stands twice`},
		"duplicate by escape":   {`{"name":"a","n\u0061me":"b"}`, `"name" stands twice`},
		"duplicate inner key":   {`{"name":"a","inner":{"value":"a","value":"a"}}`, "inner: key"},
		"other case":            {`{"Name":"a"}`, `unknown key "Name"`},
		"long s for s":          {`{"name":"a","liſt":["a"]}`, "unknown key"},
		"unknown key":           {`{"name":"a","more":1}`, `unknown key "more"`},
		"missing key":           {`{"count":1}`, `"name" is missing`},
		"missing inner key":     {`{"name":"a","items":[{}]}`, `items[0]: key "value" is missing`},
		"null":                  {`{"name":null}`, "got null"},
		"null for an optional":  {`{"name":"a","inner":null}`, "got null"},
		"null in an array":      {`{"name":"a","list":[null]}`, "got null"},
		"null document":         {`null`, "got null"},
		"empty optional":        {`{"name":"a","list":[]}`, "left out"},
		"zero optional":         {`{"name":"a","count":0}`, "left out"},
		"false optional":        {`{"name":"a","flag":false}`, "left out"},
		"fraction":              {`{"name":"a","count":1.0}`, "not a plain 64-bit integer"},
		"exponent":              {`{"name":"a","count":1e3}`, "not a plain 64-bit integer"},
		"minus zero":            {`{"name":"a","count":-0}`, "not a plain 64-bit integer"},
		"beyond 64 bits":        {`{"name":"a","count":9223372036854775808}`, "not a plain 64-bit integer"},
		"string for a number":   {`{"name":"a","count":"1"}`, "want an integer"},
		"number for a string":   {`{"name":1}`, "want a string"},
		"object for a string":   {`{"name":{}}`, "want a string"},
		"array for an object":   {`[]`, "want an object"},
		"object for an array":   {`{"name":"a","list":{}}`, "want an array"},
		"number for a flag":     {`{"name":"a","flag":1}`, "want true or false"},
		"invalid UTF-8":         {"{\"name\":\"\xff\"}", "invalid UTF-8"},
		"high surrogate alone":  {`{"name":"\ud800"}`, "surrogate"},
		"low surrogate alone":   {`{"name":"\udc00"}`, "surrogate"},
		"two high surrogates":   {`{"name":"\ud800\ud800"}`, "surrogate"},
		"surrogate, then text":  {`{"name":"\ud800abcdef"}`, "surrogate"},
		"upper-case surrogate":  {`{"name":"\uD800"}`, "surrogate"},
		"raw control character": {"{\"name\":\"\n\"}", "invalid character"},
		"byte order mark":       {"\ufeff{\"name\":\"a\"}", "invalid character"},
		"oversized":             {`{"name":"` + strings.Repeat("a", 1000) + `"}`, "at most 1000"},
		"deep":                  {strings.Repeat("[", 900), "want an object"},
	} {
		t.Run(name, func(t *testing.T) {
			var got document
			err := strict.Unmarshal([]byte(tc.raw), 1000, &got)
			if !errors.Is(err, strict.ErrSyntax) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

// What is accepted here, encoding/json reads alike and writes back as it was
// decoded: strictness only ever narrows.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"name":"a","count":3,"list":["x"],"items":[{"value":"\ud83d\ude00"}]}`))
	f.Add([]byte(`{"name":"\ud800"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var got, loose, again document
		if strict.Unmarshal(raw, 1<<16, &got) != nil {
			return
		}
		if err := json.Unmarshal(raw, &loose); err != nil {
			t.Fatalf("encoding/json refuses %q: %v", raw, err)
		}
		if diff := cmp.Diff(loose, got); diff != "" {
			t.Error(diff)
		}
		out, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if err := strict.Unmarshal(out, 1<<17, &again); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Error(diff)
		}
	})
}
