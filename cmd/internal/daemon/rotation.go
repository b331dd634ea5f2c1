package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.uber.org/zap"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/telemetry"
	"beibu/exchange"
	"beibu/queue"
	"beibu/queue/kafka"
	"beibu/signing"
)

// A RotationStep is how far a rotation of the receipt key goes.
type RotationStep int

// The steps of a rotation.
const (
	PlanRotation    RotationStep = iota // changes nothing
	PrepareRotation                     // makes the new key, so that it can be copied to the other daemons
	DoRotation                          // the new key signs the receipts of all documents from now on
)

// A Rotation is what a rotation of the receipt key does, or has done.
type Rotation struct {
	Keys      []string       // ids of the keys of the log, the first one first
	Next      string         // id of the new key, or "" if it is not made yet
	File      string         // that holds it
	Started   bool           // an earlier rotation ended before it was in every partition
	Shared    bool           // other daemons may be on the log, which is in Kafka
	Positions queue.Boundary // from which on the new key signs, if it was done
}

// ErrNotPrepared means that the new key was not made before, and that daemons on
// the same log cannot have it.
var ErrNotPrepared = errors.New("the new key is not prepared")

// RotateReceiptKey replaces the key that signs receipts, up to a step. Receipts of
// documents that are in the log stay as they are, and the keys that sign them stay
// in the folder. A log in a file needs the daemon to be stopped, and the error is
// an [*InUse] otherwise; a log in Kafka does not. If it fails while it does the
// rotation, the same call continues it.
func RotateReceiptKey(ctx context.Context, l *config.Loaded, log *zap.Logger, step RotationStep) (Rotation, error) {
	if _, err := os.Stat(l.Data); err != nil {
		return Rotation{}, fmt.Errorf("find data folder: %w", err)
	}
	d := &Daemon{config: l, log: log, failed: make(chan error, 1), startup: startup{log: log, brokers: l.Kafka.Brokers}}
	r := Rotation{Shared: len(l.Kafka.Brokers) > 0}
	err := d.rotate(ctx, &r, step)
	return r, errors.Join(err, d.life.down(context.WithoutCancel(ctx)))
}

func (d *Daemon) rotate(ctx context.Context, r *Rotation, step RotationStep) error {
	if err := d.openToRotate(ctx, r.Shared); err != nil {
		return err
	}
	keys, err := d.keys()
	if err != nil {
		return err
	}
	if err := r.choose(keys, d.store.Boundaries(exchange.ReceiptKeySetting)); err != nil {
		return err
	}
	folder := filepath.Join(d.config.Data, keysFolder)
	if r.Next == "" && step != PlanRotation {
		if step == DoRotation && r.Shared {
			return ErrNotPrepared
		}
		key, err := signing.NewReceiptKey(folder)
		if err != nil {
			return err
		}
		r.Next, r.File = key.ID, key.File
	}
	if r.File != "" {
		r.File = filepath.Join(folder, r.File)
	}
	if step != DoRotation {
		return nil
	}
	if err := d.store.ChangeSetting(ctx, exchange.ReceiptKeySetting, r.Next); err != nil {
		return fmt.Errorf("rotate receipt key: %w", err)
	}
	for _, b := range d.store.Boundaries(exchange.ReceiptKeySetting) {
		if b.Value == r.Next {
			r.Positions = b
		}
	}
	return nil
}

// openToRotate opens the queue: a file that no daemon uses and that is not behind
// what the folder has seen, or beside the daemons that use the topics.
func (d *Daemon) openToRotate(ctx context.Context, shared bool) error {
	if !shared {
		if err := d.lockData(); err != nil {
			return err
		}
	}
	if err := checkRestored(d.config.Data); err != nil {
		return err
	}
	if err := d.loadShared(); err != nil {
		return err
	}
	var err error
	if d.metrics, err = telemetry.NewMetrics(); err != nil {
		return err
	}
	if !shared {
		if err := d.openQueue(ctx); err != nil {
			return err
		}
		if err := d.openIndex(ctx); err != nil {
			return err
		}
		return d.checkBehind(ctx)
	}
	o := d.kafkaOptions()
	o.Shared = d.sharedSettings()
	q, err := kafka.Open(ctx, o)
	if err != nil {
		return d.refusal(err)
	}
	d.store = q
	d.life.onClose("queue", func(context.Context) error { return q.Close() })
	return nil
}

// choose finds the new key in the folder: the one of a rotation that was started,
// or else the one that is not of the log.
func (r *Rotation) choose(keys *signing.Keys, boundaries []queue.Boundary) error {
	r.Keys = []string{keys.ReceiptID}
	for _, b := range boundaries {
		if !b.Complete() {
			r.Next, r.Started = b.Value, true
			continue
		}
		r.Keys = append(r.Keys, b.Value)
	}
	var spare []signing.ReceiptKey
	for _, k := range keys.Receipts {
		if k.ID == r.Next || r.Next == "" && !slices.Contains(r.Keys, k.ID) {
			spare = append(spare, k)
		}
	}
	switch {
	case len(spare) == 1:
		r.Next, r.File = spare[0].ID, spare[0].File
	case len(spare) > 1:
		var files []string
		for _, k := range spare {
			files = append(files, k.File)
		}
		return fmt.Errorf("choose receipt key: %s are not of the log; leave one of them in the folder", strings.Join(files, " and "))
	case r.Started:
		return &Refusal{
			codeReceiptKey, "copy its file receipt-*.pem from the daemon at which the rotation was started",
			fmt.Errorf("a rotation to the key %s was started, and the folder does not have it", r.Next),
		}
	}
	return nil
}
