package attach

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const someRun = "8c2fcb7df3e14bcd871731636387c8b8"

func TestParseRef(t *testing.T) {
	tests := []struct {
		text string
		want Ref
	}{
		{"model", Ref{Kind: RefPath, Path: "model"}},
		{"/a/b c/", Ref{Kind: RefPath, Path: "/a/b c/"}},
		{"./models:/x/1", Ref{Kind: RefPath, Path: "./models:/x/1"}},
		{"models/x@1", Ref{Kind: RefPath, Path: "models/x@1"}},
		{"m-123", Ref{Kind: RefPath, Path: "m-123"}},
		{"1:2", Ref{Kind: RefPath, Path: "1:2"}},
		{"a\nb\xff", Ref{Kind: RefPath, Path: "a\nb\xff"}},
		{"runs:/" + someRun + "/model", Ref{Kind: RefArtifact, RunID: someRun, Path: "model"}},
		{"runs:/r_1-x/a b/c.pkl", Ref{Kind: RefArtifact, RunID: "r_1-x", Path: "a b/c.pkl"}},
		{"models:/iris/7", Ref{Kind: RefVersion, Name: "iris", Version: "7"}},
		{"models:/m-1/7", Ref{Kind: RefVersion, Name: "m-1", Version: "7"}},
		{"models:/Größe klein/10", Ref{Kind: RefVersion, Name: "Größe klein", Version: "10"}},
		{"models:/iris@champion", Ref{Kind: RefAlias, Name: "iris", Alias: "champion"}},
		{"models:/iris@prod_v2-β", Ref{Kind: RefAlias, Name: "iris", Alias: "prod_v2-β"}},
		{"models:/m-e1f065823ee04249befb068a85cb48ba",
			Ref{Kind: RefLoggedModel, ModelID: "m-e1f065823ee04249befb068a85cb48ba"}},
	}
	for _, tt := range tests {
		tt.want.Asked = tt.text
		got, err := ParseRef(tt.text)
		if err != nil {
			t.Errorf("ParseRef(%q): %v", tt.text, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("ParseRef(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

var badRefs = []struct{ text, why string }{
	{"", "empty"},
	{"a\x00b", "NUL"},
	{"models:", "slash"},
	{"models:/", "neither a version nor an alias"},
	{"models:iris/1", "slash"},
	{"models://iris/1", "more than one slash"},
	{"models:/iris", "neither a version nor an alias"},
	{"models:/iris/", "whole number"},
	{"models:/iris/0", "whole number"},
	{"models:/iris/01", "whole number"},
	{"models:/iris/-1", "whole number"},
	{"models:/iris/+1", "whole number"},
	{"models:/iris/1.0", "whole number"},
	{"models:/iris/99999999999", "whole number"},
	{"models:/iris/١", "whole number"},
	{"models:/iris/latest", "another model every time"},
	{"models:/iris/Latest", "another model every time"},
	{"models:/iris@latest", "another model every time"},
	{"models:/iris/Production", "stage"},
	{"models:/iris/none", "stage"},
	{"models:/iris/1/MLmodel", "follows the version"},
	{"models:/iris/1/", "follows the version"},
	{"models://1", "more than one slash"},
	{"models:/ iris/1", "white space"},
	{"models:/../1", "name is .."},
	{"models:/./1", "name is ."},
	{"models:/a:b/1", "has one of"},
	{"models:/a?b/1", "has one of"},
	{"models:/a@b/1", "has one of"},
	{"models:/a@b@c", "letters, digits"},
	{"models:/a@", "letters, digits"},
	{"models:/@b", "name is empty"},
	{"models:/a@b c", "letters, digits"},
	{"models:/a\n/1", "control"},
	{"models:/a\xff/1", "UTF-8"},
	{"models:/m-", "neither a version nor an alias"},
	{"models:/m-a.b", "neither a version nor an alias"},
	{"MODELS:/iris/1", "scheme MODELS:"},
	{"Runs:/" + someRun + "/m", "scheme Runs:"},
	{"runs:/" + someRun, "names a run"},
	{"runs:/" + someRun + "/", "a part of it is empty"},
	{"runs:/" + someRun + "/a//b", "a part of it is empty"},
	{"runs:/" + someRun + "/a/", "a part of it is empty"},
	{"runs:/" + someRun + "/../x", "is .."},
	{"runs:/" + someRun + "/a/./x", "is ."},
	{"runs:/" + someRun + `/a\b`, "backslash"},
	{"runs:/" + someRun + "/a%2fb", "does not survive"},
	{"runs:/" + someRun + "/a#b", "does not survive"},
	{"runs:/../a", "id is not one"},
	{"runs://" + someRun + "/a", "more than one slash"},
	{"runs:" + someRun + "/a", "slash"},
	{"s3://bucket/model", "scheme s3:"},
	{"file:///tmp/model", "scheme file:"},
	{"http://host/model", "scheme http:"},
	{"C:model", "scheme C:"},
	{"models:/" + strings.Repeat("a", 5000) + "/1", "longer"},
}

func TestParseRefRefuses(t *testing.T) {
	for _, tt := range badRefs {
		r, err := ParseRef(tt.text)
		var e *RefError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.why) || r != (Ref{}) {
			t.Errorf("ParseRef(%q) = %+v, %v; want an error with %q", tt.text, r, err, tt.why)
		}
		if tt.why != "NUL" && Hint(err) == "" {
			t.Errorf("ParseRef(%q): no hint", tt.text)
		}
	}
}

func TestParseTargetTakesRuns(t *testing.T) {
	got, err := ParseTarget("runs:/" + someRun)
	want := Ref{Kind: RefRun, Asked: "runs:/" + someRun, RunID: someRun}
	if err != nil || got != want {
		t.Errorf("ParseTarget = %+v, %v; want %+v", got, err, want)
	}
	if got.System() != MLflow || (Ref{Kind: RefPath}).System() != "" {
		t.Error("a run has the system mlflow, a path none")
	}
}

func TestRefsOfIDsParse(t *testing.T) {
	for _, want := range []Ref{LoggedModelRef("m-0a"), VersionRef("iris", "3")} {
		if got, err := ParseRef(want.Asked); err != nil || got != want {
			t.Errorf("ParseRef(%q) = %+v, %v; want %+v", want.Asked, got, err, want)
		}
	}
}

func FuzzParseRef(f *testing.F) {
	for _, s := range []string{"a", "models:/a/1", "models:/a@b", "models:/m-1", "runs:/a/b", "s3://x", "models:/a@b/1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRef(s)
		if err != nil {
			if r != (Ref{}) {
				t.Fatalf("%q: a reference beside an error", s)
			}
			return
		}
		again, err := ParseRef(r.Asked)
		if err != nil || again != r || r.Asked != s {
			t.Fatalf("%q is not what it was parsed from: %+v, %v", s, again, err)
		}
		if (r.Kind == RefPath) != (scheme().FindString(s) == "") {
			t.Fatalf("%q: kind %v", s, r.Kind)
		}
		if built := rebuild(r); built != s {
			t.Fatalf("%q was read as %q", s, built)
		}
	})
}

// rebuild writes a reference from its parts: nothing may be lost or dropped.
func rebuild(r Ref) string {
	switch r.Kind {
	case RefPath:
		return r.Path
	case RefArtifact:
		return "runs:/" + r.RunID + "/" + r.Path
	case RefVersion:
		return "models:/" + r.Name + "/" + r.Version
	case RefAlias:
		return "models:/" + r.Name + "@" + r.Alias
	}
	return "models:/" + r.ModelID
}
