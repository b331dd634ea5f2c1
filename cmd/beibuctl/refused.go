package main

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator"
)

// path returns the path of a refusal, or of a part of it.
func (id refusalID) path(what string) string { return "/v1/refusals/" + string(id) + what }

// readRefusal reads a refused document as people do.
type readRefusal struct {
	ID refusalID `complete:"refusals" arg:"" help:"Refusal id."`
	unmasking
}

// Run prints the document.
func (c *readRefusal) Run(ctx context.Context, s *session) error {
	return c.read(ctx, s, c.ID.path("/reading"), string(c.ID))
}

type refusedDocument struct {
	ID  refusalID `complete:"refusals" arg:"" help:"Refusal id."`
	Out string    `placeholder:"FILE" help:"Write to a file, which must not be there yet, rather than to the standard output."`
	withReason
}

// Run prints the document, byte for byte.
func (c *refusedDocument) Run(ctx context.Context, s *session) error {
	return s.fetchBytes(ctx, c.ID.path("/document"+c.query(url.Values{})), c.Out)
}

// examineKept examines refusals by their kept bytes.
type examineKept struct {
	IDs []refusalID `complete:"refusals" arg:"" optional:"" name:"id" help:"Refusal ids; without any, the filter says which."`
	refusalFilter
	Limit int  `default:"50" help:"How many at most (${default})."`
	All   bool `help:"All, however many."`
}

// Validate refuses what would examine nothing, or something else than is asked for.
func (c *examineKept) Validate() error {
	switch {
	case c.Limit < 1:
		return errors.New("--limit is at least 1; --all examines all")
	case len(c.IDs) > 0 && c.refusalFilter != refusalFilter{}:
		return errors.New("name refusals or give a filter, not both")
	}
	return nil
}

// Run examines what is asked for and prints the outcomes. JSON is one of them a line.
func (c *examineKept) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	e := &examining{session: s, counts: make(map[operator.Outcome]int), table: s.newTable("REFUSAL", "AT", "SENDER", "NUMBER", "OUTCOME", "NOW")}
	limit := c.Limit
	if c.All || len(c.IDs) > 0 {
		limit = 0
	}
	if err := c.examine(ctx, caller, limit, e); err != nil {
		return err
	}
	if !s.asJSON() {
		if err := s.table(e.table); err != nil {
			return err
		}
	}
	if e.more {
		s.note("only the newest %d are examined; --all examines all, --limit more of them", limit)
	}
	s.note("examined: %d would be accepted, %d held, %d were accepted before, %d would be refused, %d are not kept",
		e.counts[operator.WouldAccept], e.counts[operator.WouldHold], e.counts[operator.WasAccepted], e.counts[operator.WouldRefuse], e.counts[operator.NotExaminable])
	if e.counts[operator.WouldRefuse]+e.counts[operator.NotExaminable] > 0 {
		return errFaults
	}
	return nil
}

func (c *examineKept) examine(ctx context.Context, caller *client.Client, limit int, e *examining) error {
	if len(c.IDs) == 0 {
		query, err := c.query(ctx, caller)
		if err != nil {
			return err
		}
		shown := 0
		return caller.ExamineKept(ctx, client.List{Query: query, Limit: oneMore(limit)}, func(one httpapi.ExaminedRefusal) error {
			if shown++; limit > 0 && shown > limit {
				e.more = true
				return nil
			}
			return e.add(one)
		})
	}
	for _, id := range c.IDs {
		one, err := caller.ExamineAgain(ctx, string(id))
		if err == nil {
			err = e.add(one)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// An examining prints what was found.
type examining struct {
	session *session
	table   *terminal.Table
	counts  map[operator.Outcome]int // documents
	more    bool                     // the limit has left some out
}

// add prints one of them, or adds it to the table.
func (e *examining) add(one httpapi.ExaminedRefusal) error {
	s, r := e.session, one.Refusal
	documents := 1
	if r.Count != nil {
		documents = r.Count.Documents
	}
	e.counts[one.Outcome] += documents
	if s.asJSON() {
		return s.json(one)
	}
	var now []string
	if one.Code != "" {
		now = codesOf(httpapi.Refusal{Code: one.Code, FaultCodes: one.FaultCodes})
	}
	e.table.Row(r.ID, stamp(r.At), r.Sender, r.DocumentNumber, s.outcome(one.Outcome), strings.Join(now, " "))
	return nil
}

// outcome returns an outcome for people.
func (s *session) outcome(o operator.Outcome) string {
	switch o {
	case operator.WouldAccept:
		return s.say("would be accepted")
	case operator.WouldHold:
		return s.say("would be held")
	case operator.WasAccepted:
		return s.say("was accepted before")
	case operator.WouldRefuse:
		return s.say("would be refused")
	case operator.NotExaminable:
		return s.say("not kept")
	}
	return string(o)
}
