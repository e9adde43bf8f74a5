package compare

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Content is how the bytes of a file differ.
type Content struct {
	// Lines are the first that differ, in order. None are given where Why says why.
	Lines []Line `json:"lines"`
	// Removed and Added count all lines that only A or only B has.
	Removed int    `json:"removed"`
	Added   int    `json:"added"`
	Why     string `json:"why,omitempty"` // it is binary, too large, withheld, or not at hand
}

// Line is one line that only one of two files has.
type Line struct {
	Of     Of     `json:"of"`     // OfA: it was removed; OfB: it was added
	Number int    `json:"number"` // in its own file, from 1
	Text   string `json:"text"`
	Cut    bool   `json:"cut,omitempty"` // Text is only its beginning
}

// maxLine is how much of a line is given.
const maxLine = 400

// compareLines gives the first lines, most of them at most, at which two texts differ.
func compareLines(a, b []byte, most int) *Content {
	c := &Content{Lines: []Line{}}
	if !isTextual(a) || !isTextual(b) {
		c.Why = "it is binary: only its digests are compared"
		return c
	}
	linesA, linesB := splitLines(a), splitLines(b)
	for _, k := range blocks(linesA, linesB) {
		c.Removed += k.a1 - k.a0
		c.Added += k.b1 - k.b0
		left := most - len(c.Lines)
		fromB := min(k.b1-k.b0, max(left/2, left-(k.a1-k.a0)))
		fromA := min(k.a1-k.a0, left-fromB)
		c.take(OfA, linesA, k.a0, fromA)
		c.take(OfB, linesB, k.b0, fromB)
	}
	if len(c.Lines) == 2 && c.Lines[0].Text == c.Lines[1].Text && !c.Lines[0].Cut {
		c.Why = "only the end of the last line differs"
	}
	return c
}

func (c *Content) take(of Of, lines []string, from, n int) {
	for i := from; i < from+n; i++ {
		text := strings.TrimSuffix(lines[i], "\n")
		l := Line{Of: of, Number: i + 1, Text: text}
		if len(text) > maxLine {
			end := maxLine
			for !utf8.RuneStart(text[end]) {
				end--
			}
			l.Text, l.Cut = text[:end], true
		}
		c.Lines = append(c.Lines, l)
	}
}

// isTextual tells a text from other bytes: UTF-8 without a NUL.
func isTextual(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }

// splitLines keeps the line feeds, so that a last line without one is another line.
func splitLines(b []byte) []string {
	lines := strings.SplitAfter(string(b), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// block are lines of a that stand where b has others: a[a0:a1] and b[b0:b1].
type block struct{ a0, a1, b0, b1 int }

// blocks are the places at which two texts differ, in order. Lines that each has
// once are the anchors (a patience diff), so that a large table takes no longer than
// sorting it; what is between them need not be the least that differs.
func blocks(a, b []string) (found []block) {
	todo := []block{{0, len(a), 0, len(b)}}
	for len(todo) > 0 {
		k := trim(a, b, todo[len(todo)-1])
		todo = todo[:len(todo)-1]
		if k.a0 == k.a1 && k.b0 == k.b1 {
			continue
		}
		anchors := anchorsIn(a, b, k)
		if len(anchors) == 0 || k.a0 == k.a1 || k.b0 == k.b1 {
			found = append(found, k)
			continue
		}
		at := k
		var parts []block
		for _, p := range anchors {
			parts = append(parts, block{at.a0, p[0], at.b0, p[1]})
			at.a0, at.b0 = p[0]+1, p[1]+1
		}
		parts = append(parts, at)
		slices.Reverse(parts)
		todo = append(todo, parts...)
	}
	return found
}

// trim takes away the lines at both ends that are the same.
func trim(a, b []string, k block) block {
	for k.a0 < k.a1 && k.b0 < k.b1 && a[k.a0] == b[k.b0] {
		k.a0, k.b0 = k.a0+1, k.b0+1
	}
	for k.a0 < k.a1 && k.b0 < k.b1 && a[k.a1-1] == b[k.b1-1] {
		k.a1, k.b1 = k.a1-1, k.b1-1
	}
	return k
}

// anchorsIn are the lines that stand once in each part, as many of them as are in the
// same order in both: pairs of their numbers.
func anchorsIn(a, b []string, k block) [][2]int {
	type seen struct{ inA, inB, at int }
	lines := map[string]seen{}
	for i := k.a0; i < k.a1; i++ {
		s := lines[a[i]]
		lines[a[i]] = seen{s.inA + 1, 0, i}
	}
	for i := k.b0; i < k.b1; i++ {
		if s, ok := lines[b[i]]; ok {
			s.inB++
			lines[b[i]] = s
		}
	}
	var pairs [][2]int
	for i := k.b0; i < k.b1; i++ {
		if s := lines[b[i]]; s.inA == 1 && s.inB == 1 {
			pairs = append(pairs, [2]int{s.at, i})
		}
	}
	return increasing(pairs)
}

// increasing is the longest run of pairs, already in the order of their second
// numbers, whose first numbers increase.
func increasing(pairs [][2]int) [][2]int {
	var tails []int // of runs by their length: the pair with the least first number
	before := make([]int, len(pairs))
	for i, p := range pairs {
		n, _ := slices.BinarySearchFunc(tails, p[0], func(t, first int) int { return cmp.Compare(pairs[t][0], first) })
		before[i] = -1
		if n > 0 {
			before[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		} else {
			tails[n] = i
		}
	}
	if len(tails) == 0 {
		return nil
	}
	run := make([][2]int, 0, len(tails))
	for i := tails[len(tails)-1]; i >= 0; i = before[i] {
		run = append(run, pairs[i])
	}
	slices.Reverse(run)
	return run
}
