package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/telemetry"
	"beibu/exchange/projection"
	"beibu/queue"
)

// Rebuilt is how far a rebuild has come.
type Rebuilt struct {
	Percent   int           // of the record, as it was when the rebuild began
	Exchanges int           // folded so far
	Events    int           // folded so far
	Hearing   time.Duration // how long the log took to be opened and heard
	Folding   time.Duration // how long the fold has taken so far
}

// Rebuild sets aside what a data folder keeps of the log, which is the index and
// the queue's memory, and makes both anew from the log. It tells how far it has
// come whenever that is a tenth more. It fails with an *InUse while a daemon
// runs on the data. Should it be ended before it is through, the next start
// goes on from there.
func Rebuild(ctx context.Context, l *config.Loaded, log *zap.Logger, tell func(Rebuilt)) (Rebuilt, error) {
	if _, err := os.Stat(l.Data); err != nil {
		return Rebuilt{}, fmt.Errorf("find data folder: %w", err)
	}
	d := &Daemon{config: l, log: log, failed: make(chan error, 1), startup: startup{log: log, brokers: l.Kafka.Brokers}}
	feed := &told{tell: tell}
	err := d.rebuild(ctx, feed)
	err = errors.Join(err, d.life.down(context.WithoutCancel(ctx))) // now nobody folds any more
	return feed.so, err
}

func (d *Daemon) rebuild(ctx context.Context, feed *told) error {
	if err := d.hold(); err != nil {
		return err
	}
	if err := d.setAside(); err != nil {
		return err
	}
	var err error
	if d.metrics, err = telemetry.NewMetrics(); err != nil {
		return err
	}
	d.work("startup report", d.startup.report)
	begun := time.Now()
	if err := d.startup.begin(ctx, stageQueue); err != nil {
		return err
	}
	if err := d.openQueue(ctx); err != nil {
		return err
	}
	d.startup.end()
	if err := d.openIndex(ctx); err != nil {
		return err
	}
	if feed.head, err = d.store.Head(ctx); err != nil {
		return fmt.Errorf("find the end of the record: %w", err)
	}
	feed.Feed, feed.begun, feed.so.Hearing = d.store, time.Now(), time.Since(begun)
	d.work("index", func(ctx context.Context) error { return d.index.Run(ctx, feed) })
	return d.settle(ctx, feed.head)
}

// setAside moves the caches of the log out of the way.
func (d *Daemon) setAside() error {
	snapshot := filepath.Join(d.config.Data, snapshotFile)
	if err := os.Rename(snapshot, snapshot+".aside"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("set the snapshot of the log aside: %w", err)
	}
	return projection.SetAside(filepath.Join(d.config.Data, indexFile))
}

// settle waits until the index has come to a sequence or a part has failed.
func (d *Daemon) settle(ctx context.Context, sequence int64) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case err := <-d.failed:
			cancel(err)
		case <-ctx.Done():
		}
	}()
	return d.index.Wait(ctx, sequence)
}

// told is a feed that tells how far it has been folded.
type told struct {
	queue.Feed
	head  int64
	begun time.Time
	tell  func(Rebuilt)
	so    Rebuilt // used by the one who folds
}

// Follow is queue.Feed's.
func (f *told) Follow(ctx context.Context, after int64, fold func(context.Context, []queue.Change) error) error {
	return f.Feed.Follow(ctx, after, func(ctx context.Context, changes []queue.Change) error {
		if err := fold(ctx, changes); err != nil {
			return err
		}
		f.note(changes)
		return nil
	})
}

// note counts what was folded.
func (f *told) note(changes []queue.Change) {
	for _, c := range changes {
		if c.Entry != nil {
			f.so.Exchanges++
		} else {
			f.so.Events++
		}
	}
	f.so.Folding = time.Since(f.begun)
	before := f.so.Percent
	f.so.Percent = int(min(changes[len(changes)-1].Sequence*100/f.head, 100))
	if f.so.Percent/10 > before/10 {
		f.tell(f.so)
	}
}
