package export

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/operator"
)

// A FailedCause is a line of the failures by cause: of what failed for good, or of what is
// carried again.
type FailedCause struct {
	Failure *answer.Failure // or nil
	Retry   *answer.Retry   // or nil
}

// MarshalJSON returns the one of the two that there is, as the list has it. What is carried
// again has nextTryAt.
func (c FailedCause) MarshalJSON() ([]byte, error) {
	value := any(c.Failure)
	if c.Retry != nil {
		value = c.Retry
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write failure: %w", err)
	}
	return text, nil
}

// Failures returns the sheet of what failed, of what failed for good before what is carried
// again, each in its order. Only failures of these parties are counted, or everybody's if
// parties is nil.
func Failures(parties []string, read func(ctx context.Context) ([]operator.Pile, []operator.RetryPile, error)) Sheet[FailedCause] {
	var all []FailedCause // counts are of one time, so they are read once
	return Sheet[FailedCause]{
		Name: "causes", Parties: parties, Cells: failureCells,
		Columns: []string{
			"state", "code", "receiver", "sender", "rule", "side", "count", "express", "firstAt", "lastAt", "hours", "example", "nextStep", "nextStepZH",
			"waiting", "waitingExpress", "nextTryAt", "breaker",
		},
		Read: func(ctx context.Context, cursor int64) (page []FailedCause, next int64, err error) {
			if cursor == 0 {
				if all, err = causes(read(ctx)); err != nil {
					return nil, 0, err
				}
			}
			end := min(int(cursor)+PageSize, len(all))
			if end < len(all) {
				next = int64(end)
			}
			return all[cursor:end], next, nil
		},
	}
}

func causes(failed []operator.Pile, retried []operator.RetryPile, err error) ([]FailedCause, error) {
	all := make([]FailedCause, 0, len(failed)+len(retried))
	for _, one := range failed {
		all = append(all, FailedCause{Failure: new(answer.FailureOf(one))})
	}
	for _, one := range retried {
		all = append(all, FailedCause{Retry: new(answer.RetryOf(one))})
	}
	return all, err
}

func failureCells(c FailedCause) []string {
	if c.Retry == nil {
		return append(commonCells(*c.Failure), "", "", "", "")
	}
	r := *c.Retry
	breaker := "closed"
	if r.Breaker.Open {
		breaker = "open"
	}
	shared := answer.Failure{
		Code: r.Code, State: exchange.ContentConsignment, Receiver: r.Receiver, Sender: r.Sender, Rule: r.Rule, Side: r.Side, Count: r.Count, Express: r.Express,
		FirstAt: r.FirstAt, LastAt: r.LastAt, Hours: r.Hours, Example: r.Example, NextStep: r.NextStep,
	}
	return append(commonCells(shared), strconv.Itoa(r.Waiting), strconv.Itoa(r.WaitingExpress), r.NextTryAt.Format(time.RFC3339), breaker)
}

// commonCells returns the columns that both have.
func commonCells(f answer.Failure) []string {
	hours := make([]string, 0, len(f.Hours))
	for _, n := range f.Hours {
		hours = append(hours, strconv.Itoa(n))
	}
	return []string{
		string(f.State), f.Code, f.Receiver, f.Sender, f.Rule, string(f.Side), strconv.Itoa(f.Count), strconv.Itoa(f.Express),
		f.FirstAt.Format(time.RFC3339), f.LastAt.Format(time.RFC3339), strings.Join(hours, " "), f.Example, f.NextStep.EN, f.NextStep.ZH,
	}
}
