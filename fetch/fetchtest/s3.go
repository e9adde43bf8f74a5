// Package fetchtest starts a real S3 server for tests: moto's, from the virtual
// environment that LINEAGE_TEST_TOOLS names, which scripts/test.sh makes. A test that
// needs it fails where there is none.
package fetchtest

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// serve runs until its input ends: whatever ends the test, ends the server.
const serve = `
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
`

var (
	started sync.Once
	address string
	failure error
	hold    io.Closer // the server lives until this is closed, by us or by our end
)

func start(python string) error {
	cmd := exec.Command(python, "-c", serve)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	var said bytes.Buffer
	cmd.Stderr = &said
	var err error
	if hold, err = cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		hold.Close()
		return fmt.Errorf("the S3 server did not start: %v\n%s", cmd.Wait(), said.String())
	}
	address = "127.0.0.1:" + strings.TrimSpace(line)
	return nil
}

// Bucket is one of the test's own.
type Bucket struct {
	testing.TB
	Name   string
	client *minio.Client
}

// The credentials that the server takes, as it takes any.
const (
	id     = "AKIATESTTESTTESTTEST"
	secret = "a-secret-that-must-never-be-written-down"
)

// NewBucket makes a bucket; the first call starts the server, for all tests of the
// test binary.
func NewBucket(t testing.TB, versions bool) *Bucket {
	t.Helper()
	python := os.Getenv("LINEAGE_TEST_TOOLS")
	if python == "" {
		t.Fatal("LINEAGE_TEST_TOOLS does not name a Python with moto: run the tests with make test, or " +
			"`python3 scripts/venv.py scripts/requirements-test.lock .cache/tools` and set it to .cache/tools/bin/python")
	}
	started.Do(func() { failure = start(python) })
	if failure != nil {
		t.Fatal(failure)
	}
	client, err := minio.New(address, &minio.Options{Creds: credentials.NewStaticV4(id, secret, ""), Region: "us-east-1"})
	b := &Bucket{t, "test-" + strings.ToLower(rand.Text()), client}
	if err == nil {
		err = client.MakeBucket(t.Context(), b.Name, minio.MakeBucketOptions{})
	}
	if err == nil && versions {
		err = client.EnableVersioning(t.Context(), b.Name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Put keeps an object, and gives the id of its version.
func (b *Bucket) Put(key string, content []byte) string {
	b.Helper()
	info, err := b.client.PutObject(b.Context(), b.Name, key, bytes.NewReader(content), int64(len(content)), minio.PutObjectOptions{})
	if err != nil {
		b.Fatal(err)
	}
	return info.VersionID
}

// Remove takes an object away.
func (b *Bucket) Remove(key string) {
	b.Helper()
	if err := b.client.RemoveObject(b.Context(), b.Name, key, minio.RemoveObjectOptions{}); err != nil {
		b.Fatal(err)
	}
}

// URI is that of a key.
func (b *Bucket) URI(key string) string { return "s3://" + b.Name + "/" + key }

// Endpoint is the URL of the server.
func (b *Bucket) Endpoint() string { return "http://" + address }

// Env are the variables by which the server is reached.
func (b *Bucket) Env() []string {
	return []string{"AWS_ENDPOINT_URL=" + b.Endpoint(), "AWS_ACCESS_KEY_ID=" + id, "AWS_SECRET_ACCESS_KEY=" + secret, "AWS_REGION=us-east-1"}
}
