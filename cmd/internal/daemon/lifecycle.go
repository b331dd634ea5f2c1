package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/systemd"
	"beibu/exchange/projection"
	"beibu/queue"
)

// A lifecycle holds what must be taken down, in the order in which it came up.
type lifecycle struct {
	mu    sync.Mutex
	stops []stop
}

type stop struct {
	name   string
	closes bool // what other parts use, to their end
	do     func(context.Context) error
}

// onStop registers a teardown. It is called the moment its resource exists.
func (l *lifecycle) onStop(name string, do func(context.Context) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stops = append(l.stops, stop{name: name, do: do})
}

// onClose registers the teardown of something that other parts use to their end, such as
// the index.
func (l *lifecycle) onClose(name string, do func(context.Context) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stops = append(l.stops, stop{name: name, closes: true, do: do})
}

// down takes everything down, newest first, each once, and joins the errors. If a part has
// not ended when ctx does, nothing that it may use is closed under it: the process ends
// next, and the stores are safe against that.
func (l *lifecycle) down(ctx context.Context) error {
	l.mu.Lock()
	stops := l.stops
	l.stops = nil
	l.mu.Unlock()
	var all []error
	running := false
	for _, stop := range slices.Backward(stops) {
		if running && stop.closes {
			continue
		}
		if err := stop.do(ctx); err != nil {
			all = append(all, fmt.Errorf("stop %s: %w", stop.name, err))
			running = running || ctx.Err() != nil
		}
	}
	return errors.Join(all...)
}

// notify says the state of the process to systemd, if that has started it.
func (d *Daemon) notify(state string) {
	if err := systemd.Notify(state); err != nil {
		d.log.Warn("systemd does not know the state", zap.String("state", state), zap.Error(err))
	}
}

// lives returns nil if the process answers: its private address does.
func (d *Daemon) lives(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.private.String()+"/livez", nil)
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return fmt.Errorf("the private address does not answer: %w", err)
	}
	return answer.Body.Close()
}

// work runs a part of the daemon in the background until its teardown. A part
// that ends by itself with an error takes the daemon down.
func (d *Daemon) work(name string, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := run(ctx); err != nil && ctx.Err() == nil {
			d.fail(fmt.Errorf("%s: %w", name, err))
		}
	}()
	d.life.onStop(name, func(stopping context.Context) error {
		cancel()
		select {
		case <-done:
			return nil
		case <-stopping.Done():
			return context.Cause(stopping)
		}
	})
}

// warm makes the schemas ready in the background, with a fifth of the time of a processor
// at most once their tables are made, so that documents that are already arriving do not
// wait for it. What that leaves as garbage is collected soon, what documents leave later.
func (d *Daemon) warm(ctx context.Context) error {
	err := d.config.Catalog.Warm(ctx, func(took time.Duration) {
		select {
		case <-time.After(4 * took):
		case <-ctx.Done():
		}
	})
	d.admission.Limits().Collect()
	return err
}

// retryTime is the time between two attempts at what is tried again until it succeeds.
const retryTime = time.Second

// persist restarts a part, after a pause, that ended because the queue was
// unavailable, or because the disk had no room for the index: it continues from where
// it was. A queue that cannot continue takes the daemon down by itself.
func (d *Daemon) persist(part string, pause time.Duration, run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			err := run(ctx)
			if ctx.Err() != nil || !errors.Is(err, queue.ErrUnavailable) && !errors.Is(err, projection.ErrRefused) {
				return err
			}
			d.log.Warn("part of the daemon failed, retrying", zap.String("part", part), zap.Error(err))
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// fail records the first reason to stop. The reason for which the queue has stopped is
// the same [Refusal], whichever part reports it first.
func (d *Daemon) fail(err error) {
	select {
	case d.failed <- d.refusal(err):
	default:
	}
}

// A ListenError says that an address of the daemon cannot be listened on.
type ListenError struct {
	Setting string // in the configuration: "listen" or "private"
	err     error  // names the address
}

// Error names the setting and the address.
func (e *ListenError) Error() string { return e.Setting + ": " + e.err.Error() }

// Unwrap returns the cause.
func (e *ListenError) Unwrap() error { return e.err }

// Hint says what to do.
func (e *ListenError) Hint() string {
	if errors.Is(e.err, syscall.EADDRINUSE) {
		return "another program listens there, perhaps another beibud: stop it, or set " + e.Setting + " to another address"
	}
	return "set " + e.Setting + " to an address of this machine that this user may listen on"
}

// listen opens a TCP listener at the address of a setting.
func listen(ctx context.Context, setting, address string) (net.Listener, error) {
	config := net.ListenConfig{}
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, &ListenError{setting, err}
	}
	return l, nil
}

// serve listens and serves a handler until its teardown, which lets requests
// in progress finish.
func (d *Daemon) serve(name string, listener net.Listener, server *http.Server) {
	go func() {
		if err := serveOn(server, listener); !errors.Is(err, http.ErrServerClosed) {
			d.fail(fmt.Errorf("serve %s: %w", name, err))
		}
	}()
	d.life.onStop("serve "+name, func(ctx context.Context) error {
		if err := server.Shutdown(ctx); err != nil {
			return errors.Join(err, server.Close())
		}
		return nil
	})
}

// every runs f again and again, at once and then after each interval, until
// ctx ends.
func every(ctx context.Context, interval time.Duration, f func(context.Context) error) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if err := f(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// serveOn serves with TLS if the server has it.
func serveOn(server *http.Server, listener net.Listener) error {
	if server.TLSConfig != nil {
		return server.ServeTLS(listener, "", "")
	}
	return server.Serve(listener)
}
