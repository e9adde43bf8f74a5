package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// scanner reads JSON from the front of rest, which holds valid UTF-8.
type scanner struct{ rest []byte }

// space skips what JSON calls white space.
func (s *scanner) space() {
	for len(s.rest) > 0 && strings.IndexByte(" \t\r\n", s.rest[0]) >= 0 {
		s.rest = s.rest[1:]
	}
}

// next skips white space and tells the byte that follows.
func (s *scanner) next() (byte, error) {
	if s.space(); len(s.rest) == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	return s.rest[0], nil
}

// skip reads that byte.
func (s *scanner) skip(want byte) error {
	c, err := s.next()
	if err == nil && c != want {
		err = s.unexpected()
	}
	if err == nil {
		s.rest = s.rest[1:]
	}
	return err
}

func (s *scanner) unexpected() error {
	r, _ := utf8.DecodeRune(s.rest)
	return fmt.Errorf("invalid character %q", r)
}

// mismatch says what stands where a value of another kind was wanted.
func (s *scanner) mismatch(want string) error {
	c, err := s.next()
	switch {
	case err != nil:
		return err
	case bytes.HasPrefix(s.rest, []byte("null")):
		return fmt.Errorf("want %s, got null", want)
	case strings.IndexByte(`{["-0123456789tf`, c) < 0:
		return s.unexpected()
	}
	return fmt.Errorf("want %s, got %.40q", want, s.rest)
}

// list reads an array, or the like, and has each read its elements.
func (s *scanner) list(open, end byte, what string, each func(i int) error) error {
	if c, err := s.next(); err != nil || c != open {
		return s.mismatch(what)
	}
	s.rest = s.rest[1:]
	c, err := s.next()
	for i := 0; err == nil && (i > 0 || c != end); i++ {
		if err = each(i); err != nil {
			return err
		}
		if c, err = s.next(); err != nil || c == end {
			break
		}
		err = s.skip(',')
	}
	if err != nil {
		return err
	}
	return s.skip(end)
}

// key reads a key and the colon after it.
func (s *scanner) key() (string, error) {
	if c, err := s.next(); err != nil {
		return "", err
	} else if c != '"' {
		return "", s.unexpected()
	}
	key, err := s.string()
	if err != nil {
		return "", err
	}
	return key, s.skip(':')
}

func (s *scanner) string() (string, error) {
	if c, err := s.next(); err != nil || c != '"' {
		return "", s.mismatch("a string")
	}
	escaped := false
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			quoted := s.rest[:i+1]
			s.rest = s.rest[i+1:]
			if !escaped {
				return string(quoted[1:i]), nil
			}
			var text string
			err := json.Unmarshal(quoted, &text)
			return text, err
		case c < ' ':
			return "", fmt.Errorf("invalid character %q in a string", c)
		case c == '\\':
			escaped = true
			i++ // whatever it is, it does not end the string
		}
	}
	return "", io.ErrUnexpectedEOF
}

func (s *scanner) bool() (bool, error) {
	if _, err := s.next(); err != nil {
		return false, err
	}
	for _, word := range []string{"true", "false"} {
		if rest, found := bytes.CutPrefix(s.rest, []byte(word)); found {
			s.rest = rest
			return word == "true", nil
		}
	}
	return false, s.mismatch("true or false")
}

func (s *scanner) integer() (int64, error) {
	if c, err := s.next(); err != nil || c != '-' && (c < '0' || c > '9') {
		return 0, s.mismatch("an integer")
	}
	n := 1
	for n < len(s.rest) && strings.IndexByte("0123456789+-.eE", s.rest[n]) >= 0 {
		n++
	}
	text := string(s.rest[:n])
	i, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(i, 10) != text {
		return 0, fmt.Errorf("number %.40s is not a plain 64-bit integer", text)
	}
	s.rest = s.rest[n:]
	return i, nil
}

// checkText refuses what encoding/json would silently replace by U+FFFD.
func checkText(raw []byte) error {
	if !utf8.Valid(raw) {
		return errors.New("invalid UTF-8")
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		unit, ok := codeUnit(raw[i:])
		switch {
		case !ok: // an escape of one character, or a syntax error found later
			i++
		case unit>>10 == 0xDC00>>10:
			return fmt.Errorf("escape at byte %d is half a surrogate pair", i)
		case unit>>10 == 0xD800>>10:
			if low, ok := codeUnit(raw[i+6:]); !ok || low>>10 != 0xDC00>>10 {
				return fmt.Errorf("escape at byte %d is half a surrogate pair", i)
			}
			i += 11
		default:
			i += 5
		}
	}
	return nil
}

// codeUnit reads a \uXXXX escape at the start of b.
func codeUnit(b []byte) (uint64, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return unit, err == nil
}
