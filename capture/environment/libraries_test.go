//go:build linux

package environment

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
)

func TestLibraryOf(t *testing.T) {
	for base, want := range map[string]string{
		"libscipy_openblas64_-32a4b2a6.so": "OpenBLAS", "libopenblas.so.0": "OpenBLAS", "libopenblasp-r0.3.27.so": "OpenBLAS", "libmkl_rt.so.2": "MKL", "libmkl_core.so.1": "MKL",
		"libblis.so.4": "BLIS", "libblis-mt.so.4.2.0": "BLIS", "libblas.so.3.12.0": "libblas", "liblapack.so.3": "liblapack", "libRblas.so": "R's BLAS", "libflexiblas.so.3": "FlexiBLAS",
		"libgomp-e985bcbb.so.1.0.0": "libgomp", "libgomp.so.1": "libgomp", "libiomp5.so": "libiomp5", "libomp-a1b2.so": "libomp", "libomp.so.5": "libomp",
		"libcudart.so.12": "CUDA", "libcudart-e409450e.so.11.0": "CUDA", "libamdhip64.so.6": "ROCm HIP",
		"libompd.so": "", "libomptarget.so": "", "libmkl_intel_thread.so.2": "", "_cython_blas.cpython-311.so": "", "libblast.so": "", "libc.so.6": "", "openblas.so": "", "libopenblas.a": "", "": "",
	} {
		if got, _ := libraryOf(base); got.name != want {
			t.Errorf("%q is %q, want %q", base, got.name, want)
		}
	}
}

func TestVersions(t *testing.T) {
	for tail, want := range map[string]string{
		"0.3.31.188.0  USE64BITINT": "0.3.31.188.0", "0.3.27.dev DYNAMIC": "0.3.27.dev", "2024.1-Product Build": "2024.1", "GCC: (GNU) 10.2.1 20210130": "10.2.1",
		"GCC: (Debian 12.2.0-14) 12.2.0\x00": "12.2.0", "5.0.20140926": "5.0.20140926", "%d.%d": "", "": "", "GCC: (": "", "v1": "", "...": "", "GCC: (x) y": "",
	} {
		if got := versionIn(tail); got != want {
			t.Errorf("%q: got %q, want %q", tail, got, want)
		}
	}
	for base, want := range map[string]string{"libgomp.so.1.0.0": "1.0.0", "libmkl_rt.so.2": "2", "libomp.so": "", "libopenblasp-r0.3.27.so": ""} {
		if got := versionOf(base); got != want {
			t.Errorf("%q: got %q, want %q", base, got, want)
		}
	}
}

// The order in which each library looks is that of its own manual: OpenBLAS's USAGE.md
// and memory.c, MKL's developer guide, BLIS's Multithreading.md, OpenMP 5.2.
func TestThreads(t *testing.T) {
	vars := func(all ...string) map[string]string {
		m := map[string]string{}
		for _, v := range all {
			name, value, _ := strings.Cut(v, "=")
			m[name] = value
		}
		return m
	}
	for name, c := range map[string]struct {
		library  string
		vars     map[string]string
		onOpenMP bool
		want     int
		from     string
	}{
		"OpenBLAS":                   {"libopenblas.so", nil, false, 8, "processors"},
		"OpenBLAS, own first":        {"libopenblas.so", vars("OMP_NUM_THREADS=2", "GOTO_NUM_THREADS=3", "OPENBLAS_NUM_THREADS=4"), false, 4, "OPENBLAS_NUM_THREADS"},
		"OpenBLAS, Goto":             {"libopenblas.so", vars("OMP_NUM_THREADS=2", "GOTO_NUM_THREADS=3"), false, 3, "GOTO_NUM_THREADS"},
		"OpenBLAS, OpenMP's":         {"libopenblas.so", vars("OMP_NUM_THREADS=2"), false, 2, "OMP_NUM_THREADS"},
		"OpenBLAS, too many":         {"libopenblas.so", vars("OPENBLAS_NUM_THREADS=64"), false, 8, "processors"},
		"OpenBLAS, 0":                {"libopenblas.so", vars("OPENBLAS_NUM_THREADS=0", "OMP_NUM_THREADS=2"), false, 2, "OMP_NUM_THREADS"},
		"OpenBLAS on OpenMP":         {"libopenblas.so", vars("OPENBLAS_NUM_THREADS=4", "OMP_NUM_THREADS=2"), true, 2, "OMP_NUM_THREADS"},
		"MKL":                        {"libmkl_rt.so.2", nil, false, 0, ""},
		"MKL, own first":             {"libmkl_rt.so.2", vars("OMP_NUM_THREADS=2", "MKL_NUM_THREADS=6"), false, 6, "MKL_NUM_THREADS"},
		"MKL, sequential":            {"libmkl_rt.so.2", vars("MKL_THREADING_LAYER=sequential", "MKL_NUM_THREADS=6"), false, 1, "MKL_THREADING_LAYER"},
		"BLIS":                       {"libblis.so.4", nil, false, 1, ""},
		"BLIS, told":                 {"libblis.so.4", vars("BLIS_NUM_THREADS=4"), false, 4, "BLIS_NUM_THREADS"},
		"OpenMP":                     {"libgomp.so.1", nil, false, 8, "processors"},
		"OpenMP, more":               {"libgomp.so.1", vars("OMP_NUM_THREADS=16"), false, 16, "OMP_NUM_THREADS"},
		"OpenMP, nested":             {"libiomp5.so", vars("OMP_NUM_THREADS=4, 2"), false, 4, "OMP_NUM_THREADS"},
		"OpenMP, limited":            {"libomp.so", vars("OMP_THREAD_LIMIT=3"), false, 3, "OMP_THREAD_LIMIT"},
		"OpenMP, limited for naught": {"libomp.so", vars("OMP_THREAD_LIMIT=300"), false, 8, "processors"},
		"nonsense":                   {"libgomp.so.1", vars("OMP_NUM_THREADS=-1"), false, 8, "processors"},
	} {
		l, _ := libraryOf(c.library)
		if n, from := l.threads(settings{c.vars, 8}, c.onOpenMP); n != c.want || from != c.from {
			t.Errorf("%s: got %d by %q, want %d by %q", name, n, from, c.want, c.from)
		}
	}
}

// What is written in pieces of any length is found as it is in one.
func TestScannerAgainstNaive(t *testing.T) {
	for _, text := range []string{
		"", "OpenBLAS ", "OpenBLAS 0.3.1", "xOpenBLAS %s OpenBLAS 0.3.27 DYNAMIC" + strings.Repeat("x", 600), strings.Repeat("y", 255) + "OpenBLAS 0.3.27 z", strings.Repeat("OpenBLAS ", 100) + "0.3.9",
		strings.Repeat("\x00", 4000) + "OpenBLAS 0.3.30 DYNAMIC_ARCH NO_", "OpenBLAS OpenBLAS 1.2\x00",
	} {
		want := ""
		for at := range text {
			if tail, is := strings.CutPrefix(text[at:], "OpenBLAS "); is && want == "" {
				want = versionIn(tail)
			}
		}
		for size := 1; size < 700; size += 7 {
			s := scanner{mark: []byte("OpenBLAS ")}
			for rest := text; rest != ""; {
				n := min(size, len(rest))
				if m, err := s.Write([]byte(rest[:n])); m != n || err != nil {
					t.Fatal(m, err)
				}
				rest = rest[n:]
			}
			s.end()
			if got := versionIn(strings.TrimPrefix(string(s.found), "OpenBLAS ")); got != want {
				t.Fatalf("%.40q in pieces of %d: got %q, want %q", text, size, got, want)
			}
		}
	}
}

func FuzzMapped(f *testing.F) {
	f.Add("7f1102600000-7f1102637000 r-xp 00000000 fe:00 5311026                    /opt/lib/libgomp.so.1")
	f.Fuzz(func(t *testing.T, line string) {
		if path, ok := mapped(line); ok && !strings.HasPrefix(path, "/") {
			t.Errorf("%q maps %q", line, path)
		}
	})
}

// process writes what /proc says of one that has the files mapped.
func process(t *testing.T, proc string, pid int, environ string, paths ...string) {
	t.Helper()
	var maps strings.Builder
	for i, p := range paths {
		fmt.Fprintf(&maps, "7f%08x000-7f%08x000 r--p 00000000 fe:00 1 %s\n7f%08x000-7f%08x000 r-xp 00005000 fe:00 1                    %s\n", i, i+1, p, i, i+1, p)
	}
	maps.WriteString("7ffd0000-7ffd1000 rw-p 00000000 00:00 0                          [stack]\nbroken\n")
	for name, text := range map[string]string{
		"maps": maps.String(), "statm": fmt.Sprintf("%d 1 1 1 0 1 0\n", maps.Len()), "environ": environ, "status": "Name:\tpython\nCpus_allowed_list:\t0-3\n",
	} {
		path := filepath.Join(proc, fmt.Sprint(pid), name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSampler(t *testing.T) {
	proc, lib := t.TempDir(), t.TempDir()
	blas := []byte("\x7fELF" + strings.Repeat("\x00", 5000) + "OpenBLAS 0.3.27 NO_AFFINITY\x00")
	file := func(name string, content []byte) string {
		path := filepath.Join(lib, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	openblas, gomp := file("libopenblas.so.0", blas), file("libgomp.so.1.0.0", nil)
	cudart := file("nvidia/cuda_runtime/lib/libcudart.so.12", nil)
	file("nvidia_cuda_runtime_cu12-12.4.127.dist-info/METADATA", nil)
	gone := filepath.Join(lib, "libomp.so")

	process(t, proc, 7, "OMP_NUM_THREADS=2\x00PATH=/bin\x00")
	process(t, proc, 8, "", openblas)
	s := NewSampler(proc)
	go func() {
		defer s.Close()
		s.Visit(7, "/usr/bin/python\x00train.py")
		process(t, proc, 7, "OMP_NUM_THREADS=2\x00", gomp, openblas, cudart, gone+" (deleted)", "/usr/lib/libc.so.6") // loaded late
		s.Visit(7, "/usr/bin/python\x00train.py")
		s.Visit(8, "/usr/bin/docker")
		s.Visit(9, "")
		process(t, proc, 10, "")
		if err := os.WriteFile(filepath.Join(proc, "10", "cmdline"), []byte("/bin/sh\x00/opt/bin/podman\x00run\x00x\x00"), 0o644); err != nil {
			t.Error(err)
		}
		s.Visit(10, "/usr/bin/dash") // which executes what stands in for podman
	}()
	s.Describe(t.Context())
	got := s.Loaded()
	want := Loaded{
		Libraries: []Library{
			{Kind: "openmp", Name: "libgomp", Version: "1.0.0", Path: gomp, Digest: hashing.EmptyFile, Threads: 2, From: "OMP_NUM_THREADS"},
			{Kind: "openmp", Name: "libomp", Path: gone, Threads: 2, From: "OMP_NUM_THREADS"},
			{Kind: "blas", Name: "OpenBLAS", Version: "0.3.27", Path: openblas, Digest: hashing.Bytes(blas), Threads: 4, From: "processors"},
		},
		Toolkits: []string{"CUDA 12.4.127"}, Engines: []string{"docker", "podman"},
		Problems: []string{gone + " (deleted) was replaced or removed while the run had it loaded: its bytes are not known"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A look costs nothing where nothing has changed, and becomes rare in a long run.
func TestSamplerIsSparing(t *testing.T) {
	s := NewSampler(t.TempDir())
	looks := 0
	for range 14_400 { // an hour of visits
		if v := s.visited[7]; v == nil || v.count+1 >= v.next {
			looks++
		}
		s.Visit(7, "/usr/bin/python")
	}
	if looks > 800 || looks < 700 {
		t.Errorf("%d looks in an hour", looks)
	}
}

func TestSamplerCutShort(t *testing.T) {
	proc := t.TempDir()
	path := filepath.Join(proc, "libgomp.so.1")
	if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 1<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	process(t, proc, 7, "", path)
	s := NewSampler(proc)
	s.Visit(7, "python")
	s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.Describe(ctx)
	if got := s.Loaded(); len(got.Libraries) != 1 || !got.Libraries[0].Digest.IsZero() || len(got.Problems) != 1 {
		t.Errorf("got %+v", got)
	}
}
