package folders

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/files"
)

// Admission accepts documents (see [admission.Control]).
type Admission interface {
	// Wait returns once the party may send one more document, and counts it against
	// the party's quota. It returns an error only if ctx ends first.
	Wait(ctx context.Context, party string) error
	// SubmitUnread returns what the sender of a document receives. If the reply has a
	// RetryAfter, nothing was recorded, and the same document may be accepted later.
	SubmitUnread(ctx context.Context, way exchange.Way, party, requestID string, document admission.Unread) answer.Reply
}

// Acknowledgements records what receivers answer.
type Acknowledgements interface {
	// Acknowledge records acknowledgements of a receiver, all or none. The same again
	// is safe. It fails with an [exchange.Error].
	Acknowledge(ctx context.Context, receiver string, acks []exchange.Ack) ([]exchange.AckResult, error)
}

// A Meter counts what comes of scanning.
type Meter interface {
	// Scanned says whether the folders of a party could be read and written.
	Scanned(party string, ok bool)
}

// An Inbox scans the folders of parties. It is safe for concurrent use by different
// parties.
type Inbox struct {
	Admission        Admission
	Acknowledgements Acknowledgements
	Meter            Meter
	Log              *zap.Logger
}

// A Place is where and how often the inbox scans.
type Place struct {
	Tree     files.Tree
	Sends    bool // the party sends documents
	Receives bool // the party answers deliveries
	Every    time.Duration
}

// mostWait is the longest wait between scans that fail, unless it is longer anyway.
const mostWait = time.Minute

// Watch scans the folders of a party until ctx ends. It always returns nil.
func (in *Inbox) Watch(ctx context.Context, party string, at Place) error {
	w := &watch{Inbox: in, party: party, place: at, waiting: make(map[string]waiting)}
	wait := at.Every
	for failures := 0; ctx.Err() == nil; {
		err := w.scan(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err == nil {
			failures, wait = 0, at.Every
		} else {
			failures++
			wait = min(2*wait, max(mostWait, at.Every))
		}
		w.report(err, failures, wait)
		pause(ctx, wait)
	}
	return nil
}

// errWaits means that a document waits, since its party, or all parties together, are at
// their limits, or the party is suspended. It is no failure of the folders.
var errWaits = errors.New("the document waits")

func (w *watch) report(err error, failures int, wait time.Duration) {
	_, ofFolder := errors.AsType[*files.FolderError](err)
	w.Meter.Scanned(w.party, !ofFolder)
	if err == nil {
		return
	}
	level := zap.WarnLevel
	if errors.Is(err, errWaits) && !ofFolder {
		level = zap.DebugLevel
	}
	w.Log.Log(level, "folder of party not finished, retrying", zap.String("party", w.party), zap.Int("failures", failures),
		zap.Duration("wait", wait), zap.Error(err))
}

func pause(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
