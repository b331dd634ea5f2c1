package replay_test

import (
	"slices"
	"testing"

	"beibu/exchange/operator/replay"
)

// Items that are malformed are an error, and never more than their bytes hold.
func FuzzUnpack(f *testing.F) {
	good := append(make([]byte, 16), 0, 1, 0)
	f.Add(1, "window-vn", good)
	f.Add(1_000, "window-vn", append(slices.Clone(good), good...))
	f.Add(1, "", good[:17])
	f.Add(0, "window-vn", good)
	f.Fuzz(func(t *testing.T, first int, receiver string, packed []byte) {
		part := replay.Part{First: first, Packed: packed}
		if receiver != "" {
			part.Receivers = []string{receiver}
		}
		items, err := part.Unpack()
		if err != nil {
			return
		}
		if len(items) > len(packed)/19 {
			t.Errorf("%d items of %d bytes", len(items), len(packed))
		}
		for i, item := range items {
			if item.Receiver != receiver || item.Number != first+i || item.After >= item.Number {
				t.Errorf("%+v", item)
			}
		}
	})
}
