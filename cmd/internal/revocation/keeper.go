package revocation

import (
	"context"
	"crypto/sha256"
	"net/http"
	"time"

	"beibu/signing"
)

// A Keeper reads files again when they change and asks responders in time.
type Keeper struct {
	Current   func() []*Sources // those in force
	Dir       string            // folder of the answers, over restarts
	Transport http.RoundTripper // to the responders, such as NewTransport returns
	Timeout   time.Duration     // of one answer, to its last byte
	Report    func(Report)
	Changed   <-chan struct{} // receives when other sources are in force

	again map[trial]attempt
}

// A Report says what became of one source: Err is nil if it is well.
type Report struct {
	Party  string
	Source string // a file, or the subject of a certificate that was asked about
	Taken  bool   // something new is known
	Err    error
}

// trial is one certificate of one party, which a responder is asked about.
type trial struct {
	party       string
	certificate [sha256.Size]byte
}

// attempt is how asking went.
type attempt struct {
	failures int
	next     time.Time
}

// How often files are looked at and responders may be due, and how long is
// waited before one is asked again that failed, or whose answer says nothing of
// the next.
const (
	interval      = time.Minute
	longestPause  = time.Hour
	withoutUpdate = time.Hour
)

// Run refreshes at once, when other sources are in force, and every minute, until ctx ends.
// What fails is reported and tried again.
func (k *Keeper) Run(ctx context.Context) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		k.Refresh(ctx, time.Now())
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-k.Changed:
		}
	}
}

// Refresh does what is due: files first, since they keep nobody waiting.
func (k *Keeper) Refresh(ctx context.Context, now time.Time) {
	all := k.Current()
	for _, s := range all {
		for _, l := range s.Lists {
			taken, err := l.Read(s)
			k.Report(Report{s.Party, l.File, taken, err})
		}
	}
	for _, s := range all {
		k.askAll(ctx, s, now)
	}
}

// askAll asks about the certificates of a party that are due.
func (k *Keeper) askAll(ctx context.Context, s *Sources, now time.Time) {
	if k.again == nil {
		k.again = make(map[trial]attempt)
	}
	for _, c := range s.asked() {
		t := trial{s.Party, sha256.Sum256(c.Raw)}
		last := k.again[t]
		if now.Before(due(s, c)) || now.Before(last.next) || now.After(c.NotAfter) || ctx.Err() != nil {
			continue
		}
		err := k.ask(ctx, s, c)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			last.failures++
			last.next = now.Add(pause(last.failures))
		} else {
			last = attempt{next: now.Add(rest(s, c, now))}
		}
		k.again[t] = last
		k.Report(Report{s.Party, c.Subject.String(), err == nil, err})
	}
}

// rest returns how long at least nothing is asked about a certificate that was
// just answered: a responder may give the same answer until shortly before its
// end, and one that names no end would be asked without end.
func rest(s *Sources, c *signing.Certificate, now time.Time) time.Duration {
	_, until := s.Known.Answered(c)
	if until.IsZero() {
		return withoutUpdate
	}
	return max(interval, min(longestPause, until.Sub(now)/4))
}

// pause returns how long to wait after so many failures in a row. It is no backoff/v5,
// because the keeper does not sleep: it schedules the next attempt of each certificate.
func pause(failures int) time.Duration {
	for d := interval; ; d *= 2 {
		if failures--; failures <= 0 || d >= longestPause {
			return min(d, longestPause)
		}
	}
}
