package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// rules keeps what the rules fit, and what is too new for any rule.
func (w *sweeper) rules(ctx context.Context) error {
	attached, err := w.attached(ctx)
	if err != nil {
		return err
	}
	for i, r := range w.runs {
		w.judge(r, func(k Keep) bool {
			return (k.Last == 0 || i < k.Last) && (!k.Attached || attached[r.ID]) && (!k.Succeeded || r.Status == record.Succeeded)
		})
	}
	for _, r := range w.open {
		w.judge(r, func(k Keep) bool { return k.Last == 0 && !k.Attached && !k.Succeeded })
	}
	return nil
}

func (w *sweeper) judge(r *sweptRun, fits func(Keep) bool) {
	for _, k := range w.opts.Keep {
		named := len(k.Records)+len(k.Runs) == 0 || slices.Contains(k.Records, r.ID) && !r.ID.IsZero() || slices.Contains(k.Runs, r.Invocation)
		if named && !r.Started.Before(k.Since) && fits(k) {
			r.because(k.Name)
		}
	}
	if len(w.opts.Keep) == 0 {
		r.keep = true
	}
	if !r.stat.LastPut.Before(w.before) {
		r.because(WhyRecent)
	}
}

func (r *sweptRun) because(why string) {
	r.keep = true
	if !slices.Contains(r.Why, why) {
		r.Why = append(r.Why, why)
	}
}

// attached are the records that hang on something. One whose attachments cannot be
// read may be one.
func (w *sweeper) attached(ctx context.Context) (map[record.ID]bool, error) {
	found := map[record.ID]bool{}
	for key, err := range w.backend.List(ctx, string(KindAttachment)+"/") {
		if err != nil {
			return nil, fmt.Errorf("listing attachments: %w", err)
		}
		if k, err := ParseKey(key); err == nil {
			found[k.Record] = true
		}
	}
	return found, nil
}

// relatives keeps what kept runs need, until nothing more is found.
func (w *sweeper) relatives(ctx context.Context) error {
	family := w.families()
	makers := &makers{sweeper: w}
	var todo []*sweptRun
	for _, u := range w.running {
		todo = append(todo, &sweptRun{SweptRun: SweptRun{Invocation: u.InvocationID}, parent: u.Parent, group: u.Group})
	}
	for _, r := range slices.Concat(w.runs, w.open) {
		if r.keep {
			todo = append(todo, r)
		}
	}
	for len(todo) > 0 {
		r := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		add := func(other *sweptRun, why string) {
			if !other.keep {
				other.because(why)
				todo = append(todo, other)
			}
		}
		for _, name := range familyNames(r) {
			for _, other := range family[name] {
				add(other, WhyFamily)
			}
			delete(family, name)
		}
		if w.opts.NoUpstream {
			continue
		}
		if err := makers.of(ctx, r, func(other *sweptRun) { add(other, WhyUpstream) }); err != nil {
			return err
		}
	}
	return nil
}

// families are the runs by what joins them.
func (w *sweeper) families() map[string][]*sweptRun {
	all := map[string][]*sweptRun{}
	for _, r := range slices.Concat(w.runs, w.open) {
		for _, name := range familyNames(r) {
			all[name] = append(all[name], r)
		}
	}
	return all
}

// familyNames: a run is of one name with its children, of one with its parent, and of
// one with the ranks of its group.
func familyNames(r *sweptRun) []string {
	names := []string{"run " + r.Invocation.String()}
	if r.parent != nil {
		names = append(names, "run "+r.parent.String())
	}
	if r.group != nil {
		names = append(names, "group "+r.group.Kind+" "+r.group.ID)
	}
	return names
}

// makers finds the runs that made what another one read, by digest alone.
type makers struct {
	*sweeper
	files map[hashing.FileDigest][]made
	trees map[hashing.TreeDigest][]made
}

// made is an output, or a file of one.
type made struct {
	by *sweptRun
	at record.Location
}

func (m *makers) of(ctx context.Context, r *sweptRun, found func(*sweptRun)) error {
	if m.files == nil {
		if err := m.list(ctx); err != nil {
			return err
		}
	}
	for _, in := range r.inputs {
		join := func(all []made, at record.Location) {
			for _, out := range all {
				if !in.exact || out.at == at {
					found(out.by)
				}
			}
		}
		if in.SHA256 != nil {
			join(m.files[*in.SHA256], in.at)
		}
		if in.Tree == nil || in.Tree.IsEmpty() {
			continue
		}
		join(m.trees[*in.Tree], in.at)
		entries, err := m.filesOf(ctx, *in.Tree)
		if err != nil {
			return err
		}
		for _, e := range entries {
			join(m.files[e.Digest], in.at.Join(e.Path))
		}
	}
	return nil
}

// list notes the outputs of all runs. The files of a large folder stand in its
// manifest alone.
func (m *makers) list(ctx context.Context) error {
	m.files, m.trees = map[hashing.FileDigest][]made{}, map[hashing.TreeDigest][]made{}
	for _, r := range m.runs {
		for _, out := range r.outputs {
			if out.SHA256 != nil {
				m.files[*out.SHA256] = append(m.files[*out.SHA256], made{r, out.at})
			}
			if out.Tree == nil {
				continue
			}
			m.trees[*out.Tree] = append(m.trees[*out.Tree], made{r, out.at})
			if out.parts {
				continue
			}
			entries, err := m.filesOf(ctx, *out.Tree)
			if err != nil {
				return err
			}
			for _, e := range entries {
				m.files[e.Digest] = append(m.files[e.Digest], made{r, out.at.Join(e.Path)})
			}
		}
	}
	delete(m.files, hashing.EmptyFile) // it joins nothing
	return nil
}

// filesOf reads a manifest. One that is absent was absent before; one that cannot be
// read is damage like any other.
func (m *makers) filesOf(ctx context.Context, tree hashing.TreeDigest) ([]hashing.Entry, error) {
	raw, err := m.ReadBlob(ctx, tree.ManifestDigest(), maxManifest)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	var manifest hashing.Manifest
	if err == nil {
		if manifest, err = hashing.ParseManifest(raw); err != nil {
			err = &DamageError{blobKey(tree.ManifestDigest()), err}
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		if !slices.ContainsFunc(m.damaged, func(old error) bool { return old.Error() == err.Error() }) {
			m.damaged = append(m.damaged, err)
		}
		m.blocked = !m.opts.DespiteDamage
		return nil, nil
	}
	return manifest.Entries(), nil
}

// maxManifest bounds a manifest that is read back: some ten million files.
const maxManifest = 1 << 30
