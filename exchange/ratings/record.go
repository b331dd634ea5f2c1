package ratings

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
)

// An event is what happened to a remark.
type event struct {
	name   exchange.State
	id     string
	actor  string // of the department or of the staff; never a rater
	detail detail
}

// detail is what the record has of an event in addition to who and why.
type detail struct {
	Token  string      `json:"token"` // distinguishes the event from one that collides with it
	Day    Day         `json:"day"`
	Text   string      `json:"text,omitempty"`
	Item   Item        `json:"item,omitzero"`
	Grade  Grade       `json:"grade,omitzero"`
	Grades Indicators  `json:"indicators,omitzero"`
	Due    Day         `json:"due,omitempty"` // of a bad rating; the calendar of the node that records it counts
	Cause  AppealCause `json:"cause,omitempty"`
}

// written is the detail of an event in the record. The actor is where package exchange reads
// it for the audit.
type written struct {
	Actor  string `json:"actor,omitempty"`
	Rating detail `json:"rating"`
}

// newEvent returns an event of a day with a token of its own.
func newEvent(name exchange.State, id string, d detail) event {
	d.Token = uuid.NewString()
	return event{name: name, id: id, detail: d}
}

// record returns the event as the record has it. Its time is the beginning of the day: the
// moment would say with the logs of a proxy who it was.
func (e event) record() (queue.Event, error) {
	text, err := json.Marshal(written{e.actor, e.detail})
	if err != nil {
		return queue.Event{}, fmt.Errorf("write event of remark %s: %w", e.id, err)
	}
	return queue.Event{
		Subject: queue.Subject{Kind: queue.SubjectRating, ID: e.id}, Name: string(e.name), At: e.detail.Day.Begin(), Detail: text,
	}, nil
}

// readEvent reads an event of a remark.
func readEvent(e *queue.Event) (event, error) {
	var w written
	if err := json.Unmarshal(e.Detail, &w); err != nil {
		return event{}, fmt.Errorf("read event of remark %s: %w", e.Subject.ID, err)
	}
	return event{name: exchange.State(e.Name), id: e.Subject.ID, actor: w.Actor, detail: w.Rating}, nil
}

// begin returns the remark that an event begins, and false if it begins none.
func (e event) begin(sequence int64) (Remark, bool) {
	if e.name != RatingGiven && e.name != QuestionAsked {
		return Remark{}, false
	}
	d := e.detail
	r := Remark{ID: e.id, Sequence: sequence, Question: e.name == QuestionAsked, Item: d.Item, Day: d.Day, Token: d.Token, Text: d.Text}
	if r.Text != "" {
		r.Public = Waiting
	}
	if !r.Question {
		r.Grade, r.Grades = d.Grade, d.Grades
		if r.Grade.Bad() {
			r.Mending, r.Due = Open, d.Due
		}
	}
	return r, true
}
