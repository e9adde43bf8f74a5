package page_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// measure finds what a reader would stumble on: parts that stick out of the window,
// texts that are cut or lie over each other, and texts of too little contrast.
const measure = `(() => {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push("the page is " + root.scrollWidth + " wide in " + root.clientWidth);
  const seen = e => { const s = getComputedStyle(e); return s.visibility !== "hidden" && s.display !== "none" && e.getClientRects().length > 0; };
  const name = e => e.tagName + " " + e.textContent.trim().slice(0, 40);
  const inDrawing = e => e.closest("figure.lineage");
  for (const e of document.body.querySelectorAll("*")) {
    if (!seen(e) || e.closest("svg") || e.matches(".skip")) continue;
    const s = getComputedStyle(e), box = e.getBoundingClientRect();
    if ((s.overflowX === "hidden" || s.overflowX === "clip" || s.textOverflow === "ellipsis") && e.scrollWidth > e.clientWidth + 1) found.push("cut: " + name(e));
    if ((s.overflowY === "hidden" || s.overflowY === "clip") && e.scrollHeight > e.clientHeight + 1) found.push("cut below: " + name(e));
    if (!inDrawing(e) && s.overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1) found.push("has to be scrolled: " + name(e));
    if (!inDrawing(e) && box.width > 0 && (box.right > root.clientWidth + 1 || box.left < -1)) found.push("sticks out: " + name(e));
  }
  for (const e of document.querySelectorAll("thead th, .changes tbody th")) {
    const r = document.createRange();
    r.selectNodeContents(e);
    if (/^[a-z]{1,14}$/i.test(e.textContent.trim()) && r.getClientRects().length > 1) found.push("a word is broken: " + name(e));
  }
  const light = c => { const f = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }; return .2126 * f(c[0]) + .7152 * f(c[1]) + .0722 * f(c[2]); };
  const color = text => (text.match(/[\d.]+/g) || []).map(Number);
  const behind = e => { for (; e; e = e.parentElement) { const c = color(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  for (const e of document.body.querySelectorAll("*")) {
    if (!seen(e) || e.closest("svg") || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const a = light(color(getComputedStyle(e).color)), b = light(behind(e));
    const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (contrast < 4.5) found.push("contrast " + contrast.toFixed(1) + ": " + name(e));
  }
  for (const t of document.querySelectorAll("figure.lineage svg text")) {
    const box = t.getBBox(), view = t.ownerSVGElement.viewBox.baseVal;
    if (view.width && (box.x < view.x - 1 || box.y < view.y - 1 || box.x + box.width > view.x + view.width + 1 || box.y + box.height > view.y + view.height + 1)) found.push("out of the drawing: " + t.textContent.slice(0, 40));
  }
  return found.slice(0, 10);
})()`

// TestBrowser looks at every page in a real browser: at the widths of a telephone, a
// tablet and a desk, in light and dark, and printed. Nothing may stick out, be cut,
// be too pale, be complained about, or be loaded from anywhere. The pictures stay
// where the log says.
func TestBrowser(t *testing.T) {
	all := scenes(t)
	all["hostile"] = poisoned(t, "x\u202e<b>"+strings.Repeat("a-very-long-name/", 12)+"=1")
	pictures := pictureFolder(t)
	b := startBrowser(t)
	for name, f := range all {
		file := filepath.Join(pictures, name+".html")
		if err := os.WriteFile(file, []byte(render(t, "html", f)), 0o644); err != nil {
			t.Fatal(err)
		}
		b.open((&url.URL{Scheme: "file", Path: file}).String())
		for _, width := range []int{360, 800, 1440} {
			b.looked(width, "light", "screen")
			b.measured(fmt.Sprintf("%s, %d wide, light", name, width))
		}
		b.looked(360, "dark", "screen")
		b.measured(name + ", 360 wide, dark")
		b.picture(filepath.Join(pictures, name+"-dark.png"))
		b.looked(1440, "light", "screen")
		b.picture(filepath.Join(pictures, name+".png"))
		b.looked(700, "dark", "print") // the dark is the screen's, not the paper's
		b.measured(name + ", printed")
		if pages := pagesOf(b.print(filepath.Join(pictures, name+".pdf"))); pages < 2 {
			t.Errorf("%s: printed on %d pages", name, pages)
		}
		b.undisturbed(name, file)
	}
}

// pictureFolder is where pictures stay: the folder of the tests' artifacts, or one
// that goes with the test.
func pictureFolder(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("LINEAGE_TEST_PICTURES")
	if dir == "" {
		dir = t.TempDir()
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the pictures are in %s (LINEAGE_TEST_PICTURES keeps them elsewhere)", dir)
	return dir
}

func (b *browser) measured(where string) {
	b.Helper()
	var found []string
	b.evaluate(measure, &found)
	for _, f := range found {
		b.Errorf("%s: %s", where, f)
	}
}

var pdfPage = regexp.MustCompile(`/Type\s*/Page[^s]`)

// pagesOf counts the pages of a PDF.
func pagesOf(pdf []byte) int {
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		return 0
	}
	return len(pdfPage.FindAll(pdf, -1))
}

// undisturbed checks that the browser had nothing to complain about, and asked for
// nothing but the page itself.
func (b *browser) undisturbed(name, file string) {
	b.Helper()
	for _, m := range b.events {
		switch m.Method {
		case "Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled":
			b.Errorf("%s: the browser says %s", name, m.Params)
		case "Network.requestWillBeSent":
			var sent struct{ Request struct{ URL string } }
			if err := json.Unmarshal(m.Params, &sent); err != nil || !strings.HasSuffix(sent.Request.URL, "/"+filepath.Base(file)) {
				b.Errorf("%s: the browser asked for %s", name, sent.Request.URL)
			}
		}
	}
}
