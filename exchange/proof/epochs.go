package proof

// FirstEpoch is the epoch of a log that has lost nothing.
const FirstEpoch = 1

// An Epoch is a part of a log. A log that was restored from a copy, and may lack
// documents that it accepted, begins a new epoch: what is accepted from then on
// names it in the receipt. A receipt of an earlier epoch stays valid. If it is for
// a position at which a later epoch is in force, the exchange may no longer have its
// document.
type Epoch struct {
	Number int64   `json:"epoch"`
	First  []int64 `json:"fromPositions"` // for each partition of the log, its first position, or 0 if it has none
}

// epochAt returns the epoch at a position. If several begin at one position, all
// but the last are empty.
func epochAt(epochs []Epoch, position int64) int64 {
	now := int64(FirstEpoch)
	for _, e := range epochs {
		n := int64(len(e.First))
		if n == 0 || position < 1 {
			continue
		}
		if first := e.First[(position-1)%n]; first != 0 && first <= position {
			now = max(now, e.Number)
		}
	}
	return now
}
