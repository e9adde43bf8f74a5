package attachtest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Memory is a tracker and registry in memory, for tests of what uses one. Train is
// what a child does with it. The zero value is ready for use.
type Memory struct {
	// Fail, if it is set, is asked before every call, with the method's name: an
	// error is the call's.
	Fail func(method string) error

	mu       sync.Mutex
	count    int
	runs     map[string]*memoryRun
	models   map[string]*memoryModel
	versions map[string][]*memoryVersion // by name, in order
	aliases  map[string]string           // name@alias to version
	blobs    map[blobKey][]byte
}

type blobKey struct {
	run    string
	digest hashing.FileDigest
}

type memoryRun struct {
	id         string
	invocation string
	start, end time.Time
	job        Job
	files      map[string]string
	kept       map[record.ID][]byte
	named      map[record.ID]bool
}

type memoryModel struct {
	id, name, run string
	invocation    string
	created       time.Time
	files         map[string]string
	named         map[record.ID]bool
}

type memoryVersion struct {
	name, number, source, run string
	created                   time.Time
	named                     map[record.ID]bool
}

var (
	_ attach.System     = (*Memory)(nil)
	_ attach.Registry   = (*Memory)(nil)
	_ attach.BlobReader = (*Memory)(nil)
	_ attach.RunReader  = (*Memory)(nil)
)

const (
	memoryName     = "memory"
	memoryVariable = "MEMORY_INVOCATION"
)

func (m *Memory) begin(ctx context.Context, method string) (func(), error) {
	if err := ctx.Err(); err != nil {
		return nil, &attach.Error{Address: memoryName, Op: method, Kind: attach.ErrUnreachable, Err: err}
	}
	if m.Fail != nil {
		if err := m.Fail(method); err != nil {
			return nil, err
		}
	}
	m.mu.Lock()
	if m.runs == nil {
		m.runs, m.models, m.versions = map[string]*memoryRun{}, map[string]*memoryModel{}, map[string][]*memoryVersion{}
		m.aliases, m.blobs = map[string]string{}, map[blobKey][]byte{}
	}
	return m.mu.Unlock, nil
}

func missing(format string, args ...any) error {
	return &attach.Error{Address: memoryName, Op: "reading", Kind: attach.ErrNotFound, Detail: fmt.Sprintf(format, args...)}
}

// Train does a job as a child with the environment.
func (m *Memory) Train(env []string, job Job) Done {
	end, err := m.begin(context.Background(), "Train")
	if err != nil {
		return Done{Failed: err.Error()}
	}
	defer end()
	invocation, done := "", Done{}
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, memoryVariable+"="); ok {
			invocation = v
		}
	}
	if !job.NoRun {
		r := m.newRun(invocation, job)
		done.Run = r.id
		for _, spec := range job.Models {
			m.log(spec, r.id, invocation, &done)
		}
		for source, name := range job.Register {
			m.register(strings.ReplaceAll(source, "RUN", r.id), name, r.id, &done)
		}
		r.end = time.Now()
	}
	for _, spec := range job.Outside {
		m.log(spec, "", invocation, &done)
	}
	if job.Escape {
		done.Escaped = m.newRun("", Job{}).id
	}
	for alias, of := range job.Aliases {
		m.aliases[of[0]+"@"+alias] = of[1]
	}
	for name, source := range job.VersionsAt {
		m.register(source, name, "", &done)
	}
	return done
}

func (m *Memory) newRun(invocation string, job Job) *memoryRun {
	m.count++
	r := &memoryRun{
		id: fmt.Sprintf("run%d", m.count), invocation: invocation, start: time.Now(), job: job,
		files: maps.Clone(job.Artifacts), kept: map[record.ID][]byte{}, named: map[record.ID]bool{},
	}
	m.runs[r.id] = r
	return r
}

func (m *Memory) log(spec ModelJob, run, invocation string, done *Done) {
	m.count++
	l := &memoryModel{
		id: fmt.Sprintf("m-%d", m.count), name: spec.Name, run: run, invocation: invocation,
		created: time.Now(), files: maps.Clone(spec.Files), named: map[record.ID]bool{},
	}
	m.models[l.id] = l
	done.Models = append(done.Models, l.id)
	if spec.Register != "" {
		m.register("models:/"+l.id, spec.Register, run, done)
	}
}

func (m *Memory) register(source, name, run string, done *Done) {
	v := &memoryVersion{
		name: name, number: strconv.Itoa(len(m.versions[name]) + 1), source: source, run: run,
		created: time.Now(), named: map[record.ID]bool{},
	}
	m.versions[name] = append(m.versions[name], v)
	done.Versions = append(done.Versions, v.number)
}

// SetFile changes one file of a logged model, as somebody with access to the
// system's storage could. No content removes it.
func (m *Memory) SetFile(model, path string, content *string) {
	end, _ := m.begin(context.Background(), "SetFile")
	defer end()
	delete(m.models[model].files, path)
	if content != nil {
		m.models[model].files[path] = *content
	}
}

// Prepare implements [attach.System].
func (m *Memory) Prepare(env []string, i record.Invocation) ([]string, error) {
	return append(slices.Clone(env), memoryVariable+"="+i.String()), nil
}

// Find implements [attach.System].
func (m *Memory) Find(ctx context.Context, s attach.Span) ([]attach.Target, error) {
	end, err := m.begin(ctx, "Find")
	if err != nil {
		return nil, err
	}
	defer end()
	var targets []attach.Target
	for _, id := range slices.Sorted(maps.Keys(m.runs)) {
		if m.runs[id].invocation == s.Invocation.String() {
			targets = append(targets, runTarget(id))
		}
	}
	own := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(m.models)) {
		if l := m.models[id]; l.invocation == s.Invocation.String() {
			own["models:/"+id] = true
			targets = append(targets, modelTarget(l))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.versions)) {
		for _, v := range m.versions[name] {
			r := m.runs[v.run]
			if own[v.source] || r != nil && r.invocation == s.Invocation.String() {
				targets = append(targets, m.versionTarget(v))
			}
		}
	}
	return targets, nil
}

func runTarget(id string) attach.Target {
	return attach.Target{System: memoryName, Kind: attach.KindRun, ID: id, Run: id}
}

func modelTarget(l *memoryModel) attach.Target {
	return attach.Target{System: memoryName, Kind: attach.KindLoggedModel, ID: l.id, Name: l.name, Run: l.run}
}

func (m *Memory) versionTarget(v *memoryVersion) attach.Target {
	run := v.run
	if l := m.models[strings.TrimPrefix(v.source, "models:/")]; run == "" && l != nil {
		run = l.run
	}
	return attach.Target{System: memoryName, Kind: attach.KindModelVersion, ID: v.number, Name: v.name, Run: run}
}

// names is where the target keeps the ids of its records.
func (m *Memory) names(t attach.Target) (map[record.ID]bool, error) {
	switch t.Kind {
	case attach.KindRun:
		if r := m.runs[t.ID]; r != nil {
			return r.named, nil
		}
	case attach.KindLoggedModel:
		if l := m.models[t.ID]; l != nil {
			return l.named, nil
		}
	case attach.KindModelVersion:
		if v := m.version(t.Name, t.ID); v != nil {
			return v.named, nil
		}
	}
	return nil, missing("there is no %s %q", t.Kind, t.ID)
}

func (m *Memory) version(name, number string) *memoryVersion {
	for _, v := range m.versions[name] {
		if v.number == number {
			return v
		}
	}
	return nil
}

// Put implements [attach.System].
func (m *Memory) Put(ctx context.Context, t attach.Target, a attach.Attachment) (attach.Receipt, error) {
	end, err := m.begin(ctx, "Put")
	if err != nil {
		return attach.Receipt{}, err
	}
	defer end()
	if record.IDOf(a.Statement) != a.ID {
		return attach.Receipt{}, &attach.Error{Address: memoryName, Op: "attaching", Kind: attach.ErrUnsupported}
	}
	named, err := m.names(t)
	if err != nil {
		return attach.Receipt{}, err
	}
	receipt := attach.Receipt{Target: t}
	if r := m.runs[t.Run]; r != nil {
		r.kept[a.ID] = bytes.Clone(a.Statement)
		for _, b := range a.Blobs {
			m.blobs[blobKey{r.id, b.Digest}] = bytes.Clone(b.Bytes)
		}
		receipt.Location = "memory:/" + r.id + "/" + a.ID.String()
	}
	named[a.ID] = true
	return receipt, nil
}

// Get implements [attach.System].
func (m *Memory) Get(ctx context.Context, t attach.Target) ([]attach.Attached, error) {
	end, err := m.begin(ctx, "Get")
	if err != nil {
		return nil, err
	}
	defer end()
	named, err := m.names(t)
	if err != nil {
		return nil, err
	}
	all := map[record.ID]attach.Attached{}
	for id := range named {
		all[id] = attach.Attached{ID: id, Target: t, Named: true}
	}
	if r := m.runs[t.Run]; r != nil {
		for id, raw := range r.kept {
			all[id] = attach.Attached{ID: id, Target: t, Named: named[id], Statement: bytes.Clone(raw)}
		}
	}
	byID := func(a, b attach.Attached) int { return cmp.Compare(a.ID.String(), b.ID.String()) }
	return slices.SortedFunc(maps.Values(all), byID), nil
}

// Blob implements [attach.BlobReader].
func (m *Memory) Blob(ctx context.Context, t attach.Target, d hashing.FileDigest) ([]byte, error) {
	end, err := m.begin(ctx, "Blob")
	if err != nil {
		return nil, err
	}
	defer end()
	b, found := m.blobs[blobKey{t.Run, d}]
	if !found {
		return nil, missing("there is no blob %s", d)
	}
	return bytes.Clone(b), nil
}

// RunData implements [attach.RunReader].
func (m *Memory) RunData(ctx context.Context, t attach.Target) (attach.RunData, error) {
	end, err := m.begin(ctx, "RunData")
	if err != nil {
		return attach.RunData{}, err
	}
	defer end()
	r := m.runs[t.Run]
	if r == nil {
		return attach.RunData{}, missing("there is no run %q", t.Run)
	}
	d := attach.RunData{System: memoryName, RunID: r.id, Status: "FINISHED"}
	for name, value := range r.job.Params {
		d.Params = append(d.Params, attach.NameValue{Name: name, Value: value})
	}
	for name, value := range r.job.Metrics {
		d.Metrics = append(d.Metrics, attach.Metric{Name: name, Value: value})
	}
	return d, nil
}
