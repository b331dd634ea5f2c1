package public

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// An address that has done all that it may waits, and regains one after another.
func TestBounds(t *testing.T) {
	b, now := newBounds(time.Minute, 3, 1000), time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for i, want := range []bool{true, true, true, false} {
		if got := b.allow("192.0.2.1:1", now); got != want {
			t.Errorf("%d: %t", i, got)
		}
	}
	if b.allow("192.0.2.1:9", now.Add(time.Minute)) != true || b.allow("192.0.2.1:9", now.Add(time.Minute)) {
		t.Error("after a minute it may do one more")
	}
	all := newBounds(time.Minute, 3, 5)
	allowed := 0
	for i := range 100 {
		if all.allow(fmt.Sprintf("192.0.2.%d:1", i), now) {
			allowed++
		}
	}
	if allowed != 5 {
		t.Errorf("all together: %d, want 5", allowed)
	}
}

// Any number of addresses needs no more memory than one.
func TestBoundsOfMemory(t *testing.T) {
	b, now := newBounds(time.Minute, 3, 1_000_000), time.Now()
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	b.allow("192.0.2.1:1", now)
	before := inUse()
	for i := range 200_000 {
		b.allow(fmt.Sprintf("[2001:db8:%x:%x::1]:1", i>>16, i&0xffff), now)
	}
	if after := inUse(); after > before+64<<10 {
		t.Errorf("%d bytes in use, %d before", after, before)
	}
	runtime.KeepAlive(b)
}
