package git

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text holds the bytes of a path, a link's target or a URL as git has them. In
// JSON, bytes that are not valid UTF-8, control characters and "%" stand
// percent-encoded, as in records.
type Text string

// MarshalText percent-encodes.
func (t Text) MarshalText() ([]byte, error) {
	var b strings.Builder
	s := string(t)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == '%' || unicode.IsControl(r) || r == utf8.RuneError && n == 1 {
			for _, c := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return []byte(b.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (t *Text) UnmarshalText(text []byte) error {
	var b []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b = append(b, text[i])
			continue
		}
		if len(text) < i+3 {
			return errors.New("a percent sign that encodes nothing")
		}
		var c byte
		if _, err := fmt.Sscanf(string(text[i+1:i+3]), "%02X", &c); err != nil {
			return fmt.Errorf("%q encodes nothing", text[i:i+3])
		}
		b, i = append(b, c), i+2
	}
	*t = Text(b)
	return nil
}
