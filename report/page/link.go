package page

import (
	"net/url"
	"strings"

	"github.com/lineage-audit/lineage/report"
)

// link is an address that may stand as a link: of http or https, with a host and
// without a user, in printable ASCII. Any other is "", and stands as text.
func link(address string) string {
	u, err := url.Parse(address)
	ascii := strings.IndexFunc(address, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"'<>\\^`{|}", r) }) < 0
	if err != nil || !ascii || report.Clean(address) != address {
		return ""
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Opaque != "" {
		return ""
	}
	return address
}
