package crashtest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/proof"
	"beibu/testdata"
)

// A Backlog is an attack of one blow: documents have piled up, and while their
// receivers take them, both daemons, the broker and Redis are killed at once and
// started again.
type Backlog struct {
	Command   Command
	Servers   *Servers
	Documents int
}

// submitters is how many senders make a backlog.
const submitters = 32

// A backlog is one on its way.
type backlog struct {
	Backlog
	tb     testing.TB
	report *BacklogReport
	nodes  []*Node
	taken  atomic.Int64 // deliveries acknowledged

	mu      sync.Mutex
	entries map[string]entry // by exchange; guarded by mu, and not changed once all is submitted
}

// An entry is a document as its sender knows it.
type entry struct {
	position int64 // in the log, by the receipt
	content  digest
}

// Run makes the backlog, strikes when a quarter of it is delivered, and returns
// when all of it is.
func (b Backlog) Run(tb testing.TB) *BacklogReport {
	tb.Helper()
	l := &backlog{
		Backlog: b, tb: tb, report: &BacklogReport{Documents: b.Documents},
		nodes: b.Servers.pair(tb, b.Command, ""), entries: make(map[string]entry),
	}
	started := time.Now()
	l.submit()
	l.report.Submitted = time.Since(started)
	var receivers sync.WaitGroup
	for _, c := range l.collectors() {
		l.report.Deliveries += c.due
		receivers.Go(func() { c.run(tb.Context()) })
	}
	for int(l.taken.Load()) < l.report.Deliveries/4 && !l.report.hopeless() {
		await(tb.Context(), nil, 10*time.Millisecond)
	}
	struck := time.Now()
	l.report.Before = int(l.taken.Load())
	l.strike()
	l.report.Restarted = time.Since(struck)
	receivers.Wait()
	l.report.Delivered = time.Since(struck)
	for _, n := range l.nodes {
		l.delivered(n)
		if err := n.Stop(syscall.SIGTERM); err != nil {
			l.report.fault("SIGTERM: %v", err)
		}
	}
	return l.report
}

// submit sends every document until it is accepted.
func (l *backlog) submit() {
	l.tb.Helper()
	var samples [sharedCast][]byte
	for i, one := range cast[:sharedCast] {
		s, err := testdata.Find(one.kind, one.sample)
		if err != nil {
			l.tb.Fatal(err)
		}
		samples[i] = s.Bytes
	}
	var next atomic.Int64
	var senders sync.WaitGroup
	for range submitters {
		senders.Go(func() {
			for i := int(next.Add(1)); i <= l.Documents; i = int(next.Add(1)) {
				one, number := cast[i%sharedCast], fmt.Sprintf("BACKLOG-%06d", i)
				l.accept(l.nodes[i/sharedCast%len(l.nodes)].As(one.sender, nil), number, testdata.Numbered(samples[i%sharedCast], one.number, number))
			}
		})
	}
	senders.Wait()
}

func (l *backlog) accept(calls *client.Client, number string, document []byte) {
	for l.tb.Context().Err() == nil {
		answer, err := calls.Submit(l.tb.Context(), document)
		if p := client.ProblemOf(err); p != nil && comesAgain(p) {
			continue
		}
		if err != nil {
			l.report.fault("%s: %v", number, err)
			return
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.entries[answer.ExchangeID] = entry{positionOf(answer.Receipt), sha256.Sum256(document)}
		return
	}
}

// positionOf returns the place in the log that a receipt names, or 0.
func positionOf(receipt string) int64 {
	var said proof.Receipt
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(receipt+"..", ".")[1])
	if err != nil || json.Unmarshal(payload, &said) != nil {
		return 0
	}
	return said.Position
}

// strike kills everything at once and starts it again.
func (l *backlog) strike() {
	l.tb.Helper()
	for _, n := range l.nodes {
		n.Kill()
	}
	if err := l.Servers.fell(l.tb.Context(), "kafka1", "redis"); err != nil {
		l.tb.Fatal(err)
	}
	for _, n := range l.nodes {
		_ = n.Stop(syscall.SIGKILL) // its error says that it was killed
	}
	for _, n := range l.nodes {
		if err := n.Start(); err != nil {
			l.tb.Fatal(err)
		}
	}
}

// delivered fails unless a daemon shows every exchange, and each as delivered.
func (l *backlog) delivered(n *Node) {
	operator := n.As("operator", nil)
	missing := l.Documents
	for until := time.Now().Add(patience); missing > 0 && time.Now().Before(until); {
		missing = l.Documents - shown(l.tb.Context(), operator)
	}
	if missing != 0 {
		l.report.fault("%d exchanges are not shown as delivered", missing)
	}
}

// shown counts the exchanges that a daemon shows as delivered.
func shown(ctx context.Context, operator *client.Client) int {
	ids := make(map[string]struct{})
	query := url.Values{"state": {string(exchange.ConsignmentAcceptance)}, "limit": {"500"}}
	for {
		page, err := client.Get[httpapi.Page](ctx, operator, "/v1/exchanges", query)
		if err != nil {
			return 0
		}
		for _, x := range page.Exchanges {
			if !slices.ContainsFunc(x.Deliveries, func(d httpapi.Delivery) bool { return d.State != exchange.ConsignmentAcceptance }) {
				ids[x.ExchangeID] = struct{}{}
			}
		}
		if page.Next == "" {
			return len(ids)
		}
		query.Set("cursor", page.Next)
	}
}

// A BacklogReport is what came of a backlog.
type BacklogReport struct {
	mu sync.Mutex

	Documents  int
	Deliveries int           // of them, to all receivers
	Before     int           // deliveries before everything was killed
	Late       int           // first handed over by a call that was not answered, and then out of turn
	Submitted  time.Duration // to make the backlog
	Restarted  time.Duration // from the kill until both daemons were ready again
	Delivered  time.Duration // from the kill until the last delivery
	Faults     []string
}

func (r *BacklogReport) fault(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.Faults) < 100 {
		r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
	}
}

func (r *BacklogReport) late() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Late++
}

// hopeless reports whether there is no more to be learnt.
func (r *BacklogReport) hopeless() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.Faults) == 100
}

// String is the report as a person reads it.
func (r *BacklogReport) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Sprintf("%d documents, %d deliveries: submitted in %.1f s; after %d deliveries both daemons, the broker and Redis were killed, and were ready again in %.1f s;\n"+
		"all was delivered, once and in order, %.1f s after the kill (%.0f deliveries a second of the time that was served), %d of it out of turn because its call was cut off\n%s",
		r.Documents, r.Deliveries, r.Submitted.Seconds(), r.Before, r.Restarted.Seconds(),
		r.Delivered.Seconds(), float64(r.Deliveries-r.Before)/(r.Delivered-r.Restarted).Seconds(), r.Late, strings.Join(r.Faults, "\n"))
}
