package child

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// inheritance is what the process that started us has set for those it starts.
type inheritance struct {
	ignored signalSet
	blocked *unix.Sigset_t // nil if only the thread's own mask is known
}

// inherited is our inheritance. The Go runtime replaces it before any code of ours
// runs: it keeps an ignored SIGHUP and SIGINT, but not, say, the SIGQUIT of a
// shell's background job or a service's SIGPIPE, and unblocks some signals. It
// notes what was there in variables of its own, from where we read it. A stripped
// program has no symbols to find them by, and keeps what the runtime keeps.
var inherited = sync.OnceValue(func() (in inheritance) {
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		in.ignored, _ = parseSignals(status, "SigIgn")
	}
	found, err := runtimeVariables(map[string]uint64{
		"runtime.fwdSig":      8 * (uint64(lastSignal) + 1), // handlers, by signal
		"runtime.initSigmask": 8,
	})
	if err != nil {
		return in
	}
	for s := unix.Signal(1); s <= lastSignal; s++ {
		const ignore = 1 // SIG_IGN
		if binary.LittleEndian.Uint64(found["runtime.fwdSig"][8*s:]) == ignore {
			in.ignored |= setOf(s)
		}
	}
	in.blocked = signalSet(binary.LittleEndian.Uint64(found["runtime.initSigmask"])).forThread()
	return in
})

// mask gives this thread, which must be locked, the inherited mask.
func (in inheritance) mask() (restore func()) {
	if in.blocked == nil {
		return func() {}
	}
	return setMask(in.blocked)
}

// runtimeVariables reads variables of the given sizes from our own memory, at the
// addresses in our own symbol table.
func runtimeVariables(sizes map[string]uint64) (map[string][]byte, error) {
	exe, err := elf.Open("/proc/self/exe")
	if err != nil {
		return nil, err
	}
	defer exe.Close()
	slide, err := slide(exe)
	if err != nil {
		return nil, err
	}
	memory, err := os.Open("/proc/self/mem")
	if err != nil {
		return nil, err
	}
	defer memory.Close()
	addresses, err := addresses(exe, sizes)
	if err != nil {
		return nil, err
	}
	found := make(map[string][]byte)
	for name, address := range addresses {
		found[name] = make([]byte, sizes[name])
		if _, err := memory.ReadAt(found[name], int64(address+slide)); err != nil {
			return nil, fmt.Errorf("reading %q: %w", name, err)
		}
	}
	return found, nil
}

var errSymbols = errors.New("no symbols of a 64-bit little-endian program")

// addresses finds variables by name and size. The table is read by hand because
// [elf.File.Symbols] makes a string of each name, which takes longer than a start.
func addresses(exe *elf.File, sizes map[string]uint64) (map[string]uint64, error) {
	table := exe.SectionByType(elf.SHT_SYMTAB)
	if exe.Class != elf.ELFCLASS64 || exe.Data != elf.ELFDATA2LSB ||
		table == nil || int(table.Link) >= len(exe.Sections) {
		return nil, errSymbols
	}
	symbols, err := table.Data()
	if err != nil {
		return nil, err
	}
	names, err := exe.Sections[table.Link].Data()
	if err != nil {
		return nil, err
	}
	found := make(map[string]uint64)
	for ; len(symbols) >= elf.Sym64Size && len(found) < len(sizes); symbols = symbols[elf.Sym64Size:] {
		offset, size := binary.LittleEndian.Uint32(symbols), binary.LittleEndian.Uint64(symbols[16:])
		if elf.ST_TYPE(symbols[4]) != elf.STT_OBJECT || int(offset) >= len(names) {
			continue
		}
		for name, want := range sizes {
			if size == want && bytes.HasPrefix(names[offset:], append([]byte(name), 0)) {
				found[name] = binary.LittleEndian.Uint64(symbols[8:])
			}
		}
	}
	if len(found) < len(sizes) {
		return nil, errSymbols
	}
	return found, nil
}

// slide is by how much the program was moved as it was loaded, judged by where the
// kernel says that it entered it.
func slide(exe *elf.File) (uint64, error) {
	auxv, err := os.ReadFile("/proc/self/auxv")
	if err != nil {
		return 0, err
	}
	const entry = 9 // AT_ENTRY
	for word := strconv.IntSize / 8; len(auxv) >= 2*word && word == 8; auxv = auxv[2*word:] {
		if binary.LittleEndian.Uint64(auxv) == entry {
			return binary.LittleEndian.Uint64(auxv[8:]) - exe.Entry, nil
		}
	}
	return 0, errSymbols
}
