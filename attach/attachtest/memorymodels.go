package attachtest

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/record"
)

// Resolve implements [attach.Registry].
func (m *Memory) Resolve(ctx context.Context, r attach.Ref) (attach.Model, error) {
	end, err := m.begin(ctx, "Resolve")
	if err != nil {
		return attach.Model{}, err
	}
	defer end()
	model := attach.Model{Ref: r}
	switch r.Kind {
	case attach.RefRun:
		return m.ofRun(model, r.RunID)
	case attach.RefArtifact:
		return m.ofArtifact(model, r)
	case attach.RefLoggedModel:
		return m.ofLogged(model, r.ModelID)
	case attach.RefAlias:
		number, found := m.aliases[r.Name+"@"+r.Alias]
		if !found {
			return attach.Model{}, missing("there is no alias %q", r.Alias)
		}
		model.Alias = r.Alias
		return m.ofVersion(model, r.Name, number)
	}
	return m.ofVersion(model, r.Name, r.Version)
}

func (m *Memory) ofRun(model attach.Model, id string) (attach.Model, error) {
	r := m.runs[id]
	if r == nil {
		return attach.Model{}, missing("there is no run %q", id)
	}
	model.RunID, model.RunStarted, model.RunEnded = id, r.start, r.end
	if model.LoggedModelID == "" {
		model.Created, model.Invocations = r.start, parsed(r.invocation)
	}
	model.Targets = append(model.Targets, runTarget(id))
	return model, nil
}

func parsed(invocation string) []record.Invocation {
	i, err := record.ParseInvocation(invocation)
	if err != nil {
		return nil
	}
	return []record.Invocation{i}
}

func (m *Memory) ofLogged(model attach.Model, id string) (attach.Model, error) {
	l := m.models[id]
	if l == nil {
		return attach.Model{}, missing("there is no logged model %q", id)
	}
	model.LoggedModelID, model.Location, model.Invocations = id, "memory:/"+id, parsed(l.invocation)
	if model.Created.IsZero() {
		model.Created = l.created
	}
	model.Targets = append(model.Targets, modelTarget(l))
	if l.run == "" {
		return model, nil
	}
	return m.ofRun(model, l.run)
}

func (m *Memory) ofArtifact(model attach.Model, r attach.Ref) (attach.Model, error) {
	run := m.runs[r.RunID]
	if run == nil {
		return attach.Model{}, missing("there is no run %q", r.RunID)
	}
	for path := range run.files {
		if path == r.Path || strings.HasPrefix(path, r.Path+"/") {
			model.Path, model.SingleFile = r.Path, path == r.Path
			return m.ofRun(model, r.RunID)
		}
	}
	for _, l := range m.models {
		if l.run == r.RunID && l.name == r.Path {
			return m.ofLogged(model, l.id)
		}
	}
	return attach.Model{}, missing("run %q has no %q", r.RunID, r.Path)
}

func (m *Memory) ofVersion(model attach.Model, name, number string) (attach.Model, error) {
	v := m.version(name, number)
	if v == nil {
		return attach.Model{}, missing("there is no version %s of %q", number, name)
	}
	model.Name, model.Version, model.Source, model.Created = name, number, v.source, v.created
	model.Targets = append(model.Targets, m.versionTarget(v))
	for strings.Count(v.source, "/") == 2 && strings.HasPrefix(v.source, "models:/") {
		of, n, _ := strings.Cut(strings.TrimPrefix(v.source, "models:/"), "/")
		if v = m.version(of, n); v == nil {
			return attach.Model{}, missing("there is no version %s of %q", n, of)
		}
	}
	if id, ok := strings.CutPrefix(v.source, "models:/"); ok {
		return m.ofLogged(model, id)
	}
	if id, path, ok := strings.Cut(strings.TrimPrefix(v.source, "runs:/"), "/"); ok && strings.HasPrefix(v.source, "runs:/") {
		return m.ofArtifact(model, attach.Ref{RunID: id, Path: path})
	}
	return attach.Model{}, &attach.Error{Address: memoryName, Op: "resolving", Kind: attach.ErrUnsupported, Detail: v.source}
}

// content gives the files of a model, by their paths within it.
func (m *Memory) content(model attach.Model) map[string]string {
	if model.LoggedModelID != "" {
		return m.models[model.LoggedModelID].files
	}
	found := map[string]string{}
	for path, content := range m.runs[model.RunID].files {
		if below, ok := strings.CutPrefix(path, model.Path+"/"); ok {
			found[below] = content
		} else if path == model.Path {
			found[path[strings.LastIndex(path, "/")+1:]] = content
		}
	}
	return found
}

// Files implements [attach.Registry].
func (m *Memory) Files(ctx context.Context, model attach.Model) ([]attach.File, error) {
	end, err := m.begin(ctx, "Files")
	if err != nil {
		return nil, err
	}
	defer end()
	content := m.content(model)
	var files []attach.File
	for _, path := range slices.Sorted(maps.Keys(content)) {
		files = append(files, attach.File{Path: path, Size: int64(len(content[path]))})
	}
	return files, nil
}

// Open implements [attach.Registry].
func (m *Memory) Open(ctx context.Context, model attach.Model, f attach.File) (io.ReadCloser, error) {
	end, err := m.begin(ctx, "Open")
	if err != nil {
		return nil, err
	}
	defer end()
	content, found := m.content(model)[f.Path]
	if !found {
		return nil, missing("there is no file %q", f.Path)
	}
	return io.NopCloser(strings.NewReader(content)), nil
}

// Later moves the time at which a run and its models were made.
func (m *Memory) Later(run string, by time.Duration) {
	end, _ := m.begin(context.Background(), "Later")
	defer end()
	r := m.runs[run]
	r.start, r.end = r.start.Add(by), r.end.Add(by)
	for _, l := range m.models {
		if l.run == run {
			l.created = l.created.Add(by)
		}
	}
}
