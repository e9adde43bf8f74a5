// Package evidence is the outside as verify asks for it: models on the disk and in
// registries, records and blobs in stores and on trackers, git repositories, the
// places where inputs may be, and lock files.
//
// Each type implements one interface of the package verify and keeps its
// contract: what is not there wraps verify.ErrNotFound, and what could not be
// looked at is any other error. Nothing is judged here.
package evidence
