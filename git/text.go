package git

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// encodeText percent-encodes the bytes of a path, a target or a URL that are not
// valid UTF-8, control characters, and "%".
func encodeText(s string) string {
	var b strings.Builder
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
	return b.String()
}

// decodeText reads exactly what encodeText writes.
func decodeText(text string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b.WriteByte(text[i])
			continue
		}
		var c byte
		if len(text) < i+3 {
			return "", fmt.Errorf("%q ends within an escape", text)
		}
		if _, err := fmt.Sscanf(text[i+1:i+3], "%02X", &c); err != nil {
			return "", fmt.Errorf("%q: %q is no escape", text, text[i:i+3])
		}
		b.WriteByte(c)
		i += 2
	}
	if s := b.String(); encodeText(s) == text {
		return s, nil
	}
	return "", fmt.Errorf("%q is not encoded as it should be", text)
}
