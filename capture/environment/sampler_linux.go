package environment

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Sampler learns from /proc which libraries the processes of a run load. [Sampler.Visit]
// is called by one goroutine whenever it looks at a process, [Sampler.Describe] reads
// the libraries beside it, and [Sampler.Loaded] is for when both are done.
type Sampler struct {
	proc     string
	visited  map[int]*visits
	seen     map[string]*sighting // by path
	engines  map[string]bool
	work     chan *sighting
	problems []string
}

// visits are how often a process was looked at, and when it is the next time.
type visits struct {
	program string
	count   int
	next    int
	size    string // of its memory, as when it was last looked at
}

// sighting is a library that was seen.
type sighting struct {
	library
	path    string
	pid     int // in whose root the path stands
	by      []settings
	content content
}

// maxLibraries bounds how many libraries are looked at; a process has a handful.
const maxLibraries = 256

// NewSampler gives one that reads below a folder like /proc; empty for /proc.
func NewSampler(proc string) *Sampler {
	if proc == "" {
		proc = "/proc"
	}
	return &Sampler{proc: proc, visited: map[int]*visits{}, seen: map[string]*sighting{}, engines: map[string]bool{}, work: make(chan *sighting, maxLibraries)}
}

// Visit looks at a living process, and at what it executes. Libraries are loaded late:
// it looks at the first visits and then at every fourth part of those that were, so that
// a process that ends has been looked at not long before. A process whose memory has
// not grown or shrunk since has loaded nothing.
func (s *Sampler) Visit(pid int, program string) {
	v := s.visited[pid]
	if v == nil || v.program != program {
		v = &visits{program: program}
		s.visited[pid] = v
		path, _, _ := strings.Cut(program, "\x00")
		s.engine(Engine(path))
	}
	if v.count++; v.count < v.next {
		return
	}
	const first, most = 8, 20 // visits; with pauses of 250 ms five seconds
	if v.next = v.count + 1; v.count > first {
		v.next = v.count + min(v.count/4, most)
	}
	dir := "/" + strconv.Itoa(pid)
	s.engine(EngineOf(strings.Split(strings.TrimSuffix(text(s.proc, dir+"/cmdline"), "\x00"), "\x00")))
	size, _, _ := strings.Cut(line(s.proc, dir+"/statm"), " ")
	if size != "" && size == v.size {
		return
	}
	v.size = size
	s.look(pid, dir)
}

// engine notes that a process starts containers, as it was called.
func (s *Sampler) engine(name string) {
	if name != "" {
		s.engines[name] = true
	}
}

func (s *Sampler) look(pid int, dir string) {
	var own *settings
	for l := range strings.Lines(long(s.proc, dir+"/maps")) {
		path, known := mapped(l)
		if !known {
			continue
		}
		kind, is := libraryOf(filepath.Base(strings.TrimSuffix(path, deleted)))
		if !is {
			continue
		}
		if own == nil {
			own = s.settings(dir)
		}
		s.note(kind, path, pid, *own)
	}
}

const deleted = " (deleted)"

// mapped is the path of a line of /proc/PID/maps that maps code of a library.
func mapped(line string) (string, bool) {
	i := strings.IndexByte(line, '/')
	if i < 0 || !strings.Contains(line, ".so") {
		return "", false
	}
	if _, flags, ok := strings.Cut(line[:i], " "); !ok || len(flags) < 4 || flags[2] != 'x' {
		return "", false
	}
	return strings.TrimSuffix(line[i:], "\n"), true
}

func (s *Sampler) note(kind library, path string, pid int, own settings) {
	was := s.seen[path]
	if was == nil {
		if len(s.seen) == maxLibraries {
			return
		}
		was = &sighting{library: kind, path: path, pid: pid}
		s.seen[path] = was
		s.work <- was // it has room for all
	}
	if !slices.ContainsFunc(was.by, own.equal) && len(was.by) < maxLibraries {
		was.by = append(was.by, own)
	}
}

func (s settings) equal(o settings) bool {
	return s.processors == o.processors && maps.Equal(s.variables, o.variables)
}

// settings are those of a process's own environment: a script may have set others
// than the run's. What a program sets for itself is not there.
func (s *Sampler) settings(dir string) *settings {
	own := settings{variables: map[string]string{}, processors: countList(fields(text(s.proc, dir+"/status"), ":")["Cpus_allowed_list"])}
	for v := range strings.SplitSeq(long(s.proc, dir+"/environ"), "\x00") {
		name, value, _ := strings.Cut(v, "=")
		if strings.HasSuffix(name, "_NUM_THREADS") || name == "OMP_THREAD_LIMIT" || name == "MKL_THREADING_LAYER" {
			if _, twice := own.variables[name]; !twice {
				own.variables[name] = value
			}
		}
	}
	return &own
}

// Close says that no visit will come any more.
func (s *Sampler) Close() { close(s.work) }

// Describe reads each library once, until Close. What ctx cuts short is named.
func (s *Sampler) Describe(ctx context.Context) {
	for l := range s.work {
		if l.kind != kindToolkit {
			l.content = s.read(ctx, l)
		}
	}
}

// Loaded is what was learnt.
func (s *Sampler) Loaded() (all Loaded) {
	all.Engines, all.Problems = slices.Sorted(maps.Keys(s.engines)), s.problems
	for _, path := range slices.Sorted(maps.Keys(s.seen)) {
		l := s.seen[path]
		base := filepath.Base(strings.TrimSuffix(path, deleted))
		if l.kind == kindToolkit {
			all.Toolkits = append(all.Toolkits, strings.TrimSpace(l.name+" "+toolkitVersion(path)))
			continue
		}
		found := Library{Kind: l.kind, Name: l.name, Version: l.content.version, Path: strings.TrimSuffix(path, deleted), Digest: l.content.digest}
		if found.Version == "" {
			found.Version = versionOf(base)
		}
		for _, own := range l.by {
			if l.threads == nil {
				break
			}
			if n, from := l.threads(own, l.content.openMP); n > found.Threads {
				found.Threads, found.From = n, from
			}
		}
		all.Libraries = append(all.Libraries, found)
	}
	all.Toolkits = slices.Compact(all.Toolkits)
	return all
}
