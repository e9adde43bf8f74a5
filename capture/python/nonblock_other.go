//go:build !unix

package python

const nonblock = 0
