package main

import (
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// bar shows on a terminal how far hashing has come. It appears only when there
// is something to wait for.
type bar struct {
	show     bool
	what     string
	out      *cli
	progress *mpb.Progress
	line     *mpb.Bar
}

func (c *cli) bar(quiet bool) *bar {
	b := c.bytesBar("hashing")
	b.show = b.show && !quiet
	return b
}

// bytesBar is a bar for something else that takes bytes.
func (c *cli) bytesBar(what string) *bar {
	return &bar{show: term.IsTerminal(int(c.stderr.Fd())), what: what, out: c}
}

func (b *bar) set(done, total int64) {
	if !b.show || total == 0 {
		return
	}
	if b.progress == nil {
		b.progress = mpb.New(mpb.WithOutput(b.out.stderr), mpb.WithWidth(40))
		b.line = b.progress.AddBar(0, // its total grows as outputs are found
			mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name("lineage: "+b.what+" "), decor.CountersKiloByte("% .1f / % .1f ")),
			mpb.AppendDecorators(decor.Percentage(), decor.Name(" "), decor.AverageETA(decor.ET_STYLE_GO)))
	}
	b.line.SetTotal(total, false)
	b.line.SetCurrent(min(done, total))
}

// done takes the bar away.
func (b *bar) done() {
	if b.progress == nil {
		return
	}
	b.line.Abort(true)
	b.progress.Wait()
}

// fetchBar shows on a terminal how far fetching has come.
type fetchBar struct {
	show       bool
	out        *cli
	mu         sync.Mutex
	has, total int64
	progress   *mpb.Progress
	line       *mpb.Bar
}

func (c *cli) fetchBar(quiet bool) *fetchBar {
	return &fetchBar{show: !quiet && term.IsTerminal(int(c.stderr.Fd())), out: c}
}

// add says how many more bytes are there, and how many more are to come in all.
func (b *fetchBar) add(done, total int64) {
	if !b.show {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.has, b.total = b.has+done, b.total+total
	if b.progress == nil {
		b.progress = mpb.New(mpb.WithOutput(b.out.stderr), mpb.WithWidth(30))
		b.line = b.progress.AddBar(0,
			mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name("lineage: fetching "), decor.CountersKiloByte("% .1f / % .1f ")),
			mpb.AppendDecorators(decor.Percentage(), decor.Name(" "), decor.AverageSpeed(decor.SizeB1000(0), "% .1f"), decor.Name(" "), decor.AverageETA(decor.ET_STYLE_GO)))
	}
	b.line.SetTotal(max(b.total, b.has), false)
	b.line.SetCurrent(b.has)
}

// done takes the bar away.
func (b *fetchBar) done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.progress == nil {
		return
	}
	b.line.Abort(true)
	b.progress.Wait()
}
