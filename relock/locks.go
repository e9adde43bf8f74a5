package relock

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/capture/lockfile"
	"github.com/lineage-audit/lineage/capture/python"
	"github.com/lineage-audit/lineage/record"
)

// Lock is a lock file of the run.
type Lock struct {
	Location record.Location
	python.Lock
	files []archives
}

// archives are the files of one package of a lock.
type archives struct {
	name  string
	files []Archive
}

// ParseLock reads a lock file of the run, whose bytes have the recorded digest.
func ParseLock(at record.Location, content []byte) (Lock, error) {
	l, err := python.ParseLock(at.Path, content)
	if err != nil {
		return Lock{}, err
	}
	return Lock{Location: at, Lock: l, files: filesOf(l.Format, content)}, nil
}

// archives are the files of a package that have one of the hashes.
func (l Lock) archives(name string, hashes []python.Hash) (found []Archive) {
	for _, p := range l.files {
		if p.name != name {
			continue
		}
		for _, a := range p.files {
			if a.Hashes = slices.DeleteFunc(sound(a.Hashes), func(h python.Hash) bool { return !slices.Contains(hashes, h) }); len(a.Hashes) > 0 {
				found = append(found, a)
			}
		}
	}
	return found
}

// maxLock bounds a lock file whose archives are read, as package python does.
const maxLock = 16 << 20

// listed is a file in the spellings of all formats.
type listed struct {
	Name, File, URL string
	Size            int64
	Hash            string
	Hashes          map[string]string
}

type listedPackage struct {
	Name    string
	Wheels  []listed
	Sdist   listed
	Archive listed
	Files   []listed // of Poetry and PDM
}

// filesOf reads which files a lock names. Formats that name none, such as
// requirements.txt, have hashes alone; a lock that was read once is read again here, so
// that what cannot be is no error.
func filesOf(format python.LockFormat, content []byte) (all []archives) {
	var lock struct {
		Package  []listedPackage // uv, Poetry, PDM
		Packages []listedPackage // pylock
	}
	switch format {
	case python.FormatUV, python.FormatPylock, python.FormatPoetry, python.FormatPDM:
	default:
		return nil
	}
	if _, err := lockfile.DecodeTOML(content, &lock, maxLock); err != nil {
		return nil
	}
	for _, p := range slices.Concat(lock.Package, lock.Packages) {
		a := archives{name: python.NormalizeName(p.Name)}
		for _, f := range slices.Concat(p.Wheels, []listed{p.Sdist, p.Archive}, p.Files) {
			if file, known := f.archive(); known {
				a.files = append(a.files, file)
			}
		}
		all = append(all, a)
	}
	return all
}

func (f listed) archive() (Archive, bool) {
	a := Archive{Name: f.Name + f.File, Size: max(0, f.Size)}
	if safeURL.MatchString(f.URL) {
		a.URL = f.URL
	}
	if a.Name == "" && a.URL != "" {
		if u, err := url.Parse(a.URL); err == nil {
			a.Name = path.Base(u.Path)
		}
	}
	if algorithm, value, found := strings.Cut(f.Hash, ":"); found {
		a.Hashes = append(a.Hashes, python.Hash{Algorithm: algorithm, Value: strings.ToLower(value)})
	}
	for algorithm, value := range f.Hashes {
		a.Hashes = append(a.Hashes, python.Hash{Algorithm: algorithm, Value: strings.ToLower(value)})
	}
	slices.SortFunc(a.Hashes, func(a, b python.Hash) int { return strings.Compare(a.Algorithm, b.Algorithm) })
	return a, safeFile.MatchString(a.Name) && len(a.Hashes) > 0
}
