package crashtest

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/replay"
	"beibu/testdata"
)

// Replays is an attack on a replay run: a receiver has refused every document, and while a
// run hands them over again, one of two daemons is killed after the other.
type Replays struct {
	Command   Command
	Servers   *Servers
	Documents int
	Kills     int
}

// A ReplaysReport is what came of it.
type ReplaysReport struct {
	mu sync.Mutex

	Documents int
	Kills     int // while the run was running
	Took      time.Duration
	Faults    []string
}

func (r *ReplaysReport) fault(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
}

// hopeless reports whether a promise was broken: the rest is not worth its time.
func (r *ReplaysReport) hopeless() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.Faults) > 0
}

// String is the report as a person reads it.
func (r *ReplaysReport) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Sprintf("a run of %d deliveries took %.1f s, in which daemons were killed %d times; faults: %d", r.Documents, r.Took.Seconds(), r.Kills, len(r.Faults))
}

// replayRate is that of the run, in deliveries a second.
const replayRate = 40

// A replays is one on its way.
type replays struct {
	Replays
	ctx    context.Context //nolint:containedctx // of the test
	report *ReplaysReport
	nodes  []*Node
	who    string       // the receiver
	turn   atomic.Int64 // of the daemon that is called next
	again  atomic.Int64 // deliveries that were taken in the run
}

// Run refuses, replays and kills, and returns when the run is over.
func (a Replays) Run(tb testing.TB) *ReplaysReport {
	tb.Helper()
	one := cast[0]
	r := &replays{
		Replays: a, ctx: tb.Context(), report: &ReplaysReport{Documents: a.Documents}, who: one.receivers[len(one.receivers)-1],
		nodes: a.Servers.pair(tb, a.Command, fmt.Sprintf("replay: {rate: %d}\n", replayRate)),
	}
	sample, err := testdata.Find(one.kind, one.sample)
	if err != nil {
		tb.Fatal(err)
	}
	for i := range a.Documents {
		document := testdata.Numbered(sample.Bytes, one.number, fmt.Sprintf("REPLAY-%06d", i))
		r.insist(one.sender, func(calls *client.Client) error {
			_, err := calls.Submit(r.ctx, document)
			return err
		})
	}
	r.take(1, "refused", func() bool { return false })
	id := r.request()
	began := time.Now()
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.take(2, "accepted", func() bool { return r.run(id).Status != replay.Running })
	}()
	r.kill(tb, id)
	<-done
	r.report.Took = time.Since(began)
	r.check(id)
	for _, n := range r.nodes {
		if err := n.Stop(syscall.SIGTERM); err != nil {
			r.report.fault("SIGTERM: %v", err)
		}
	}
	return r.report
}

// insist makes a call as a party, at one daemon after the other, until one has answered it.
func (r *replays) insist(who string, call func(*client.Client) error) {
	for until := time.Now().Add(patience); ; {
		err := call(r.nodes[r.turn.Add(1)%int64(len(r.nodes))].As(who, nil))
		if err == nil || r.ctx.Err() != nil {
			return
		}
		if p := client.ProblemOf(err); p != nil && !comesAgain(p) || time.Now().After(until) {
			r.report.fault("%s: %v", who, err)
			return
		}
		await(r.ctx, nil, 20*time.Millisecond)
	}
}

// take fetches every document at an attempt and answers, until all are there and nothing
// more is to come.
func (r *replays) take(attempt int, outcome string, over func() bool) {
	got := make(map[string]bool)
	for r.ctx.Err() == nil && (len(got) < r.Documents || !over() && attempt > 1) && !r.report.hopeless() {
		var acks httpapi.Acks
		r.insist(r.who, func(calls *client.Client) error {
			mail, err := client.Get[httpapi.MailboxPage](r.ctx, calls, "/v1/mailbox", url.Values{"lease": {fetchLease.String()}, "wait": {"1s"}, "limit": {"100"}})
			for _, d := range mail.Deliveries {
				if d.Attempt != attempt {
					r.report.fault("%s is at attempt %d, want %d", d.DocumentNumber, d.Attempt, attempt)
				}
				got[d.ExchangeID] = true
				ack := httpapi.Ack{ExchangeID: d.ExchangeID, Outcome: outcome}
				if outcome == "refused" {
					ack.Code, ack.Reason = "SCHEMA", "changed over night"
				}
				acks.Acks = append(acks.Acks, ack)
			}
			return err
		})
		if len(acks.Acks) == 0 {
			continue
		}
		r.insist(r.who, func(calls *client.Client) error {
			_, err := client.Post[httpapi.AckResults](r.ctx, calls, "/v1/mailbox/acks", acks)
			return err
		})
		if attempt > 1 {
			r.again.Store(int64(len(got)))
		}
	}
}

// request requests the run, as the receiver, which needs nobody's approval for that.
func (r *replays) request() (id string) {
	query := replay.Query{Receivers: []string{r.who}}
	r.insist(r.who, func(calls *client.Client) error {
		plan, err := client.Post[httpapi.Plan](r.ctx, calls, "/v1/replays/plans", query)
		if err != nil {
			return err
		}
		if plan.Eligible != r.Documents {
			return fmt.Errorf("the plan has %d deliveries, of %d", plan.Eligible, r.Documents) // so far
		}
		run, err := client.Post[httpapi.Run](r.ctx, calls, "/v1/runs", httpapi.RunOrder{Query: query, Digest: plan.Digest, Reason: "mended"})
		id = run.ID
		return err
	})
	return id
}

func (r *replays) run(id string) (run httpapi.Run) {
	r.insist(r.who, func(calls *client.Client) (err error) {
		run, err = client.Get[httpapi.Run](r.ctx, calls, "/v1/runs/"+id, nil)
		return err
	})
	return run
}

// kill kills one daemon after the other, each when the next part of the run is taken.
func (r *replays) kill(tb testing.TB, id string) {
	tb.Helper()
	for k := range r.Kills {
		for int(r.again.Load()) < (k+1)*r.Documents/(r.Kills+1) && !r.report.hopeless() {
			if !await(r.ctx, nil, 10*time.Millisecond) && r.ctx.Err() != nil {
				return
			}
		}
		n := r.nodes[k%len(r.nodes)]
		n.Kill()
		_ = n.Stop(syscall.SIGKILL) // its error says that it was killed
		if r.run(id).Status == replay.Running {
			r.report.Kills++
		}
		if err := n.Start(); err != nil {
			tb.Error(err)
			return
		}
	}
}

// check fails unless the run is finished and every item of it was acknowledged.
func (r *replays) check(id string) {
	for until := time.Now().Add(patience); r.run(id).Status == replay.Running && time.Now().Before(until); {
		await(r.ctx, nil, 100*time.Millisecond)
	}
	run := r.run(id)
	if run.Status != replay.Finished || run.Counts.Acknowledged != r.Documents {
		r.report.fault("the run is %s, %+v", run.Status, run.Counts)
	}
}
