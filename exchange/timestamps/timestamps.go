package timestamps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/projection"
	"beibu/queue"
	"beibu/signing"
)

// Options are what a Keeper is built of.
type Options struct {
	Path      string               // of the file with the answers; it is created if it is missing
	Trust     func() signing.Trust // whose seals count, and which authorities' time stamps
	Feed      queue.Feed
	Bodies    queue.Bodies
	Authority *Authority
	Report    func(Report) // receives the result of each query to the authority; or nil
}

// A Report is the result of a query to the authority.
type Report struct {
	Exchange uuid.UUID
	Code     string // why the answer was not taken (see package signing), or ""
	Err      error  // nil if the seals are stamped now
	Down     bool   // the authority cannot be reached; every exchange waits for Pause
	Pause    time.Duration
}

// A Keeper has seals time-stamped and keeps the stamps. It is safe for
// concurrent use.
type Keeper struct {
	options Options
	store   store
}

// Open opens the file. What was accepted before the file was made is not stamped:
// an authority that is paid by the stamp would be asked for a whole history.
func Open(ctx context.Context, o Options) (*Keeper, error) {
	p, err := projection.Open(ctx, o.Path, definition)
	if err != nil {
		return nil, err
	}
	if o.Report == nil {
		o.Report = func(Report) {}
	}
	if err := p.Begin(ctx, o.Feed); err != nil {
		return nil, errors.Join(fmt.Errorf("begin time stamps: %w", err), p.Close())
	}
	return &Keeper{options: o, store: store{p}}, nil
}

// Close closes the file. Follow and Run must have ended.
func (k *Keeper) Close() error { return k.store.Close() }

// Waiting returns how many exchanges wait for a stamp, and when the first of
// them was accepted.
func (k *Keeper) Waiting(ctx context.Context) (n int, since time.Time, err error) {
	return k.store.waiting(ctx)
}

// Follow folds the accepted exchanges of the record until ctx ends. It retries after
// every failure.
func (k *Keeper) Follow(ctx context.Context) error {
	for failures := 1; ; failures++ {
		err := k.store.Run(ctx, k.options.Feed)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end that was asked for
		}
		k.options.Report(Report{Err: fmt.Errorf("follow the record: %w", err), Down: true, Pause: pause(failures)})
		if !sleep(ctx, pause(failures), nil) {
			return nil
		}
	}
}

// Run asks for time stamps for the exchanges that wait, one after another, until
// ctx ends. It retries after every failure.
func (k *Keeper) Run(ctx context.Context) error {
	failures := 0
	for {
		more := k.store.Changed(added)
		wait, err := k.askDue(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end that was asked for
		}
		if err != nil {
			failures++
			wait, more = pause(failures), nil // new exchanges wait as well
			k.options.Report(Report{Err: err, Down: true, Pause: wait})
		} else {
			failures = 0
		}
		if !sleep(ctx, wait, more) {
			return nil
		}
	}
}

// batch is how many exchanges are read from the file at once.
const batch = 64

// askDue asks for every time stamp that is due, and returns the time until the next
// is due. It fails if the authority or the queue cannot be reached.
func (k *Keeper) askDue(ctx context.Context) (time.Duration, error) {
	for {
		due, err := k.store.due(ctx, time.Now(), batch)
		if err != nil {
			return 0, err
		}
		for _, w := range due {
			if err := k.try(ctx, w); err != nil {
				return 0, err
			}
		}
		if len(due) < batch {
			return k.store.next(ctx, time.Now())
		}
	}
}

// try has one exchange stamped. It fails if the authority or the queue cannot be
// reached. If the answer is not accepted, this exchange alone is postponed.
func (k *Keeper) try(ctx context.Context, w waiting) error {
	answers, err := k.stamp(ctx, w.body)
	switch {
	case err == nil:
		if err := k.store.save(ctx, w.id, answers); err != nil {
			return err
		}
		k.options.Report(Report{Exchange: w.id})
		return nil
	case errors.Is(err, queue.ErrNotFound):
		return k.store.drop(ctx, w.id) // its retention is over
	case errors.Is(err, errDown), errors.Is(err, queue.ErrUnavailable), ctx.Err() != nil:
		return err
	}
	code := "internal"
	if r, ok := errors.AsType[*signing.Refusal](err); ok {
		code = r.Code
	}
	k.options.Report(Report{Exchange: w.id, Code: code, Err: err})
	return k.store.putOff(ctx, w.id, time.Now().Add(putOff(w.attempts+1)), code)
}

// An answer is the authority's answer for one seal.
type answer struct {
	Seal   string `json:"seal"` // its Id
	Answer []byte `json:"answer"`
}

// stamp asks for each seal of an envelope.
func (k *Keeper) stamp(ctx context.Context, position int64) ([]answer, error) {
	envelope, err := k.options.Bodies.Body(ctx, position)
	if err != nil {
		return nil, fmt.Errorf("read envelope: %w", err)
	}
	trust := k.options.Trust()
	opened, err := signing.OpenEnvelope(envelope, trust)
	if err != nil {
		return nil, err
	}
	answers := make([]answer, 0, len(opened.Seals))
	for _, seal := range opened.Seals {
		query, err := signing.TimestampQuery(envelope, trust, seal.ID)
		if err != nil {
			return nil, err
		}
		said, err := k.options.Authority.Ask(ctx, query)
		if err != nil {
			return nil, err
		}
		if envelope, err = signing.AddTimestamp(envelope, trust, seal.ID, said); err != nil {
			return nil, err
		}
		answers = append(answers, answer{seal.ID, said})
	}
	return answers, nil
}

// CodeMissing is the code of the error if an envelope has no time stamps, or none yet.
const CodeMissing = "no-timestamp"

// Stamp returns the envelope of an exchange with a time stamp in each of its
// seals. It fails with an *exchange.Error of kind NotFound if there is none
// yet, or none by an authority that is trusted now.
func (k *Keeper) Stamp(ctx context.Context, id uuid.UUID, envelope []byte) ([]byte, error) {
	text, err := k.store.answers(ctx, id)
	if err != nil {
		return nil, err
	}
	if text == nil {
		return nil, missing(exchange.Because("the seals have no time stamps yet", "封签尚无时间戳"))
	}
	var answers []answer
	if err := json.Unmarshal(text, &answers); err != nil {
		return nil, fmt.Errorf("read time stamps of %s: %w", id, err)
	}
	trust := k.options.Trust()
	for _, a := range answers {
		if envelope, err = signing.AddTimestamp(envelope, trust, a.Seal, a.Answer); err != nil {
			if r, ok := errors.AsType[*signing.Refusal](err); ok && r.Code == signing.CodeUntrusted {
				return nil, missing(err)
			}
			return nil, fmt.Errorf("add time stamp to %s: %w", id, err)
		}
	}
	return envelope, nil
}

func missing(why error) error {
	return &exchange.Error{Op: "add time stamps", Kind: exchange.NotFound, Code: CodeMissing, Err: why}
}
