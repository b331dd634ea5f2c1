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

// Rebuilt is the progress of a rebuild.
type Rebuilt struct {
	Percent   int           // of the record, as it was when the rebuild started
	Exchanges int           // folded so far
	Events    int           // folded so far
	Reading   time.Duration // how long the log took to be opened and read
	Folding   time.Duration // how long the fold has taken so far
}

// Rebuild sets aside the index and the snapshot of the log in a data folder, and makes
// both again from the log. It calls report after each tenth of the record. It fails
// with an [*InUse] while a daemon uses the data folder. If it is ended early, the next
// start of the daemon continues from there.
func Rebuild(ctx context.Context, l *config.Loaded, log *zap.Logger, report func(Rebuilt)) (Rebuilt, error) {
	if _, err := os.Stat(l.Data); err != nil {
		return Rebuilt{}, fmt.Errorf("find data folder: %w", err)
	}
	d := &Daemon{config: l, log: log, failed: make(chan error, 1), startup: startup{log: log, brokers: l.Kafka.Brokers}}
	feed := &reportingFeed{report: report}
	err := d.rebuild(ctx, feed)
	err = errors.Join(err, d.life.down(context.WithoutCancel(ctx))) // after this, nothing is folded any more
	return feed.progress, err
}

func (d *Daemon) rebuild(ctx context.Context, feed *reportingFeed) error {
	if err := d.lockData(); err != nil {
		return err
	}
	if err := checkRestored(d.config.Data); err != nil {
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
	started := time.Now()
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
	feed.Feed, feed.started, feed.progress.Reading = d.store, time.Now(), time.Since(started)
	d.work("index", func(ctx context.Context) error { return d.index.Run(ctx, feed) })
	return d.waitForIndex(ctx, feed.head)
}

// setAside moves the caches of the log out of the way.
func (d *Daemon) setAside() error {
	snapshot := filepath.Join(d.config.Data, snapshotFile)
	if err := os.Rename(snapshot, snapshot+".aside"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("set the snapshot of the log aside: %w", err)
	}
	return errors.Join(projection.SetAside(filepath.Join(d.config.Data, indexFile)), projection.SetAside(filepath.Join(d.config.Data, ledgerFile)), projection.SetAside(filepath.Join(d.config.Data, ratingsFile)))
}

// waitForIndex waits until the index has folded a sequence or a part has failed.
func (d *Daemon) waitForIndex(ctx context.Context, sequence int64) error {
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

// A reportingFeed reports how much of it has been folded.
type reportingFeed struct {
	queue.Feed
	head     int64
	started  time.Time
	report   func(Rebuilt)
	progress Rebuilt // read by the caller after the fold has ended
}

// Follow is queue.Feed's.
func (f *reportingFeed) Follow(ctx context.Context, after int64, fold func(context.Context, []queue.Change) error) error {
	return f.Feed.Follow(ctx, after, func(ctx context.Context, changes []queue.Change) error {
		if err := fold(ctx, changes); err != nil {
			return err
		}
		f.note(changes)
		return nil
	})
}

// note counts the folded changes.
func (f *reportingFeed) note(changes []queue.Change) {
	for _, c := range changes {
		if c.Entry != nil {
			f.progress.Exchanges++
		} else {
			f.progress.Events++
		}
	}
	f.progress.Folding = time.Since(f.started)
	before := f.progress.Percent
	f.progress.Percent = int(min(changes[len(changes)-1].Sequence*100/f.head, 100))
	if f.progress.Percent/10 > before/10 {
		f.report(f.progress)
	}
}
