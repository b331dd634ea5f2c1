package daemon

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"
)

// ErrStopped is returned by [New] and [Daemon.Start] if their context ended
// before the daemon served: the stop was planned, and all that had been opened is
// closed again.
var ErrStopped = errors.New("stopped during startup")

// The stages of a startup, in their order, as the log and /readyz name them.
const (
	stageQueue    = "queue"            // the embedded store or the brokers of Kafka
	stageIndex    = "index"            // its file is opened
	stageSettings = "keys and parties" // what a reload replaces
	stageCatchUp  = "index catch-up"   // the index shows all that the queue holds
	stageListen   = "public listener"
)

// reportEvery is the interval at which a startup that waits is logged.
const reportEvery = 10 * time.Second

// A startup knows what a daemon waits for before it serves.
type startup struct {
	log     *zap.Logger
	brokers []string // of Kafka; empty for the embedded store

	mu     sync.Mutex
	stage  string // guarded by mu; "" before the first stage
	detail string // guarded by mu; what the stage waits for, or ""
	last   error  // guarded by mu; of the newest attempt that failed in this stage, or nil
	over   bool   // guarded by mu; the daemon serves
	opened bool   // guarded by mu; the queue and the index can be asked
}

// begin starts a stage. It fails with ErrStopped if ctx has ended.
func (s *startup) begin(ctx context.Context, stage string) error {
	s.log.Info("starting", zap.String("stage", stage))
	s.mu.Lock()
	s.stage, s.detail, s.last = stage, "", nil
	s.mu.Unlock()
	if ctx.Err() != nil {
		return ErrStopped
	}
	return nil
}

// retry notes what a stage waits for, and the error of an attempt that failed and
// is made again, or nil. A stage that is over is not changed.
func (s *startup) retry(stage, detail string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stage == stage {
		s.detail, s.last = detail, err
	}
}

// asked notes that the queue and the index can be asked from now on.
func (s *startup) asked() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened = true
}

// canAsk fails before the queue and the index can be asked.
func (s *startup) canAsk() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.opened {
		return errors.New("not open yet")
	}
	return nil
}

// end notes that the daemon serves.
func (s *startup) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
}

// waiting returns what the daemon waits for, or nil if it serves.
func (s *startup) waiting() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return nil
	}
	what := s.stage
	if s.detail != "" {
		what += ": " + s.detail
	}
	if len(s.brokers) > 0 && s.stage == stageQueue {
		what += fmt.Sprintf(" at %s", s.brokers)
	}
	if s.last != nil {
		return fmt.Errorf("starting, waits for the %s: %w", what, s.last)
	}
	return fmt.Errorf("starting, waits for the %s", what)
}

// report logs what is waited for every ten seconds until the daemon serves or ctx
// ends.
func (s *startup) report(ctx context.Context) error {
	ticker := time.NewTicker(reportEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		s.mu.Lock()
		stage, detail, last, over := s.stage, s.detail, s.last, s.over
		s.mu.Unlock()
		if over {
			return nil
		}
		s.log.Warn("startup is waiting, retrying",
			zap.String("stage", stage), zap.String("for", detail), zap.Strings("brokers", s.brokers), zap.Error(last))
	}
}
