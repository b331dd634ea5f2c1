package admission_test

import (
	"math"
	"runtime/debug"
	"testing"

	"beibu/exchange/admission"
)

// The collector waits for twice as much garbage, within the memory that was promised,
// unless the environment says otherwise.
func TestCollect(t *testing.T) {
	percent, bytes := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	defer func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(bytes)
	}()
	limits := admission.Limits{Memory: 256 << 20}
	for _, test := range []struct {
		gogc, memlimit string
		percent        int
		bytes          int64
	}{
		{"", "", 200, 612 << 20},
		{"50", "", 100, 612 << 20},
		{"", "300MiB", 200, math.MaxInt64},
		{"50", "300MiB", 100, math.MaxInt64},
	} {
		t.Run(test.gogc+" "+test.memlimit, func(t *testing.T) {
			t.Setenv("GOGC", test.gogc)
			t.Setenv("GOMEMLIMIT", test.memlimit)
			debug.SetGCPercent(100)
			debug.SetMemoryLimit(math.MaxInt64)
			limits.Collect()
			if got := debug.SetGCPercent(100); got != test.percent {
				t.Errorf("%d %% of garbage, want %d", got, test.percent)
			}
			if got := debug.SetMemoryLimit(-1); got != test.bytes {
				t.Errorf("%d bytes, want %d", got, test.bytes)
			}
		})
	}
}
