// Package bundle moves runs between stores as one file, unchanged.
//
// A bundle is a tar archive (POSIX ustar) of the store's own keys: unpacked into
// an empty folder it is a store. Of the same runs there is one bundle, byte for byte:
//
//   - the entries are regular files of mode 0444, owner and group 0 without names,
//     time 0, and nothing else: no folders, no links, no extended headers;
//   - first "format"; then the blobs, in byte order; then the records, in byte
//     order, each after its intent, unless an earlier record had the same one, and
//     before its attachments, signatures and statements, in byte order;
//   - two blocks of zeros end it, and nothing follows.
//
// The order is that in which a store may be filled: one that is cut off after any
// entry has no record that names what is not there.
//
// A bundle may be compressed with gzip. [Check] reads one and believes nothing: every
// byte of it is either a header as it would be written here, or content that has the
// digest that its key says, of a record that is read strictly, or of something that
// a record of the same bundle names.
package bundle
