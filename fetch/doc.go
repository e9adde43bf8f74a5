// Package fetch gets bytes from where a URI says that they are, and hashes them on
// the way.
//
//	https://host/path, http://…   from a server
//	s3://bucket/key               an object; ?versionId=V behind it names one version
//	s3://bucket/prefix/           all objects below a prefix, as a folder
//	file:///path, or a path       from this machine; file:///~/path is below the home
//
// [Client.Hash] reads and keeps nothing. [Client.Get] puts a file in its place: it is
// written beside its target as NAME.lineage-part, with NAME.lineage-part.json saying
// what it is a part of, synced, and renamed when it is whole. A second call goes on
// where the first one ended, if the origin still has the same bytes: the part is
// hashed again, the origin is asked for the rest under the same entity tag or version,
// and what differs starts anew.
//
// A file has come as a whole only if the origin said how long it is (or how the end
// is known) and gave as much. Connections that break, stall or are refused for the
// moment are tried again, from the byte that was reached. Bytes that change meanwhile,
// ranges that were not asked for, and lengths that do not add up are errors.
//
// Nothing of the environment is read but what [Options] holds. A URI's credentials are
// used and never shown: errors, results and the part's note have [URI.String], which is
// without them.
//
// A URI that stands in a record is foreign input. [Options.Allow] says which origins may
// be asked: a request, and every redirect, to another one is refused before a
// connection is made, unless a redirect leads over https to a public address.
package fetch
