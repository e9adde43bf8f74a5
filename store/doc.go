// Package store keeps records and what belongs to them, and finds them again.
//
// A store is a set of immutable objects under keys. [Backend] is what it is kept
// in: [Dir] is a folder, [Memory] is for tests, and an object store would do.
//
//	format                            "lineage store 1" and a newline
//	intents/<aa>/<invocation>         what was announced: record.Intent; aa are the
//	                                  first two digits of its name, here and below
//	records/<aa>/<id>.intoto.json     a record
//	signatures/<id>/<sha256>          a Sigstore bundle over the record of that id
//	attachments/<id>/<sha256>         where it was hung: record.Attachment
//	statements/<id>/<sha256>          what was said of it later
//	sources/<sha256>/<sha256>         where bytes were fetched from: record.Fetched
//	blobs/sha256/<aa>/<sha256>        manifests and kept content
//
// All but format and intents are named by the SHA-256 of their bytes, and are
// hashed whenever they are read: what does not fit its name is a [*DamageError]
// that names the key, never a record. Nothing is ever changed, and only a sweep
// removes: see [Store.PlanSweep] and docs/store.md.
//
// There is no index. What is asked for newest first reads every record once, on
// all cores.
package store
