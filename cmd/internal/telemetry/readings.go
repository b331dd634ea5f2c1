package telemetry

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

const (
	// readEvery is how often a source is read, at most.
	readEvery = 5 * time.Second
	// readTime bounds one reading.
	readTime = 5 * time.Second
	// readShare is the part of the time that readings may take: one that takes a
	// second is made again after twenty.
	readShare = 20
)

// A reading is the newest value of a source that takes time to read, such as a
// broker or a table. It is read in the background: a scrape never waits for it,
// and shows the last value that was read together with its age.
type reading[T any] struct {
	source string
	read   func(context.Context) (T, error)

	mu    sync.Mutex
	value T         // guarded by mu
	at    time.Time // guarded by mu; when value was read; zero before the first time
}

// get returns the newest value, or false if there was none yet.
func (r *reading[T]) get() (T, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.value, !r.at.IsZero()
}

// age returns the name of the source, and when it was read last.
func (r *reading[T]) age() (source string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.source, r.at
}

// run reads the source until ctx ends. The first failure in a row is logged, and
// the end of the row.
func (r *reading[T]) run(ctx context.Context, log *zap.Logger) {
	failing := false
	for {
		started := time.Now()
		err := r.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !failing {
			log.Warn("metrics source cannot be read: its last values are shown, retrying", zap.String("source", r.source), zap.Error(err))
		}
		if err == nil && failing {
			log.Info("metrics source is read again", zap.String("source", r.source))
		}
		failing = err != nil
		select {
		case <-time.After(max(readEvery, readShare*time.Since(started))):
		case <-ctx.Done():
			return
		}
	}
}

// once reads the source one time.
func (r *reading[T]) once(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	at := time.Now()
	value, err := r.read(bounded)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.value, r.at = value, at
	return nil
}

// A source is a reading of whichever type.
type source interface {
	run(ctx context.Context, log *zap.Logger)
	age() (source string, at time.Time)
}

// readings are all that are made for one registry.
type readings struct {
	desc *prometheus.Desc

	mu  sync.Mutex
	all []source // guarded by mu
}

func newReadings() *readings {
	return &readings{desc: prometheus.NewDesc("beibu_metrics_source_age_seconds",
		"How long ago the values of a source that is read in the background were read. It grows while the source cannot be read.", []string{"source"}, nil)}
}

// watch adds a source. It is read once Metrics.Run runs.
func watch[T any](m *Metrics, name string, read func(context.Context) (T, error)) *reading[T] {
	r := &reading[T]{source: name, read: read}
	m.readings.mu.Lock()
	defer m.readings.mu.Unlock()
	m.readings.all = append(m.readings.all, r)
	return r
}

// sources returns those that were added so far.
func (r *readings) sources() []source {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clip(r.all)
}

// Describe sends the description of each metric.
func (r *readings) Describe(to chan<- *prometheus.Desc) { to <- r.desc }

// Collect sends the age of every source that has been read.
func (r *readings) Collect(to chan<- prometheus.Metric) {
	for _, s := range r.sources() {
		if name, at := s.age(); !at.IsZero() {
			to <- prometheus.MustNewConstMetric(r.desc, prometheus.GaugeValue, age(time.Now(), at), name)
		}
	}
}

// Run reads the sources of metrics that take time to read, each by itself, until
// ctx ends, which is no error. All are added before.
func (m *Metrics) Run(ctx context.Context, log *zap.Logger) error {
	var running sync.WaitGroup
	for _, s := range m.readings.sources() {
		running.Go(func() { s.run(ctx, log) })
	}
	running.Wait()
	return nil
}
