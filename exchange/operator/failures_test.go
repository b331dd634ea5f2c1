package operator_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/operator"
)

// fixed is a log of failures that are given.
type fixed struct {
	all   []exchange.Failure
	asked exchange.FailureQuery
	err   error
}

func (f *fixed) Failures(_ context.Context, q exchange.FailureQuery) ([]exchange.Failure, error) {
	f.asked = q
	return f.all, f.err
}

// Retries is exchange.FailureLog's.
func (f *fixed) Retries(_ context.Context, q exchange.FailureQuery) ([]exchange.Failure, error) {
	f.asked = q
	return f.all, f.err
}

// sides is an activity log of one receiver whose circuit breaker is open.
type sides struct{ exchange.ActivityLog }

// Activities is exchange.ActivityLog's.
func (sides) Activities(context.Context) ([]exchange.Activity, error) {
	return []exchange.Activity{{Party: "b", Side: exchange.Receiving, Breaker: exchange.Breaker{Opened: time.Unix(1, 0)}}}, nil
}

// What is carried again is ordered by what waits behind it, perishable goods first, and
// says who has to act, when it is tried next, and whether the circuit breaker is open.
func TestRetriesSayWhatWaits(t *testing.T) {
	next := time.Date(2026, 9, 1, 6, 0, 0, 0, time.UTC)
	log := &fixed{all: []exchange.Failure{
		{Code: "connect", Receiver: "a", Count: 9, Waiting: 500, Next: next},
		{Code: "address-refused", Receiver: "b", Count: 1, Waiting: 2, WaitingExpress: 1, Next: next},
	}}
	piles, err := operator.Failures{Log: log, Activity: sides{}}.Retries(t.Context(), exchange.FailureQuery{})
	if err != nil || len(piles) != 2 {
		t.Fatalf("%+v, %v", piles, err)
	}
	if p := piles[0]; p.Receiver != "b" || p.Side != operator.Ours || !p.Breaker.IsOpen() || !strings.Contains(p.Next.ByID().ZH, "原因在平台自身") {
		t.Errorf("%+v", p)
	}
	if p := piles[1]; p.Side != operator.Receiver || p.Breaker.IsOpen() || !strings.Contains(p.Next.ByID().EN, "next at 2026-09-01T06:00:00Z") {
		t.Errorf("%+v", p)
	}
	named := piles[1].Next.Words(
		func(string) exchange.Text { return exchange.Text{EN: "Port of A", ZH: "甲港"} }, func(time.Time) string { return "noon" })
	if !strings.HasPrefix(named.EN, "Port of A did not take these (connect)") || !strings.HasPrefix(named.ZH, "甲港 未能接收") || !strings.Contains(named.ZH, "noon") {
		t.Errorf("with names: %+v", named)
	}
}

// Each cause says who has to act and what to do, in both languages; perishables come
// first, and then the most.
func TestFailuresSayWhoActs(t *testing.T) {
	first := time.Date(2026, 9, 1, 6, 0, 0, 0, time.UTC)
	log := &fixed{all: []exchange.Failure{
		{State: exchange.ContentHandoverFailure, Code: exchange.CodeNotKept, Receiver: "a", Count: 1, First: first},
		{State: exchange.ConsignmentRejection, Code: "HS-UNKNOWN", Receiver: "b", Count: 300, First: first},
		{State: exchange.ConsignmentRejection, Code: "HS-UNKNOWN", Receiver: "b", Sender: "p", Count: 200, First: first},
		{State: exchange.ContentHandover, Receiver: "c", Count: 4, First: first},
		{State: exchange.ContentHandoverFailure, Code: "odd", Receiver: "d", Count: 5, First: first},
		{State: exchange.ContentHandoverFailure, Code: exchange.CodeExpired, Receiver: "e", Count: 2, Express: 1, First: first},
		{State: exchange.ContentHandoverFailure, Code: exchange.CodeExpired, Receiver: "f", Count: 4, First: first},
	}}
	piles, err := operator.Failures{Log: log, Handovers: 5}.List(t.Context(), exchange.FailureQuery{Receiver: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if log.asked.Receiver != "x" || log.asked.Handovers != 5 {
		t.Errorf("asked for %+v", log.asked)
	}
	for i, want := range []struct {
		receiver string
		side     operator.Side
		en, zh   string
	}{
		{"e", operator.Receiver, "e has acknowledged none of these in time, the first by 2026-09-01T06:00:00Z", "e 未在期限内签收"},
		{"b", operator.Sender, "refused these with its own code HS-UNKNOWN", "以自定代码 HS-UNKNOWN 拒收"},
		{"b", operator.Sender, "Return the reason to p,", "请将原因告知 p"},
		{"d", operator.Ours, "given up with code odd", "代码 odd"},
		{"c", operator.Receiver, "Nothing has to be replayed", "无须重放"},
		{"f", operator.Receiver, "f has acknowledged none", "f 未在期限内签收"},
		{"a", operator.Ours, "no longer kept", "超过保存期限"},
	} {
		p := piles[i]
		if p.Receiver != want.receiver || p.Side != want.side || !strings.Contains(p.Next.ByID().EN, want.en) || !strings.Contains(p.Next.ByID().ZH, want.zh) {
			t.Errorf("pile %d: %s %s\n%+v", i, p.Receiver, p.Side, p.Next.ByID())
		}
	}
	log.err = errors.New("no disk")
	if _, err := (operator.Failures{Log: log}).List(t.Context(), exchange.FailureQuery{}); !errors.Is(err, log.err) {
		t.Errorf("got %v", err)
	}
}
