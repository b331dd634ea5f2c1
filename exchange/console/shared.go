package console

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"beibu/exchange/access"
)

// A view is all on which a part that follows the record depends, except for the record.
type view struct {
	address string // with the filters
	lang    language
	now     *access.InForce
	party   string // that the caller acts for
	grants  string // what it has at the exchange itself
	name    string // of the caller, with that of its subject; "" if the part is the same for all who may see the same
}

// view returns the view of a visit.
func (v *visit) view() view {
	var grants strings.Builder
	for _, g := range v.who.Grants {
		fmt.Fprintf(&grants, "%d%q;", g.Roles, g.Scope.Limits())
	}
	of := view{address: v.r.URL.RequestURI(), lang: v.lang, now: v.now, party: v.who.Party, grants: grants.String()}
	if !v.screen.alike {
		of.name = fmt.Sprintf("%q %q", v.who.Name, v.who.Subject)
	}
	return of
}

// sharedParts are the parts that browsers follow now.
type sharedParts struct {
	mu  sync.Mutex
	all map[view]*sharedPart
}

// A sharedPart is a part of a page for all browsers that follow the same view of it.
type sharedPart struct {
	view     view
	browsers int // guarded by the mutex of sharedParts

	mu     sync.Mutex // held while the part is read, so that it is read once
	latest partVersion
}

// A partVersion is a part as it was at some time.
type partVersion struct {
	html    []byte
	changed <-chan struct{} // closed once the record has changed since
	at      time.Time
}

// move has a browser follow a view, and no longer the part that it has followed, which may
// be nil.
func (s *sharedParts) move(from *sharedPart, to view) *sharedPart {
	if from != nil && from.view == to {
		return from
	}
	s.leave(from)
	s.mu.Lock()
	defer s.mu.Unlock()
	part := s.all[to]
	if part == nil {
		part = &sharedPart{view: to}
		s.all[to] = part
	}
	part.browsers++
	return part
}

// leave has a browser follow a part no longer. Nothing is kept of a part that nobody follows.
func (s *sharedParts) leave(part *sharedPart) {
	if part == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if part.browsers--; part.browsers == 0 {
		delete(s.all, part.view)
	}
}

// newest returns the newest version of the part. It reads another if the record has changed
// since, at most one a pulse, or if the version is old. A failure is that of the caller alone.
func (p *sharedPart) newest(changed func(string) <-chan struct{}, read func() ([]byte, error)) (partVersion, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	age := time.Since(p.latest.at)
	if age < pulse || age < silence && !isClosed(p.latest.changed) {
		return p.latest, nil
	}
	next := partVersion{changed: changed(""), at: time.Now()}
	var err error
	if next.html, err = read(); err != nil {
		return partVersion{}, err
	}
	p.latest = next
	return next, nil
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
