package crashtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"beibu/cmd/internal/proxytest"
)

// A blow is one attack on what is around the daemons. It mends what it broke
// before it returns.
type blow struct {
	name   string
	strike func(ctx context.Context, w *world, i int) error
	joined bool // falls together with the one before, and has no beat of its own
}

// pauseTime is how long a daemon is paused: longer than its session with the
// brokers and its claims in Redis last, so that what it had is another's when it
// continues.
const pauseTime = session + time.Second

var brokerKilled = blow{name: "broker killed", strike: func(ctx context.Context, w *world, i int) error {
	return w.o.Servers.fell(ctx, fmt.Sprintf("kafka%d", i%w.o.Servers.brokers+1))
}}

// The blows that fall one after the other if there are several brokers.
var brokerBlows = []blow{
	brokerKilled,
	{name: "leaders moved", joined: true, strike: func(ctx context.Context, w *world, _ int) error {
		w.report.moved(w.o.Servers.moveLeaders(ctx))
		return nil
	}},
}

// The blows that fall one after the other if there is one.
var serverBlows = []blow{
	{name: "Redis flushed", strike: func(ctx context.Context, w *world, _ int) error { return w.o.Servers.Flush(ctx) }},
	{name: "Redis killed", strike: func(ctx context.Context, w *world, _ int) error { return w.o.Servers.fell(ctx, "redis") }},
	{name: "answers lost", strike: func(ctx context.Context, w *world, i int) error {
		m := w.members[i%len(w.members)]
		m.lossy.Store(true)
		await(ctx, nil, time.Second)
		m.lossy.Store(false)
		return nil
	}},
	{name: "Redis flushed", strike: func(ctx context.Context, w *world, _ int) error { return w.o.Servers.Flush(ctx) }},
	brokerKilled,
	{name: "daemon paused", strike: func(ctx context.Context, w *world, i int) error {
		w.members[i%len(w.members)].node.Pause(ctx, pauseTime)
		return nil
	}},
	{name: "broker paused", strike: func(ctx context.Context, w *world, _ int) error {
		if err := w.o.Servers.signal("kafka1", syscall.SIGSTOP); err != nil {
			return err
		}
		await(ctx, nil, time.Second)
		return w.o.Servers.signal("kafka1", syscall.SIGCONT)
	}},
	{name: "network slow", strike: func(ctx context.Context, w *world, i int) error {
		m := w.members[i%len(w.members)]
		m.each(func(p *proxytest.Proxy) { p.Delay(30 * time.Millisecond) })
		await(ctx, nil, time.Second)
		m.each(func(p *proxytest.Proxy) { p.Delay(0) })
		return nil
	}},
	{name: "network cut", strike: func(ctx context.Context, w *world, i int) error {
		m := w.members[i%len(w.members)]
		m.each(func(p *proxytest.Proxy) { p.Cut(true) })
		await(ctx, nil, 500*time.Millisecond)
		m.each(func(p *proxytest.Proxy) { p.Cut(false) })
		return nil
	}},
}

// The blow if there are no servers: the disk is full for a while.
var diskBlows = []blow{
	{name: "disk full", strike: func(ctx context.Context, w *world, _ int) error {
		ballast, err := os.CreateTemp(w.o.Disk, "ballast-*")
		if err != nil {
			return err
		}
		defer func() { _ = os.Remove(ballast.Name()) }() // it goes with the disk
		defer func() { _ = ballast.Close() }()
		for block := make([]byte, 1<<20); err == nil && ctx.Err() == nil; {
			_, err = ballast.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			return err
		}
		await(ctx, nil, time.Second)
		return nil
	}},
}

// blows are those that fall in this world.
func (w *world) blows() []blow {
	switch {
	case w.o.Disk != "":
		return diskBlows
	case w.o.Brokers:
		return brokerBlows
	}
	return serverBlows
}

// fell kills servers and, once they are gone, brings them back.
func (s *Servers) fell(ctx context.Context, names ...string) error {
	for _, name := range names {
		if err := s.Kill(name); err != nil {
			return err
		}
	}
	for _, name := range names {
		s.gone(ctx, name)
	}
	return s.Up(context.WithoutCancel(ctx))
}

// gone waits until nothing listens at the address of a server.
func (s *Servers) gone(ctx context.Context, name string) {
	for ctx.Err() == nil {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", s.address(name))
		if err != nil {
			return
		}
		_ = c.Close() // it was only to see
		await(ctx, nil, 10*time.Millisecond)
	}
}

// rage lets a blow fall every Storm until ctx ends, or as soon as what the one
// before broke is mended, if that takes longer.
func (w *world) rage(ctx context.Context) {
	blows := w.blows()
	beat := time.NewTicker(w.o.Storm)
	defer beat.Stop()
	for i := 0; ; i++ {
		b := blows[i%len(blows)]
		if !b.joined {
			select {
			case <-beat.C:
			case <-ctx.Done():
				return
			}
		}
		if err := b.strike(ctx, w, i/len(blows)); err != nil && ctx.Err() == nil {
			w.report.fault(nil, "%s: %v", b.name, err)
		}
		w.report.met(&w.report.Weather, b.name)
	}
}

// each does something to every proxy before a server.
func (m *member) each(do func(*proxytest.Proxy)) {
	for _, p := range m.kafka {
		do(p)
	}
	if m.redis != nil {
		do(m.redis)
	}
}

// soothe ends every disturbance of a daemon's network.
func (m *member) soothe() {
	m.lossy.Store(false)
	m.clear()
	m.each(func(p *proxytest.Proxy) {
		p.Delay(0)
		p.Cut(false)
	})
}
