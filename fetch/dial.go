package fetch

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

const connectTimeout = 30 * time.Second

func dialAny() dialer { return (&net.Dialer{Timeout: connectTimeout}).DialContext }

// dialPublic refuses every address that is not public, once a name was resolved: what
// a name stands for can change between a look and a connection.
func dialPublic() dialer {
	d := net.Dialer{Timeout: connectTimeout, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !isPublic(to.Addr()) {
			return fmt.Errorf("%w: a redirect leads to the address %q, which is not public", ErrNotAllowed, address)
		}
		return nil
	}}
	return d.DialContext
}

// special are the ranges among those of the internet at large that are not: the
// registries of IANA list them.
var special = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

// global is where public addresses of IPv6 are; what maps one of IPv4 is elsewhere.
var global = netip.MustParsePrefix("2000::/3")

func prefixes(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

// isPublic tells of an address whether anybody on the internet could be there.
func isPublic(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && !global.Contains(a) {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
