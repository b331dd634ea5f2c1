package views

import (
	"encoding/json"
	"fmt"
	"time"

	"beibu/exchange"
	"beibu/queue"
)

// The names of the events of a view.
const (
	ViewSaved   exchange.State = "ViewSaved"
	ViewRenamed exchange.State = "ViewRenamed"
	ViewDeleted exchange.State = "ViewDeleted"
)

// An Event is what happened to a view.
type Event struct {
	Name  exchange.State
	ID    string // of the view
	At    time.Time
	Actor string
	View  *View  // of ViewSaved
	To    string // the name that ViewRenamed gives
}

// detail is what the record has of an event. The actor is where package exchange reads it.
type detail struct {
	Actor string `json:"actor,omitempty"`
	View  *View  `json:"view,omitempty"`
	To    string `json:"to,omitempty"`
}

// FromEvent reads an event of a view.
func FromEvent(e queue.Event) (Event, error) {
	var d detail
	if err := json.Unmarshal(e.Detail, &d); err != nil {
		return Event{}, fmt.Errorf("read event of view %s: %w", e.Subject.ID, err)
	}
	return Event{Name: exchange.State(e.Name), ID: e.Subject.ID, At: e.At, Actor: d.Actor, View: d.View, To: d.To}, nil
}

// record returns the event as the record has it.
func (e Event) record() (queue.Event, error) {
	text, err := json.Marshal(detail{e.Actor, e.View, e.To})
	if err != nil {
		return queue.Event{}, fmt.Errorf("write event of view %s: %w", e.ID, err)
	}
	return queue.Event{Subject: queue.Subject{Kind: queue.SubjectView, ID: e.ID}, Name: string(e.Name), At: e.At, Detail: text}, nil
}
