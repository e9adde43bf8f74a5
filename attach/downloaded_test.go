package attach

import (
	"errors"
	"testing"
)

func TestParseDownloaded(t *testing.T) {
	tests := []struct {
		content string
		want    Downloaded
	}{
		{"model_name: iris\nmodel_version: '1'\n", Downloaded{"iris", "1"}},
		{"model_name: null\nmodel_version: null\n", Downloaded{}},
		{"model_name: 'no'\nmodel_version: '12'\n", Downloaded{"no", "12"}},
		{"model_name: \"a\\u2028b\"\nmodel_version: '1'\n", Downloaded{"a\u2028b", "1"}},
		{"model_name: Größe klein\nmodel_version: '3'\n", Downloaded{"Größe klein", "3"}},
	}
	for _, tt := range tests {
		if got, err := ParseDownloaded([]byte(tt.content)); err != nil || got != tt.want {
			t.Errorf("ParseDownloaded(%q) = %+v, %v; want %+v", tt.content, got, err, tt.want)
		}
	}
}

func TestParseDownloadedRefuses(t *testing.T) {
	tests := map[string]string{
		"nothing":        "",
		"text":           "hello\n",
		"a list":         "- model_name\n- iris\n",
		"one key":        "model_name: iris\n",
		"a third key":    "model_name: iris\nmodel_version: '1'\nevil: x\n",
		"a key twice":    "model_name: iris\nmodel_name: iris\n",
		"other order":    "model_version: '1'\nmodel_name: iris\n",
		"a comment":      "model_name: iris\nmodel_version: '1' # payload\n",
		"comment above":  "# payload\nmodel_name: iris\nmodel_version: '1'\n",
		"comment below":  "model_name: iris\nmodel_version: '1'\n# payload\n",
		"two documents":  "model_name: iris\nmodel_version: '1'\n---\npayload\n",
		"an end marker":  "model_name: iris\nmodel_version: '1'\n...\npayload\n",
		"a tag":          "model_name: !!python/object:os.system iris\nmodel_version: '1'\n",
		"an anchor":      "model_name: &a iris\nmodel_version: *a\n",
		"a block":        "model_name: |\n  iris\nmodel_version: '1'\n",
		"flow style":     "{model_name: iris, model_version: '1'}\n",
		"version 0":      "model_name: iris\nmodel_version: '0'\n",
		"version word":   "model_name: iris\nmodel_version: latest\n",
		"half null":      "model_name: null\nmodel_version: '1'\n",
		"a nested name":  "model_name: {a: b}\nmodel_version: '1'\n",
		"a path as name": "model_name: ../x\nmodel_version: '1'\n",
		"not UTF-8":      "model_name: \xff\nmodel_version: '1'\n",
		"too long":       "model_name: " + string(make([]byte, 5000)) + "\nmodel_version: '1'\n",
	}
	for name, content := range tests {
		if got, err := ParseDownloaded([]byte(content)); !errors.Is(err, ErrDownloaded) || got != (Downloaded{}) {
			t.Errorf("%s: ParseDownloaded = %+v, %v; want ErrDownloaded", name, got, err)
		}
	}
}

func FuzzParseDownloaded(f *testing.F) {
	f.Add([]byte("model_name: iris\nmodel_version: '1'\n"))
	f.Add([]byte("model_name: null\nmodel_version: null\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		d, err := ParseDownloaded(content)
		if err != nil && d != (Downloaded{}) {
			t.Fatalf("%q: a result beside an error", content)
		}
		// What is not name or version is a few keys, quotes and spaces: no room for more.
		if err == nil && len(content) > 200+12*(len(d.Name)+len(d.Version)) {
			t.Fatalf("%q passes as %+v", content, d)
		}
	})
}
