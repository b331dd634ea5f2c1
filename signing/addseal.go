package signing

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Add verifies an envelope as OpenEnvelope does, and returns it with one more
// seal by each key of s beside those that it has. None of them changes. This is
// how a department puts its own seal beside that of the exchange.
func (s *Sealer) Add(ctx context.Context, envelope []byte, trust Trust, at time.Time) ([]byte, error) {
	o := openers.Get().(*opener)
	defer o.putBack()
	o.adds = true
	e, err := o.open(envelope, trust)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(e.Seals), len(e.Seals)+len(s.keys))
	for i := range e.Seals {
		ids[i] = e.Seals[i].ID
	}
	size := len(envelope)
	for i := range s.keys {
		size += sealSize + len(s.keys[i].certificate)
	}
	p := sealPads.Get().(*sealPad)
	defer sealPads.Put(p)
	out := append(make([]byte, 0, size), envelope[:o.end]...)
	for _, k := range s.keys { // copies: they get other identifiers here
		k.seal = unusedID(ids)
		ids = append(ids, k.seal)
		content := o.sha256
		if k.reference == &digestSM3 {
			content = o.sm3
		}
		if out, err = k.appendSeal(ctx, out, at, content, p); err != nil {
			return nil, fmt.Errorf("add seal: %w", err)
		}
	}
	return append(out, envelope[o.end:]...), nil
}

// unusedID names the next seal.
func unusedID(ids []string) string {
	for n := len(ids) + 1; ; n++ {
		if id := "seal-" + strconv.Itoa(n); !slices.Contains(ids, id) {
			return id
		}
	}
}
