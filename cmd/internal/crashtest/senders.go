package crashtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/testdata"
)

// A document is one kind on its way: a sample with its number, who sends it and
// who gets it.
type document struct {
	sender, kind, sample, number string
	receivers                    []string
}

// cast are the documents that are sent. Each client sends one after the other,
// as the party whose it is.
var cast = []document{
	{"qinzhou-customs", "ata-carnet", "expo-machinery-qinzhou-haiphong", "CN/4501/26/00183", []string{"gx-trade-promotion", "qinzhou-customs", "window-vn"}},
	{"qinzhou-customs", "export-declaration", "water-pumps-jakarta", "721220260000112093", []string{"gx-customs", "qinzhou-customs", "window-cn", "window-id"}}, // which no verdict decides
	{"gx-commerce", "export-licence", "acetone-viet-nam", "26-45-E00731", []string{"gx-commerce", "pingxiang-customs", "window-vn"}},
}

// sharedCast is how many of the cast are sent if daemons share servers, which
// then have enough to do with fewer receivers.
const sharedCast = 2

// receivers are all who get something of what is sent.
func (w *world) receivers() []string {
	var all []string
	for _, d := range w.cast {
		all = append(all, d.receivers...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// A customer is one client of the sending parties. It prefers one daemon and
// goes to the next if that does not answer.
type customer struct {
	w         *world
	name      int
	calls     [][]line // by place in the cast, and then by daemon
	templates [][]byte // by place in the cast
	next      int
	chance    *rand.Rand
}

// A line leads a customer to one daemon.
type line struct {
	*client.Client
	member *member
}

// role is the place in the cast of the document that is sent now.
func (c *customer) role() int { return c.next % len(c.templates) }

func (w *world) newSender(i int) *customer {
	c := &customer{w: w, name: i, chance: rand.New(rand.NewPCG(w.o.Seed, uint64(i)))}
	for _, one := range w.cast {
		s, err := testdata.Find(one.kind, one.sample)
		if err != nil {
			w.tb.Error(err)
		}
		c.templates = append(c.templates, testdata.Numbered(s.Bytes, one.number, "CRASH-NUMBER"))
		var calls []line
		for j := range w.members {
			m := w.members[(i+j)%len(w.members)]
			calls = append(calls, line{m.node.As(one.sender, m.send), m})
		}
		c.calls = append(c.calls, calls)
	}
	return c
}

func (c *customer) run(ctx context.Context) {
	for ctx.Err() == nil {
		c.next++
		number := fmt.Sprintf("CRASH-%03d-%06d", c.name, c.next)
		document := testdata.Numbered(c.templates[c.role()], "CRASH-NUMBER", number)
		switch c.chance.IntN(10) {
		case 0:
			c.race(ctx, number, document)
		case 1:
			if first, ok := c.send(ctx, number, document, 0); ok {
				c.conflict(ctx, number, other(document), first.ExchangeID)
			}
		case 2, 3, 4:
			if _, ok := c.send(ctx, number, document, 0); ok {
				c.w.report.count(&c.w.report.Resends)
				c.send(ctx, number, document, 1)
			}
		case 5, 6:
			if first, ok := c.send(ctx, number, document, 0); ok {
				calls, at := c.calls[c.role()], c.chance.IntN(len(c.w.members))
				c.w.senders.wg.Go(func() { c.w.find(ctx, calls, at, number, first) })
			}
		default:
			c.send(ctx, number, document, 0)
		}
	}
}

// other is another content that says the same.
func other(document []byte) []byte { return append(bytes.Clone(document), '\n') }

// send submits until the document is accepted.
func (c *customer) send(ctx context.Context, number string, document []byte, at int) (answer.Acceptance, bool) {
	answer, err := c.insist(ctx, document, at)
	if err != nil {
		if ctx.Err() == nil {
			c.w.report.fault(nil, "%s: %v", number, err)
		}
		return answer, false
	}
	c.promised(number, document, answer)
	return answer, true
}

func (c *customer) promised(number string, document []byte, answer answer.Acceptance) {
	c.w.books.promised(c.w.report, answer.ExchangeID, promise{number, sha256.Sum256(document), answer.Receipt, answer.Receivers})
}

// find asks one daemon after the other for what was just accepted, until one
// reports its state. Any of them knows it.
func (w *world) find(ctx context.Context, calls []line, at int, number string, a answer.Acceptance) {
	for ; ctx.Err() == nil; at++ {
		x, err := client.Get[httpapi.Exchange](ctx, calls[at%len(calls)].Client, "/v1/exchanges/"+a.ExchangeID, nil)
		problem := client.ProblemOf(err)
		switch {
		case err == nil:
			w.report.count(&w.report.Asked)
			if x.DigestSHA256 != a.DigestSHA256 || x.DocumentNumber != number {
				w.report.fault(&w.report.Altered, "%s is found as %+v", number, x)
			}
			return
		case problem != nil && problem.Status == http.StatusNotFound:
			w.report.fault(&w.report.Unfound, "%s was accepted as %s and is not found: %v", number, a.ExchangeID, err)
			return
		case problem != nil && !comesAgain(problem):
			w.report.fault(nil, "%s was asked for: %v", number, err)
			return
		}
		await(ctx, nil, 20*time.Millisecond)
	}
}

// conflict submits a content whose number another has.
func (c *customer) conflict(ctx context.Context, number string, document []byte, owner string) {
	answer, err := c.insist(ctx, document, 1)
	problem := client.ProblemOf(err)
	switch {
	case err == nil:
		c.promised(number, document, answer) // which finds the second content
	case problem != nil && problem.Status == http.StatusConflict && problem.Earlier != nil && problem.Earlier.ExchangeID == owner:
		c.w.report.count(&c.w.report.Conflicts)
	case ctx.Err() == nil:
		c.w.report.fault(nil, "%s: another content: %v", number, err)
	}
}

// race submits two contents under one number at once, each at another daemon
// if there are several: one is accepted, and the other receives the id of the owner.
func (c *customer) race(ctx context.Context, number string, document []byte) {
	contents := [][]byte{document, other(document)}
	type result struct {
		answer answer.Acceptance
		err    error
	}
	results := make([]chan result, len(contents))
	for i := range contents {
		results[i] = make(chan result, 1)
		go func() {
			answer, err := c.insist(ctx, contents[i], i)
			results[i] <- result{answer, err}
		}()
	}
	first, second := <-results[0], <-results[1]
	if ctx.Err() != nil {
		return
	}
	for i, r := range []result{first, second} {
		if r.err == nil {
			c.promised(number, contents[i], r.answer)
			rival := []result{second, first}[i]
			if p := client.ProblemOf(rival.err); p != nil && p.Status == http.StatusConflict && p.Earlier != nil && p.Earlier.ExchangeID == r.answer.ExchangeID {
				c.w.report.count(&c.w.report.Conflicts)
				return
			}
		}
	}
	c.w.report.fault(nil, "%s: two contents at once were answered %v and %v", number, first.err, second.err)
}

// insist submits until there is a final answer: a daemon that is away, or
// that says that nothing was promised, is passed over for the next, and only
// if none of them helps is there a rest.
func (c *customer) insist(ctx context.Context, document []byte, at int) (answer.Acceptance, error) {
	calls := c.calls[c.role()]
	for first := at; ; at++ {
		if tried := at - first; tried > 0 && tried%len(calls) == 0 {
			await(ctx, nil, 20*time.Millisecond)
		}
		if ctx.Err() != nil {
			return answer.Acceptance{}, ctx.Err()
		}
		line, started := calls[at%len(calls)], time.Now()
		answer, err := line.Submit(ctx, document)
		problem := client.ProblemOf(err)
		if err == nil || problem != nil && !comesAgain(problem) {
			c.w.report.answered(time.Since(started))
			line.member.answered.Add(1)
			select {
			case c.w.answers <- struct{}{}:
			default:
			}
			return answer, err
		}
		if problem != nil {
			c.w.report.met(&c.w.report.Again, problem.Code)
			line.member.refused.Add(1)
		} else {
			c.w.report.count(&c.w.report.Unheard)
		}
	}
}

// comesAgain reports whether a problem asks to send again.
func comesAgain(p *client.Problem) bool {
	return p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests || p.Code == "in-flight"
}
