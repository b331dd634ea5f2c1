package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"go.uber.org/zap"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/telemetry"
	"beibu/exchange"
	"beibu/exchange/claims"
	"beibu/exchange/journal"
	"beibu/exchange/judge"
	"beibu/exchange/ratings"
	"beibu/queue/atomicfile"
	"beibu/queue/kafka"
	"beibu/queue/sqlite"
)

// The files in the data folder that are caches of the log: they can be lost and
// are made again.
const (
	indexFile    = "index.db"
	ledgerFile   = "ledger.db"
	ratingsFile  = "ratings.db"
	snapshotFile = "log.memory"
)

// InUse is the error if another daemon has locked a data folder.
type InUse struct{ Data string }

// Error names the folder.
func (e *InUse) Error() string { return "data folder " + e.Data + " is in use by another daemon" }

// Hint returns the remedy.
func (e *InUse) Hint() string { return "stop that daemon first, or give this one a folder of its own" }

// lockName is what [Daemon.lockData] locks in the data folder.
const lockName = "beibud"

// lockData makes the data folder and locks it against every other daemon, since the
// log, the index and the snapshot in it belong to one daemon.
func (d *Daemon) lockData() error {
	if err := os.MkdirAll(d.config.Data, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	lock, err := sqlite.Hold(filepath.Join(d.config.Data, lockName))
	if errors.Is(err, sqlite.ErrInUse) {
		return &InUse{d.config.Data}
	}
	if err != nil {
		return fmt.Errorf("lock data folder: %w", err)
	}
	d.life.onClose("data folder", func(context.Context) error { return lock.Close() })
	return nil
}

// PIDFile is the file in a data folder that holds the number of the process that
// serves it, in decimal, while it does.
const PIDFile = "beibud.pid"

// namePID writes the number of this process into the data folder that it holds, so
// that a signal reaches this daemon and no other on the machine.
func (d *Daemon) namePID() error {
	path := filepath.Join(d.config.Data, PIDFile)
	if err := atomicfile.Replace(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		return err
	}
	d.life.onClose("process id", func(context.Context) error { return os.Remove(path) })
	return nil
}

// openIndex opens the index over the queue.
func (d *Daemon) openIndex(ctx context.Context) error {
	var err error
	if d.index, err = journal.Open(ctx, filepath.Join(d.config.Data, indexFile)); err != nil {
		return err
	}
	d.life.onClose("index", func(context.Context) error { return d.index.Close() })
	if why := d.index.Rebuilt(); why != nil {
		d.log.Warn("index is rebuilt from the queue", zap.Error(why))
	}
	return nil
}

// openLedger opens the ledger of balances over the queue.
func (d *Daemon) openLedger(ctx context.Context) error {
	var err error
	if d.ledger, err = judge.Open(ctx, filepath.Join(d.config.Data, ledgerFile)); err != nil {
		return err
	}
	d.life.onClose("ledger", func(context.Context) error { return d.ledger.Close() })
	if why := d.ledger.Rebuilt(); why != nil {
		d.log.Warn("ledger is rebuilt from the queue", zap.Error(why))
	}
	return nil
}

// openRatings opens the ratings of the service over the queue.
func (d *Daemon) openRatings(ctx context.Context) error {
	var err error
	if d.ratings, err = ratings.OpenIndex(ctx, filepath.Join(d.config.Data, ratingsFile)); err != nil {
		return err
	}
	d.life.onClose("ratings", func(context.Context) error { return d.ratings.Close() })
	if why := d.ratings.Rebuilt(); why != nil {
		d.log.Warn("ratings are rebuilt from the queue", zap.Error(why))
	}
	return nil
}

// loadShared loads the shared settings of the log: the thumbprint of the receipt
// key. Every reload checks it again.
func (d *Daemon) loadShared() error {
	keys, err := d.keys()
	if err != nil {
		return err
	}
	d.sharedReceipt = keys.ReceiptID
	return nil
}

// sharedSettings returns the shared settings of the log. A rebuild signs nothing
// and has none.
func (d *Daemon) sharedSettings() map[string]string {
	if d.sharedReceipt == "" {
		return nil
	}
	return map[string]string{exchange.ReceiptKeySetting: d.sharedReceipt}
}

// openQueue opens the log: in Kafka, if brokers are configured, or else in
// a file of the daemon's own.
func (d *Daemon) openQueue(ctx context.Context) error {
	if len(d.config.Kafka.Brokers) > 0 {
		return d.joinKafka(ctx)
	}
	_, err := d.openEmbedded(ctx, false)
	return err
}

// joinKafka returns once the whole log has been consumed: what is new since the
// snapshot, if there is one that fits. It waits until ctx ends for brokers that cannot
// be reached.
func (d *Daemon) joinKafka(ctx context.Context) error {
	k := d.config.Kafka
	d.log.Info("connecting to Kafka", zap.Strings("brokers", k.Brokers), zap.String("topicPrefix", k.TopicPrefix))
	o := d.kafkaOptions()
	o.Waiting = func(what string, err error) { d.startup.retry(stageQueue, what, err) }
	o.Snapshot = filepath.Join(d.config.Data, snapshotFile)
	o.Warn = func(err error) { d.log.Warn("queue met a problem, continuing", zap.Error(err)) }
	o.Shared = d.sharedSettings()
	q, err := kafka.Open(ctx, o)
	if err != nil {
		return d.refusal(err)
	}
	d.store, d.decisions = q, q
	d.life.onClose("queue", func(context.Context) error { return q.Close() })
	return d.metrics.WatchLag(lagging{q})
}

// kafkaOptions are those of every connection to the brokers.
func (d *Daemon) kafkaOptions() kafka.Options {
	k := d.config.Kafka
	return kafka.Options{
		Brokers: k.Brokers, Prefix: k.TopicPrefix, Partitions: k.Partitions, Replication: k.Replication,
		Retention: k.Retention, Kept: d.config.Limits.KeptRefusals.Longest, MaxBody: sealedSize(int(d.config.Limits.Document)), Session: k.Session,
		Unanswered: int(d.config.Limits.Memory),
		TLS:        d.config.KafkaTLS, Mechanism: k.SASL.Mechanism, User: k.SASL.User, Password: d.config.KafkaPassword,
	}
}

// A lagging queue returns the lag of the queue in Kafka to the metrics.
type lagging struct{ queue *kafka.Queue }

// Restarts implements [telemetry.Lagging].
func (l lagging) Restarts() int64 { return l.queue.Restarts() }

// Lag implements [telemetry.Lagging].
func (l lagging) Lag(ctx context.Context) (telemetry.Lag, error) {
	now, err := l.queue.Lag(ctx)
	return telemetry.Lag(now), err
}

// RemoveTopics deletes the topics of the log of a configuration for good, with all that they
// hold, if it is in Kafka. No daemon may run on it.
func RemoveTopics(ctx context.Context, l *config.Loaded) error {
	if len(l.Kafka.Brokers) == 0 {
		return nil
	}
	d := &Daemon{config: l}
	return kafka.Remove(ctx, d.kafkaOptions())
}

// sealedSize bounds the envelope of a document: base64 with its line ends, and
// a mebibyte for header and signatures.
func sealedSize(document int) int { return document/2*3 + 1<<20 }

// watchQueue stops the daemon when a queue has stopped for good: it has read records
// that contradict each other, and no longer knows what was decided.
func (d *Daemon) watchQueue() {
	ends, ok := d.store.(interface {
		Done() <-chan struct{}
		Err() error
	})
	if !ok {
		return
	}
	d.work("queue", func(ctx context.Context) error {
		select {
		case <-ends.Done():
			return ends.Err()
		case <-ctx.Done():
			return nil
		}
	})
}

// newClaims opens claims in Redis, if it is configured, or returns nil.
func (d *Daemon) newClaims() (exchange.Claims, error) {
	r := d.config.Redis
	if len(r.Addresses) == 0 {
		return nil, nil
	}
	c, err := claims.Open(claims.Options{
		Addresses: r.Addresses, Master: r.Master, Cluster: r.Cluster, Prefix: r.Prefix,
		User: r.User, Password: d.config.RedisPassword, TLS: d.config.RedisTLS, Lease: r.Lease,
		Turned: func(asked bool, cause error) {
			if asked {
				d.log.Info("Redis answers again: claims are used")
				return
			}
			d.log.Warn("Redis does not answer: documents are accepted without claims, retrying", zap.Error(cause))
		},
	})
	if err != nil {
		return nil, err
	}
	d.life.onClose("claims", func(context.Context) error { return c.Close() })
	return c, nil
}
