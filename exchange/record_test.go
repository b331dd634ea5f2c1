package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"beibu/exchange"
	"beibu/queue"
)

// bounded takes no event.
type bounded struct{}

func (bounded) Append(context.Context, ...queue.Event) (int64, error) {
	return 0, fmt.Errorf("append: %w", queue.ErrInvalid)
}

// What no queue takes, now or later, is not called retryable.
func TestRecordOutsideLimits(t *testing.T) {
	recorder := &exchange.Recorder{Appender: bounded{}}
	err := recorder.Record(t.Context(), exchange.Event{Receiver: "window-vn", Name: exchange.ConsignmentRejection})
	if failure, ok := errors.AsType[*exchange.Error](err); !ok || failure.Kind != exchange.Invalid || failure.Code != "outside-limits" {
		t.Errorf("got %v", err)
	}
}
