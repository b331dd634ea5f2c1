//go:build !race

// Under the race detector a sync.Pool forgets things at random, so that what is
// counted here would be chance.

package kafka

import (
	"bytes"
	"io"
	"math"
	"runtime"
	"testing"

	"github.com/segmentio/kafka-go/compress"
)

// A batch takes little memory, also if no encoder is idle. Those of kafka-go take 19 and
// 8 MiB, and to read what they wrote takes 8 MiB.
func TestMemoryOfBatch(t *testing.T) {
	data := text(4 * zstdWindow)
	for codec, most := range map[compress.Compression]uint64{compress.Zstd: 6 << 20, compress.Lz4: 1 << 20} {
		batch := packed(t, codec.Codec(), data)
		if took := allocated(func() { packed(t, codec.Codec(), data) }) - uint64(len(data)); took > most {
			t.Errorf("%s: %d KiB, want at most %d", codec, took>>10, most>>10)
		}
		read := allocated(func() {
			r := codec.Codec().NewReader(bytes.NewReader(batch))
			if n, err := io.Copy(io.Discard, io.LimitReader(r, int64(len(data)))); err != nil || n != int64(len(data)) {
				t.Errorf("%s: read %d bytes, %v", codec, n, err)
			}
			_ = r.Close()
		})
		if read > most {
			t.Errorf("read %s: %d KiB, want at most %d", codec, read>>10, most>>10)
		}
	}
}

// allocated returns how many bytes do allocates if all pools are empty: the least of
// five runs, since what a test before this one left running allocates too.
func allocated(do func()) uint64 {
	least := uint64(math.MaxUint64)
	for range 5 {
		runtime.GC()
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		do()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}
