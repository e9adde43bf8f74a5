// Package capturetest checks what runs have left in a store: everything that must
// be so after any run, however it went. Tests of runs end with [Check].
package capturetest
