package git

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// formOf tells in which form of the blob with this id the bytes on disk are, and
// whether they are one. It goes from the blob to the file, as a checkout does,
// and not back as git status does: so a form hides nothing but itself.
func formOf(blob, disk []byte, id ObjectID, a attributes) (Form, bool) {
	text, ok := disk, true
	if a.encoding != "" {
		if text, ok = decode(disk, a.encoding); !ok {
			return "", false
		}
	}
	for _, f := range []Form{"", FormCRLF, FormIdent, FormIdentCRLF} {
		if a.allows(f, blob) && bytes.Equal(f.apply(blob, id), text) {
			if a.encoding != "" || f == "" {
				f = FormOther
			}
			return f, true
		}
	}
	if !a.ident {
		return "", false
	}
	// After a commit the file keeps the id of the blob that it was before.
	blob, text = collapse(blob), collapse(text)
	crlf := a.allows(FormCRLF, blob) && bytes.Equal(toCRLF(blob), text)
	return FormOther, crlf || bytes.Equal(blob, text)
}

// allows tells whether git may check the blob out in the form.
func (a attributes) allows(f Form, blob []byte) bool {
	crlf, ident := f == FormCRLF || f == FormIdentCRLF, f == FormIdent || f == FormIdentCRLF
	if crlf && a.auto && bytes.ContainsAny(blob, "\r\x00") {
		return false
	}
	return (!crlf || a.text) && (!ident || a.ident)
}

// apply makes the form out of a blob. LFS and other forms cannot be made.
func (f Form) apply(blob []byte, id ObjectID) []byte {
	if f == FormIdent || f == FormIdentCRLF {
		blob = expand(blob, id)
	}
	if f == FormCRLF || f == FormIdentCRLF {
		blob = toCRLF(blob)
	}
	return blob
}

// toCRLF puts a carriage return before each line feed that has none.
func toCRLF(b []byte) []byte {
	out := make([]byte, 0, len(b)+bytes.Count(b, []byte("\n")))
	for i, c := range b {
		if c == '\n' && (i == 0 || b[i-1] != '\r') {
			out = append(out, '\r')
		}
		out = append(out, c)
	}
	return out
}

var (
	keyword  = regexp.MustCompile(`\$Id(:[^$\n]*)?\$`)
	expanded = regexp.MustCompile(`\$Id: (?:[0-9a-f]{40}|[0-9a-f]{64}) \$`)
)

// expand writes the id into each $Id$, as git does; what another version
// control wrote there stays.
func expand(b []byte, id ObjectID) []byte {
	return keyword.ReplaceAllFunc(b, func(m []byte) []byte {
		if len(m) > len("$Id:x$") {
			if space := bytes.IndexByte(m[5:len(m)-1], ' '); space >= 0 && 5+space < len(m)-2 {
				return m
			}
		}
		return []byte("$Id: " + string(id) + " $")
	})
}

// collapse takes ids, and nothing else, out of $Id: …$.
func collapse(b []byte) []byte { return expanded.ReplaceAllLiteral(b, []byte("$Id$")) }

func knownEncoding(name string) bool {
	_, ok := encodings[strings.ToUpper(name)]
	return ok
}

// encoding is one of those that are computed here.
type encoding struct {
	unit int // bytes; 1 is Latin-1
	big  bool
	bom  mark
}

// mark says whether a byte order mark must, or must not, be there.
type mark int

const (
	noMark    mark = iota
	someMark       // in either order, which it tells
	fixedMark      // in the order of the name
)

var encodings = map[string]encoding{
	"UTF-16": {2, false, someMark}, "UTF-16LE": {2, false, noMark}, "UTF-16BE": {2, true, noMark},
	"UTF-16LE-BOM": {2, false, fixedMark}, "UTF-16BE-BOM": {2, true, fixedMark},
	"UTF-32": {4, false, someMark}, "UTF-32LE": {4, false, noMark}, "UTF-32BE": {4, true, noMark},
	"ISO-8859-1": {1, false, noMark}, "LATIN1": {1, false, noMark}, "LATIN-1": {1, false, noMark},
}

// decode gives the UTF-8 of which git would make these bytes.
func decode(b []byte, name string) ([]byte, bool) {
	enc, ok := encodings[strings.ToUpper(name)]
	if !ok || len(b)%enc.unit != 0 {
		return nil, false
	}
	units := make([]uint32, 0, len(b)/enc.unit)
	big := enc.big || enc.bom == someMark && len(b) > 0 && b[0] == []byte{2: 0xFE, 4: 0}[enc.unit]
	for ; len(b) > 0; b = b[enc.unit:] {
		units = append(units, unit(b[:enc.unit], big))
	}
	marked := enc.unit > 1 && len(units) > 0 && units[0] == 0xFEFF
	if len(units) > 0 && marked != (enc.bom != noMark) {
		return nil, false
	}
	if marked {
		units = units[1:]
	}
	return encode(units, enc.unit == 2)
}

func unit(b []byte, big bool) (u uint32) {
	for i := range b {
		at := i
		if !big {
			at = len(b) - 1 - i
		}
		u = u<<8 | uint32(b[at])
	}
	return u
}

// encode writes code units as UTF-8; half a surrogate pair is no text.
func encode(units []uint32, pairs bool) ([]byte, bool) {
	var out []byte
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if pairs && utf16.IsSurrogate(r) {
			if i+1 == len(units) {
				return nil, false
			}
			i++
			if r = utf16.DecodeRune(r, rune(units[i])); r == utf8.RuneError {
				return nil, false
			}
		}
		if !utf8.ValidRune(r) {
			return nil, false
		}
		out = utf8.AppendRune(out, r)
	}
	return out, true
}
