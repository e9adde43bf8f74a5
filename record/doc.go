// Package record says what one run was.
//
// A record is the bytes of one standard document: an in-toto Statement v1 whose
// predicate is SLSA Provenance v1. [Decode] reads them strictly, [Encode] makes
// them once, and nothing re-serialises them: what is verified is what is decoded.
// A record's [ID] is the SHA-256 of those bytes, so sha256sum prints it.
//
// A run that has started and not yet ended is known by its [Intent], which is
// written before the command starts and whose digest is the record's first subject.
//
// docs/record.md specifies both formats field by field, so that someone could
// write a second implementation; testdata/records/v1 holds the vectors.
//
// Until the first tagged release v1 is open: a new field comes with its vectors,
// and old vectors stay valid. From then on a new field is a new version.
package record
