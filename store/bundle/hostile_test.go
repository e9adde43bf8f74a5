package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
)

// small is a bundle of one run without much.
func small(t testing.TB) []byte {
	t.Helper()
	s := open(t, &store.Memory{})
	r := recordtest.Record(t, recordtest.NoOutputs)
	raw, err := record.EncodeIntent(recordtest.Intent(recordtest.Invocation, recordtest.Started))
	check(t, err, s.PutIntent(t.Context(), raw), s.PutRecord(t.Context(), r), s.PutStatement(t.Context(), r.ID(), []byte("said")))
	for d, blob := range recordtest.Blobs() {
		check(t, s.PutBlob(t.Context(), d, bytes.NewReader(blob)))
	}
	return written(t, s, WriteOptions{}, r.ID())
}

func refused(t *testing.T, name string, raw []byte) {
	t.Helper()
	m := &store.Memory{}
	_, err := Import(t.Context(), open(t, m), bytes.NewReader(raw), ReadOptions{})
	if !errors.Is(err, ErrBundle) {
		t.Errorf("%s: %v", name, err)
	}
	if left := objects(t, m); len(left) != 0 {
		t.Errorf("%s: the store has %q", name, slices.Sorted(maps.Keys(left)))
	}
}

// Every byte of a bundle is checked: with any of them changed it is none.
func TestEveryByte(t *testing.T) {
	raw := small(t)
	for at := 0; at < len(raw); at += 19 {
		changed := bytes.Clone(raw)
		changed[at] ^= 1 << (at % 8)
		if _, err := Check(t.Context(), bytes.NewReader(changed), ReadOptions{}); !errors.Is(err, ErrBundle) {
			t.Fatalf("byte %d: %v", at, err)
		}
	}
	for n := 0; n < len(raw); n += 509 {
		if _, err := Check(t.Context(), bytes.NewReader(raw[:n]), ReadOptions{}); !errors.Is(err, ErrBundle) {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
	for _, more := range []string{"x", "\x00", strings.Repeat("\x00", block), string(raw)} {
		refused(t, "with more", append(bytes.Clone(raw), more...))
	}
}

// item is an entry of an archive that a test makes.
type item struct {
	tar.Header
	content string
}

func items(t testing.TB, raw []byte) (all []item) {
	t.Helper()
	for r := tar.NewReader(bytes.NewReader(raw)); ; {
		h, err := r.Next()
		if err == io.EOF {
			return all
		}
		check(t, err)
		content, err := io.ReadAll(r)
		check(t, err)
		all = append(all, item{*h, string(content)})
	}
}

func archive(t testing.TB, all []item) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, i := range all {
		check(t, w.WriteHeader(&i.Header))
		_, err := io.WriteString(w, i.content)
		check(t, err)
	}
	check(t, w.Close())
	return b.Bytes()
}

func file(name, content string) item {
	return item{tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: 0o444, ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR}, content}
}

func TestArchiveAsWritten(t *testing.T) {
	raw := small(t)
	if !bytes.Equal(raw, archive(t, items(t, raw))) {
		t.Error("the items of a bundle make another one: the tests below test nothing")
	}
}

// find is where the first entry of a kind is.
func find(all []item, kind string) int {
	return slices.IndexFunc(all, func(i item) bool { return strings.HasPrefix(i.Name, kind) })
}

// nobody is the digest of what no record names.
var nobody = hashing.Bytes([]byte("x")).String()

func announced(i record.Invocation, at time.Time) string {
	raw, err := record.EncodeIntent(recordtest.Intent(i, at))
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// hostile are changes after which a bundle is none, by what they are.
var hostile = map[string]func([]item) []item{
	"nothing":            func([]item) []item { return nil },
	"only a format":      func(all []item) []item { return all[:1] },
	"another format":     func(all []item) []item { all[0] = file("format", "lineage store 2\n"); return all },
	"no format":          func(all []item) []item { return all[1:] },
	"format twice":       func(all []item) []item { return slices.Insert(all, 1, all[0]) },
	"blob twice":         func(all []item) []item { return slices.Insert(all, 1, all[1]) },
	"blobs out of order": func(all []item) []item { all[1], all[2] = all[2], all[1]; return all },
	"blob nobody names": func(all []item) []item {
		return slices.Insert(all, 1, file("blobs/sha256/"+nobody[:2]+"/"+nobody, "x"))
	},
	"blob of other bytes": func(all []item) []item {
		all[1] = file(all[1].Name, "x")
		return all
	},
	"record of other bytes": func(all []item) []item {
		i := find(all, "records/")
		all[i] = file(all[i].Name, strings.Replace(all[i].content, "succeeded", "Succeeded", 1))
		return all
	},
	"what is no record": func(all []item) []item {
		i := find(all, "records/")
		d := hashing.Bytes([]byte("{}")).String()
		all[i] = file("records/"+d[:2]+"/"+d+".intoto.json", "{}")
		return all[:i+1]
	},
	"record before its intent": func(all []item) []item {
		i := find(all, "records/")
		all[i], all[i-1] = all[i-1], all[i]
		return all
	},
	"record twice": func(all []item) []item { i := find(all, "records/"); return slices.Insert(all, i, all[i]) },
	"intent twice": func(all []item) []item { i := find(all, "intents/"); return slices.Insert(all, i, all[i]) },
	"intent alone": func(all []item) []item { return all[:find(all, "records/")] },
	"another intent": func(all []item) []item {
		i := find(all, "intents/")
		all[i] = file(all[i].Name, announced(recordtest.Invocation, recordtest.Started.Add(1)))
		return all
	},
	"intent of another run": func(all []item) []item {
		i := find(all, "intents/")
		all[i] = file(store.Key{Kind: store.KindIntent, Invocation: record.Invocation{1}}.String(), announced(record.Invocation{1}, recordtest.Started))
		return all
	},
	"statement about another record": func(all []item) []item {
		all[len(all)-1].Name = "statements/" + nobody + "/" + hashing.Bytes([]byte("said")).String()
		return all
	},
	"statement of other bytes": func(all []item) []item {
		all[len(all)-1] = file(all[len(all)-1].Name, "Said")
		return all
	},
	"what is no attachment": func(all []item) []item {
		id := strings.Split(all[len(all)-1].Name, "/")[1]
		return slices.Insert(all, len(all)-1, file("attachments/"+id+"/"+nobody, "x"))
	},
	"what is no source": func(all []item) []item {
		return slices.Insert(all, find(all, "intents/"), file("sources/"+nobody+"/"+nobody, "x"))
	},
	"a path out":       func(all []item) []item { return append(all, file("../../etc/passwd", "x")) },
	"an absolute path": func(all []item) []item { return append(all, file("/etc/passwd", "x")) },
	"another key":      func(all []item) []item { return append(all, file("hooks/post-run", "x")) },
	"a hidden file":    func(all []item) []item { return append(all, file(".gitignore", "x")) },
	"blob in the wrong shard": func(all []item) []item {
		all[1].Name = strings.Replace(all[1].Name, all[1].Name[13:15], "zz", 1)
		return all
	},
	"a folder": func(all []item) []item {
		return append(all, item{Header: tar.Header{Typeflag: tar.TypeDir, Name: "blobs/", Mode: 0o755}})
	},
	"a mode":   func(all []item) []item { all[1].Mode = 0o4755; return all },
	"a time":   func(all []item) []item { all[1].ModTime = time.Unix(1, 0); return all },
	"an owner": func(all []item) []item { all[1].Uname = "root"; return all },
	"a PAX record": func(all []item) []item {
		all[1].Format, all[1].PAXRecords = tar.FormatPAX, map[string]string{"LINEAGE.x": "y"}
		return all
	},
	"GNU's format": func(all []item) []item { all[1].Format = tar.FormatGNU; return all },
	"a link": func(all []item) []item {
		all[1] = item{Header: tar.Header{Typeflag: tar.TypeSymlink, Name: all[1].Name, Linkname: "/etc/passwd"}}
		return all
	},
	"a hard link": func(all []item) []item {
		all[1] = item{Header: tar.Header{Typeflag: tar.TypeLink, Name: all[1].Name, Linkname: "format"}}
		return all
	},
	"a device": func(all []item) []item {
		all[1] = item{Header: tar.Header{Typeflag: tar.TypeChar, Name: all[1].Name}}
		return all
	},
}

func TestHostile(t *testing.T) {
	good := items(t, small(t))
	for name, change := range hostile {
		refused(t, name, archive(t, change(slices.Clone(good))))
	}
	refused(t, "text", []byte("what is this?\n"))
	refused(t, "an empty file", nil)
	refused(t, "damaged gzip", []byte{0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
}

// A header may promise any size; a compressed file may hold any amount of zeros.
func TestBombs(t *testing.T) {
	blob := hashing.Bytes([]byte("x")).String()
	start := archive(t, []item{file("format", store.Format)})
	start = start[:2*block]
	huge, err := header("blobs/sha256/"+blob[:2]+"/"+blob, maxObject)
	check(t, err)
	refused(t, "a huge blob", append(bytes.Clone(start), huge...))
	large, err := header("records/"+blob[:2]+"/"+blob+".intoto.json", record.MaxSize+1)
	check(t, err)
	refused(t, "a huge record", append(bytes.Clone(start), large...))

	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	half, err := header("blobs/sha256/"+blob[:2]+"/"+blob, 1<<30)
	check(t, err)
	_, err = zip.Write(append(bytes.Clone(start), half...))
	check(t, err)
	zeros := make([]byte, 1<<20)
	for range 64 {
		_, err := zip.Write(zeros)
		check(t, err)
	}
	check(t, zip.Close())
	_, err = Check(t.Context(), bytes.NewReader(b.Bytes()), ReadOptions{MaxBytes: 1 << 20})
	if !errors.Is(err, ErrBundle) || !strings.Contains(err.Error(), "more bytes than may be read") {
		t.Errorf("a bomb: %v", err)
	}
}

// FuzzCheck: what is taken for a bundle is what would be written of it. Its seeds are
// large for go test, which would spend its time on making them smaller: run it with
// -fuzzminimizetime=10x.
func FuzzCheck(f *testing.F) {
	raw := small(f)
	f.Add(raw)
	f.Add(raw[:len(raw)-block])
	f.Fuzz(onlyAsWritten)
}

// FuzzEntries is FuzzCheck for archives that are sound as such: every three bytes
// change one of the entries of a bundle.
func FuzzEntries(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 1, 0, 1, 2, 0, 2, 1, 4})
	f.Add([]byte{3, 1, 0, 4, 1, 9, 5, 2, 0, 6, 3, 1})
	all := items(f, small(f))
	f.Fuzz(func(t *testing.T, changes []byte) {
		changed := slices.Clone(all)
		for ; len(changes) >= 3 && len(changed) > 0; changes = changes[3:] {
			changed = mutate(changed, changes[0], int(changes[1])%len(changed), changes[2])
		}
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, i := range changed {
			if i.Size = int64(len(i.content)); w.WriteHeader(&i.Header) != nil {
				return // no archive has such an entry
			}
			if _, err := io.WriteString(w, i.content); err != nil {
				return
			}
		}
		check(t, w.Close())
		onlyAsWritten(t, b.Bytes())
	})
}

// mutate changes the entry at a place.
func mutate(all []item, how byte, at int, by byte) []item {
	i := &all[at]
	switch how % 8 {
	case 0:
		return slices.Delete(all, at, at+1)
	case 1:
		return slices.Insert(all, int(by)%len(all), *i)
	case 2:
		to := int(by) % len(all)
		all[at], all[to] = all[to], all[at]
	case 3:
		i.Mode ^= int64(by)
	case 4:
		if len(i.content) > 0 {
			changed := []byte(i.content)
			changed[int(by)*37%len(changed)] ^= 1 << (by % 8)
			i.content = string(changed)
		}
	case 5:
		changed := []byte(i.Name)
		changed[int(by)%len(changed)] ^= 1 << (by % 7)
		i.Name = string(changed)
	case 6:
		i.Typeflag = by
	case 7:
		i.content = i.content[:len(i.content)*int(by)/256]
	}
	return all
}

func onlyAsWritten(t *testing.T, raw []byte) {
	o := ReadOptions{MaxBytes: 1 << 24, Partial: true}
	told, err := Check(t.Context(), bytes.NewReader(raw), o)
	if err != nil {
		if !errors.Is(err, ErrBundle) {
			t.Fatal(err)
		}
		return
	}
	to := open(t, &store.Memory{})
	if _, err := Import(t.Context(), to, bytes.NewReader(raw), o); err != nil {
		t.Fatal(err)
	}
	if bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		return
	}
	var b bytes.Buffer
	if _, err := Write(t.Context(), &b, to, told.Runs, WriteOptions{Partial: true}); err != nil {
		t.Fatal(err)
	}
	sources := bytes.Contains(raw, []byte("sources/")) // of what nobody read they do not come along
	if !bytes.Equal(b.Bytes(), raw) && !sources {
		t.Error("other bytes would be written")
	}
}
