package httpapi

import (
	"sync"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/queue"
)

// glassSession is how long a use of a break-glass account counts as one in the record.
const glassSession = time.Hour

// glasses know since when each break-glass account is in use, by its name.
type glasses struct {
	mu    sync.Mutex
	since map[string]time.Time // guarded by mu
}

// started reports whether a use of an account at a time belongs to one in the record.
func (g *glasses) started(name string, at time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	since, used := g.since[name]
	return used && at.Before(since.Add(glassSession))
}

// start notes a use that is in the record.
func (g *glasses) start(name string, at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.since == nil {
		g.since = make(map[string]time.Time)
	}
	g.since[name] = at
}

// breakGlass logs and counts a call by a break-glass account, and records the first one
// in an hour before it is answered. What cannot be recorded is not done.
func (s *Server) breakGlass(c *call) error {
	s.metrics.breakGlass.Inc()
	s.log.Warn("break-glass account used", zap.String("caller", c.caller.Name), zap.String("method", c.request.Method),
		zap.String("route", c.route), zap.String("request", c.id), zap.String("remote", c.request.RemoteAddr))
	if s.glasses.started(c.caller.Name, c.started) {
		return nil
	}
	err := s.finder.Recorder.Record(c.request.Context(), exchange.Event{
		Subject: queue.Subject{Kind: queue.SubjectAction, ID: c.caller.Name}, Name: exchange.BreakGlassUsed, At: queue.Stored(c.started),
		Cause: exchange.Cause{Code: "break-glass", Actor: c.caller.Name, Reason: c.request.Method + " " + c.route},
	})
	if err == nil {
		s.glasses.start(c.caller.Name, c.started)
	}
	return err
}
