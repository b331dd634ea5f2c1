package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/input"
	"beibu/cmd/internal/terminal"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator"
	"beibu/exchange/operator/views"
)

// refusalsCommand follows documents that were not accepted.
type refusalsCommand struct {
	List        listRefusals    `cmd:"" help:"List refusals, newest first."`
	Show        showRefusal     `cmd:"" help:"Show a refusal, and whether the document was accepted later."`
	Read        readRefusal     `cmd:"" help:"Read a refused document whose bytes are kept as people do, with its faults at their lines."`
	Document    refusedDocument `cmd:"" help:"Read the bytes that were refused, if they are kept."`
	Examine     examineRefusals `cmd:"" help:"Say what would become of refused documents now; nothing is kept or sent."`
	ExamineKept examineKept     `cmd:"" help:"Say the same of refusals whose bytes are kept: of some, or of all that fit a filter."`
}

type listRefusals struct {
	refusalFilter
	Limit int  `default:"50" help:"How many at most (${default})."`
	All   bool `help:"All, however many."`
}

// A refusalFilter is what narrows a list of refusals.
type refusalFilter struct {
	Sender string `complete:"parties" placeholder:"ID" help:"Sender."`
	Kind   string `complete:"kinds" placeholder:"KIND" help:"Of the document, such as ata-carnet."`
	Code   string `placeholder:"CODE" help:"Of the problem or of a fault, such as number-taken or ATA-01."`
	Number string `placeholder:"NUMBER" help:"Document number."`
	Digest string `placeholder:"SHA256" help:"Of the bytes that were sent, in hexadecimal."`
	Way    string `complete:"ways" placeholder:"WAY" help:"By which the document came: http, topic or folder."`
	transport
	viewed
	Since bound `placeholder:"TIME" help:"Refused at or after: RFC 3339, a day such as 2026-09-01, or how far back, such as 24h or 1d."`
	Until bound `placeholder:"TIME" help:"Refused before."`
}

// query returns the parameters of a request.
func (c *refusalFilter) query(ctx context.Context, caller *client.Client) (url.Values, error) {
	query, now := url.Values{}, time.Now()
	for name, value := range map[string]string{
		"sender": c.Sender, "kind": c.Kind, "code": c.Code, "number": c.Number, "digest": c.Digest, "way": c.Way,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	c.putTerms(query)
	if err := c.seal(ctx, caller, query); err != nil {
		return nil, err
	}
	put(query, "since", c.Since.time(now))
	put(query, "until", c.Until.time(now))
	return query, c.add(ctx, caller, views.Refusals, query)
}

// Validate refuses what would list nothing.
func (c *listRefusals) Validate() error {
	if c.Limit < 1 {
		return errors.New("--limit is at least 1; --all lists all")
	}
	return nil
}

// Run lists what fits. JSON is one refusal a line.
func (c *listRefusals) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	limit := c.Limit
	if c.All {
		limit = 0
	}
	t := s.newTable("REFUSAL", "AT", "SENDER", "KIND", "NUMBER", "CODE", "TIMES", "LATER")
	shown := 0
	query, err := c.query(ctx, caller)
	if err != nil {
		return err
	}
	err = caller.Refusals(ctx, client.List{Query: query, Limit: oneMore(limit)}, func(r httpapi.Refusal) error {
		if shown++; limit > 0 && shown > limit {
			return nil
		}
		if s.asJSON() {
			return s.json(r)
		}
		t.Row(r.ID, stamp(r.At), r.Sender, r.Kind, r.DocumentNumber, strings.Join(codesOf(r), " "), strconv.Itoa(timesOf(r)), r.AcceptedAs)
		return nil
	})
	if err != nil {
		return err
	}
	s.noteMore(limit, shown)
	s.noteNone(c.terms(), shown)
	if s.asJSON() {
		return nil
	}
	return s.table(t)
}

// codesOf returns the codes of a refusal, that of the problem first.
func codesOf(r httpapi.Refusal) []string {
	if r.Count != nil {
		return slices.Sorted(maps.Keys(r.Count.Codes))
	}
	codes := []string{r.Code}
	for _, code := range r.FaultCodes {
		if code != r.Code {
			codes = append(codes, code)
		}
	}
	return codes
}

// timesOf returns how many documents were refused.
func timesOf(r httpapi.Refusal) int {
	if r.Count != nil {
		return r.Count.Documents
	}
	return 1 + r.Repeats
}

type showRefusal struct {
	ID refusalID `complete:"refusals" arg:"" help:"Refusal id."`
}

// refusalID is the id of a refusal on the command line.
type refusalID string

// UnmarshalText takes a UUID alone, since it becomes part of a path.
func (id *refusalID) UnmarshalText(text []byte) error {
	parsed, err := uuid.ParseBytes(text)
	if err != nil {
		return fmt.Errorf("%q is not a refusal id", text)
	}
	*id = refusalID(parsed.String())
	return nil
}

// Run shows one refusal.
func (c *showRefusal) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	r, err := client.Get[httpapi.Refusal](ctx, caller, "/v1/refusals/"+string(c.ID), nil)
	if err != nil {
		return err
	}
	if s.asJSON() {
		return s.json(r)
	}
	return s.printRefusal(r)
}

func (s *session) printRefusal(r httpapi.Refusal) error {
	facts := terminal.NewTable(s.word("refusal"), terminal.Clean(r.ID))
	fact := func(name, value string) {
		if value != "" {
			facts.Row(s.word(name), value)
		}
	}
	fact("sender", r.Sender)
	fact("credential", r.Credential)
	fact("way", string(r.Way))
	fact("document", strings.TrimSpace(r.Kind+" "+r.DocumentNumber))
	fact("version", r.DocumentVersion)
	if r.Count != nil {
		fact("first refused", stamp(r.Count.FirstAt))
	} else {
		fact("refused", stamp(r.At))
	}
	fact("last refused", stamp(r.LastAt))
	fact("times", strconv.Itoa(timesOf(r)))
	fact("SHA-256", r.DigestSHA256)
	if r.Size > 0 {
		fact("size", s.say("%d bytes", r.Size))
	}
	fact("problem", r.Code)
	fact("number of", r.Earlier)
	fact("accepted later", r.AcceptedAs)
	if r.FoundBy != nil {
		s.addFoundBy(facts, r.FoundBy)
	}
	if r.Kept != nil && r.Kept.Until != nil {
		fact("bytes kept until", stamp(*r.Kept.Until))
	} else if r.Kept != nil {
		fact("bytes not kept", s.text(exchange.NotKeptText(r.Kept.NotKept)))
	}
	if err := s.printf("%s", facts); err != nil {
		return err
	}
	places := s.newTable("CODE", "AT", "LINE", "COLUMN")
	for _, f := range r.Faults {
		places.Row(f.Code, f.Path, strconv.Itoa(f.Line), strconv.Itoa(f.Column))
	}
	if r.Count != nil {
		places = s.newTable("CODE", "TIMES")
		for _, code := range codesOf(r) {
			places.Row(code, strconv.Itoa(r.Count.Codes[code]))
		}
	}
	if len(r.Faults) == 0 && r.Count == nil {
		return nil
	}
	if err := s.printf("\n%s", places); err != nil {
		return err
	}
	if more := r.FaultsFound - len(r.Faults); more > 0 {
		return s.printf("%s\n", terminal.Clean(s.say("%s: and %d more", r.DocumentNumber, more)))
	}
	return nil
}

type examineRefusals struct {
	Files    []string `arg:"" name:"file" help:"Refused documents; folders are searched for *.xml; - is the standard input."`
	Sender   string   `complete:"parties" placeholder:"ID" help:"For whom; otherwise for the sender of the newest refusal of the same bytes."`
	Parallel int      `default:"4" help:"How many are examined at once, from 1 to 64 (${default})."`
}

// Validate bounds what is done at once.
func (c *examineRefusals) Validate() error { return checkParallel(c.Parallel) }

// An examined file is what was found of it, as it is printed.
type examined struct {
	File                 string          `json:"file"`
	*httpapi.Examination                 // if it was examined
	Problem              *answer.Problem `json:"problem,omitempty"` // if it could not be
	Error                string          `json:"error,omitempty"`
	err                  error
}

// Run examines every file and prints what was found, in the order of the files.
func (c *examineRefusals) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	all := input.Files(c.Files)
	outcome := error(nil)
	bar := s.progress(len(all))
	defer bar.Wipe()
	work := func(ctx context.Context, file string) examined { return c.examine(ctx, s, caller, file) }
	err = inOrder(ctx, c.Parallel, all, work, func(done examined) error {
		outcome = worse(outcome, done.outcome())
		return bar.Step(func() error { return s.printExamined(done) })
	})
	if err != nil {
		return fmt.Errorf("examine documents: %w", err)
	}
	return outcome
}

func (c *examineRefusals) examine(ctx context.Context, s *session, caller *client.Client, file string) examined {
	done := examined{File: file}
	document, err := input.Read(s.in, file)
	if err != nil {
		done.err = err
		return done
	}
	found, err := caller.Examine(ctx, c.Sender, document)
	if err != nil {
		done.err = fmt.Errorf("examine %s: %w", file, err)
		if problem := client.ProblemOf(err); problem != nil {
			done.Problem = &problem.Problem
		}
		return done
	}
	done.Examination = &found
	return done
}

// outcome is what an examination means for the exit code.
func (d examined) outcome() error {
	switch {
	case d.err != nil:
		return errUnable
	case d.Outcome == operator.WouldRefuse:
		return errFaults
	}
	return nil
}

func (s *session) printExamined(d examined) error {
	if d.err != nil {
		d.Error = d.err.Error()
	}
	if s.asJSON() {
		return s.json(d)
	}
	if d.err != nil {
		s.fail(d.err)
		return nil
	}
	line := s.say("%s would be accepted for %s", d.File, d.Sender)
	switch d.Outcome { //nolint:exhaustive // what is said already, and what has no document
	case operator.WouldHold:
		line = s.say("%s would wait for a person for %s", d.File, d.Sender)
	case operator.WasAccepted:
		line = s.say("%s was accepted for %s before, as exchange %s", d.File, d.Sender, d.ExchangeID)
	case operator.WouldRefuse:
		line = s.say("%s would be refused for %s: %s", d.File, d.Sender, d.Code)
	}
	if len(d.Receivers) > 0 {
		line += s.say(", would go to %s", strings.Join(d.Receivers, ", "))
	}
	if err := s.printf("%s\n", terminal.Clean(line)); err != nil {
		return err
	}
	if r := d.Refusal; r != nil {
		if err := s.printf("%s\n", terminal.Clean(s.say("    refused %s (%s), refusal %s", stamp(r.LastAt), strings.Join(codesOf(*r), " "), r.ID))); err != nil {
			return err
		}
	}
	if d.Detail != nil && len(d.Faults) == 0 {
		return s.printf("    %s\n", terminal.Clean(s.text(*d.Detail)))
	}
	return s.printFaults(d.File, s.faults(d.Faults), d.Omitted)
}
