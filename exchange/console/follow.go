package console

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"

	"beibu/exchange/access"
)

// The rhythm of parts that follow the record.
const (
	pulse   = time.Second      // between two versions of a part, at least
	silence = 20 * time.Second // after which a comment shows that the connection is alive, and the session is checked
	patient = 10 * time.Second // for a browser to take one version
)

// follow sends a part of a page, the template that is called name, each time that it has
// changed with the record, as server-sent events (HTML Living Standard section 9.2). What
// read returns is of the visit that it is called with. Browsers that follow the same view
// share what was read for one of them. follow returns when the browser leaves, the server
// drains, or the session is over.
func (v *visit) follow(name string, read func(v *visit) (any, error)) error {
	connection := http.NewResponseController(v.w)
	var part *sharedPart
	defer func() { v.server.shared.leave(part) }()
	var sent []byte
	sessions := v.server.SignIns.Changed()
	for {
		part = v.server.shared.move(part, v.view())
		newest, err := part.newest(v.server.Changed, func() ([]byte, error) { return v.renderPart(name, read) })
		if err != nil {
			return err
		}
		message := ": alive\n\n"
		if sent == nil || !bytes.Equal(newest.html, sent) {
			message, sent = eventOf(newest.html), newest.html
		}
		if v.status == 0 {
			v.w.Header().Set("Content-Type", "text/event-stream")
			v.status = http.StatusOK
			v.w.WriteHeader(v.status)
		}
		_ = connection.SetWriteDeadline(time.Now().Add(patient)) // one without deadlines, as in tests, has none
		if _, err := fmt.Fprint(v.w, message); err != nil {
			return nil //nolint:nilerr // the browser has left
		}
		if err := connection.Flush(); err != nil {
			return nil //nolint:nilerr // the browser has left
		}
		if !v.wait(newest.changed, sessions) {
			return nil
		}
		sessions = v.server.SignIns.Changed() // before the session is checked, so that no end of it is missed
		if v.stillSignedIn() != nil {
			return nil
		}
	}
}

// renderPart returns a part as it is now.
func (v *visit) renderPart(name string, read func(v *visit) (any, error)) ([]byte, error) {
	fresh := *v
	fresh.began, fresh.kinds = time.Now(), nil // that ages grow, and names are those in force
	data, err := read(&fresh)
	if err != nil {
		return nil, err
	}
	html, err := v.server.pages.part(&fresh, name, data)
	v.ticket.Keep(len(html)) // what the list took is given back, since the visit may last for hours
	return html, err
}

// wait returns true once something has changed, also of sessions, or the connection was
// silent for long, and false if the visit ends before.
func (v *visit) wait(changed, sessions <-chan struct{}) bool {
	select {
	case <-changed:
	case <-sessions:
	case <-time.After(silence):
	case <-v.ctx().Done():
		return false
	}
	select {
	case <-time.After(pulse):
		return true
	case <-v.ctx().Done():
		return false
	}
}

// stillSignedIn fails if the session has ended since, or its credential was removed.
func (v *visit) stillSignedIn() error {
	v.now = v.server.Current.Load()
	if v.server.Limits.Sessions.Ended(v.session, time.Now()) {
		return access.ErrUnknownCredentials
	}
	who, err := v.resolve(v.session)
	if err != nil {
		return err
	}
	v.who = who
	return who.May(v.screen.action)
}

// eventOf returns a part as one message.
func eventOf(part []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(part)) {
		b.WriteString("data: " + strings.TrimRight(line, "\r\n") + "\n")
	}
	b.WriteString("\n")
	return b.String()
}
