package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// web asks servers of http and https.
type web struct {
	agent string
	allow *Allowed
	proxy func(*url.URL) (*url.URL, error)
	// named connects to whatever was named; public to public addresses alone.
	named, public http.RoundTripper
}

func newWeb(env map[string]string, o Options) *web {
	w := &web{agent: o.Agent, allow: o.Allow, proxy: proxyOf(env)}
	w.named, w.public = w.transport(o.Stall, dialAny()), w.transport(o.Stall, dialPublic())
	return w
}

// proxyOf reads the variables that every HTTP client reads, lower case first.
func proxyOf(env map[string]string) func(*url.URL) (*url.URL, error) {
	get := func(name string) string { return cmp.Or(env[name], env[strings.ToUpper(name)]) }
	all := get("all_proxy")
	return (&httpproxy.Config{
		HTTPProxy: cmp.Or(get("http_proxy"), all), HTTPSProxy: cmp.Or(get("https_proxy"), all), NoProxy: get("no_proxy"),
	}).ProxyFunc()
}

func (w *web) transport(stall time.Duration, dial dialer) http.RoundTripper {
	return &http.Transport{
		Proxy:                 func(r *http.Request) (*url.URL, error) { return w.proxy(r.URL) },
		DialContext:           dial,
		DisableCompression:    true, // bytes are taken as they are kept
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   stall,
		ResponseHeaderTimeout: stall,
		MaxIdleConnsPerHost:   4,
		IdleConnTimeout:       30 * time.Second,
	}
}

// webOrigin is one URL.
type webOrigin struct {
	w   *web
	url *url.URL
}

func (o webOrigin) open(ctx context.Context, from int64, of *Version) (answer, error) {
	r, err := o.w.ask(ctx, o.url, from, of)
	if err != nil {
		return answer{}, err
	}
	a, err := answerOf(r, from)
	if err != nil {
		r.Body.Close()
	}
	return a, err
}

// maxRedirects is what browsers allow, about.
const maxRedirects = 10

// ask follows redirects by itself: each is looked at before anything is connected to.
func (w *web) ask(ctx context.Context, first *url.URL, from int64, of *Version) (*http.Response, error) {
	at := first
	for range maxRedirects {
		transport, err := w.way(at)
		if err != nil {
			return nil, err
		}
		r, err := transport.RoundTrip(w.request(ctx, first, at, from, of))
		if err != nil {
			return nil, passing(ctx, err)
		}
		location := r.Header.Get("Location")
		if !isRedirect(r.StatusCode) || location == "" {
			return r, nil
		}
		r.Body.Close()
		if at, err = redirected(at, location); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("it leads on and on, through %d redirects", maxRedirects)
}

// way is how a URL may be reached, if at all: what was not named only over https, at a
// public address, and by no proxy, which could reach what we may not.
func (w *web) way(at *url.URL) (http.RoundTripper, error) {
	if w.allow.Covers(URI{scheme: at.Scheme, url: at}) {
		return w.named, nil
	}
	if at.Scheme != "https" {
		return nil, fmt.Errorf("%w: a redirect leads to %q", ErrNotAllowed, safe(at.String()))
	}
	if through, err := w.proxy(at); err != nil || through != nil {
		return nil, fmt.Errorf("%w: a redirect leads to %q, by a proxy", ErrNotAllowed, safe(at.String()))
	}
	return w.public, nil
}

func (w *web) request(ctx context.Context, first, at *url.URL, from int64, of *Version) *http.Request {
	plain := *at
	plain.User = nil
	r := (&http.Request{Method: http.MethodGet, URL: &plain, Host: plain.Host, Header: http.Header{}}).WithContext(ctx)
	r.Header.Set("User-Agent", w.agent)
	r.Header.Set("Accept-Encoding", "identity")
	if u := first.User; u != nil && at.Scheme == first.Scheme && at.Host == first.Host {
		password, _ := u.Password()
		r.SetBasicAuth(u.Username(), password)
	}
	if from > 0 {
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
		r.Header.Set("If-Range", of.validator())
	}
	return r
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirected is where a redirect leads: to http or https, and not from https to http.
func redirected(at *url.URL, location string) (*url.URL, error) {
	base := *at
	base.User = nil // which a relative one would inherit
	to, err := base.Parse(location)
	if err != nil {
		return nil, errors.New("a redirect leads to what is no URL")
	}
	u, err := httpURI(to.String())
	switch {
	case err != nil || u.scheme != "http" && u.scheme != "https":
		return nil, fmt.Errorf("a redirect leads to %q, which is not of http or https", safe(location))
	case at.Scheme == "https" && u.scheme == "http":
		return nil, fmt.Errorf("a redirect leads from https to %q", u)
	case u.url.User != nil:
		return nil, fmt.Errorf("a redirect to %q brings credentials along", u)
	}
	return u.url, nil
}

// answerOf reads what a server says of its bytes.
func answerOf(r *http.Response, from int64) (answer, error) {
	a := answer{body: r.Body, version: Version{Size: r.ContentLength, ETag: r.Header.Get("Etag"), LastModified: modified(r.Header)}}
	a.bounded = r.ContentLength >= 0 || r.ProtoMajor > 1 || len(r.TransferEncoding) > 0
	switch {
	case r.StatusCode == http.StatusOK:
		return a, nil
	case r.StatusCode == http.StatusPartialContent && from > 0:
		start, size, err := contentRange(r.Header.Get("Content-Range"), from)
		if err == nil && r.ContentLength >= 0 && size >= 0 && start+r.ContentLength != size {
			err = fmt.Errorf("%w: a range of %d bytes, from byte %d of %d on, is not the rest", ErrTruncated, r.ContentLength, start, size)
		}
		a.from, a.version.Size = start, size
		return a, err
	case r.StatusCode == http.StatusRequestedRangeNotSatisfiable && from > 0, r.StatusCode == http.StatusPreconditionFailed:
		return a, fmt.Errorf("%w: the server has no byte %d of it", ErrChanged, from)
	}
	return a, statusError(r)
}

// contentRange reads "bytes 7-9/10", which must be all from a byte on.
func contentRange(s string, from int64) (start, size int64, err error) {
	fail := fmt.Errorf("%w: the server sends a range and says %q of it", ErrTruncated, s)
	span, found := strings.CutPrefix(s, "bytes ")
	first, rest, dash := strings.Cut(span, "-")
	last, total, slash := strings.Cut(rest, "/")
	if !found || !dash || !slash {
		return 0, 0, fail
	}
	start, err1 := strconv.ParseInt(first, 10, 64)
	end, err2 := strconv.ParseInt(last, 10, 64)
	size = -1
	var err3 error
	if total != "*" {
		size, err3 = strconv.ParseInt(total, 10, 64)
	}
	if err1 != nil || err2 != nil || err3 != nil || start != from || end < start || size >= 0 && end != size-1 {
		return 0, 0, fail
	}
	return start, size, nil
}

// modified is the time of the last change, where it is a strong validator: at least a
// second before the answer.
func modified(h http.Header) string {
	changed, err := http.ParseTime(h.Get("Last-Modified"))
	if err != nil {
		return ""
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil || now.Sub(changed) < time.Second {
		return ""
	}
	return h.Get("Last-Modified")
}

// statusError is what a status says that is not a success.
func statusError(r *http.Response) error {
	err := fmt.Errorf("the server answers %q", clip(r.Status))
	switch code := r.StatusCode; {
	case code == http.StatusNotFound || code == http.StatusGone:
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	case code == http.StatusUnauthorized || code == http.StatusForbidden || code == http.StatusProxyAuthRequired:
		return fmt.Errorf("%w: %w", ErrDenied, err)
	case code == http.StatusRequestTimeout || code == http.StatusTooEarly || code == http.StatusTooManyRequests || code >= 500:
		seconds, _ := strconv.Atoi(r.Header.Get("Retry-After")) // 0 where it is a date, or nothing
		return &temporary{err, min(time.Duration(max(seconds, 0))*time.Second, longestPause)}
	}
	return err
}

// clip bounds what a server says.
func clip(s string) string { return s[:min(len(s), 100)] }
