// Vectors writes the files below testdata/records, testdata/intents,
// testdata/attachments, testdata/sources and testdata/manifests: documents that every
// implementation of the formats must read, and more that it must refuse, each
// named by what is wrong with it.
//
//	good/              documents to be read
//	good/SHA256SUMS    their digests: of records, the ids
//	bad/               documents to be refused
//	bad/expected.txt   for each of them its name, the kind of refusal and a part
//	                   of what this implementation says, separated by tabs
//
// The kinds are "malformed", "foreign" (no document of ours at all) and "newer"
// (one of ours, of a version that is not known).
//
// Vectors of a released version are never changed or removed.
package main
