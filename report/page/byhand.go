package page

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/verify"
)

// byHand are the commands that check what a check has checked. Each prints exactly
// what the page says, as long as nothing has changed; where that cannot be said
// there is none.
func byHand(f Facts, c verify.Check) []step {
	h := hand{f.Hand, f}
	if f.Record == nil && c.ID != verify.ModelBytes && c.ID != verify.RecordUnambiguous {
		return nil
	}
	by := map[verify.CheckID]func(verify.Check) []step{
		verify.RecordStrict: h.recordStrict, verify.RecordUnambiguous: h.unambiguous, verify.ModelBytes: h.modelBytes,
		verify.CodeCaptured: h.code, verify.RegistryAgrees: h.registry, verify.InputsAvailable: h.inputs,
		verify.GitReachable: h.reachable, verify.PackagesLocked: h.locks,
		verify.RunCompleted:          h.says("The record says how the command ended.", `"lineage_outcome":{[^}]*}`),
		verify.DataCaptured:          h.digests(record.RoleData),
		verify.PreprocessingCaptured: h.digests(record.RolePreprocessing),
		verify.EnvironmentCaptured:   h.says("The record names the machine.", `"internalParameters":{"os":{[^}]*}`),
		verify.PackagesCaptured:      h.packages,
		verify.InputsObserved:        h.says("The record says how its inputs came to be known.", `"lineage_coverage":"[^"]*"`),
		verify.GapsNone:              h.says("The record says what was left out.", `"lineage_gaps":\[[^]]*\]`),
		verify.ImagePinned:           h.says("The record says whether there was a container.", `"container":{[^}]*}`),
	}
	if make, found := by[c.ID]; found {
		return make(c)
	}
	return nil
}

// hand makes the steps of one page.
type hand struct {
	Hand
	f Facts
}

// exactly is a step of one line.
func exactly(say, command string, prints ...string) step {
	return step{Say: say, Command: []string{command}, Prints: prints}
}

// sum is what sha256sum prints of its standard input.
func sum(digest string) string { return digest + "  -" }

// reading makes a command that reads a file, or what curl fetches, as its standard
// input, so that no file's name can be taken for an option. What follows it in a pipe
// stands behind the file.
func (h hand) reading(file, url, command string) (string, bool) {
	switch {
	case file != "":
		first, rest, piped := strings.Cut(command, " | ")
		if piped {
			rest = " | " + rest
		}
		return first + " <" + shell(file) + rest, true
	case url != "":
		return h.curl(url) + " | " + command, true
	}
	return "", false
}

func (h hand) curl(url string) string {
	return strings.Join(said([]string{"curl -fsS", h.Curl, shell(url)}), " ")
}

// shell is one word for bash. It has no two # in a row, in which some systems look
// for commands in whatever is printed.
func shell(word string) string {
	quoted := report.Shell([]string{"", word})[len("'' "):]
	switch {
	case !strings.Contains(quoted, "##"):
		return quoted
	case strings.HasPrefix(quoted, "$"):
		return strings.ReplaceAll(quoted, "#", `\043`)
	}
	return strings.ReplaceAll(quoted, "#", `'\#'`)
}

// ofRecord is a step that reads the record's file.
func (h hand) ofRecord(say, command string, prints ...string) []step {
	text, possible := h.reading(h.Record, h.RecordURL, command)
	if !possible || len(prints) == 0 {
		return nil
	}
	return []step{exactly(say, text, prints...)}
}

// longest is how many bytes of a record a page quotes.
const longest = 4096

// says makes steps that show what the record says, by a pattern that means the same
// to grep and here.
func (h hand) says(say, pattern string) func(verify.Check) []step {
	return func(verify.Check) []step {
		found := h.matches(pattern)
		if len(strings.Join(found, "\n")) > longest {
			return nil
		}
		return h.ofRecord(say, "grep -ao "+shell(pattern), found...)
	}
}

func (h hand) matches(pattern string) (found []string) {
	p := regexp.MustCompile(pattern)
	for line := range bytes.Lines(h.f.Record.Bytes()) {
		for _, m := range p.FindAll(bytes.TrimSuffix(line, []byte("\n")), -1) {
			found = append(found, string(m))
		}
	}
	return found
}

func (h hand) recordStrict(verify.Check) []step {
	return h.ofRecord("The record's id is the SHA-256 of its file.", "sha256sum", sum(h.f.Record.ID().String()))
}

// digest is that of the model as the record has it, and whether a client's file was
// left out for that.
func (h hand) digest() (hex string, file, stripped bool) {
	d := h.f.Verdict.Target.Digest
	switch {
	case d == nil:
		return "", false, false
	case d.SHA256 != nil:
		return d.SHA256.String(), true, false
	case d.Tree == nil:
		return "", false, false
	}
	if h.f.Record != nil {
		for _, c := range h.f.Verdict.Checks {
			if c.ID == verify.ModelBytes && c.Status == verify.Held {
				hex, _ = strings.CutPrefix(c.Expected, "lineageTree1:")
			}
		}
	}
	if len(hex) != 64 {
		hex = d.Tree.String()
	}
	return hex, false, hex != d.Tree.String()
}

func (h hand) unambiguous(verify.Check) []step {
	hex, _, _ := h.digest()
	if h.Records == "" || len(h.Naming) == 0 || hex == "" {
		return nil
	}
	return []step{exactly("These records of the store have the model's digest in them, as an output or an input.",
		"grep -rlF "+hex+" "+shell(h.Records)+" | LC_ALL=C sort", h.Naming...)}
}

func (h hand) modelBytes(c verify.Check) (steps []step) {
	hex, file, stripped := h.digest()
	if hex == "" {
		return nil
	}
	switch {
	case h.Model != "" && file:
		steps = append(steps, exactly("The model's bytes have this digest.", "sha256sum <"+shell(h.Model), sum(hex)))
	case h.Model != "":
		without := ""
		if stripped {
			without = "! -path ./registered_model_meta "
		}
		steps = append(steps, exactly("The model's files have this digest, as a folder.", folder(h.Model, without), sum(hex)))
	default:
		steps = append(steps, h.served(hex, file)...)
	}
	if h.f.Record != nil && c.Status == verify.Held {
		steps = append(steps, h.ofRecord("The record has that digest.", "grep -aoF "+hex+" | sort -u", hex)...)
	}
	return steps
}

// folder is the command that prints the digest of a folder.
func folder(path, without string) string {
	return "( cd " + shell(relative(path)) + " && find -L . -type f " + without +
		`-printf '%P\0' | LC_ALL=C sort -z | xargs -0r sha256sum -- | sha256sum )`
}

// relative keeps cd from looking elsewhere, and from taking a path for an option.
func relative(path string) string {
	if strings.HasPrefix(path, "/") || strings.HasPrefix(path, "./") || strings.HasPrefix(path, "../") || path == "." || path == ".." {
		return path
	}
	return "./" + path
}

// mostServed bounds the files of a model that are fetched one by one.
const mostServed = 25

func (h hand) served(hex string, file bool) (steps []step) {
	plain := len(h.Served) > 0 && len(h.Served) <= mostServed && !file
	lines := []string{"{"}
	for _, s := range h.Served {
		plain = plain && !strings.ContainsAny(s.Path, "\n\r\\")
		lines = append(lines, `  printf '%s  %s\n' "$(`+h.curl(s.URL)+` | sha256sum | cut -c1-64)" `+shell(s.Path))
	}
	if plain {
		lines = append(lines, "} | sha256sum")
		return []step{{Say: "The server's files have this digest, as a folder.", Command: lines, Prints: []string{sum(hex)}}}
	}
	for _, s := range h.Served[:min(len(h.Served), mostServed)] {
		if file && len(h.Served) == 1 {
			s.Digest, _ = hashing.ParseFileDigest(hex)
		}
		if s.Digest.IsZero() {
			continue
		}
		steps = append(steps, exactly("The server's "+strings.TrimSpace("file "+s.Path)+" has this digest.", h.curl(s.URL)+" | sha256sum", sum(s.Digest.String())))
	}
	return steps
}

// digests shows that the record has the digests of its inputs.
func (h hand) digests(role record.Role) func(verify.Check) []step {
	return func(verify.Check) (steps []step) {
		all := h.f.Record.Dependencies(role)
		for _, in := range all[:min(len(all), mostInputs)] {
			if _, hex, found := strings.Cut(digestText(in.Digest), ":"); found {
				steps = append(steps, h.ofRecord("The record has the digest of "+in.Name+".", "grep -aoF "+hex+" | sort -u", hex)...)
			}
		}
		return steps
	}
}

func (h hand) packages(verify.Check) []step {
	const pattern = `"role":"package"`
	n := len(h.matches(pattern))
	return h.ofRecord("The record lists so many packages.", "grep -aoF '"+pattern+"' | wc -l", strconv.Itoa(n))
}

func (h hand) registry(verify.Check) (steps []step) {
	for _, e := range h.Entries {
		steps = append(steps, exactly(e.Say, h.curl(e.URL)+` | tr -d ' \n' | grep -oF `+shell(e.Has)+" | sort -u", e.Has))
	}
	return steps
}

// blob is the file of a kept blob.
func (h hand) blob(d hashing.FileDigest) (string, bool) {
	path, kept := h.Blobs[d]
	return path, kept
}

// inputs reads again what was found of each input.
func (h hand) inputs(c verify.Check) (steps []step) {
	for _, e := range c.Evidence[:min(len(c.Evidence), 2*mostInputs)] {
		all := h.all()
		i := slices.IndexFunc(all, func(r record.Resource) bool { return r.Name == e.Name })
		switch {
		case i < 0:
		case strings.HasPrefix(e.Where, "gitCommit:"):
			steps = append(steps, h.committed(e.Name+" is in the commit.", all[i])...)
		default:
			steps = append(steps, h.input(e)...)
		}
	}
	return steps
}

func (h hand) all() []record.Resource {
	return slices.Concat(h.f.Record.Dependencies(record.RoleData), h.f.Record.Dependencies(record.RolePreprocessing))
}

func (h hand) input(e verify.Evidence) []step {
	kind, hex, _ := strings.Cut(e.Found, ":")
	say, tree := e.Name+" has the recorded digest.", kind == "lineageTree1"
	if e.Status == verify.Failed {
		say = "Other bytes than those of " + e.Name + " stand there."
	}
	if len(hex) != 64 || kind != "sha256" && !tree {
		return nil
	}
	where := e.Where
	for _, place := range []verify.PlaceKind{verify.PlaceRecorded, verify.PlaceDataRoot} {
		where = strings.TrimPrefix(where, string(place)+": ")
	}
	url, remote := strings.CutPrefix(where, string(verify.PlaceURI)+": ")
	where = h.here(where)
	digest, err := hashing.ParseFileDigest(hex)
	path, kept := h.blob(digest)
	switch {
	case remote && !tree && link(url) != "":
		return []step{exactly(say, "curl -fsSL "+shell(url)+" | sha256sum", sum(hex))}
	case e.Status == verify.Failed, where != h.here(e.Where):
		if tree {
			return []step{exactly(say, folder(where, ""), sum(hex))}
		}
		return []step{exactly(say, "sha256sum <"+shell(where), sum(hex))}
	case err == nil && kept && tree:
		return []step{exactly("The list of the files of "+e.Name+" was kept.", "sha256sum <"+shell(path), sum(hex))}
	case err == nil && kept:
		return []step{exactly(e.Name+" was kept.", "sha256sum <"+shell(path), sum(hex))}
	}
	return nil
}

// here is a path as it is called in the folder in which the page was made.
func (h hand) here(path string) string {
	if path == h.Folder {
		return "."
	}
	if h.Folder != "" {
		if below, ok := strings.CutPrefix(path, strings.TrimSuffix(h.Folder, "/")+"/"); ok && below != "" {
			return below
		}
	}
	return path
}
