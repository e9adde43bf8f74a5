// Package index answers what was recorded: which runs there are, and who made
// and who read these bytes. A [Catalog] is what `log`, `trace`, `diff` and
// `show @N` ask.
//
// There are two ways to an answer, and they give the same ones. The scan reads
// every record of the store, and is the reference. The index is an SQLite file
// that is only a cache: whatever writes records never opens it, deleting it loses
// nothing, and one that is damaged, locked, of another version or another user's
// is thrown away, or not used, with a note. No verdict ever rests on it.
//
// docs/index.md has the format, and when an index is believed.
package index
