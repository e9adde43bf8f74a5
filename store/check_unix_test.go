//go:build unix

package store_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/store"
)

// Neither a pipe nor a link, also one to a device, keeps the check from ending.
func TestCheckOfWhatIsNoFile(t *testing.T) {
	for name, replace := range map[string]func(path string) error{
		"pipe":           func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"link to device": func(path string) error { return os.Symlink("/dev/zero", path) },
		"link to itself": func(path string) error { return os.Symlink(path, path) },
		"link to folder": func(path string) error { return os.Symlink(filepath.Dir(path), path) },
		"link":           func(path string) error { return os.Symlink("/etc/hostname", path) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newCheckedStore(t)
			for _, kind := range []store.Kind{store.KindRecord, store.KindIntent, store.KindBlob, store.KindAttachment} {
				must(t, os.Remove(c.path(c.keys[kind])))
				must(t, replace(c.path(c.keys[kind])))
			}
			found, all := c.check(t)
			want := []string{}
			for _, kind := range []store.Kind{store.KindAttachment, store.KindBlob, store.KindIntent, store.KindRecord} {
				want = append(want, "foreign "+c.keys[kind])
			}
			got := slices.DeleteFunc(slices.Clone(all), func(f string) bool { return !strings.HasPrefix(f, "foreign ") })
			if diff := cmp.Diff(want, got); diff != "" || found.Sound() {
				t.Errorf("%q\n%s", all, diff)
			}
		})
	}
}

// A pipe at the place of a folder neither.
func TestCheckOfAPipeForAFolder(t *testing.T) {
	for _, folder := range []string{"records", "intents", "blobs", "attachments", ".tmp"} {
		c := newCheckedStore(t)
		must(t, os.RemoveAll(c.path(folder)))
		must(t, syscall.Mkfifo(c.path(folder), 0o600))
		if found, all := c.check(t); found.Sound() && folder != ".tmp" {
			t.Errorf("%s: found %q", folder, all)
		}
	}
}
