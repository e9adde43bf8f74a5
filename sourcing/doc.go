// Package sourcing tells which bytes of a run's inputs nobody can have again by what
// was recorded.
//
// Bytes are sourced if they are in the recorded commit, were made by a recorded run, or
// have a URI. Of each file of an input:
//
//   - in the commit: it is in the manifest of the code, at its path and with its digest,
//     and the commit's differences do not name it;
//   - a URI: the input has one, or the folder has one for this file;
//   - made by a run: that is for whoever has the store to say, see [Input.Found].
//
// An empty file is sourced: there is nothing to be had. Nothing here looks at whether a
// URI still has the bytes; `lineage verify` does.
package sourcing
