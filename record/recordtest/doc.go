// Package recordtest makes records for the tests of other packages.
//
// [Statement] is a whole, valid, succeeded run of a small training; options
// change it. Everything in it is fixed: the same call gives the same bytes, and
// every digest is that of content that [Contents] and [Blobs] give, so that a
// test can lay the files down and verify them.
package recordtest
