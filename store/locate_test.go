package store_test

import (
	"errors"
	"testing"

	"github.com/lineage-audit/lineage/store"
)

func TestLocate(t *testing.T) {
	for name, c := range map[string]struct {
		top, data, home, want string
	}{
		"repository":        {"/work/repo", "/data", "/home/ada", "/work/repo/.lineage"},
		"data home":         {"", "/data", "/home/ada", "/data/lineage"},
		"home":              {"", "", "/home/ada", "/home/ada/.local/share/lineage"},
		"data relative":     {"", "data", "/home/ada", "/home/ada/.local/share/lineage"},
		"home of nobody":    {"", "", "/", "/.local/share/lineage"},
		"neither":           {"", "", "", ""},
		"both are relative": {"", "data", "home", ""},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"XDG_DATA_HOME": c.data, "HOME": c.home}
			got, err := store.Locate(c.top, func(name string) string { return env[name] })
			if got != c.want || (err != nil) != (c.want == "") || err != nil && !errors.Is(err, store.ErrNoPlace) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
