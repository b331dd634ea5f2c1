package kafka

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An entry is pending dispatch if it is consumed from log and not published in events,
// in whatever order the two are consumed, and however often.
func TestPendingDispatch(t *testing.T) {
	a, b := [16]byte{1}, [16]byte{2}
	type positions = [2]int64 // of a and b
	for name, test := range map[string]struct {
		happens func(u *pendingDispatch)
		want    positions
	}{
		"consumed": {func(u *pendingDispatch) { u.add(0, 7, a); u.add(1, 7, b) }, positions{15, 16}},
		"one published": {func(u *pendingDispatch) {
			u.add(0, 7, a)
			u.add(0, 8, b)
			u.removePublished([]int64{7, -1})
		}, positions{0, 17}},
		"published with the next": {func(u *pendingDispatch) {
			u.add(0, 7, a)
			u.add(0, 8, b)
			u.removePublished([]int64{9, -1})
		}, positions{}},
		"published before it is consumed":  {func(u *pendingDispatch) { u.removePublished([]int64{7, -1}); u.add(0, 7, a); u.add(0, 8, b) }, positions{0, 17}},
		"another partition is published":   {func(u *pendingDispatch) { u.add(0, 7, a); u.removePublished([]int64{-1, 9}) }, positions{15, 0}},
		"consumed again":                   {func(u *pendingDispatch) { u.add(0, 7, a); u.add(0, 7, a); u.removePublished([]int64{7, -1}) }, positions{}},
		"decided again when it was free":   {func(u *pendingDispatch) { u.add(0, 7, a); u.add(0, 9, a); u.removePublished([]int64{7, -1}) }, positions{19, 0}},
		"published, and decided once more": {func(u *pendingDispatch) { u.add(0, 7, a); u.removePublished([]int64{7, -1}); u.add(0, 9, a) }, positions{19, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			u := newPendingDispatch(layout{2})
			test.happens(u)
			if diff := cmp.Diff(test.want, positions{u.position(a), u.position(b)}); diff != "" {
				t.Error(diff)
			}
			u.removePublished([]int64{100, 100})
			if len(u.at) != 0 || len(u.lines[0]) != 0 || len(u.lines[1]) != 0 {
				t.Errorf("all is published, and kept are %v and %v", u.at, u.lines)
			}
		})
	}
}
