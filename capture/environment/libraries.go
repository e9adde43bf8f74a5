package environment

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// Library is a shared library that computes with several threads, as a process of the
// run had it loaded.
type Library struct {
	Kind    string // blas, openmp
	Name    string // OpenBLAS, MKL, libgomp, …
	Version string
	Path    string             // as the process has it
	Digest  hashing.FileDigest // zero if its bytes could not be read
	Threads int                // that it uses at most; 0 if unknown
	From    string             // the variable that this follows from, or "processors"
}

// Loaded is what the processes of a run were seen to have loaded.
type Loaded struct {
	Libraries []Library // by their paths
	Toolkits  []string  // of GPUs: CUDA 12.4.127, ROCm's HIP 6.2.41133
	Engines   []string  // that start containers, and ran
	Problems  []string  // what should have been readable and was not
}

// library is how a library is known by its file's name, and where its version stands
// in its bytes: behind a mark.
type library struct {
	pattern          *regexp.Regexp
	kind, name, mark string
	threads          func(settings, bool) (int, string)
}

const (
	kindBLAS    = "blas"
	kindOpenMP  = "openmp"
	kindToolkit = "toolkit"
)

// libraries are tried in order.
var libraries = []library{
	{regexp.MustCompile(`^lib(scipy_)?openblas[^/]*\.so`), kindBLAS, "OpenBLAS", "OpenBLAS ", openBLAS},
	{regexp.MustCompile(`^libmkl_(rt|core)\b[^/]*\.so`), kindBLAS, "MKL", "Math Kernel Library Version ", mkl},
	{regexp.MustCompile(`^libblis(-mt)?\b[^/]*\.so`), kindBLAS, "BLIS", "AOCL-BLIS ", blis},
	{regexp.MustCompile(`^libflexiblas\b[^/]*\.so`), kindBLAS, "FlexiBLAS", "", nil},
	{regexp.MustCompile(`^lib[st]?atlas\b[^/]*\.so`), kindBLAS, "ATLAS", "", nil},
	{regexp.MustCompile(`^libarmpl[_a-z0-9]*\.so`), kindBLAS, "Arm Performance Libraries", "", nil},
	{regexp.MustCompile(`^libnvpl_blas[_a-z0-9]*\.so`), kindBLAS, "NVPL BLAS", "", nil},
	{regexp.MustCompile(`^libessl[_a-z0-9]*\.so`), kindBLAS, "ESSL", "", nil},
	{regexp.MustCompile(`^libR(blas|lapack)\.so`), kindBLAS, "R's BLAS", "", nil},
	{regexp.MustCompile(`^libblas(-[0-9a-f]+)?\.so`), kindBLAS, "libblas", "", nil},
	{regexp.MustCompile(`^liblapack(-[0-9a-f]+)?\.so`), kindBLAS, "liblapack", "", nil},
	{regexp.MustCompile(`^libgomp(-[0-9a-f]+)*\.so`), kindOpenMP, "libgomp", "GCC: (", openMP},
	{regexp.MustCompile(`^libiomp5(-[0-9a-f]+)*\.so`), kindOpenMP, "libiomp5", "OMP version: ", openMP},
	{regexp.MustCompile(`^libomp(-[0-9a-f]+)*\.so`), kindOpenMP, "libomp", "OMP version: ", openMP},
	{regexp.MustCompile(`^libcudart(-[0-9a-f]+)?\.so`), kindToolkit, "CUDA", "", nil},
	{regexp.MustCompile(`^libamdhip64(-[0-9a-f]+)?\.so`), kindToolkit, "ROCm HIP", "", nil},
}

// libraryOf knows a library by its file's name.
func libraryOf(base string) (library, bool) {
	if !strings.HasPrefix(base, "lib") {
		return library{}, false
	}
	for _, l := range libraries {
		if l.pattern.MatchString(base) {
			return l, true
		}
	}
	return library{}, false
}

// settings are what a process's own environment and the kernel say of its threads.
type settings struct {
	variables  map[string]string
	processors int // that it may use; 0 if unknown
}

// number is the first of the variables that is one, as the libraries read it: a list
// counts by its first entry.
func (s settings) number(names ...string) (n int, from string) {
	for _, name := range names {
		first, _, _ := strings.Cut(s.variables[name], ",")
		if n, err := strconv.ParseUint(strings.TrimSpace(first), 10, 16); err == nil && n > 0 {
			return int(n), name
		}
	}
	return 0, ""
}

// orProcessors is number, or else as many as there are processors.
func (s settings) orProcessors(names ...string) (int, string) {
	if n, from := s.number(names...); n > 0 {
		return n, from
	}
	return s.processors, fromProcessors
}

const fromProcessors = "processors"

// openBLAS never starts more threads than it may use processors. One that is built on
// OpenMP leaves the number to that.
func openBLAS(s settings, onOpenMP bool) (int, string) {
	if onOpenMP {
		return openMP(s, true)
	}
	n, from := s.orProcessors("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")
	if s.processors > 0 && n > s.processors {
		return s.processors, fromProcessors
	}
	return n, from
}

// mkl takes as many threads as there are cores, of which a processor may be one half:
// without a variable the number is not known.
func mkl(s settings, _ bool) (int, string) {
	if strings.EqualFold(s.variables["MKL_THREADING_LAYER"], "SEQUENTIAL") {
		return 1, "MKL_THREADING_LAYER"
	}
	return s.number("MKL_NUM_THREADS", "OMP_NUM_THREADS")
}

// blis computes with one thread, unless it is told otherwise.
func blis(s settings, _ bool) (int, string) {
	if n, from := s.number("BLIS_NUM_THREADS", "OMP_NUM_THREADS"); n > 0 {
		return n, from
	}
	return 1, ""
}

func openMP(s settings, _ bool) (int, string) {
	n, from := s.orProcessors("OMP_NUM_THREADS")
	if limit, by := s.number("OMP_THREAD_LIMIT"); limit > 0 && limit < n {
		return limit, by
	}
	return n, from
}

// versionIn reads the version that stands behind a mark: digits, dots, and what belongs
// to them.
func versionIn(tail string) string {
	if i := strings.Index(tail, ") "); strings.HasPrefix(tail, "GCC: (") && i >= 0 {
		tail = tail[i+len(") "):]
	}
	end := strings.IndexFunc(tail, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r == '.' || r == '-' || r >= 'a' && r <= 'z')
	})
	if end >= 0 {
		tail = tail[:end]
	}
	if tail = strings.Trim(tail, ".-"); tail == "" || tail[0] < '0' || tail[0] > '9' {
		return ""
	}
	return tail
}

var (
	soVersion = regexp.MustCompile(`\.so\.(\d+(?:\.\d+)+)$`)
	soMajor   = regexp.MustCompile(`\.so\.(\d+)$`)
)

// versionOf is the version in a file's name, with at least two numbers if it can be.
func versionOf(base string) string {
	for _, p := range []*regexp.Regexp{soVersion, soMajor} {
		if m := p.FindStringSubmatch(base); m != nil {
			return m[1]
		}
	}
	return ""
}
