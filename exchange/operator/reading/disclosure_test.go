package reading_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator/reading"
	"beibu/exchange/proof"
	"beibu/queue"
)

// book is a record.
type book struct {
	events []exchange.Event
	err    error
}

// Record is reading.Recorder's.
func (b *book) Record(_ context.Context, events ...exchange.Event) error {
	b.events = append(b.events, events...)
	return b.err
}

// Whoever reads personal data is a party to it, or has the right and a reason, and is in
// the record before.
func TestDisclosures(t *testing.T) {
	x := exchange.Exchange{ID: uuid.New(), Identity: proof.Identity{Sender: "port"}, Deliveries: []exchange.Delivery{{Receiver: "vn"}}}
	for _, test := range []struct {
		name, reason string
		who          access.Principal
		code         string
		kind         exchange.Kind
		recorded     bool
	}{
		{name: "sender", who: access.Principal{Name: "k", Party: "port"}},
		{name: "receiver", who: access.Principal{Name: "k", Party: "vn", Grants: access.Everywhere(access.ObserverRole)}},
		{name: "operator without a reason", who: access.Principal{Name: "k", Grants: access.Everywhere(access.OperatorRole)}, code: "reason-required", kind: exchange.BadRequest},
		{name: "operator with blanks", reason: " \t", who: access.Principal{Name: "k", Grants: access.Everywhere(access.OperatorRole)}, code: "reason-required", kind: exchange.BadRequest},
		{name: "operator with a novel", reason: strings.Repeat("x", 257), who: access.Principal{Name: "k", Grants: access.Everywhere(access.OperatorRole)}, code: "reason-required", kind: exchange.BadRequest},
		{name: "operator", reason: "call the holder", who: access.Principal{Name: "k", Grants: access.Everywhere(access.OperatorRole)}, recorded: true},
		{name: "security officer of another party", reason: "call the holder", who: access.Principal{Name: "k", Party: "la", Grants: access.Everywhere(access.SecurityOfficerRole)}, recorded: true},
		{name: "auditor", reason: "call the holder", who: access.Principal{Name: "k", Grants: access.Everywhere(access.AuditorRole)}, kind: exchange.Forbidden},
		{name: "observer of another party", reason: "call the holder", who: access.Principal{Name: "k", Party: "la", Grants: access.Everywhere(access.ObserverRole)}, kind: exchange.Forbidden},
	} {
		b := &book{}
		err := reading.Disclosures{Recorder: b}.Unmask(t.Context(), test.who, x, exchange.Disclosure{Form: exchange.FormDocument}, test.reason)
		failure, failed := errors.AsType[*exchange.Error](err)
		if refused := test.kind != exchange.Internal; refused != failed || failed && (failure.Kind != test.kind || failure.Code != test.code) {
			t.Errorf("%s: %v", test.name, err)
		}
		if (len(b.events) == 1) != test.recorded {
			t.Fatalf("%s: %+v", test.name, b.events)
		}
		if !test.recorded {
			continue
		}
		e := b.events[0]
		if e.Subject != (queue.Subject{Kind: queue.SubjectAction, ID: "k"}) || e.Name != exchange.PersonalDataRead || e.Cause.Actor != "k" || e.Cause.Reason != test.reason ||
			*e.Disclosure != (exchange.Disclosure{Exchange: x.ID, Form: exchange.FormDocument}) || e.At.IsZero() {
			t.Errorf("%s: %+v", test.name, e)
		}
	}
}

// What cannot be recorded is not shown, and what is not masked is not recorded.
func TestReadDisclosed(t *testing.T) {
	x, d := exchange.Exchange{ID: uuid.New(), Identity: proof.Identity{Sender: "port"}}, carnet(t)
	const phone, field = "+86 771 587 9102", "/GoodsItemPassport/HolderParty/Contact"
	staff, port := access.Principal{Name: "k", Grants: access.Everywhere(access.OperatorRole)}, access.Principal{Name: "p", Party: "port"}
	for _, test := range []struct {
		who      access.Principal
		wanted   reading.Request
		err      error
		shows    bool
		recorded int
		code     string
	}{
		{who: port, shows: true},
		{who: staff},
		{who: staff, wanted: reading.Request{Reason: "r"}, shows: true, recorded: 1},
		{who: staff, wanted: reading.Request{Reason: "r", Field: field}, shows: true, recorded: 1},
		{who: staff, wanted: reading.Request{Reason: "r", Field: "/GoodsItemPassport/ID"}, code: "unknown-field"},
		{who: staff, wanted: reading.Request{Field: field}, code: "reason-required"},
		{who: staff, wanted: reading.Request{Reason: "r"}, err: errors.New("no disk"), recorded: 1},
	} {
		b := &book{err: test.err}
		got, err := reading.Disclosures{Recorder: b}.Read(t.Context(), test.who, x, d, test.wanted)
		if (err != nil) != (test.err != nil || test.code != "") {
			t.Errorf("%+v: %v", test.wanted, err)
		}
		if failure, _ := errors.AsType[*exchange.Error](err); test.code != "" && failure.Code != test.code {
			t.Errorf("%+v: %v", test.wanted, err)
		}
		if shows := strings.Contains(text(t, got), phone); shows != test.shows || len(b.events) != test.recorded {
			t.Errorf("%+v: shows %t, %d events", test.wanted, shows, len(b.events))
		}
		if len(b.events) > 0 && b.events[0].Disclosure.Field != test.wanted.Field {
			t.Errorf("%+v: %+v", test.wanted, b.events[0].Disclosure)
		}
	}
}
