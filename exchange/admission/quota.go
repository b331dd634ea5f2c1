package admission

import (
	"context"
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
	of map[string]bucket // by party, of those that have a quota and have sent; guarded by mu
}

// A bucket holds the documents that a party may send now. It is full at first,
// and fills again evenly, a whole quota in each window.
type bucket struct {
	quota  exchange.Quota
	tokens *rate.Limiter
}

// Standing is what is left of a party's quota. The zero value is that of a party
// without one.
type Standing struct {
	Quota    exchange.Quota
	Left     int           // documents that may be sent now
	NextIn   time.Duration // until there is one more; whole seconds, at least 1
	Exceeded bool          // this document is too many
}

// spend takes one document off a party's quota, unless it is used up. Another
// quota than before begins full.
func (q *quotas) spend(party string, quota exchange.Quota, now time.Time) Standing {
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
	exceeded := !b.tokens.AllowN(now, 1)
	available := max(0, b.tokens.TokensAt(now))
	left := math.Floor(available)
	seconds := math.Ceil((left + 1 - available) / float64(b.tokens.Limit()))
	return Standing{Quota: quota, Left: int(left), NextIn: time.Duration(max(1, int(seconds))) * time.Second, Exceeded: exceeded}
}

// draw takes one document off a party's quota, unless it is used up. A party
// without a quota never exceeds it.
func (c *Control) draw(now *exchange.InForce, party string, at time.Time) Standing {
	p, ok := now.Parties.Get(party)
	if !ok || p.Quota == (exchange.Quota{}) {
		return Standing{}
	}
	return c.quotas.spend(p.ID, p.Quota, at)
}

// spend takes one document off the quota of the ticket's party. It returns an
// [exchange.Error] of kind OverQuota.
func (c *Control) spend(now *exchange.InForce, t *Ticket) error {
	t.standing = c.draw(now, t.principal.Party, time.Now())
	if s := t.standing; s.Exceeded {
		return &exchange.Error{
			Op: "admit document", Kind: exchange.OverQuota, RetryAfter: s.NextIn,
			Err: exchange.Because("%d documents in %s", "%[2]s 内 %[1]d 份单证", s.Quota.Documents, s.Quota.Window),
		}
	}
	return nil
}

// Standing returns what is left of the party's quota after [Control.Accept].
func (t *Ticket) Standing() Standing { return t.standing }

// pollTime is the longest time between two checks of the quota in force, so that
// another quota counts soon for those that wait.
const pollTime = time.Second

// Wait returns once a party may send one more document, which is then taken off
// its quota. It is for ways in that can leave a document unread, and need not
// refuse them. A suspended party does not wait: [Control.Submit] refuses it. Wait
// returns an error if ctx ends first, and only then.
func (c *Control) Wait(ctx context.Context, party string) error {
	for {
		now := c.current.Load().InForce
		if c.CheckParty(now, party) != nil {
			return ctx.Err()
		}
		s := c.draw(now, party, time.Now())
		if !s.Exceeded {
			return ctx.Err()
		}
		next := time.NewTimer(min(s.Quota.Window/time.Duration(s.Quota.Documents), pollTime))
		select {
		case <-next.C:
		case <-ctx.Done():
			next.Stop()
			return ctx.Err()
		}
	}
}
