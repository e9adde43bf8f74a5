package mlflow

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// proxy finds the proxy for a request by the variables that every HTTP client
// reads, lower case first: http_proxy, https_proxy, all_proxy and no_proxy. Go's
// own reading of them is of this process's environment, and not of the child's.
func proxy(env environ) func(*http.Request) (*url.URL, error) {
	get := func(name string) string { return first(env.get(name), env.get(strings.ToUpper(name))) }
	return func(r *http.Request) (*url.URL, error) {
		text := first(get(r.URL.Scheme+"_proxy"), get("all_proxy"))
		if text == "" || bypassed(get("no_proxy"), r.URL) {
			return nil, nil
		}
		if !strings.Contains(text, "://") {
			text = "http://" + text
		}
		u, err := url.Parse(text)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("the proxy that %s_proxy names cannot be read", r.URL.Scheme)
		}
		return u, nil
	}
}

// bypassed tells whether a host is reached directly: loopback always, else what the
// list names: a domain and those below it, an address or a range of them, each
// perhaps with a port, or * for all.
func bypassed(list string, u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	ip, notIP := netip.ParseAddr(host)
	if host == "localhost" || notIP == nil && ip.IsLoopback() {
		return true
	}
	for entry := range strings.SplitSeq(list, ",") {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if h, port, err := net.SplitHostPort(entry); err == nil {
			if port != u.Port() {
				continue
			}
			entry = h
		}
		domain := strings.TrimPrefix(strings.TrimPrefix(entry, "*"), ".")
		switch block, err := netip.ParsePrefix(entry); {
		case entry == "":
		case entry == "*", host == domain, strings.HasSuffix(host, "."+domain) && notIP != nil:
			return true
		case err == nil && notIP == nil && block.Contains(ip):
			return true
		}
	}
	return false
}
