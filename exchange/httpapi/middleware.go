package httpapi

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
)

// A call is one request being answered, and what is to be logged of it. It is
// the ResponseWriter that the mux sees, and belongs to one goroutine.
type call struct {
	http.ResponseWriter
	request *http.Request
	id      string // of the request
	started time.Time
	now     *access.InForce // by which it is answered, whole
	caller  access.Principal
	ticket  *admission.Ticket // what it holds, until its answer is written; nil if there is no route
	limits  *Limits
	largest int    // bytes of the largest document
	route   string // the path of the route's pattern; "" if there is none

	routed   bool // a handler of ours has it; what the mux itself says is held back
	status   int  // 0 until the header is written
	received int  // bytes of the body, as they came
	sent     int  // bytes of the answer's body

	// For the log alone.
	code      string
	exchange  string
	kind      string
	duplicate bool
	failure   error
}

// Unwrap lets http.ResponseController reach the connection.
func (c *call) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// WriteHeader notes the status.
func (c *call) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
	if c.routed {
		c.ResponseWriter.WriteHeader(status)
	}
}

// Write counts what is sent.
func (c *call) Write(b []byte) (int, error) {
	if !c.routed {
		return len(b), nil
	}
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(b)
	c.sent += n
	return n, err
}

// json answers with a value.
func (c *call) json(status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	if err := c.ticket.ReserveAnswer(len(body)); err != nil {
		return err
	}
	c.bytes(status, mediaJSON, body)
	return nil
}

// bytes answers with bytes of a media type.
func (c *call) bytes(status int, media string, body []byte) {
	h := c.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.WriteHeader(status)
	c.send(body)
}

// What a caller may take of an answer: the first of it in its own time, and the
// whole at no less than a rate.
const (
	answerTime  = 10 * time.Second
	answerPiece = 64 << 10
)

// send writes the body of an answer, a piece at a time, and ends if the caller
// takes it too slowly: the memory of the answer is for others, too. Nobody is
// left to be answered, so the log alone says so. It reports whether all was taken.
func (c *call) send(body []byte) bool {
	connection, start := http.NewResponseController(c.ResponseWriter), time.Now()
	for sent := 0; sent < len(body); {
		piece := body[sent:min(len(body), sent+answerPiece)]
		sent += len(piece)
		allowed := answerTime + time.Duration(sent)*time.Second/time.Duration(c.limits.Slowest)
		_ = connection.SetWriteDeadline(start.Add(allowed)) // a connection without deadlines, as in tests, has none
		if _, err := c.Write(piece); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				c.code = codeUnread
			}
			return false
		}
	}
	return true
}

// codeUnread is in the log of an answer that was taken too slowly and cut off.
const codeUnread = "answer-unread"

// fail answers with the problem that an error is. It is called once, while
// nothing is answered yet.
func (c *call) fail(err error) {
	p, retryAfter := answer.ProblemOf(err, c.id)
	body := p.Encode()
	c.ticket.Keep(0) // the document is let go
	if full := c.ticket.ReserveAnswer(len(body)); full != nil {
		err = full
		p, retryAfter = answer.ProblemOf(err, c.id)
		body = p.Encode()
	}
	c.code, c.failure = p.Code, err
	c.drain()
	c.problem(p, body, retryAfter)
}

// drain reads what is left of a body that nobody wants, up to twice the largest
// document, and within the time that a body may take. Many clients write all of
// their request before they read, and a connection that is closed on them takes
// the answer with it. One that waits to be asked for its body is not asked, and
// one that announces more is not worth the wait.
func (c *call) drain() {
	bound := 2 * int64(c.largest)
	asks := c.received == 0 && strings.EqualFold(c.request.Header.Get("Expect"), "100-continue")
	if c.request.ContentLength == 0 || c.request.ContentLength > bound || asks {
		return
	}
	// What cannot be read is the client's to know.
	_, _ = io.CopyN(io.Discard, c.request.Body, bound)
}

// ServeHTTP answers a request: every answer that is no success is a problem
// document, and every request leaves one line in the log.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.admission.Limits().Request)
	defer cancel()
	c := &call{ResponseWriter: w, request: r.WithContext(ctx), id: requestID(r), started: time.Now(), now: s.current.Load(), limits: &s.limits, largest: s.admission.Limits().Document}
	h := w.Header()
	h.Set("X-Request-Id", c.id)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if s.leaving.Load() {
		h.Set("Connection", "close")
	}
	s.metrics.inFlight.Inc()
	defer s.finish(c)
	if r.ContentLength != 0 {
		s.bodyDeadline(c, c.started.Add(s.limits.Body))
	}
	s.answerDeadline(c)
	s.serve(c)
}

// serve routes a call, and answers for the mux if no route takes it.
func (s *Server) serve(c *call) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		err, ok := v.(error)
		if ok && errors.Is(err, http.ErrAbortHandler) {
			panic(v)
		}
		s.log.Error("panic", zap.String("request", c.id), zap.String("route", c.route),
			zap.Any("value", v), zap.ByteString("stack", debug.Stack()))
		c.failure = errPanic
		if c.routed && c.status != 0 {
			panic(http.ErrAbortHandler) // half an answer must not pass for a whole one
		}
		c.routed = true
		c.fail(errPanic)
	}()
	s.mux.ServeHTTP(c, c.request)
	if !c.routed {
		c.unrouted()
	}
}

// errPanic represents a panic in the answer and the log.
var errPanic = errors.New("panic")

// unrouted answers a request that no route takes: with the methods there are
// for OPTIONS (RFC 9110 section 9.3.7), and else with a problem.
func (c *call) unrouted() {
	allow := c.Header().Get("Allow")
	known := c.status == http.StatusMethodNotAllowed
	c.routed, c.status = true, 0
	c.Header().Del("Location") // of a path that the mux would have cleaned
	switch {
	case known && c.request.Method == http.MethodOptions:
		c.Header().Set("Allow", allow+", OPTIONS")
		c.WriteHeader(http.StatusNoContent)
	case known:
		c.fail(badRequest(codeMethod, "allowed are "+allow, "允许的方法："+allow))
	default:
		c.fail(errNoRoute)
	}
}

// finish logs and counts a call that was answered.
func (s *Server) finish(c *call) {
	took := time.Since(c.started)
	c.ticket.Release()
	s.metrics.inFlight.Dec()
	s.metrics.count(answered{
		surface: surfaceAPI, route: c.route, method: c.request.Method, status: c.status, received: c.received, sent: c.sent, took: took,
	})
	level := zap.InfoLevel
	if c.status >= http.StatusInternalServerError && !c.theirs() {
		level = zap.ErrorLevel
	}
	if line := s.log.Check(level, "request"); line != nil {
		line.Write(zap.Inline(&outcome{c, took, level == zap.ErrorLevel}))
	}
}

// An outcome is what the log says of a call. It writes itself, so that no list of
// fields is made for every request.
type outcome struct {
	*call
	took time.Duration
	ours bool // it failed, and not for what the caller did
}

// MarshalLogObject is zapcore.ObjectMarshaler's.
func (o *outcome) MarshalLogObject(to zapcore.ObjectEncoder) error {
	to.AddString("request", o.id)
	to.AddString("method", o.request.Method)
	to.AddString("route", o.route)
	to.AddInt64("status", int64(o.status))
	to.AddDuration("seconds", o.took)
	to.AddInt64("received", int64(o.received))
	to.AddInt64("sent", int64(o.sent))
	to.AddString("caller", o.caller.Name)
	to.AddString("party", o.caller.Party)
	to.AddString("remote", o.request.RemoteAddr)
	if o.exchange != "" {
		to.AddString("exchange", o.exchange)
		to.AddString("kind", o.kind)
		to.AddBool("duplicate", o.duplicate)
	}
	if o.code != "" {
		to.AddString("code", o.code)
	}
	// What the caller did wrong may quote the document; what we did wrong is
	// ours to know in full.
	if o.failure != nil && o.ours {
		zap.Error(o.failure).AddTo(to)
	}
	return nil
}

// theirs reports whether a call failed for what its caller did: it went away, or it
// asked for more than there is room for. The outcome is in the line of the
// request, and it is no error of ours.
func (c *call) theirs() bool {
	return exchange.KindOf(c.failure) == exchange.Overloaded || errors.Is(c.request.Context().Err(), context.Canceled)
}

// requestID returns the caller's own id for its request if it is sane, so
// that both sides' logs can be laid side by side, or makes one.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); saneID(id) {
		return id
	}
	return rand.Text()
}

// saneID reports whether an id may be in a log and a header as it is: 8 to
// 128 letters, digits, dots, hyphens and underscores.
func saneID(id string) bool {
	if len(id) < 8 || len(id) > 128 {
		return false
	}
	for i := range len(id) {
		switch b := id[i]; {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', b == '.', b == '-', b == '_':
		default:
			return false
		}
	}
	return true
}

// bodyDeadline bounds how long the body may take to arrive; the zero time
// lifts the bound. A connection that knows no deadlines, as in tests without a
// network, has none.
func (s *Server) bodyDeadline(c *call, at time.Time) {
	_ = http.NewResponseController(c.ResponseWriter).SetReadDeadline(at)
}

// answerDeadline bounds how long a caller may take until it reads its answer, so
// that one that never reads holds nothing without end. The body has a bound of its
// own, see call.send.
func (s *Server) answerDeadline(c *call) {
	_ = http.NewResponseController(c.ResponseWriter).SetWriteDeadline(c.started.Add(s.admission.Limits().Request + s.limits.Body))
}
