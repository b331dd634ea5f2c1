package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/config"
	"beibu/exchange"
	"beibu/exchange/projection"
	"beibu/exchange/proof"
	"beibu/queue/atomicfile"
	"beibu/queue/sqlite"
)

// positionFile is the file beside the embedded store that has the furthest sequence
// of the store, in decimal, as it was positionEvery ago or later.
const (
	positionFile  = "position"
	positionEvery = 10 * time.Second
)

// A NewEpoch is what a new epoch of the log is for, and where it begins.
type NewEpoch struct {
	Number int64 // of the new epoch
	Copy   bool  // the store is a copy that was restored
	Head   int64 // the sequence of the newest change in the store
	Seen   int64 // the furthest sequence that this folder has seen, or 0 if it is not known
}

// ErrNoEpochs means that the log is in Kafka: a daemon restores no copy of it.
var ErrNoEpochs = errors.New("the log is in Kafka, and has no epochs")

// OpenEpoch returns what a new epoch of the log would be for and, if do is set,
// begins it. It is for a store that may lack documents that it had accepted: each
// receipt for what is accepted from then on names the epoch. It fails with an *InUse
// error while a daemon uses the folder. If it ends before it is done, the same call
// does it.
func OpenEpoch(ctx context.Context, l *config.Loaded, log *zap.Logger, do bool) (NewEpoch, error) {
	if len(l.Kafka.Brokers) > 0 {
		return NewEpoch{}, ErrNoEpochs
	}
	if _, err := os.Stat(l.Data); err != nil {
		return NewEpoch{}, fmt.Errorf("find data folder: %w", err)
	}
	d := &Daemon{config: l, log: log}
	e, err := d.openEpoch(ctx, do)
	if err = errors.Join(err, d.life.down(context.WithoutCancel(ctx))); err != nil || !do {
		return e, err
	}
	// Last of all: until here, a start is refused because the store is behind them.
	return e, errors.Join(projection.SetAside(filepath.Join(l.Data, indexFile)), projection.SetAside(filepath.Join(l.Data, ledgerFile)), projection.SetAside(filepath.Join(l.Data, ratingsFile)), d.writePosition(e.Head))
}

func (d *Daemon) openEpoch(ctx context.Context, do bool) (e NewEpoch, err error) {
	if err := d.lockData(); err != nil {
		return e, err
	}
	if err := checkRestored(d.config.Data); err != nil {
		return e, err
	}
	if _, err := os.Stat(filepath.Join(d.config.Data, storeFile)); err != nil {
		return e, fmt.Errorf("find store: %w", err)
	}
	if err := d.loadShared(); err != nil {
		return e, err
	}
	store, err := d.openEmbedded(ctx, true)
	if err != nil {
		return e, err
	}
	if err := d.openIndex(ctx); err != nil {
		return e, err
	}
	if e.Head, err = store.Head(ctx); err != nil {
		return e, err
	}
	if e.Seen, err = d.seen(); err != nil {
		return e, err
	}
	e.Copy = store.IsCopy()
	e.Number = lastEpoch(exchange.Epochs(store.Boundaries(exchange.EpochSetting))) + 1
	if !do {
		return e, nil
	}
	return e, store.Adopt(ctx, exchange.EpochSetting, strconv.FormatInt(e.Number, 10))
}

// openEmbedded opens the store in the data folder, also a copy if that is asked for.
func (d *Daemon) openEmbedded(ctx context.Context, also bool) (*sqlite.Store, error) {
	shared := d.sharedSettings()
	if shared != nil {
		shared[exchange.EpochSetting] = strconv.Itoa(proof.FirstEpoch)
	}
	store, err := sqlite.Open(ctx, filepath.Join(d.config.Data, storeFile), sqlite.Options{Shared: shared, Copy: also})
	if err != nil {
		return nil, d.refusal(err)
	}
	d.store = store
	d.life.onClose("queue", func(context.Context) error { return store.Close() })
	return store, nil
}

// seen returns the furthest sequence of the store that the data folder has seen, or 0.
func (d *Daemon) seen() (int64, error) {
	text, err := os.ReadFile(filepath.Join(d.config.Data, positionFile))
	if errors.Is(err, fs.ErrNotExist) {
		return d.index.Sequence(), nil
	}
	var at int64
	if err == nil {
		at, err = strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	}
	if err != nil {
		return 0, fmt.Errorf("read the furthest position: %w", err)
	}
	return max(at, d.index.Sequence()), nil
}

// checkBehind fails with a *Refusal if the embedded store lacks what this data folder
// has seen in it: then it would accept documents again that it had accepted, with
// another receipt.
func (d *Daemon) checkBehind(ctx context.Context) error {
	head, err := d.store.Head(ctx)
	if err != nil {
		return err
	}
	seen, err := d.seen()
	if err != nil {
		return err
	}
	if head < seen {
		return &Refusal{codeLogBehind, acceptLoss + "; if you have a newer store, put it back", fmt.Errorf(
			"%s ends at %d, and this folder has seen it at %d: it is an older copy, and lacks what was accepted since",
			filepath.Join(d.config.Data, storeFile), head, seen)}
	}
	return nil
}

// keepPosition keeps the position of the embedded store in its folder from now on.
func (d *Daemon) keepPosition() {
	keep := &positionKeeper{daemon: d}
	d.life.onStop("position", func(ctx context.Context) error { return keep.keep(ctx) })
	d.work("position", func(ctx context.Context) error { return every(ctx, positionEvery, keep.keep) })
}

// A positionKeeper writes the position of the store beside it when it has changed.
type positionKeeper struct {
	daemon *Daemon
	last   int64
}

// keep returns no error: if the disk refuses the file, the index has the position too.
func (k *positionKeeper) keep(ctx context.Context) error {
	head, err := k.daemon.store.Head(ctx)
	if err == nil && head != k.last {
		err = k.daemon.writePosition(head)
	}
	if err != nil {
		k.daemon.log.Warn("the position of the store is not kept, retrying", zap.Error(err))
		return nil
	}
	k.last = head
	return nil
}

func (d *Daemon) writePosition(head int64) error {
	return atomicfile.Replace(filepath.Join(d.config.Data, positionFile), []byte(strconv.FormatInt(head, 10)+"\n"), 0o600)
}
