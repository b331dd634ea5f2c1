package httpapi

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"beibu/exchange"
)

// quotas count what parties submit. They are this daemon's own: of several that
// share a log, each lets a whole quota through. The zero value works.
type quotas struct {
	mu sync.Mutex
	of map[string]bucket // by party, of those that have a quota and have come
}

// A bucket holds the documents that a party may send now. It is full at first,
// and fills again evenly, a whole quota in each window.
type bucket struct {
	quota  exchange.Quota
	tokens *rate.Limiter
}

// A balance is how a party's quota stands.
type balance struct {
	over bool // this document is too many
	left int  // documents that may be sent now
	more int  // seconds until there is one more; at least 1
}

// spend takes one document off a party's quota, unless it is used up. Another
// quota than before begins full.
func (q *quotas) spend(party string, quota exchange.Quota, now time.Time) balance {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.of == nil {
		q.of = make(map[string]bucket)
	}
	b, ok := q.of[party]
	if !ok || b.quota != quota {
		each := rate.Limit(float64(quota.Documents) / quota.Window.Seconds())
		b = bucket{quota, rate.NewLimiter(each, quota.Documents)}
		q.of[party] = b
	}
	over := !b.tokens.AllowN(now, 1)
	there := max(0, b.tokens.TokensAt(now))
	left := math.Floor(there)
	more := math.Ceil((left + 1 - there) / float64(b.tokens.Limit()))
	return balance{over: over, left: int(left), more: max(1, int(more))}
}

// draw takes one document off a party's quota, unless it is used up. A party
// without a quota has the zero one, and is never over.
func (s *Server) draw(in *exchange.InForce, party string, now time.Time) (exchange.Quota, balance) {
	p, ok := in.Parties.Get(party)
	if !ok || p.Quota == (exchange.Quota{}) {
		return exchange.Quota{}, balance{}
	}
	return p.Quota, s.quotas.spend(p.ID, p.Quota, now)
}

// spend draws on the quota of the caller's party, where it has one, and tells
// how it stands (draft-ietf-httpapi-ratelimit-headers, sections 3 and 4). It
// fails with an *exchange.Error of kind OverQuota where the quota is used up.
func (s *Server) spend(c *call) error {
	quota, b := s.draw(c.now, c.caller.Party, c.begun)
	if quota == (exchange.Quota{}) {
		return nil
	}
	c.Header().Set("RateLimit-Policy", fmt.Sprintf(`"documents";q=%d;w=%d`, quota.Documents, int(quota.Window.Seconds())))
	c.Header().Set("RateLimit", fmt.Sprintf(`"documents";r=%d;t=%d`, b.left, b.more))
	if b.over {
		return &exchange.Error{
			Op: "admit document", Kind: exchange.OverQuota, RetryAfter: time.Duration(b.more) * time.Second,
			Err: exchange.Because("%d documents in %s", "%[2]s 内 %[1]d 份单证", quota.Documents, quota.Window),
		}
	}
	return nil
}

// lookTime is how long one that waits for its turn looks away at most, so that
// another quota, put in force meanwhile, counts soon.
const lookTime = time.Second

// Turn returns once a party may send one more document, which is then taken off
// its quota: what would be refused with 429 over HTTP waits here instead. One
// that is suspended need not wait to be told so. It fails where ctx ends first,
// and only then.
func (s *Server) Turn(ctx context.Context, party string) error {
	for {
		in := s.current.Load()
		if s.shut.Includes(in, party) {
			return ctx.Err()
		}
		quota, b := s.draw(in, party, time.Now())
		if !b.over {
			return ctx.Err()
		}
		next := time.NewTimer(min(quota.Window/time.Duration(quota.Documents), lookTime))
		select {
		case <-next.C:
		case <-ctx.Done():
			next.Stop()
			return ctx.Err()
		}
	}
}
