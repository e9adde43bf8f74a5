package verify

import (
	"context"
	"errors"
	"fmt"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// inquiry is what one verification has found out so far.
type inquiry struct {
	Request
	first, again look
	model        model // the bytes that records are compared with
	candidates   []*candidate
	chosen       *candidate
	gatherErr    error // why candidates may be missing
	opened       []openedRepository
	openedAll    bool
	code         *code
}

// look is one look at the target: what it was resolved to, and its bytes. An error
// of either is lookErr or bytesErr.
type look struct {
	resolved          Resolved
	content           Content
	lookErr, bytesErr error
}

// errNotAsked says that an interface was not given.
var errNotAsked = errors.New("nothing was given to look with")

func (q *inquiry) look(ctx context.Context) look {
	var l look
	if q.Target == nil {
		l.lookErr = errNotAsked
	} else if l.resolved, l.lookErr = q.Target.Resolve(ctx); l.lookErr == nil {
		l.lookErr = l.resolved.check()
	}
	if l.lookErr != nil {
		l.bytesErr = l.lookErr
		return l
	}
	if l.content, l.bytesErr = q.Target.Content(ctx, l.resolved); l.bytesErr == nil {
		l.bytesErr = l.content.check()
	}
	return l
}

func (q *inquiry) resolve(ctx context.Context) {
	q.first = q.look(ctx)
	if q.first.bytesErr == nil {
		q.model = q.modelOf(ctx, q.first)
	}
}

func (q *inquiry) resolveAgain(ctx context.Context) {
	if q.first.lookErr == nil {
		q.again = q.look(ctx)
	} else {
		q.again = look{lookErr: q.first.lookErr, bytesErr: q.first.bytesErr}
	}
}

// check refuses an answer that says nothing, which a target may give beside no error.
func (r Resolved) check() error {
	switch {
	case r.Kind == TargetPath:
		return nil
	case r.Kind != TargetRegistry:
		return fmt.Errorf("the target is of kind %q, which is none", r.Kind)
	case r.System == "" || r.Run == "" && r.LoggedModel == "" && (r.Name == "" || r.Version == ""):
		return errors.New("the registry's answer names no version, logged model or run")
	}
	return nil
}

func (c Content) check() error {
	if (c.File == nil) == (c.Tree == nil) || c.File != nil && c.File.IsZero() {
		return errors.New("the model's bytes are those of neither a file nor a folder")
	}
	return nil
}

// empty tells whether there is not one byte in it: it joins nothing to nothing.
func (c Content) empty() bool {
	if c.File != nil {
		return c.File.IsEmpty()
	}
	return c.Tree == nil || allEmpty(*c.Tree)
}

func allEmpty(m hashing.Manifest) bool {
	for _, e := range m.Entries() {
		if !e.Digest.IsEmpty() {
			return false
		}
	}
	return true
}

// digest is that of the verdict.
func (c Content) digest() *ModelDigest {
	switch {
	case c.File != nil:
		return &ModelDigest{SHA256: c.File}
	case c.Tree != nil:
		tree := c.Tree.Digest()
		return &ModelDigest{Tree: &tree, Files: c.Tree.Len()}
	}
	return nil
}

// same tells whether two readings gave the same bytes.
func (c Content) same(d Content) bool {
	return c.check() == nil && d.check() == nil && c.text() == d.text()
}

// text is the digest with its kind.
func (c Content) text() string {
	switch {
	case c.File != nil:
		return fileText(*c.File)
	case c.Tree != nil:
		return treeText(c.Tree.Digest())
	}
	return "nothing"
}

func fileText(d hashing.FileDigest) string    { return "sha256:" + d.String() }
func treeText(d hashing.TreeDigest) string    { return "lineageTree1:" + d.String() }
func commitText(commit record.GitHash) string { return "gitCommit:" + string(commit) }

// report is the target for the verdict.
func (q *inquiry) report() TargetReport {
	t := TargetReport{Asked: q.Asked, Digest: q.first.content.digest(), DigestAgain: q.again.content.digest()}
	if q.first.lookErr == nil {
		t.Resolved = &q.first.resolved
	}
	if q.again.lookErr == nil && q.again.resolved.Kind != "" {
		t.Again = &q.again.resolved
	}
	return t
}
