package attach

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
)

func digest(s string) hashing.FileDigest { return hashing.Bytes([]byte(s)) }

// tree is a manifest of path, content pairs.
func tree(t *testing.T, pairs ...string) hashing.Manifest {
	t.Helper()
	var entries []hashing.Entry
	for i := 0; i < len(pairs); i += 2 {
		entries = append(entries, hashing.Entry{Path: pairs[i], Digest: digest(pairs[i+1])})
	}
	m, err := hashing.NewManifest(entries)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRefuse(t *testing.T) {
	file := func(name, content string) Subject { return Subject{Name: name, File: digest(content)} }
	model := tree(t, "MLmodel", "ml", "model.pkl", "bytes")
	inOut := []Subject{file("out/model/MLmodel", "ml"), file("out/model/model.pkl", "bytes"), file("out/log", "x")}
	tests := []struct {
		name     string
		subjects []Subject
		model    hashing.Manifest
		want     *RefusedError
	}{
		{"the tree is a subject", []Subject{{Name: "m", Tree: model.Digest()}}, model, nil},
		{"the files are below one folder", inOut, model, nil},
		{"the files are at the top", []Subject{file("MLmodel", "ml"), file("model.pkl", "bytes")}, model, nil},
		{"one file, under another name", []Subject{file("a/b", "bytes")}, tree(t, "model.pkl", "bytes"), nil},
		{"no subject", nil, model, &RefusedError{Foreign: []string{"MLmodel", "model.pkl"}}},
		{"an empty model", inOut, tree(t), &RefusedError{}},
		{"an empty model, and its tree a subject", []Subject{{Tree: tree(t).Digest()}}, tree(t), &RefusedError{}},
		{"a file emptied, alone", []Subject{file("a", "")}, tree(t, "a", ""), &RefusedError{}},
		{"a file added", inOut, tree(t, "MLmodel", "ml", "model.pkl", "bytes", "evil.py", "e"),
			&RefusedError{Foreign: []string{"evil.py"}}},
		{"a file renamed", inOut, tree(t, "MLmodel", "ml", "other", "bytes"),
			&RefusedError{Foreign: []string{"other"}, Missing: []string{"model.pkl"}}},
		{"a file changed", inOut[:2], tree(t, "MLmodel", "ml", "model.pkl", "changed"),
			&RefusedError{Foreign: []string{"model.pkl"}}},
		{"files swapped", inOut, tree(t, "MLmodel", "bytes", "model.pkl", "ml"),
			&RefusedError{Foreign: []string{"MLmodel", "model.pkl"}}},
		{"files of two folders", []Subject{file("a/x", "1"), file("b/y", "2")}, tree(t, "x", "1", "y", "2"),
			&RefusedError{Foreign: []string{"y"}}},
		{"the manifest's bytes as a file", []Subject{{File: hashing.FileDigest(model.Digest())}}, model,
			&RefusedError{Foreign: []string{"MLmodel", "model.pkl"}}},
		{"a suffix that is no folder", []Subject{file("aMLmodel", "ml"), file("amodel.pkl", "bytes")}, model,
			&RefusedError{Foreign: []string{"MLmodel", "model.pkl"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got *RefusedError
			if err := Refuse(tt.subjects, tt.model); err != nil && !errors.As(err, &got) {
				t.Fatalf("Refuse: %v", err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Refuse (-want +got):\n%s", diff)
			}
			if got != nil && got.Error() == "" {
				t.Error("an error without words")
			}
		})
	}
}

// A model that is part of an output folder is not that output: something that the
// run wrote beside it was left out.
func TestRefusePartOfAFolder(t *testing.T) {
	subjects := []Subject{{Name: "m/a", File: digest("1")}, {Name: "m/b", File: digest("2")}, {Name: "m/c", File: digest("3")}}
	var e *RefusedError
	if err := Refuse(subjects, tree(t, "a", "1", "b", "2")); !errors.As(err, &e) {
		t.Fatalf("Refuse = %v, want a RefusedError", err)
	}
	if diff := cmp.Diff(&RefusedError{Missing: []string{"c"}}, e); diff != "" {
		t.Errorf("Refuse (-want +got):\n%s", diff)
	}
}
