//go:build !race

// Under the race detector a sync.Pool forgets things at random, so that what is
// counted here would be chance.

package strict_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"beibu/signing/signingtest"
	"beibu/signing/strict"
)

func TestParseAllocatesLittle(t *testing.T) {
	for _, size := range []int{10_000, 100_000} {
		document := signingtest.Document(size)
		if n := testing.AllocsPerRun(50, func() {
			if _, err := strict.Parse(document, strict.Limits{}); err != nil {
				t.Error(err)
			}
		}); n >= 30 {
			t.Errorf("Parse of %d bytes allocates %v times, want fewer than 30", size, n)
		}
	}
}

func TestScannerAllocatesNothing(t *testing.T) {
	document := signingtest.Document(10_000)
	var s strict.Scanner
	if n := testing.AllocsPerRun(50, func() {
		s.Reset(document, strict.Limits{})
		for s.Next() {
		}
	}); n > 0 {
		t.Errorf("reading a second document allocates %v times", n)
	}
}

// TestScratchSpaceIsGivenBack: a hostile document must not make the next ones
// dear.
func TestScratchSpaceIsGivenBack(t *testing.T) {
	var hostile strings.Builder
	hostile.WriteString("<a>")
	for i := range 100_000 {
		fmt.Fprintf(&hostile, "<a xmlns='urn:%d'/>", i)
	}
	hostile.WriteString("</a>")
	var s strict.Scanner
	s.Reset([]byte(hostile.String()), strict.Limits{})
	for s.Next() {
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	s.Reset([]byte("<a/>"), strict.Limits{})
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	runtime.KeepAlive(&s)
	s = strict.Scanner{}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(before.HeapAlloc) - int64(after.HeapAlloc); kept > 1<<20 {
		t.Errorf("the scanner kept %d bytes", kept)
	}
}

// A document whose tree is released leaves its memory to the next one.
func TestReleasedMemoryIsUsedAgain(t *testing.T) {
	document := []byte("<a>" + strings.Repeat("<b c='d'/>", 1000) + "</a>")
	read := func(release bool) float64 {
		return testing.AllocsPerRun(100, func() {
			tree, err := strict.Parse(document, strict.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if release {
				tree.Release()
			}
		})
	}
	if kept, released := read(false), read(true); released >= kept {
		t.Errorf("%v allocations a document if trees are released, and %v otherwise", released, kept)
	}
}
