//go:build !unix

package hashing

const nonblock = 0
