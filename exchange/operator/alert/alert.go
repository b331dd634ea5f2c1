package alert

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"beibu/exchange"
	"beibu/queue"
)

// The names of events of alerts.
const (
	AlertFired    exchange.State = "AlertFired"    // its condition began
	AlertResolved exchange.State = "AlertResolved" // its condition ended
	AlertsTaken   exchange.State = "AlertsTaken"   // an address took all changes up to one
)

// An Alert is one condition that somebody has to know of.
type Alert struct {
	Code    Code
	About   string    // the party, key, run or account
	Parties []string  // whose scope it is in; of everything if it has none
	Since   time.Time // when the condition began, as far as is known
	Until   time.Time // when a certificate ends; otherwise zero
	Count   int       // of deliveries, documents, days or hours, as Code says
	Cause   string    // a code, or ""

	Fired      int64 // sequence of the event that fired it; 0 if it is not in the record
	FiredAt    time.Time
	Resolved   int64 // sequence of the event that resolved it; 0 while it is firing
	ResolvedAt time.Time
}

// ID identifies the alert among those that are firing.
func (a Alert) ID() string { return string(a.Code) + "/" + a.About }

// maxAbout bounds what an alert is about, so that its id is a subject, in bytes.
const maxAbout = 200

// about returns the parts of what an alert is about as one text.
func about(parts ...string) string {
	text := strings.Join(parts, "/")
	for len(text) > maxAbout || !utf8.ValidString(text) {
		text = text[:min(len(text)-1, maxAbout)]
	}
	return text
}

// content is what the event of an alert holds. Code and reason are where every event has
// those of its cause.
type content struct {
	Code    Code      `json:"code,omitempty"`
	Reason  string    `json:"reason,omitempty"` // the summary in English, for the audit
	About   string    `json:"about,omitempty"`
	Parties []string  `json:"parties,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	Until   time.Time `json:"until,omitzero"`
	Count   int       `json:"count,omitempty"`
	Cause   string    `json:"failed,omitempty"`
	UpTo    int64     `json:"upTo,omitempty"`
}

// event returns the event by which the record has a change of the alert.
func (a Alert) event(name exchange.State, at time.Time) (queue.Event, error) {
	c := content{
		Code: a.Code, Reason: a.Summary(name == AlertFired).EN, About: a.About, Parties: a.Parties, Since: a.Since, Until: a.Until, Count: a.Count, Cause: a.Cause,
	}
	return record(a.ID(), name, c, at)
}

func record(id string, name exchange.State, c content, at time.Time) (queue.Event, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return queue.Event{}, fmt.Errorf("write alert: %w", err)
	}
	return queue.Event{Subject: queue.Subject{Kind: queue.SubjectAlert, ID: id}, Name: string(name), At: queue.Stored(at), Detail: text}, nil
}

// A Change is an event of an alert, as the record has it.
type Change struct {
	ID    string
	Name  exchange.State
	At    time.Time
	Alert Alert // of AlertFired
	To    string
	UpTo  int64 // of AlertsTaken: the sequence up to which the address To has taken all
}

// FromEvent reads an event of an alert.
func FromEvent(sequence int64, e queue.Event) (Change, error) {
	var c content
	if err := json.Unmarshal(e.Detail, &c); err != nil {
		return Change{}, fmt.Errorf("read alert %d: %w", sequence, err)
	}
	out := Change{ID: e.Subject.ID, Name: exchange.State(e.Name), At: e.At, UpTo: c.UpTo}
	if out.Name == AlertsTaken {
		out.To = strings.TrimPrefix(e.Subject.ID, takenBy)
		return out, nil
	}
	out.Alert = Alert{
		Code: c.Code, About: c.About, Parties: c.Parties, Since: c.Since, Until: c.Until, Count: c.Count, Cause: c.Cause, Fired: sequence, FiredAt: e.At,
	}
	return out, nil
}

// takenBy begins the subject of AlertsTaken, before the name of the address.
const takenBy = "taken-by/"

// An Index has the alerts of the record.
type Index interface {
	// FiringAlerts returns the alerts that are firing, in the order in which they fired.
	FiringAlerts(ctx context.Context) ([]Alert, error)
	// Notices returns the changes that an address has not taken, in their order, at most
	// limit of them, and the sequence up to which they are all. Of an address that has
	// taken nothing yet, they are the alerts that are firing.
	Notices(ctx context.Context, to string, limit int) (page []Notice, upTo int64, known bool, err error)
}

// A Notice is a change of an alert for somebody to know: it fired, or it was resolved.
type Notice struct {
	Alert
	Sequence int64 // of the change in the record
	Firing   bool  // it is that it fired
}
