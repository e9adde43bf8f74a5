package index

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// facts are what a row keeps of a run beside what it is found by.
type facts struct {
	Finished record.Timestamp
	Outcome  record.Outcome
	Command  []string
	Commit   record.GitHash   `json:",omitempty"`
	State    record.TreeState `json:",omitempty"`
	Gaps     int              `json:",omitempty"`
	Host     string           `json:",omitempty"`
}

func encodeFacts(r Run) ([]byte, error) {
	return json.Marshal(facts{r.Finished, r.Outcome, r.Command, r.Commit, r.State, r.Gaps, r.Host})
}

// decodeRun puts a row together.
func decodeRun(id, invocation, started, parent, raw []byte) (*Run, error) {
	var f facts
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, err
	}
	if len(id) != 32 || len(invocation) != 16 || len(started) != 9 || len(parent) != 0 && len(parent) != 16 {
		return nil, fmt.Errorf("a run's row has an id of %d bytes", len(id))
	}
	r := &Run{
		ID: record.ID(id), Invocation: record.Invocation(invocation), Started: decodeTime(started), Finished: f.Finished,
		Outcome: f.Outcome, Command: f.Command, Commit: f.Commit, State: f.State, Gaps: f.Gaps, Host: f.Host,
	}
	copy(r.Parent[:], parent)
	return r, nil
}

// detail is what a row keeps of a [Detail] that the uses do not tell; most runs have
// none.
type detail struct {
	Coverage        record.Coverage         `json:",omitempty"` // "" for declared
	NoData          bool                    `json:",omitempty"`
	NoPreprocessing bool                    `json:",omitempty"`
	Unhashed        []record.Gap            `json:",omitempty"`
	Differs         []record.Location       `json:",omitempty"`
	Sources         map[int][]record.Source `json:",omitempty"` // by the number of the use
}

// encodeDetail is nil where there is nothing to keep.
func encodeDetail(r *record.Record) ([]byte, error) {
	d := DetailOf(r)
	kept := detail{d.Coverage, d.NoData, d.NoPreprocessing, d.Unhashed, d.Differs, map[int][]record.Source{}}
	if kept.Coverage == record.CoverageDeclared {
		kept.Coverage = ""
	}
	for i, n := range namedBy(r) {
		if len(n.sources) > 0 {
			kept.Sources[i] = n.sources
		}
	}
	raw, err := json.Marshal(kept)
	if string(raw) == "{}" {
		return nil, err
	}
	return raw, err
}

// epoch makes the seconds of every year that a record can have positive.
const epoch = 1 << 38

// encodeTime is a time in nine bytes whose order is that of the times.
func encodeTime(t time.Time) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(t.Unix()+epoch))
	return binary.BigEndian.AppendUint32(b[3:], uint32(t.Nanosecond()))
}

func decodeTime(b []byte) record.Timestamp {
	seconds := binary.BigEndian.Uint64(append(make([]byte, 3), b[:5]...))
	return record.At(time.Unix(int64(seconds)-epoch, int64(binary.BigEndian.Uint32(b[5:9]))))
}

// encodeDigest is a digest of either kind.
func encodeDigest(d Digest) []byte {
	if d.IsTree() {
		return append([]byte{'t'}, d.Tree[:]...)
	}
	return append([]byte{'f'}, d.File[:]...)
}

func decodeDigest(b []byte) (Digest, error) {
	if len(b) != 33 || b[0] != 'f' && b[0] != 't' {
		return Digest{}, fmt.Errorf("a row has a digest of %d bytes", len(b))
	}
	if b[0] == 't' {
		return OfTree(hashing.TreeDigest(b[1:])), nil
	}
	return OfFile(hashing.FileDigest(b[1:])), nil
}

// prefixOf is the first half of a quarter of a digest, as a signed number of the
// same order: enough to find it, and never believed alone.
func prefixOf(d hashing.FileDigest) int64 {
	return int64(binary.BigEndian.Uint64(d[:8]) ^ 1<<63)
}

// stampOf is what is kept of a Stat, and never 0. The device is left out: it has
// another number after a restart, on some systems.
func stampOf(s hashing.Stat) int64 {
	var b []byte
	for _, n := range []int64{int64(s.Inode), s.Size, int64(s.Mode), s.Mtime, s.Ctime} {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	sum := sha256.Sum256(b)
	return int64(binary.LittleEndian.Uint64(sum[:8]) | 1)
}

func encodeSide(s Side) int {
	if s == Made {
		return 1
	}
	return 2
}

func decodeSide(n int) Side {
	if n == 1 {
		return Made
	}
	return Read
}
