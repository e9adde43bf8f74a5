// Package git looks at repositories through the git program, hardened: it says
// which commit a work tree stands at, judges the tree by its bytes, finds
// commits in repositories that a verifier names, and puts a tree back.
//
// # What is believed
//
// Of a repository nothing is believed but bytes. The commit and its trees are
// read raw and hashed here, so that an object counts only if its bytes have its
// id: replace refs, grafts, a forged commit-graph and damaged objects change
// nothing. A file is the commit's if its bytes on disk have the blob's id, or
// are one of the few forms in which git checks that blob out (see [Form]). The
// index and its flags (assume-unchanged, skip-worktree, fsmonitor), excludes
// that do not stand in the tree, and the settings that soften status are not
// asked. docs/git.md lists what is judged and what is not.
//
// # What is never run
//
// Reading a repository executes nothing that it names: no hook, filter,
// fsmonitor, textconv, external diff, alias, pager, editor, credential helper,
// ssh command, gpg, remote helper or lazy fetch. Only plumbing is used; every
// variable that opens with GIT_ is scrubbed, global and system configuration
// are shut out, and no transport is allowed. Only where a verifier names a URL
// ([OpenSource]) does git reach out, from a bare temporary repository and with
// the user's own configuration, never with a repository's.
//
// # How it is used
//
// In front of a command [Repo.Scan] takes HEAD, and a stat of each code file.
// Beside it [Scan.Judge] reads the bytes and gives a [Tree]; afterwards
// [Scan.Changed] names what was changed meanwhile. [ScanFolder] does the same
// where there is no repository. What a tree differs in is a [Patch], which
// [Restore] puts back onto the commit.
package git
