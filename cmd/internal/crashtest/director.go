package crashtest

import (
	"syscall"
	"time"
)

// pointTime is how long the director waits for a daemon to come to a point.
const pointTime = 5 * time.Second

// direct kills daemons, one after the other, at one point after the other and,
// in between, wherever they are, until it was enough.
func (w *world) direct() {
	started := time.Now()
	all := w.reachable()
	for i := 0; w.continues(time.Since(started), all) && !w.breached(); i++ {
		m := w.members[w.chance.IntN(len(w.members))]
		w.progress(20 + w.chance.IntN(200))
		if i%4 == 3 {
			m.node.Kill()
			w.report.met(&w.report.Points, anywhere)
		} else {
			w.killAt(m, all[(i-i/4)%len(all)])
		}
		w.report.count(&w.report.Kills)
		toll := w.tollOf(m)
		w.restart(m, i%5 == 4)
		toll()
	}
}

// tollOf returns what reports, once a daemon that was just killed is back, how
// long it was away and what senders received from the others meanwhile.
func (w *world) tollOf(dead *member) func() {
	started := time.Now()
	count := func() (answered, refused int64) {
		for _, m := range w.members {
			if m != dead {
				answered += m.answered.Load()
				refused += m.refused.Load()
			}
		}
		return answered, refused
	}
	answered, refused := count()
	return func() {
		nowAnswered, nowRefused := count()
		w.report.toll(time.Since(started), int(nowAnswered-answered), int(nowRefused-refused))
	}
}

// continues reports whether it was not enough yet: every point should have been met,
// for which there is three times the time, or as long as patience lasts.
func (w *world) continues(passed time.Duration, all []point) bool {
	w.report.Missed = w.report.Missed[:0]
	for _, p := range all {
		if w.report.Points[p.name] == 0 {
			w.report.Missed = append(w.report.Missed, p.name)
		}
	}
	missed := len(w.report.Missed) > 0
	longest := 3 * w.o.For
	if w.o.Every {
		longest = patience
	}
	return w.report.Kills < w.o.Kills || passed < w.o.For || missed && passed < longest
}

// anywhere is the point of a daemon that is killed wherever it is.
const anywhere = "anywhere"

// killAt waits for a daemon to come to a point, kills it there, or kills it
// if it does not come there.
func (w *world) killAt(m *member, p point) {
	t := m.set(p, w.prefix())
	defer m.clear()
	name := p.name
	if !await(w.senders.ctx, t.struck, pointTime) {
		name = anywhere
		m.node.Kill()
	}
	w.report.met(&w.report.Points, name)
}

func (w *world) prefix() string {
	if w.o.Servers == nil {
		return ""
	}
	return w.o.Servers.prefix
}

// restart reaps a daemon that was killed and starts it again; sometimes it is
// killed once more while it starts.
func (w *world) restart(m *member, twice bool) {
	w.tb.Helper()
	started := time.Now()
	_ = m.node.Stop(syscall.SIGKILL) // its error says that it was killed
	if twice {
		w.stillborn(m.node)
	}
	err := m.node.Start()
	for w.o.Disk != "" && err != nil { // it may have been full: then whoever watches over the daemon starts it again
		if time.Since(started) > patience {
			break
		}
		err = m.node.Start()
	}
	if err != nil {
		w.tb.Fatal(err)
	}
}

// stillborn starts a daemon and kills it while it starts.
func (w *world) stillborn(n *Node) {
	w.tb.Helper()
	if _, err := n.Begin(); err != nil {
		w.tb.Fatal(err)
	}
	await(w.senders.ctx, nil, time.Duration(w.chance.IntN(400))*time.Millisecond)
	_ = n.Stop(syscall.SIGKILL) // its error says that it was killed
	w.report.met(&w.report.Points, "starting")
	w.report.count(&w.report.Kills)
}

// progress returns after n more answers to senders.
func (w *world) progress(n int) {
	w.tb.Helper()
	for range n {
		if !await(w.tb.Context(), w.answers, patience) {
			w.stuck("an answer to a sender")
		}
	}
}

// calm mends all that the storm broke.
func (w *world) calm() {
	w.tb.Helper()
	for _, m := range w.members {
		m.soothe()
	}
	if w.o.Servers != nil {
		if err := w.o.Servers.Up(w.tb.Context()); err != nil {
			w.tb.Fatal(err)
		}
	}
}
