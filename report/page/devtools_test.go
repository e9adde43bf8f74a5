package page_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

// patience is far more than a browser needs on a busy machine.
const patience = 2 * time.Minute

// browser is a headless browser, spoken to by its DevTools protocol over two pipes.
type browser struct {
	testing.TB
	in      *os.File
	answers chan message
	last    int
	session string
	events  []message // that came while an answer was waited for
}

// message is what goes through the pipes, a NUL behind each.
type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// findBrowser is a Chromium or Chrome of this machine.
func findBrowser(t testing.TB) string {
	t.Helper()
	for _, name := range []string{os.Getenv("LINEAGE_TEST_BROWSER"), "chromium", "chromium-browser", "google-chrome"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("a browser is needed to look at the evidence page: install Chromium (Debian: apt-get install chromium), or name one in LINEAGE_TEST_BROWSER")
	return ""
}

// startBrowser starts one that nothing of the user's is in, and that ends with the
// test.
func startBrowser(t testing.TB) *browser {
	t.Helper()
	toIn, toOut := pipe(t)
	fromIn, fromOut := pipe(t)
	args := []string{
		"--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--disable-extensions", "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe", "--user-data-dir=" + t.TempDir(), "about:blank",
	}
	if os.Geteuid() == 0 {
		args = append([]string{"--no-sandbox"}, args...)
	}
	cmd := exec.Command(findBrowser(t), args...)
	cmd.ExtraFiles = []*os.File{toIn, fromOut}
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "DBUS_SESSION_BUS_ADDRESS=disabled:")
	cmd.WaitDelay = patience
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting the browser: %v", err)
	}
	_ = toIn.Close()
	_ = fromOut.Close()
	b := &browser{TB: t, in: toOut, answers: make(chan message, 1000)}
	go b.read(fromIn)
	t.Cleanup(func() { b.quit(cmd) })
	b.attach()
	return b
}

func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

// quit asks the browser to end, and ends it if it does not.
func (b *browser) quit(cmd *exec.Cmd) {
	b.session = ""
	_ = b.send("Browser.close", nil)
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }() // that it was killed is what Wait says
	select {
	case <-ended:
	case <-time.After(patience / 4):
		_ = cmd.Process.Kill()
		<-ended
	}
	_ = b.in.Close()
}

func (b *browser) read(from *os.File) {
	defer close(b.answers)
	defer from.Close()
	for r := bufio.NewReaderSize(from, 1<<20); ; {
		raw, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(raw[:len(raw)-1], &m) == nil {
			b.answers <- m
		}
	}
}

func (b *browser) send(method string, params any) error {
	raw, err := json.Marshal(params)
	if err != nil {
		return err
	}
	if params == nil {
		raw = []byte("{}")
	}
	b.last++
	raw, err = json.Marshal(message{ID: b.last, Session: b.session, Method: method, Params: raw})
	if err != nil {
		return err
	}
	_, err = b.in.Write(append(raw, 0))
	return err
}

// next is the next message, which must come in time.
func (b *browser) next(waiting string) message {
	b.Helper()
	select {
	case m, open := <-b.answers:
		if !open {
			b.Fatalf("the browser ended while %s was waited for", waiting)
		}
		return m
	case <-time.After(patience):
		b.Fatalf("%s did not come within %v", waiting, patience)
	}
	return message{}
}

// call is one command, and its result.
func (b *browser) call(method string, params any, result any) {
	b.Helper()
	if err := b.send(method, params); err != nil {
		b.Fatalf("%s: %v", method, err)
	}
	for want := b.last; ; {
		m := b.next("the answer to " + method)
		switch {
		case m.ID != want:
			b.events = append(b.events, m)
			continue
		case m.Error != nil:
			b.Fatalf("%s: %s", method, m.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				b.Fatalf("%s: %v", method, err)
			}
		}
		return
	}
}

// await waits for an event, among those that came already too.
func (b *browser) await(method string) {
	b.Helper()
	for _, m := range b.events {
		if m.Method == method {
			return
		}
	}
	for {
		m := b.next("the event " + method)
		b.events = append(b.events, m)
		if m.Method == method {
			return
		}
	}
}

// attach opens a page and listens to all that goes wrong there.
func (b *browser) attach() {
	b.Helper()
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var session struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session)
	b.session = session.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil, nil)
	}
}

// open loads an address.
func (b *browser) open(url string) {
	b.Helper()
	b.events = nil
	var loaded struct{ ErrorText string }
	b.call("Page.navigate", map[string]any{"url": url}, &loaded)
	if loaded.ErrorText != "" {
		b.Fatalf("loading %s: %s", url, loaded.ErrorText)
	}
	b.await("Page.loadEventFired")
}

// looked sets the width of the window, and whether the reader likes it dark.
func (b *browser) looked(width int, scheme, media string) {
	b.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 2400, "deviceScaleFactor": 1, "mobile": false}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{
		"media": media, "features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}},
	}, nil)
}

// evaluate runs a script in the page, for its value.
func (b *browser) evaluate(script string, value any) {
	b.Helper()
	var answer struct {
		Result struct {
			Value json.RawMessage
		}
		ExceptionDetails *struct{ Text string }
	}
	b.call("Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true}, &answer)
	if answer.ExceptionDetails != nil {
		b.Fatalf("measuring: %s", answer.ExceptionDetails.Text)
	}
	if err := json.Unmarshal(answer.Result.Value, value); err != nil {
		b.Fatalf("measuring: %v", err)
	}
}

// picture writes what is seen to a file.
func (b *browser) picture(path string) {
	b.Helper()
	b.file(path, "Page.captureScreenshot", map[string]any{"format": "png"})
}

// print writes the page to a PDF, and gives its bytes.
func (b *browser) print(path string) []byte {
	b.Helper()
	return b.file(path, "Page.printToPDF", map[string]any{"preferCSSPageSize": true, "printBackground": false})
}

func (b *browser) file(path, method string, params any) []byte {
	b.Helper()
	var answer struct{ Data string }
	b.call(method, params, &answer)
	raw, err := base64.StdEncoding.DecodeString(answer.Data)
	if err == nil {
		err = os.WriteFile(path, raw, 0o644)
	}
	if err != nil {
		b.Fatal(fmt.Errorf("%s: %w", method, err))
	}
	return raw
}
