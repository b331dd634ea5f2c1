package exchange

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/facts"
	"beibu/exchange/facts/codes"
	"beibu/exchange/proof"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
	"beibu/signing/strict"
	"beibu/signing/strict/quote"
)

// An Answer is what a document says of another one that its sender has received. It is
// part of the head of its log entry.
type Answer struct {
	To      uuid.UUID      `json:"to"` // the exchange that is answered, with its sender and document
	Sender  string         `json:"sender"`
	Kind    string         `json:"kind"`
	Number  string         `json:"number"`
	Version string         `json:"version,omitempty"`
	Verdict codes.Verdict  `json:"verdict"`
	Code    string         `json:"code,omitempty"` // as the document has it, with its list
	List    string         `json:"list,omitempty"`
	Reasons []AnswerReason `json:"reasons,omitempty"`
	// Omitted is the number of further reasons, which the document has.
	Omitted int `json:"omitted,omitempty"`
}

// An AnswerReason is a reason for an answer, or what the answer says of one line.
type AnswerReason struct {
	Line    string        `json:"line,omitempty"`
	Verdict codes.Verdict `json:"verdict,omitempty"` // on the line
	Text    string        `json:"text,omitempty"`
}

// A Reply is an answer to an exchange, as the exchange shows it.
type Reply struct {
	Answer

	Exchange   uuid.UUID      // of the answer itself
	Identity   proof.Identity // of the answer itself
	AcceptedAt time.Time
}

// verdicts are what people call the verdicts.
var verdicts = map[codes.Verdict]Text{
	codes.Accepted:       {EN: "accepted", ZH: "接受"},
	codes.Conditional:    {EN: "accepted on a condition", ZH: "有条件接受"},
	codes.PartlyRejected: {EN: "rejected in part", ZH: "部分不予接受"},
	codes.Rejected:       {EN: "rejected", ZH: "不予接受"},
	codes.Received:       {EN: "received, not decided", ZH: "已收到，尚未决定"},
	codes.Unclear:        {EN: "unclear", ZH: "含义不明"},
}

// VerdictWords returns what people call a verdict.
func VerdictWords(v codes.Verdict) Text { return verdicts[v] }

// The bounds of answers. A queue accepts heads of at most 64 KiB, and a list holds
// hundreds of them at once.
const (
	MaxAnswers    = 50      // to which one document may answer
	reasonBytes   = 4 << 10 // of all reasons of one document
	reasonLength  = 500     // characters of each
	maxCandidates = 10      // pages of exchanges with one number
	namedAtMost   = 5       // candidates in a message
)

// The codes of what keeps an answer from its receiver.
const (
	CodeUnknownDocument   = "response.unknown-document"
	CodeAmbiguousDocument = "response.ambiguous-document"
	CodeTooManyDocuments  = "response.too-many-documents"
)

// A Correspondence finds the exchanges that a document answers. An answer is about a
// document that its sender has received, which therefore is in the record.
type Correspondence struct {
	Journal  Journal
	Recorder *Recorder
}

// Answered is what a document answers: the exchanges, and why some are not found.
type Answered struct {
	Answers []Answer
	Faults  Faults

	decisive []decisive
}

// senders returns the senders of the documents that are answered, each once.
func (a *Answered) senders() (all []string) {
	for _, one := range a.Answers {
		if !slices.Contains(all, one.Sender) {
			all = append(all, one.Sender)
		}
	}
	return all
}

// A question is whose answers are looked up.
type question struct {
	party     string   // that answers
	addressee string   // of the answers, or ""
	known     []string // ids of exchanges that are among those answered
}

// Find returns what a document of a sender answers, as the whole record shows it at the
// call. A document that answers none has no answers and no faults. It fails with an
// [*Error] of kind Unavailable if the index does not show the record before ctx ends.
func (c *Correspondence) Find(ctx context.Context, sender string, f facts.Facts) (*Answered, error) {
	said := f.Answers()
	if len(said) == 0 {
		return &Answered{}, nil
	}
	if err := c.Recorder.Wait(ctx); err != nil {
		return nil, err
	}
	return c.all(ctx, question{party: sender, addressee: f.Addressee}, said)
}

// Again returns what the document of an exchange answers, which was accepted before, as
// the index shows it now. If a reference may mean several documents by now, it means the
// one that it was found to mean on acceptance. Again fails as Find does.
func (c *Correspondence) Again(ctx context.Context, x Exchange, f facts.Facts) (*Answered, error) {
	said := f.Answers()
	if len(said) == 0 {
		return &Answered{}, nil
	}
	return c.all(ctx, question{party: x.Identity.Sender, addressee: f.Addressee, known: x.AnswerTo()}, said)
}

// all returns what the answers of a document are about.
func (c *Correspondence) all(ctx context.Context, q question, said []facts.Answer) (*Answered, error) {
	found, left := &Answered{}, reasonBytes
	for _, answer := range said {
		for _, reference := range answer.To {
			if len(found.Answers)+len(found.Faults) == MaxAnswers {
				found.Faults = append(found.Faults, answerFault(reference.At, CodeTooManyDocuments, Text{
					EN: fmt.Sprintf("the document answers more than %d others", MaxAnswers),
					ZH: fmt.Sprintf("该单证答复的单证超过 %d 份", MaxAnswers),
				}))
				return found, nil
			}
			x, fault, err := c.find(ctx, q, reference)
			switch {
			case err != nil:
				return nil, err
			case fault != nil:
				found.Faults = append(found.Faults, *fault)
			default:
				if x.Effects.Round.Asks(q.party) {
					found.decisive = append(found.decisive, decisive{len(found.Answers), answer.At, strings.EqualFold(reference.Exchange(), x.ID.String())})
				}
				found.Answers = append(found.Answers, answerTo(x, answer, &left))
			}
		}
	}
	return found, nil
}

// find returns the exchange that a reference means: the newest to the party with the
// number, the kind and the version that it states. If several senders have used the number,
// it is the one with the id that the reference states, or the one that is known to be
// answered, or that of the addressee.
func (c *Correspondence) find(ctx context.Context, q question, r facts.Reference) (Exchange, *Fault, error) {
	candidates, err := c.candidates(ctx, q.party, r)
	if err != nil {
		return Exchange{}, nil, err
	}
	id, err := uuid.Parse(r.Exchange())
	stated := err == nil && id.Version() == 8 // others are of other systems
	narrow := func(fits func(Exchange) bool) {
		if some := slices.DeleteFunc(slices.Clone(candidates), func(x Exchange) bool { return !fits(x) }); len(some) > 0 {
			candidates = some
		}
	}
	if stated {
		candidates = slices.DeleteFunc(candidates, func(x Exchange) bool { return x.ID != id })
	}
	narrow(func(x Exchange) bool { return slices.Contains(q.known, x.ID.String()) })
	narrow(func(x Exchange) bool { return x.Identity.Sender == q.addressee })
	if len(candidates) == 0 {
		fault := unknownDocument(q.party, r)
		return Exchange{}, &fault, nil
	}
	first := candidates[0]
	if slices.ContainsFunc(candidates, func(x Exchange) bool {
		return x.Identity.Sender != first.Identity.Sender || x.Identity.Kind != first.Identity.Kind
	}) {
		fault := ambiguousDocument(candidates, r)
		return Exchange{}, &fault, nil
	}
	return first, nil, nil
}

// candidates returns the exchanges that were consigned to a party and are what a reference
// states, newest first.
func (c *Correspondence) candidates(ctx context.Context, party string, r facts.Reference) ([]Exchange, error) {
	number, odd := ReadNumber(r.Number)
	version, _ := ReadNumber(r.Version)
	if odd != nil || number == "" {
		return nil, nil // no document has such a number
	}
	var all []Exchange
	q := Query{Party: party, Kind: r.Kind, Number: number, Limit: MaxPage}
	for range maxCandidates {
		page, next, err := c.Journal.Exchanges(ctx, q)
		if err != nil {
			return nil, &Error{Op: "find answered document", Kind: Unavailable, Code: "unavailable", Err: err}
		}
		for _, x := range page {
			received := slices.ContainsFunc(x.Deliveries, func(d Delivery) bool { return d.Receiver == party })
			if received && (version == "" || x.Identity.Version == version) {
				all = append(all, x)
			}
		}
		if q.Before = next; next == 0 {
			break
		}
	}
	return all, nil
}

// answerTo returns what an answer says of an exchange, as far as there is room for its
// reasons.
func answerTo(x Exchange, said facts.Answer, left *int) Answer {
	a := Answer{
		To: x.ID, Sender: x.Identity.Sender, Kind: x.Identity.Kind, Number: x.Identity.Number, Version: x.Identity.Version, Verdict: said.Verdict,
		Code: strings.Clone(clip(said.Code, MaxVersion)), List: strings.Clone(clip(said.List, MaxVersion)),
	}
	add := func(r AnswerReason) {
		r.Line, r.Text = strings.Clone(clip(r.Line, MaxVersion)), strings.Clone(clip(r.Text, reasonLength))
		if size := len(r.Line) + len(r.Text) + len(r.Verdict); size <= *left {
			*left -= size
			a.Reasons = append(a.Reasons, r)
			return
		}
		a.Omitted++
	}
	for _, text := range said.Reasons {
		add(AnswerReason{Text: text})
	}
	for _, line := range said.Lines {
		if len(line.Reasons) == 0 {
			add(AnswerReason{Line: line.Line, Verdict: line.Verdict})
		}
		for _, text := range line.Reasons {
			add(AnswerReason{Line: line.Line, Verdict: line.Verdict, Text: text})
		}
	}
	return a
}

// answerFault is a fault of a reference to a document that is answered.
func answerFault(at strict.Node, code string, why Text) Fault {
	fault := nowhere(at, why)
	fault.Code = code
	return fault
}

// unknownDocument is the fault of a reference to a document that the party did not receive,
// or that nobody in particular answers.
func unknownDocument(party string, r facts.Reference) Fault {
	if party == "" {
		return answerFault(r.At, CodeUnknownDocument, Text{
			EN: "an answer is about a document that its sender has received here: name the party that would send it",
			ZH: "答复须针对发送方经本平台收到的单证：请指明由哪一方报送",
		})
	}
	en, zh := quote.Text(r.Number)
	why := Text{
		EN: fmt.Sprintf("%s has received no document here with the number %s", party, en),
		ZH: fmt.Sprintf("%s未经本平台收到编号为%s的单证", party, zh),
	}
	if r.Kind != "" {
		why = Text{
			EN: fmt.Sprintf("%s has received no document here of kind %s with the number %s", party, r.Kind, en),
			ZH: fmt.Sprintf("%s未经本平台收到种类为%s、编号为%s的单证", party, r.Kind, zh),
		}
	}
	return answerFault(r.At, CodeUnknownDocument, why)
}

// ambiguousDocument is the fault of a reference that may mean several documents.
func ambiguousDocument(candidates []Exchange, r facts.Reference) Fault {
	var names []string
	for _, x := range candidates[:min(len(candidates), namedAtMost)] {
		names = append(names, fmt.Sprintf("%s (%s, %s)", x.ID, x.Identity.Sender, x.Identity.Kind))
	}
	more := ""
	if n := len(candidates) - namedAtMost; n > 0 {
		more = fmt.Sprintf(" +%d", n)
	}
	list := strings.Join(names, ", ") + more
	en, zh := quote.Text(r.Number)
	return answerFault(r.At, CodeAmbiguousDocument, Text{
		EN: fmt.Sprintf("several documents have the number %s: %s; state the id of the exchange, the kind or the addressee", en, list),
		ZH: fmt.Sprintf("编号%s对应多份单证：%s；请注明交换编号、单证种类或收件方", zh, list),
	})
}

// AnswerTo returns the ids of the exchanges that the exchange answers, each once, for those
// who receive it.
func (x Exchange) AnswerTo() (ids []string) {
	for _, a := range x.Answers {
		if id := a.To.String(); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// SenderAnswered is the entry of [Route.To] that means the senders of the documents that a
// document answers.
const SenderAnswered = "sender:answered"

// What a route does with an answer to a document that its sender did not receive.
const (
	UnknownRefuse = "refuse" // also if nothing is said
	UnknownHold   = "hold"
)

// Answers reports whether documents of a kind must answer others, which their senders have
// received.
func (r *Routes) Answers(kind string) bool {
	return slices.ContainsFunc(r.table, func(route Route) bool {
		return slices.Contains(route.Kinds, kind) && slices.Contains(route.To, SenderAnswered) && route.Unknown != UnknownHold
	})
}

// GoBack reports whether a route sends documents of a kind to the senders of those that
// they answer.
func (r *Routes) GoBack(kind string) bool {
	return slices.ContainsFunc(r.table, func(route Route) bool {
		return slices.Contains(route.Kinds, kind) && slices.ContainsFunc(route.To, func(to string) bool { return strings.TrimSuffix(to, "?") == SenderAnswered })
	})
}

// answeredSenders resolves SenderAnswered. Faults say which documents are not known, and
// which senders may not be sent the answer.
func (r *Routes) answeredSenders(kind string, f facts.Facts, answered *Answered) (ids []string, faults Faults) {
	faults = slices.Clone(answered.Faults)
	for _, sender := range answered.senders() {
		if party, ok := r.parties.Get(sender); !ok || !party.MayReceive(kind) {
			faults = append(faults, nowhere(f.Near(paths.Number), Text{
				EN: fmt.Sprintf("%s, which sent the document that is answered, does not receive documents of kind %s", sender, kind),
				ZH: fmt.Sprintf("所答复单证的发送方%s不接收%s", sender, kind),
			}))
			continue
		}
		ids = append(ids, sender)
	}
	if len(ids)+len(faults) == 0 {
		faults = Faults{answerFault(f.Near(paths.Number), CodeUnknownDocument, Text{
			EN: "the document names no document that it answers", ZH: "该单证未指明所答复的单证",
		})}
	}
	return ids, faults
}

// held returns the faults as those of a document that waits for a person.
func (f Faults) held() Faults {
	all := slices.Clone(f)
	for i := range all {
		all[i].Severity = rules.Hold.String()
	}
	return all
}
