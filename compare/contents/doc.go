// Package contents is the outside as package compare asks for it: blobs that a store
// or a tracker keeps, a git repository, and the places where files were.
//
// What [Contents] gives of a file is looked at by the rules of package redact first,
// as a capture does before it keeps content: a file that may hold a secret is
// withheld as a whole. Nothing is judged here but that.
package contents
