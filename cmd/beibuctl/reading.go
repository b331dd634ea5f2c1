package main

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/operator/reading"
)

// readExchange reads the document of an exchange as people do.
type readExchange struct {
	ID exchangeID `complete:"exchanges" arg:"" help:"Exchange id."`
	unmasking
}

// Run prints the document of an exchange.
func (c *readExchange) Run(ctx context.Context, s *session) error {
	return c.read(ctx, s, c.ID.path("/reading"), string(c.ID))
}

// unmasking is what is read of a document in addition to what is masked.
type unmasking struct {
	Reason string `placeholder:"TEXT" help:"Why you read the personal data in it, for the record; without one it is masked for the staff."`
	Field  string `placeholder:"PATH" help:"Unmask the element at this path alone."`
}

// Validate refuses what the daemon would refuse.
func (c *unmasking) Validate() error {
	if c.Field != "" && c.Reason == "" {
		return errors.New("--field goes with --reason")
	}
	return nil
}

// read prints the elements of the document that the daemon has at a path, each on a line,
// with the faults beneath them.
func (c *unmasking) read(ctx context.Context, s *session, path, id string) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	query := url.Values{}
	for name, value := range map[string]string{"reason": c.Reason, "field": c.Field} {
		if value != "" {
			query.Set(name, value)
		}
	}
	read, err := client.Get[reading.Reading](ctx, caller, path, query)
	if err != nil {
		return err
	}
	if s.asJSON() {
		return s.json(read)
	}
	if read.Root != nil {
		t := s.newTable("LINE", "NAME", "VALUE", "PATH")
		s.addElement(t, read.Root, 0)
		if err := s.printf("%s", t); err != nil {
			return err
		}
	}
	if read.Omitted > 0 {
		s.note("%d elements are not shown", read.Omitted)
	}
	if len(read.Faults)+read.More > 0 {
		if err := s.printFaults(id, s.faults(read.Faults), read.More); err != nil {
			return err
		}
	}
	if read.Masked > 0 {
		s.note("%d values are masked; --reason shows them, and is recorded", read.Masked)
	}
	return nil
}

// A rowTaker takes the rows of a table.
type rowTaker interface{ Row(cells ...string) }

// addElement adds an element with what is in it, and its faults.
func (s *session) addElement(t rowTaker, e *reading.Element, depth int) {
	indent := strings.Repeat("  ", depth)
	path := ""
	if e.Masked {
		path = e.Path
	}
	value := []string{e.Value}
	if e.Cut {
		value[0] += "…"
	}
	for _, a := range e.Attributes {
		value = append(value, "["+a.Name+" "+a.Value+"]")
	}
	t.Row(strconv.Itoa(e.Line), indent+s.text(e.Label), strings.TrimSpace(strings.Join(value, " ")), path)
	for _, f := range e.Faults {
		t.Row("", indent+"! "+s.word(f.Severity)+" "+f.Code, s.text(f.Message), "")
	}
	for _, child := range e.Children {
		s.addElement(t, child, depth+1)
	}
}

// withReason is why the staff reads what has personal data in it.
type withReason struct {
	Reason string `placeholder:"TEXT" help:"Why you read the personal data in it, for the record. The staff have to say; the sender and the receivers do not."`
}

// query returns the parameters of a request.
func (r withReason) query(rest url.Values) string {
	if r.Reason != "" {
		rest.Set("reason", r.Reason)
	}
	if len(rest) == 0 {
		return ""
	}
	return "?" + rest.Encode()
}

// disclosed says which personal data an event of the audit is about.
func (s *session) disclosed(d *exchange.Disclosure) string {
	if d == nil {
		return ""
	}
	id := d.Exchange
	if d.Refusal != uuid.Nil {
		id = d.Refusal
	}
	return strings.TrimSpace(id.String() + " " + d.Form + " " + d.Field)
}
