package telemetry

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	runtime "runtime/pprof"
	"strings"
	"time"
)

// A Probe asks whether one thing that the daemon needs works.
type Probe struct {
	Name string // such as "queue"
	// Ask returns nil if the thing is well. It returns soon after ctx ends.
	Ask func(ctx context.Context) error
}

// Private says what the private listener shows. It has no access control of
// its own: it belongs on the operator's network alone.
type Private struct {
	Metrics http.Handler
	Ready   []Probe // all must be well for the daemon to be ready
	Profile bool    // whether to show net/http/pprof
	Recent  *Recent // lines of the log, for a support bundle
}

// The paths of what [Private.Handler] shows to this machine alone.
const (
	PathLog        = "/debug/support/log"
	PathGoroutines = "/debug/support/goroutines"
)

// probeTimeout bounds one round of probes.
const probeTimeout = 2 * time.Second

// Handler answers GET /livez, /readyz and /metrics and, if it is enabled,
// /debug/pprof/. /livez says that the process answers; /readyz whether it
// should be sent work. What a support bundle has besides is shown to callers on this
// machine.
func (p Private) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { writeAnswer(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", p.ready)
	mux.Handle("GET /metrics", p.Metrics)
	mux.HandleFunc("GET "+PathLog, local(func(w http.ResponseWriter, _ *http.Request) {
		writeAnswer(w, http.StatusOK, string(p.Recent.Lines()))
	}))
	mux.HandleFunc("GET "+PathGoroutines, local(func(w http.ResponseWriter, _ *http.Request) {
		var stacks strings.Builder
		_ = runtime.Lookup("goroutine").WriteTo(&stacks, 1) // a builder takes everything
		writeAnswer(w, http.StatusOK, stacks.String())
	}))
	if p.Profile {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux
}

// local answers callers on this machine, and refuses all others.
func local(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if ip := net.ParseIP(host); err != nil || !ip.IsLoopback() {
			writeAnswer(w, http.StatusForbidden, "for callers on this machine alone\n")
			return
		}
		next(w, r)
	}
}

// ready asks every probe and returns its answer, a line each.
func (p Private) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), probeTimeout)
	defer cancel()
	status := http.StatusOK
	var text strings.Builder
	for _, probe := range p.Ready {
		if err := probe.Ask(ctx); err != nil {
			status = http.StatusServiceUnavailable
			fmt.Fprintf(&text, "%s: %v\n", probe.Name, err)
			continue
		}
		fmt.Fprintf(&text, "%s: ok\n", probe.Name)
	}
	if text.Len() == 0 {
		text.WriteString("ok\n")
	}
	writeAnswer(w, status, text.String())
}

func writeAnswer(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// The client that went away is the only one who could be answered.
	_, _ = w.Write([]byte(text))
}
