package crashtest

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/replay"
)

// drainTime bounds the end of an attack: what is left is dispatched, handed over
// and taken. If a breach is expected, less is waited for: what does not come is
// one.
const (
	drainTime         = 5 * time.Minute
	drainTimeOfBreach = 30 * time.Second
)

// unfinished are the states in which an exchange waits for somebody.
var unfinished = []exchange.State{
	exchange.SubmissionAcceptance, exchange.ContentConsignment, exchange.ContentHandover,
	exchange.ConsignmentRejection, exchange.ContentHandoverFailure,
}

// drain waits until the daemons say that nothing is open any more, and replays
// what was refused. It goes by what an operator would go by: an exchange is in no
// list before it is dispatched, which if a daemon or a broker has just died is
// when its session is over, so the lag comes first.
func (w *world) drain() {
	w.tb.Helper()
	w.books.tolerant()
	operator := w.members[0].node.As("operator", nil)
	if w.o.Servers != nil {
		w.report.Waiting, _ = w.members[0].node.Lag(w.tb.Context(), time.Time{}) // if it is not known, the loop asks again
	}
	started, bound := time.Now(), drainTime
	if w.o.Breach {
		bound = drainTimeOfBreach
	}
	for end := started.Add(bound); ; await(w.tb.Context(), nil, 50*time.Millisecond) {
		err := w.idle(operator, started)
		if err == nil {
			return
		}
		if time.Now().After(end) {
			w.report.fault(nil, "not drained within %s: %v", bound, err)
			return
		}
		w.replayAll()
	}
}

// idle says what was not done yet at a time, or later.
func (w *world) idle(operator *client.Client, since time.Time) error {
	if w.o.Servers != nil {
		lag, err := w.members[0].node.Lag(w.tb.Context(), since)
		if err != nil || lag > 0 {
			return errors.Join(fmt.Errorf("%d records of the log are not dispatched", lag), err)
		}
	}
	if err := w.folded(operator); err != nil {
		return err
	}
	for _, state := range unfinished {
		page, err := client.Get[httpapi.Page](w.tb.Context(), operator, "/v1/exchanges", url.Values{"state": {string(state)}, "limit": {"1"}})
		if err != nil {
			return err
		}
		if len(page.Exchanges) > 0 {
			return fmt.Errorf("in state %s: %+v", state, page.Exchanges)
		}
	}
	return nil
}

// folded returns once the lists show all that is dispatched: only then is a daemon
// sure that there is no such exchange.
func (w *world) folded(operator *client.Client) error {
	_, err := client.Get[httpapi.Exchange](w.tb.Context(), operator, "/v1/exchanges/"+uuid.NewString(), nil)
	if p := client.ProblemOf(err); p != nil && p.Status == http.StatusNotFound {
		return nil
	}
	return fmt.Errorf("an exchange that nobody made: %w", err)
}

// replayAll requests a run of every failed delivery. A run that has stopped is cancelled,
// so that the next one has what it did not start.
func (w *world) replayAll() {
	for _, who := range w.receivers() {
		receiver := w.members[0].node.As(who, nil) // which may replay to itself without an approval
		w.cancelStopped(receiver)
		query := replay.Query{Receivers: []string{who}}
		plan, err := client.Post[httpapi.Plan](w.tb.Context(), receiver, "/v1/replays/plans", query)
		if err != nil || plan.Eligible == 0 {
			continue // it is asked again
		}
		_, err = client.Post[httpapi.Run](w.tb.Context(), receiver, "/v1/runs", httpapi.RunOrder{
			Query: query, Digest: plan.Digest, Reason: "the receiver is well again",
		})
		if err == nil {
			w.report.mu.Lock()
			w.report.Replayed += plan.Eligible
			w.report.mu.Unlock()
		}
	}
}

// cancelStopped cancels the runs of a receiver that have stopped: a delivery failed
// again, or a clock jumped. If it fails, the next call does it.
func (w *world) cancelStopped(receiver *client.Client) {
	page, err := client.Get[httpapi.RunPage](w.tb.Context(), receiver, "/v1/runs", nil)
	if err != nil {
		return
	}
	for _, r := range page.Runs {
		if r.Status == replay.Stopped {
			_, _ = client.Post[httpapi.Run](w.tb.Context(), receiver, "/v1/runs/"+r.ID+"/cancel", httpapi.Judgement{Reason: "planned again"})
		}
	}
}
