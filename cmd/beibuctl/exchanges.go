package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/exchange"
	"beibu/exchange/httpapi"
)

// exchangesCommand follows exchanges.
type exchangesCommand struct {
	List     listExchanges `cmd:"" help:"List exchanges, newest first."`
	Show     showExchange  `cmd:"" help:"Show an exchange with its deliveries and timeline."`
	Watch    watchCommand  `cmd:"" help:"Print what changes: of one exchange until it has come to its end, or of all."`
	Release  releaseHeld   `cmd:"" help:"Release a held exchange to its receivers."`
	Refuse   refuseHeld    `cmd:"" help:"Refuse a held exchange; no receiver gets it."`
	Read     readExchange  `cmd:"" help:"Read the document as people do, with its faults at their lines."`
	Document readDocument  `cmd:"" help:"Read the bytes that the sender sent."`
	Envelope readEnvelope  `cmd:"" help:"Read the sealed envelope."`
	Receipt  readReceipt   `cmd:"" help:"Read the receipt that the sender got."`
}

// exchangeID is an exchange id on the command line.
type exchangeID string

// UnmarshalText takes a UUID alone, since it becomes part of a path.
func (id *exchangeID) UnmarshalText(text []byte) error {
	parsed, err := uuid.ParseBytes(text)
	if err != nil {
		return fmt.Errorf("%q is not an exchange id", text)
	}
	*id = exchangeID(parsed.String())
	return nil
}

// path returns the address of an exchange, or of something of it.
func (id exchangeID) path(what string) string { return "/v1/exchanges/" + string(id) + what }

type showExchange struct {
	ID exchangeID `complete:"exchanges" arg:"" help:"Exchange id."`
}

// Run shows one exchange.
func (c *showExchange) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	x, err := client.Get[httpapi.Exchange](ctx, caller, c.ID.path(""), nil)
	if err != nil {
		return err
	}
	return s.printExchange(x)
}

func (s *session) printExchange(x httpapi.Exchange) error {
	if s.asJSON() {
		return s.json(x)
	}
	facts := terminal.NewTable(s.word("exchange"), terminal.Clean(x.ExchangeID))
	fact := func(name, value string) { facts.Row(s.word(name), value) }
	fact("state", string(x.State))
	fact("document", x.Kind+" "+x.DocumentNumber)
	if x.DocumentVersion != "" {
		fact("version", x.DocumentVersion)
	}
	fact("sender", x.Sender)
	if x.Signature != nil {
		fact("signed by", s.say("%s (%s, certificate %s)", x.Signature.Signer, x.Signature.Algorithm, x.Signature.Certificate))
	}
	fact("accepted", stamp(x.AcceptedAt))
	fact("SHA-256", x.DigestSHA256)
	fact("size", s.say("%d bytes", x.Size))
	fact("schema", x.Schema)
	if len(x.FaultCodes) > 0 {
		fact("let pass", strings.Join(x.FaultCodes, " "))
	}
	if x.SameAs != "" {
		fact("same as", x.SameAs)
	}
	for _, a := range x.NotCounted {
		fact("not counted", a.String())
	}
	for _, d := range x.Deadlines {
		fact("deadline", s.deadline(d.Name)+" "+stamp(d.At))
	}
	if x.FoundBy != nil {
		s.addFoundBy(facts, x.FoundBy)
	}
	if err := s.printf("%s", facts); err != nil {
		return err
	}
	if err := s.printCorrespondence(x); err != nil {
		return err
	}
	if x.JointApproval != nil {
		if err := s.printJointApproval(*x.JointApproval); err != nil {
			return err
		}
	}
	if err := s.printReasons(s.word("held by"), x.DocumentNumber, x.HeldBy, x.HeldByOmitted); err != nil {
		return err
	}
	return s.printTimeline(x)
}

// printReasons prints faults under a heading, if there are any.
func (s *session) printReasons(heading, number string, faults []exchange.Fault, omitted int) error {
	if len(faults) == 0 {
		return nil
	}
	if err := s.printf("\n%s\n", heading); err != nil {
		return err
	}
	return s.printFaults(number, s.faults(faults), omitted)
}

// printTimeline prints the deliveries, the steps, and what belongs to each.
func (s *session) printTimeline(x httpapi.Exchange) error {
	deliveries := s.newTable("RECEIVER", "STATE", "ATTEMPT", "HANDOVERS", "CHANGED", "CAUSE")
	for _, d := range x.Deliveries {
		deliveries.Row(d.Receiver, string(d.State), strconv.Itoa(d.Attempt), s.handovers(d), stamp(d.ChangedAt), s.because(d.Cause))
	}
	timeline := s.newTable("AT", "AFTER", "EVENT", "RECEIVER", "ATTEMPT", "CAUSE")
	for _, e := range x.Timeline {
		attempt, after := "", ""
		if e.Attempt > 0 {
			attempt = strconv.Itoa(e.Attempt)
		}
		if e.After > 0 {
			after = (time.Duration(e.After) * time.Millisecond).String()
		}
		timeline.Row(stamp(e.At), after, string(e.Name), e.Receiver, attempt, s.because(e.Cause))
	}
	if err := s.printf("\n%s\n%s", deliveries, timeline); err != nil {
		return err
	}
	for _, e := range x.Timeline {
		if err := s.printDialogue(e); err != nil {
			return err
		}
		if err := s.printReasons(s.word("refused for"), x.DocumentNumber, e.Faults, e.Omitted); err != nil {
			return err
		}
	}
	return nil
}

// printDialogue prints what an attempt sent and what came back, if it is kept.
func (s *session) printDialogue(e httpapi.Event) error {
	d := e.Dialogue
	if d == nil {
		return nil
	}
	lines := []string{"", s.say("%s, attempt at %s:", e.Receiver, stamp(e.At)), "> " + d.Request}
	for _, one := range d.Sent {
		lines = append(lines, "> "+one)
	}
	if d.Answer != "" {
		lines = append(lines, "< "+d.Answer)
	}
	for _, one := range d.Headers {
		lines = append(lines, "< "+one)
	}
	if d.Body != "" {
		lines = append(lines, "<", "< "+d.Body)
	}
	switch d.Withheld {
	case exchange.WithheldNotText:
		lines = append(lines, s.say("the text of the answer is not kept: it is no JSON, XML or plain text"))
	case exchange.WithheldPersonal:
		lines = append(lines, s.say("the text of the answer is not kept: the kind does not say what is personal"))
	}
	return s.printf("%s\n", strings.Join(lines, "\n"))
}

// printCorrespondence prints what an exchange answers, and the answers to it: of each party
// the newest, and then the earlier ones.
func (s *session) printCorrespondence(x httpapi.Exchange) error {
	if err := s.printAnswers(s.word("it answers"), x.AnswerTo); err != nil {
		return err
	}
	latest := slices.DeleteFunc(slices.Clone(x.Answers), func(a httpapi.Answer) bool { return a.Earlier })
	if err := s.printAnswers(s.word("it is answered by"), latest); err != nil {
		return err
	}
	earlier := slices.DeleteFunc(slices.Clone(x.Answers), func(a httpapi.Answer) bool { return !a.Earlier })
	if err := s.printAnswers(s.word("earlier answers of parties that have answered again"), earlier); err != nil {
		return err
	}
	if x.AnswersOmitted == 0 {
		return nil
	}
	return s.printf("%s\n", s.say("and %d earlier answers", x.AnswersOmitted))
}

// printAnswers prints what is answered, or by whom, if anything is.
func (s *session) printAnswers(title string, answers []httpapi.Answer) error {
	if len(answers) == 0 {
		return nil
	}
	table := s.newTable("AT", "SENDER", "KIND", "NUMBER", "ANSWER", "CODE", "LINE", "REASON", "EXCHANGE")
	for _, a := range answers {
		at := ""
		if a.At != nil {
			at = stamp(*a.At)
		}
		reasons := a.Reasons
		if len(reasons) == 0 || reasons[0].Line != "" {
			reasons = append([]httpapi.AnswerReason{{}}, reasons...)
		}
		for i, r := range reasons {
			if i == 0 {
				table.Row(at, a.Sender, a.Kind, a.DocumentNumber, s.text(exchange.VerdictWords(a.Verdict)), a.Code, "", r.Text, a.ExchangeID)
				continue
			}
			table.Row("", "", "", "", s.text(exchange.VerdictWords(r.Verdict)), "", r.Line, r.Text, "")
		}
		if a.ReasonsOmitted > 0 {
			table.Row("", "", "", "", "", "", "", s.say("and %d more reasons", a.ReasonsOmitted), "")
		}
	}
	return s.printf("\n%s\n%s", title, table)
}

// addFoundBy adds what an exchange can be found by.
func (s *session) addFoundBy(facts *terminal.Table, by *httpapi.FoundBy) {
	name := s.word("found by")
	for _, values := range [][]string{by.HS, by.Vehicles, by.Containers, by.TransportDocuments} {
		if len(values) > 0 {
			facts.Row(name, strings.Join(values, " "))
		}
	}
	for _, cited := range by.Cites {
		facts.Row(name, cited.Kind+" "+cited.Number)
	}
	if by.Omitted > 0 {
		facts.Row(name, s.say("and %d more, by which it is not found", by.Omitted))
	}
}

// handovers says how often a delivery was handed over, and whether that is too often.
func (s *session) handovers(d httpapi.Delivery) string {
	if d.Failing {
		return s.say("%d, failing", d.Handovers)
	}
	return strconv.Itoa(d.Handovers)
}

// judgement is why a held exchange is released or refused.
type judgement struct {
	ID     exchangeID `complete:"exchanges" arg:"" help:"Exchange id."`
	Reason string     `required:"" help:"Why, for the record."`
}

func (j *judgement) decide(ctx context.Context, s *session, how string) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	x, err := client.Post[httpapi.Exchange](ctx, caller, j.ID.path(how), httpapi.Judgement{Reason: j.Reason})
	if err != nil {
		return err
	}
	return s.printExchange(x)
}

type releaseHeld struct{ judgement }

// Run releases a held exchange.
func (c *releaseHeld) Run(ctx context.Context, s *session) error {
	return c.decide(ctx, s, "/release")
}

type refuseHeld struct{ judgement }

// Run refuses a held exchange.
func (c *refuseHeld) Run(ctx context.Context, s *session) error { return c.decide(ctx, s, "/refusal") }

// content is one of the things that an exchange has as bytes.
type content struct {
	ID  exchangeID `complete:"exchanges" arg:"" help:"Exchange id."`
	Out string     `placeholder:"FILE" help:"Write to a file, which must not be there yet, rather than to the standard output."`
}

func (r *content) fetch(ctx context.Context, s *session, what string) error {
	return s.fetchBytes(ctx, r.ID.path(what), r.Out)
}

// fetchBytes writes what the daemon has at a path to a new file, or to the standard output.
func (s *session) fetchBytes(ctx context.Context, path, file string) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	answer, err := caller.Call(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return err
	}
	if file != "" {
		if _, err := os.Lstat(file); err == nil {
			return fmt.Errorf("write %s: the file is there", file)
		}
		return keep(filepath.Dir(file), filepath.Base(file), answer.Body)
	}
	if _, err := s.out.Write(answer.Body); err != nil {
		return fmt.Errorf("print result: %w", err)
	}
	return nil
}

type readDocument struct {
	content
	withReason
}

// Run prints the document, byte for byte.
func (c *readDocument) Run(ctx context.Context, s *session) error {
	return c.fetch(ctx, s, "/document"+c.query(url.Values{}))
}

type readEnvelope struct {
	content
	withReason
	Profile string `enum:"b-b,b-t" default:"b-b" help:"b-b: as it was kept; b-t: with a time stamp in each seal, if an authority has given one."`
}

// Run prints the envelope, byte for byte.
func (c *readEnvelope) Run(ctx context.Context, s *session) error {
	return c.fetch(ctx, s, "/envelope"+c.query(url.Values{"profile": {c.Profile}}))
}

type readReceipt struct{ content }

// Run prints the receipt, byte for byte.
func (c *readReceipt) Run(ctx context.Context, s *session) error {
	return c.fetch(ctx, s, "/receipt")
}
