package report

import "time"

// Options say how to render. The zero value is for a pipe: no colour, lines of any
// length, absolute times.
type Options struct {
	Color bool      // paint words, by SGR sequences
	Width int       // of the terminal in columns; 0 for no limit
	Now   time.Time // times are told relative to it; if zero, in UTC
}
