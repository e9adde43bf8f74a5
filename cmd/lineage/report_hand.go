package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
)

// hand finds out what commands can reach that a person runs in this folder.
func (p *pageMaker) hand(ctx context.Context) {
	h := &p.facts.Hand
	h.Folder = p.place.Dir
	h.Curl = p.curlOptions()
	p.kept(ctx)
	switch {
	case p.registry != nil:
		p.served(ctx)
	case p.verdict.Target.Digest != nil:
		h.Model = p.ref.Path
	}
	if p.facts.Record != nil {
		p.committed(ctx)
	}
}

// here is a path as it is called from this folder, if it is in it.
func (p *pageMaker) here(path string) string {
	if below, err := filepath.Rel(p.place.Dir, path); err == nil && filepath.IsLocal(below) {
		return below
	}
	return path
}

// kept are the files of the store.
func (p *pageMaker) kept(ctx context.Context) {
	h := &p.facts.Hand
	dir, err := filepath.Abs(p.dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return // there is no store
	}
	h.Blobs = map[hashing.FileDigest]string{}
	if d := p.verdict.Target.Digest; d != nil {
		h.Records = p.here(filepath.Join(dir, "records"))
		h.Naming = p.naming(ctx, d, dir)
	}
	r := p.facts.Record
	if r == nil {
		return
	}
	if file := recordFile(dir, r.ID()); isFile(file) {
		h.Record = p.here(file)
	}
	for _, d := range wantedBlobs(r) {
		text := d.String()
		if file := filepath.Join(dir, "blobs", "sha256", text[:2], text); isFile(file) {
			h.Blobs[d] = p.here(file)
		}
	}
}

// wantedBlobs are those that a person may want to look at: the lists of folders, and
// inputs that were kept.
func wantedBlobs(r *record.Record) (all []hashing.FileDigest) {
	for _, role := range []record.Role{record.RoleCode, record.RoleData, record.RolePreprocessing} {
		for _, dep := range r.Dependencies(role) {
			switch {
			case dep.Digest == nil:
			case dep.Digest.Tree != nil:
				all = append(all, dep.Digest.Tree.ManifestDigest())
			case dep.Digest.SHA256 != nil:
				all = append(all, *dep.Digest.SHA256)
			}
		}
	}
	return all
}

func recordFile(dir string, id record.ID) string {
	return filepath.Join(dir, "records", id.String()[:2], id.String()+".intoto.json")
}

func isFile(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular()
}

// naming are the record files that have the model's digest in them.
func (p *pageMaker) naming(ctx context.Context, d *verify.ModelDigest, dir string) (files []string) {
	text := ""
	if d.SHA256 != nil {
		text = d.SHA256.String()
	} else if d.Tree != nil {
		text = d.Tree.String()
	}
	for raw, err := range p.store.RawNaming(ctx, []string{text}) {
		if err != nil {
			return nil // grep would read what we cannot
		}
		files = append(files, p.here(recordFile(dir, raw.ID)))
	}
	slices.Sort(files)
	return files
}

// curlOptions are those that a person needs who has the variables that MLflow's own
// client reads. They name the variables, and hold no secret.
func (p *pageMaker) curlOptions() string {
	var options []string
	set := func(name string) bool { return p.c.getenv(name) != "" }
	switch {
	case set("MLFLOW_TRACKING_USERNAME") && set("MLFLOW_TRACKING_PASSWORD"):
		options = append(options, `-u "$MLFLOW_TRACKING_USERNAME:$MLFLOW_TRACKING_PASSWORD"`)
	case set("MLFLOW_TRACKING_TOKEN"):
		options = append(options, `-H "Authorization: Bearer $MLFLOW_TRACKING_TOKEN"`)
	}
	if set("MLFLOW_WORKSPACE") {
		options = append(options, `-H "X-MLFLOW-WORKSPACE: $MLFLOW_WORKSPACE"`)
	}
	return strings.Join(options, " ")
}
