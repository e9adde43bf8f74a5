package attachtest

import (
	_ "embed"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"
)

//go:embed serve.py
var serve string

// Python is the interpreter of a virtual environment with MLflow and scikit-learn.
// A test that needs it fails where there is none.
func Python(t testing.TB) string {
	t.Helper()
	python := os.Getenv("LINEAGE_TEST_PYTHON")
	if python == "" {
		t.Fatal("LINEAGE_TEST_PYTHON does not name a Python with MLflow: run the tests with make test")
	}
	return python
}

// Server is the address of a real MLflow server on loopback. The first call starts
// it, for all tests of the test binary; it ends with the binary, whatever ends that.
func Server(t testing.TB) string {
	t.Helper()
	python := Python(t)
	started.Do(func() { address, failure = start(python) })
	if failure != nil {
		t.Fatal(failure)
	}
	return address
}

var (
	started sync.Once
	address string
	failure error
	hold    io.Closer // the server lives until this is closed, by us or by our end
)

func start(python string) (string, error) {
	var err error
	for range 3 { // somebody else may take the port first
		var url string
		if url, err = startOnce(python); err == nil {
			return url, nil
		}
	}
	return "", fmt.Errorf("starting an MLflow server: %w", err)
}

func startOnce(python string) (string, error) {
	folder, err := os.MkdirTemp("", "lineage-mlflow-*")
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return "", err
	}
	defer log.Close()
	cmd := exec.Command(python, "-c", serve, strconv.Itoa(port), folder)
	cmd.Env = append(os.Environ(), "HOME="+folder, "MLFLOW_DISABLE_TELEMETRY=true",
		"MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false", "MLFLOW_TRACKING_URI=", "MLFLOW_RUN_CONTEXT=")
	cmd.Stdout, cmd.Stderr = log, log
	if hold, err = cmd.StdinPipe(); err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	if err := waitFor(url+"/health", ended); err != nil {
		said, _ := os.ReadFile(log.Name())
		hold.Close()
		return "", fmt.Errorf("%w; it said:\n%s", err, said)
	}
	return url, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// waitFor polls until the server answers: a first import of mlflow can take a
// minute on a cold, busy machine.
func waitFor(url string, ended <-chan error) error {
	client := &http.Client{Timeout: 5 * time.Second}
	timeout := time.After(2 * time.Minute)
	for tick := time.Tick(100 * time.Millisecond); ; {
		select {
		case err := <-ended:
			return fmt.Errorf("the server ended: %v", err)
		case <-timeout:
			return fmt.Errorf("the server did not answer in time")
		case <-tick:
		}
		resp, err := client.Get(url)
		if err != nil {
			continue
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return nil
		}
	}
}
