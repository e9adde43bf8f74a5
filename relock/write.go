package relock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/capture/python"
	"github.com/lineage-audit/lineage/record"
)

// Format is a format of lock files.
type Format string

// The formats.
const (
	Requirements Format = "requirements" // pip's requirements.txt with --hash
	Pylock       Format = "pylock"       // pylock.toml of PEP 751
)

// Options say how a lock is written.
type Options struct {
	Format Format
	// Unhashed writes a pin also for packages that have no hash, if an installer can find
	// them by it: pip then refuses the whole file, unless none has one. A pylock.toml
	// cannot hold them.
	Unhashed bool
	Version  string // of this program
}

// Written is a lock file, and what is not in it.
type Written struct {
	Content []byte
	In      []Package // with a hash or a commit
	Left    []Package // without one, or nothing that the format can hold; Why says which
}

// ErrNothing says that the format can hold no package.
var ErrNothing = errors.New("no package of the record has what the format needs")

// Write writes the lock file of a record. One that would hold nothing is an error that
// wraps [ErrNothing], beside the packages that were left out.
func Write(r *record.Record, e Environment, o Options) (Written, error) {
	var w Written
	for _, p := range e.Packages {
		if p.Why == "" {
			p.Why = p.unfit(o.Format)
		}
		if p.Why == "" {
			w.In = append(w.In, p)
		} else {
			w.Left = append(w.Left, p)
		}
	}
	pins := o.Unhashed && o.Format == Requirements && slices.ContainsFunc(w.Left, func(p Package) bool { return p.Pinnable })
	if len(w.In) == 0 && !pins {
		return w, ErrNothing
	}
	var b bytes.Buffer
	head(&b, r, e, o, w)
	if o.Format == Pylock {
		w.pylock(&b, r)
	} else {
		w.requirements(&b, o)
	}
	w.Content = b.Bytes()
	return w, nil
}

// unfit says why the format cannot hold a package that has a hash or a commit.
func (p Package) unfit(f Format) string {
	switch {
	case f == Requirements && p.Commit != "":
		return "pip knows no hash of a repository; a pylock.toml holds its commit"
	case f == Pylock && p.Commit == "" && !slices.ContainsFunc(p.Archives, func(a Archive) bool { return a.URL != "" }):
		return "its hashes are those of " + strings.Join(p.From, ", ") + ", without a URL, which a pylock.toml must have; --format requirements needs none"
	}
	return ""
}

func head(b *bytes.Buffer, r *record.Record, e Environment, o Options, w Written) {
	say := func(format string, args ...any) {
		fmt.Fprintln(b, strings.TrimRight("# "+plain(fmt.Sprintf(format, args...)), " "))
	}
	say("Packages of run %s, of %s.", r.ID(), r.Metadata().StartedOn.Format("2006-01-02T15:04:05Z"))
	say("Written by lineage %s with: lineage lock %s --format %s", o.Version, r.ID().Short(), o.Format)
	if e.Interpreter != nil {
		say("They were installed for %s %s.", e.Interpreter.Implementation, e.Interpreter.Version)
	}
	var from []string
	for _, p := range w.In {
		from = append(from, p.From...)
	}
	slices.Sort(from)
	for _, f := range slices.Compact(from) {
		say("Hashes are those of %s.", f)
	}
	if o.Format == Requirements && len(w.Left) == 0 {
		say("Install with: python -m pip install --require-hashes --no-deps -r THIS-FILE")
	}
	if len(w.Left) > 0 {
		say("")
		say("Without a hash (%d of %d):", len(w.Left), len(w.Left)+len(w.In))
		for _, p := range w.Left {
			say("  %s %s: %s", p.Name, p.Version, p.Why)
		}
	}
}

func (w Written) requirements(b *bytes.Buffer, o Options) {
	for _, p := range w.In {
		fmt.Fprintf(b, "\n%s", p.requirement())
		for _, h := range p.Hashes {
			fmt.Fprintf(b, " \\\n    --hash=%s:%s", h.Algorithm, h.Value)
		}
	}
	for _, p := range w.Left {
		if o.Unhashed && p.Pinnable {
			fmt.Fprintf(b, "\n%s  # without a hash", p.requirement())
		}
	}
	b.WriteString("\n")
}

// requirement is the package as PEP 508 writes it.
func (p Package) requirement() string {
	switch {
	case p.Commit != "":
		return fmt.Sprintf("%s @ git+%s@%s", p.Name, p.URL, p.Commit)
	case p.URL != "":
		return fmt.Sprintf("%s @ %s", p.Name, p.URL)
	}
	return p.Name + "==" + p.Version
}

// pylock writes what PEP 751 has for each package: its repository, its archive, or its
// source archive and wheels.
func (w Written) pylock(b *bytes.Buffer, r *record.Record) {
	fmt.Fprintf(b, "\nlock-version = \"1.0\"\ncreated-by = \"lineage\"\n")
	for _, p := range w.In {
		fmt.Fprintf(b, "\n[[packages]]\nname = %s\n", quoted(p.Name))
		switch {
		case p.Commit != "":
			fmt.Fprintf(b, "vcs = { type = \"git\", url = %s, commit-id = %s }\n", quoted(p.URL), quoted(p.Commit))
		case p.URL != "":
			fmt.Fprintf(b, "version = %s\narchive = %s\n", quoted(p.Version), inline(Archive{URL: p.URL, Hashes: p.Archives[0].Hashes}))
		default:
			fmt.Fprintf(b, "version = %s\n", quoted(p.Version))
			p.files(b)
		}
	}
	fmt.Fprintf(b, "\n[tool.lineage]\nrecord = %s\n", quoted(r.ID().String()))
	for _, p := range w.Left {
		fmt.Fprintf(b, "\n[[tool.lineage.left-out]]\nname = %s\nversion = %s\nwhy = %s\n", quoted(p.Name), quoted(p.Version), quoted(p.Why))
	}
}

func (p Package) files(b *bytes.Buffer) {
	var wheels []string
	source := ""
	for _, a := range p.Archives {
		switch {
		case a.URL == "":
		case strings.HasSuffix(a.Name, ".whl"):
			wheels = append(wheels, "    "+inline(a)+",\n")
		case source == "" || strings.HasSuffix(a.Name, ".tar.gz"):
			source = inline(a)
		}
	}
	if source != "" {
		fmt.Fprintf(b, "sdist = %s\n", source)
	}
	if len(wheels) > 0 {
		slices.Sort(wheels)
		fmt.Fprintf(b, "wheels = [\n%s]\n", strings.Join(slices.Compact(wheels), ""))
	}
}

func inline(a Archive) string {
	var parts []string
	if a.Name != "" {
		parts = append(parts, "name = "+quoted(a.Name))
	}
	parts = append(parts, "url = "+quoted(a.URL))
	if a.Size > 0 {
		parts = append(parts, fmt.Sprintf("size = %d", a.Size))
	}
	return "{ " + strings.Join(append(parts, "hashes = { "+hashTable(a.Hashes)+" }"), ", ") + " }"
}

// hashTable has one digest of each algorithm.
func hashTable(all []python.Hash) string {
	var parts []string
	for i, h := range all {
		if i == 0 || all[i-1].Algorithm != h.Algorithm {
			parts = append(parts, h.Algorithm+" = "+quoted(h.Value))
		}
	}
	return strings.Join(parts, ", ")
}

// quoted is a basic string of TOML. What JSON escapes, TOML reads in the same way.
func quoted(s string) string {
	raw, err := json.Marshal(plain(s))
	if err != nil {
		panic("relock: a string cannot be written as JSON: " + err.Error())
	}
	return string(raw)
}
