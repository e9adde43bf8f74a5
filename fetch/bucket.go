package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/minio/minio-go/v7"
)

// bucketServer is the server that s3 is spoken with.
type bucketServer struct {
	client    *minio.Client
	anonymous bool
}

func newBucketServer(env map[string]string, o Options) (*bucketServer, error) {
	s, err := readSettings(env)
	if err != nil {
		return nil, err
	}
	transport := newWeb(env, o).transport(o.Stall, dialAny()).(*http.Transport)
	if s.bundle != "" {
		if transport.TLSClientConfig, err = trusting(s.bundle); err != nil {
			return nil, err
		}
	}
	options := &minio.Options{Secure: s.secure, Region: s.region, Creds: s.credentials, Transport: transport, MaxRetries: 1}
	if s.region == "" {
		options.MaxRetries = 2 // the second time in the region that the first answer names
	}
	if s.own {
		options.BucketLookup = minio.BucketLookupPath
	}
	client, err := minio.New(s.endpoint, options)
	if err != nil {
		return nil, fmt.Errorf("the endpoint %q of AWS_ENDPOINT_URL: %w", s.endpoint, err)
	}
	client.SetAppInfo(o.Agent, "1")
	return &bucketServer{client, s.credentials == nil}, nil
}

func trusting(bundle string) (*tls.Config, error) {
	raw, err := os.ReadFile(bundle)
	if err != nil {
		return nil, fmt.Errorf("reading AWS_CA_BUNDLE: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("AWS_CA_BUNDLE: no certificate is in %q", bundle)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}, nil
}

// objectOrigin is one object.
type objectOrigin struct {
	s *bucketServer
	u URI
}

func (o objectOrigin) open(ctx context.Context, from int64, of *Version) (answer, error) {
	options := minio.GetObjectOptions{VersionID: o.u.version}
	options.Set("Accept-Encoding", "identity")
	if of != nil {
		if options.VersionID == "" {
			options.VersionID = of.VersionID
		}
		if of.ETag != "" {
			options.Set("If-Match", of.ETag)
		}
	}
	if from > 0 {
		options.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	body, info, header, err := minio.Core{Client: o.s.client}.GetObject(ctx, o.u.bucket, o.u.path, options)
	if err != nil {
		return answer{}, o.s.explain(ctx, err)
	}
	a := answer{body: body, version: Version{Size: info.Size, ETag: header.Get("Etag"), VersionID: versionID(info.VersionID)}, bounded: true}
	if ranged := header.Get("Content-Range"); ranged != "" || from > 0 && info.Size != of.Size {
		a.from, a.version.Size, err = contentRange(ranged, from)
	}
	if err != nil {
		body.Close()
	}
	return a, err
}

// versionID is the id of a version; what a bucket without versions says is none.
func versionID(s string) string {
	if s == "null" {
		return ""
	}
	return s
}

// explain says what the server means.
func (s *bucketServer) explain(ctx context.Context, err error) error {
	var answer minio.ErrorResponse
	if !errors.As(err, &answer) || answer.StatusCode == 0 {
		return passing(ctx, err)
	}
	said := fmt.Errorf("the server answers %d %s", answer.StatusCode, clip(answer.Code))
	switch code := answer.StatusCode; {
	case code == http.StatusNotFound || code == http.StatusMethodNotAllowed: // the latter: a version that says "deleted"
		return fmt.Errorf("%w: %w", ErrNotFound, said)
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		if s.anonymous {
			said = fmt.Errorf("%w, and no credentials were found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", said)
		}
		return fmt.Errorf("%w: %w", ErrDenied, said)
	case code == http.StatusPreconditionFailed || code == http.StatusRequestedRangeNotSatisfiable:
		return fmt.Errorf("%w: %w", ErrChanged, said)
	case code == http.StatusTooManyRequests || code >= 500 || answer.Code == "RequestTimeout":
		return &temporary{err: said}
	}
	return said
}

// list gives the objects below a prefix.
func (s *bucketServer) list(ctx context.Context, u URI) (all []Entry, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop() // which ends the listing where it is left early
	for o := range s.client.ListObjects(ctx, u.bucket, minio.ListObjectsOptions{Prefix: u.path, Recursive: true}) {
		if o.Err != nil {
			return nil, s.explain(ctx, o.Err)
		}
		if strings.HasSuffix(o.Key, "/") && o.Size == 0 {
			continue // what some programs make for a folder
		}
		path := strings.TrimPrefix(o.Key, u.path)
		all = append(all, Entry{Path: path, URI: u.Join(path), Version: Version{Size: o.Size, ETag: `"` + strings.Trim(o.ETag, `"`) + `"`}})
	}
	return all, nil
}

// endpointOf reads the URL of a server.
func endpointOf(text string) (host string, secure bool, err error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || strings.Trim(u.Path, "/") != "" {
		return "", false, fmt.Errorf("AWS_ENDPOINT_URL: %q is no URL of a server", safe(text))
	}
	return u.Host, u.Scheme == "https", nil
}
