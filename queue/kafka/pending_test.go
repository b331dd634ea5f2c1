package kafka

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is untold is what was heard of and not told yet, in whatever order the two
// are heard, and however often.
func TestUntold(t *testing.T) {
	a, b := [16]byte{1}, [16]byte{2}
	type positions = [2]int64 // of a and b
	for name, test := range map[string]struct {
		happens func(u *untold)
		want    positions
	}{
		"heard": {func(u *untold) { u.add(0, 7, a); u.add(1, 7, b) }, positions{15, 16}},
		"one told": {func(u *untold) {
			u.add(0, 7, a)
			u.add(0, 8, b)
			u.tell([]int64{7, -1})
		}, positions{0, 17}},
		"told with what is behind it": {func(u *untold) {
			u.add(0, 7, a)
			u.add(0, 8, b)
			u.tell([]int64{9, -1})
		}, positions{}},
		"told before it is heard":          {func(u *untold) { u.tell([]int64{7, -1}); u.add(0, 7, a); u.add(0, 8, b) }, positions{0, 17}},
		"another partition's are told":     {func(u *untold) { u.add(0, 7, a); u.tell([]int64{-1, 9}) }, positions{15, 0}},
		"met again":                        {func(u *untold) { u.add(0, 7, a); u.add(0, 7, a); u.tell([]int64{7, -1}) }, positions{}},
		"decided again when it was free":   {func(u *untold) { u.add(0, 7, a); u.add(0, 9, a); u.tell([]int64{7, -1}) }, positions{19, 0}},
		"told once, and decided once more": {func(u *untold) { u.add(0, 7, a); u.tell([]int64{7, -1}); u.add(0, 9, a) }, positions{19, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUntold(layout{2})
			test.happens(u)
			if diff := cmp.Diff(test.want, positions{u.position(a), u.position(b)}); diff != "" {
				t.Error(diff)
			}
			u.tell([]int64{100, 100})
			if len(u.at) != 0 || len(u.lines[0]) != 0 || len(u.lines[1]) != 0 {
				t.Errorf("all is told, and kept are %v and %v", u.at, u.lines)
			}
		})
	}
}
