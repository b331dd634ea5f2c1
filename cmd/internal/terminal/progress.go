package terminal

import (
	"fmt"
	"io"
	"strings"
)

// A Progress is a bar on a terminal while many things are done. It is wiped
// before anything else is printed. A nil Progress draws nothing.
type Progress struct {
	to          io.Writer
	done, total int
	note        string // beside the bar
}

// barWidth is the width of the bar, in characters, and lineWidth that of all.
const (
	barWidth  = 30
	lineWidth = 79
)

// NewProgress draws a bar for so many things on a terminal, or returns nil
// if there are fewer than two.
func NewProgress(to io.Writer, total int) *Progress {
	if total < 2 {
		return nil
	}
	p := &Progress{to: to, total: total}
	p.draw()
	return p
}

// Step has say print something, and moves the bar on by one.
func (p *Progress) Step(say func() error) error {
	p.Wipe()
	err := say()
	if p != nil {
		p.done++
	}
	p.draw()
	return err
}

// Set moves the bar to so many, with a note beside it.
func (p *Progress) Set(done int, note string) {
	p.Wipe()
	if p != nil {
		p.done, p.note = done, note
	}
	p.draw()
}

func (p *Progress) draw() {
	if p == nil {
		return
	}
	full := barWidth * p.done / p.total
	_, _ = fmt.Fprintf(p.to, "\r[%s%s] %d of %d%s", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), p.done, p.total, p.note)
}

// Wipe removes the bar.
func (p *Progress) Wipe() {
	if p != nil {
		_, _ = fmt.Fprintf(p.to, "\r%s\r", strings.Repeat(" ", lineWidth))
	}
}
