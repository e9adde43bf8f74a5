package capture

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/lineage-audit/lineage/capture/redact"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// maxSecret is the size up to which an input is held against the secret rules by its
// content. Who guesses a secret needs all other bytes to try a guess against a digest,
// and a file of secrets is small; data that was gathered from anywhere holds what looks
// like one somewhere.
const maxSecret = 1 << 20

// secretInput is why an input is not hashed, or "": a digest of a secret can be tried
// against guesses. A folder's tells that of each file to whoever has the others; it goes
// by the names, of which few are mistaken for others, and not by what data holds.
func (s *session) secretInput(l hashing.Listing) string {
	const guessed = "a digest of it could be tried against guesses; if it holds no secret, "
	if !l.IsDir {
		if why := secretName(l.Root, true); why != "" {
			return "it " + why + ": " + guessed + "give it another name"
		}
		if why := s.secretContent(l); why != "" {
			return "it " + why + ": " + guessed + "declare the folder that it stands in"
		}
		return ""
	}
	for _, f := range l.Files {
		if why := secretName(l.File(f), false); why != "" {
			return withSecret(f.Path, why)
		}
	}
	for _, link := range l.Links {
		if why := secretName(filepath.Join(l.Root, filepath.FromSlash(link.Path)), true); why != "" {
			return withSecret(link.Path, why)
		}
	}
	return ""
}

func withSecret(below, why string) string {
	return fmt.Sprintf("its file %q %s: the digest of the folder could be tried against guesses of it; move it out, or declare what is beside it",
		record.EncodePath(below), why)
}

// secretName says why a file is secret by its name or, if it may be reached by a link,
// by that of what it leads to.
func secretName(full string, linked bool) string {
	why, secret := redact.FileName(full)
	if secret || !linked {
		return why
	}
	real, err := filepath.EvalSymlinks(full)
	if err != nil {
		return ""
	}
	why, _ = redact.FileName(real)
	return why
}

func (s *session) secretContent(l hashing.Listing) string {
	if len(l.Files) != 1 || l.Files[0].Stat.Size > maxSecret {
		return ""
	}
	f, err := os.Open(l.Root)
	if err != nil {
		return "" // hashing says so too
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxSecret))
	if err != nil {
		return ""
	}
	why, _ := s.rules.File(l.Root, content)
	return why
}
