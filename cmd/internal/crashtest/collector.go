package crashtest

import (
	"context"
	"crypto/sha256"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
)

// A collector is a receiver with one caller, which goes from one daemon to the
// other. So it can see what is once and in order: nothing that it was handed
// may come again, and in each partition, by which every key is kept in order,
// everything has to come in the order of the log. What a call was to bring that
// was cut off may come later, when its lease is over.
type collector struct {
	l     *backlog
	who   string
	due   int // deliveries
	calls []*client.Client
	turn  int // of calls
	cut   int // calls to fetch that were not answered
	late  int // deliveries out of turn

	got     map[string]bool // by exchange
	reached map[lane]int64  // the position handed over last
}

// A lane is what is handed over in order.
type lane struct {
	partition int64
	express   bool
}

// atOnce is how many deliveries are fetched in one call, and fetchLease for how
// long.
const (
	atOnce     = 100
	fetchLease = 5 * time.Second
)

// collectors are all who get something of the backlog.
func (l *backlog) collectors() []*collector {
	all := make(map[string]*collector)
	for i := range l.Documents {
		for _, who := range cast[(i+1)%sharedCast].receivers {
			if all[who] == nil {
				all[who] = &collector{l: l, who: who, got: make(map[string]bool), reached: make(map[lane]int64)}
				for _, n := range l.nodes {
					all[who].calls = append(all[who].calls, n.As(who, nil))
				}
			}
			all[who].due++
		}
	}
	collectors := make([]*collector, 0, len(all))
	for _, c := range all {
		collectors = append(collectors, c)
	}
	return collectors
}

// run fetches and acknowledges until all is there.
func (c *collector) run(ctx context.Context) {
	for len(c.got) < c.due && ctx.Err() == nil && !c.l.report.hopeless() {
		mail, err := client.Get[httpapi.MailboxPage](ctx, c.next(), "/v1/mailbox", url.Values{
			"lease": {fetchLease.String()}, "wait": {"1s"}, "limit": {strconv.Itoa(atOnce)},
		})
		if err != nil {
			c.cut++
			c.excuse(ctx, err)
			continue
		}
		var acks httpapi.Acks
		for _, d := range mail.Deliveries {
			c.take(d)
			acks.Acks = append(acks.Acks, httpapi.Ack{ExchangeID: d.ExchangeID, Outcome: "accepted"})
		}
		if len(acks.Acks) > 0 {
			c.read(ctx, mail.Deliveries[0])
			c.acknowledge(ctx, acks)
		}
	}
}

// next returns the daemon whose turn it is.
func (c *collector) next() *client.Client {
	c.turn++
	return c.calls[c.turn%len(c.calls)]
}

// excuse notes a call that has to be made again.
func (c *collector) excuse(ctx context.Context, err error) {
	if p := client.ProblemOf(err); p != nil && !comesAgain(p) && ctx.Err() == nil {
		c.l.report.fault("%s: %v", c.who, err)
	}
	await(ctx, nil, 20*time.Millisecond)
}

// take notes a delivery.
func (c *collector) take(d httpapi.MailboxItem) {
	e, known := c.l.entries[d.ExchangeID]
	switch {
	case !known:
		c.l.report.fault("%s was handed %s, which nobody was promised", c.who, d.ExchangeID)
	case c.got[d.ExchangeID]:
		c.l.report.fault("%s was handed %s again", c.who, d.ExchangeID)
	}
	c.got[d.ExchangeID] = true
	in := lane{e.position % partitions, d.Express}
	if e.position > c.reached[in] {
		c.reached[in] = e.position
		return
	}
	c.late++
	c.l.report.late()
	if c.late > c.cut*atOnce {
		c.l.report.fault("%s was handed %s out of turn", c.who, d.DocumentNumber)
	}
}

// read checks the bytes of a delivery.
func (c *collector) read(ctx context.Context, d httpapi.MailboxItem) {
	for ctx.Err() == nil {
		document, err := c.next().Call(ctx, http.MethodGet, d.Document, "", nil)
		if err != nil {
			c.excuse(ctx, err)
			continue
		}
		if sha256.Sum256(document.Body) != c.l.entries[d.ExchangeID].content {
			c.l.report.fault("%s got other bytes of %s", c.who, d.DocumentNumber)
		}
		return
	}
}

// acknowledge repeats until it is answered that deliveries are taken.
func (c *collector) acknowledge(ctx context.Context, acks httpapi.Acks) {
	for ctx.Err() == nil {
		answer, err := client.Post[httpapi.AckResults](ctx, c.next(), "/v1/mailbox/acks", acks)
		if err != nil {
			c.excuse(ctx, err)
			continue
		}
		if slices.ContainsFunc(answer.Deliveries, func(d httpapi.AckResult) bool { return d.State != exchange.ConsignmentAcceptance }) {
			c.l.report.fault("%s acknowledged, and was answered %v", c.who, answer.Deliveries)
		}
		c.l.taken.Add(int64(len(acks.Acks)))
		return
	}
}
