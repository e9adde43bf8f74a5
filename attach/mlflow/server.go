package mlflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/attach"
)

// maxAnswer bounds an answer that is read into memory.
const maxAnswer = 32 << 20

// server is a tracking server, spoken to by REST.
type server struct {
	base    *url.URL
	auth    string // the Authorization header, or ""
	space   string // the workspace, or ""
	client  *http.Client
	timeout time.Duration
}

func newServer(o Options, a address) (*server, error) {
	env := environ(o.Env)
	for _, name := range []string{"MLFLOW_TRACKING_AWS_SIGV4", "MLFLOW_TRACKING_AUTH"} {
		if v := env.get(name); v != "" && !strings.EqualFold(v, "false") && v != "0" {
			return nil, unsupported(a.shown, "the way of signing requests that "+name+" asks for is not known",
				"use MLFLOW_TRACKING_TOKEN, or a user and password")
		}
	}
	config, err := tlsConfig(env)
	if err != nil {
		return nil, &attach.Error{Address: a.shown, Op: "preparing TLS", Kind: attach.ErrUnsupported, Err: err}
	}
	t := &http.Transport{
		Proxy:                 proxy(env),
		DialContext:           (&net.Dialer{Timeout: min(o.Timeout, 10*time.Second)}).DialContext,
		TLSClientConfig:       config,
		TLSHandshakeTimeout:   min(o.Timeout, 10*time.Second),
		ResponseHeaderTimeout: o.Timeout,
		IdleConnTimeout:       30 * time.Second,
		DisableCompression:    true, // sizes are those of the file
		ForceAttemptHTTP2:     true,
	}
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &server{
		base: a.server, auth: authorization(env, a.user), space: strings.TrimSpace(env.get("MLFLOW_WORKSPACE")),
		client: &http.Client{Transport: t, CheckRedirect: noRedirect}, timeout: o.Timeout,
	}, nil
}

func (s *server) fail(op string, kind error, detail string, err error) *attach.Error {
	return &attach.Error{Address: s.base.String(), Op: op, Kind: kind, Detail: detail, Err: err}
}

// Close lets go of the connections.
func (s *server) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

func (s *server) do(ctx context.Context, c call) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	path, query, body := "/api/2.0/mlflow/"+c.route.path, url.Values{}, content{}
	for name, value := range c.fields {
		if filled := strings.Replace(path, "{"+name+"}", url.PathEscape(fmt.Sprint(value)), 1); filled != path {
			path = filled
		} else if c.route.method == http.MethodGet {
			query.Set(name, fmt.Sprint(value))
		}
	}
	if c.route.method != http.MethodGet {
		raw, err := json.Marshal(c.fields)
		if err != nil {
			return s.fail(c.op, attach.ErrUnsupported, "", err)
		}
		body = content{"application/json", raw}
	}
	resp, err := s.send(ctx, c.op, c.route.method, path, query, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := s.read(resp, c.op)
	if err != nil {
		return err
	}
	if err := c.decode(raw); err != nil {
		return s.malformed(c.op, err.Error())
	}
	return nil
}

// content is the body of a request, and its media type.
type content struct {
	kind  string
	bytes []byte
}

// send gives the response of a request that was accepted: status 200.
func (s *server) send(ctx context.Context, op, method, path string, query url.Values, body content) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.address(path, query), bytes.NewReader(body.bytes))
	if err != nil {
		return nil, s.fail(op, attach.ErrUnsupported, "", err)
	}
	req.Header.Set("User-Agent", "lineage")
	if body.kind != "" {
		req.Header.Set("Content-Type", body.kind)
	}
	if s.auth != "" {
		req.Header.Set("Authorization", s.auth)
	}
	if s.space != "" {
		req.Header.Set("X-MLFLOW-WORKSPACE", s.space)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, s.unreachable(op, err)
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		return nil, s.refusal(op, resp)
	}
	return resp, nil
}

func (s *server) unreachable(op string, err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // it repeats the address, with the query
	}
	e := s.fail(op, attach.ErrUnreachable, "", err)
	if errors.Is(err, context.Canceled) {
		return e
	}
	e.Hint = "is the server up? try again later"
	if errors.Is(err, context.DeadlineExceeded) {
		e.Detail = fmt.Sprintf("no answer within %v", s.timeout)
	}
	return e
}

func (s *server) malformed(op, detail string) error {
	e := s.fail(op, attach.ErrMalformed, detail, nil)
	e.Hint = "is this the address of an MLflow 3 server?"
	return e
}

func (s *server) read(resp *http.Response, op string) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, s.unreachable(op, err)
	case len(raw) > maxAnswer:
		return nil, s.fail(op, attach.ErrTooLarge, fmt.Sprintf("the answer is larger than %d bytes", maxAnswer), nil)
	}
	return raw, nil
}

// refusal turns a status that is not 200 into the reason that it stands for.
func (s *server) refusal(op string, resp *http.Response) error {
	raw, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	var said struct {
		Code    string `json:"error_code"`
		Message string `json:"message"`
	}
	if decodeAnswer(raw, &said) != nil {
		said.Code = ""
	}
	detail := fmt.Sprintf("status %d", resp.StatusCode)
	if said.Code != "" {
		detail += fmt.Sprintf(", %.60q: %.300q", said.Code, said.Message)
	}
	e := s.fail(op, kindOf(resp.StatusCode, said.Code), detail, nil)
	switch {
	case resp.StatusCode/100 == 3:
		e.Detail += fmt.Sprintf(", a redirect to %.200q, which is not followed", withoutQuery(resp.Header.Get("Location")))
		e.Hint = "if that is the server, set MLFLOW_TRACKING_URI to its address"
	case errors.Is(e.Kind, attach.ErrRefused):
		e.Hint = "check MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
	case errors.Is(e.Kind, attach.ErrMalformed):
		e.Hint = "is this the address of an MLflow 3 server?"
	}
	return e
}

// kindOf reads the status, and MLflow's own code where there is one: a plain 404
// says that there is no MLflow here, and not that it lacks what was asked for.
func kindOf(status int, code string) error {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return attach.ErrRefused
	case code == "RESOURCE_DOES_NOT_EXIST":
		return attach.ErrNotFound
	case status >= 500, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout:
		return attach.ErrUnreachable
	case code != "":
		return attach.ErrUnsupported
	}
	return attach.ErrMalformed
}

func withoutQuery(location string) string {
	u, err := url.Parse(location)
	if err != nil {
		return "an address that cannot be read"
	}
	u.RawQuery, u.Fragment, u.User = "", "", nil
	return u.String()
}
