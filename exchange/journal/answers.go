package journal

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/facts/codes"
	"beibu/queue/sqlitefile"
)

// The answers to an exchange are in table answer, and what lists show of them, of each
// party the newest, is one packed value of the row of the exchange. In addition, an
// exchange that is answered is filed under each verdict that it was ever given: alone, with
// the party that gave it, and with its own sender. So what a party may see of its answers,
// and what is not answered, is found without reading exchanges. An answer that is held, or
// was refused by a person, is none.

// answeredAs returns the term of what was answered with a verdict: by a party or to a
// party, or by anybody if that is "".
func answeredAs(party string, verdict codes.Verdict) term {
	return term{roleAnswered, party + " " + string(verdict)}
}

// answered returns the source of what was ever answered, by a party or to a party, or by
// anybody.
func answered(party string) source {
	return source{first: answeredAs(party, ""), last: answeredAs(party, "~")}
}

// answeredBy returns the sources of a query for answers: those in one of which an exchange
// must be, or must not be.
func answeredBy(q exchange.Query) (in, notIn []source) {
	switch q.Answered {
	case "":
		return nil, nil
	case exchange.AnyAnswer:
		return []source{answered(q.Party)}, nil
	case exchange.NoAnswer:
		return nil, []source{answered(q.Party)}
	}
	t := answeredAs(q.Party, codes.Verdict(q.Answered))
	return []source{{first: t, last: t}}, nil
}

// answers adds what an exchange answers, which was in the record before.
func (b *batch) answers(x *exchange.Exchange, sequence int64) error {
	for _, a := range x.Answers {
		to, err := b.journey(a.To)
		if err != nil {
			return err
		}
		if to == nil {
			continue // the record no longer has it
		}
		if err := b.w.Exec(addAnswer, to.sequence, sequence); err != nil {
			return fmt.Errorf("write answer to %s: %w", a.To, err)
		}
	}
	if x.State == exchange.SubmissionHeld {
		return nil
	}
	return b.answered(x, sequence)
}

// released has the answers of an exchange count that was held.
func (b *batch) released(j *journey) error {
	var x exchange.Exchange
	err := b.w.Query(currentByID, func(row sqlitefile.Row) (err error) {
		x, _, err = scan(row, "")
		return err
	}, j.id[:])
	if j.entry != nil { // it has no such row yet
		x, err = exchange.FromEntry(*j.entry)
	}
	if err != nil {
		return err
	}
	return b.answered(&x, j.sequence)
}

// answered notes the answers of an exchange with the exchanges that it answers.
func (b *batch) answered(x *exchange.Exchange, sequence int64) error {
	x.Sequence = sequence
	for _, id := range x.AnswerTo() {
		to, err := b.journey(uuid.MustParse(id))
		if err != nil {
			return err
		}
		if to == nil {
			continue
		}
		latest, _ := x.Says(to.id)
		if before := (exchange.Exchange{Latest: to.latest}).AnswerOf(latest.Party); before == nil || before.Verdict != latest.Verdict {
			if err := b.fileAnswer(to, latest); err != nil {
				return fmt.Errorf("file answer to %s: %w", to.id, err)
			}
		}
		to.latest = latest.Add(to.latest)
		b.change(to)
	}
	return nil
}

// fileAnswer files an exchange under an answer to it.
func (b *batch) fileAnswer(to *journey, l exchange.LatestAnswer) error {
	sender, err := b.name(to.sender)
	if err != nil {
		return err
	}
	for _, party := range slices.Compact([]string{"", sender, l.Party}) {
		if err := b.filing.add(answeredAs(party, l.Verdict), to.sequence); err != nil {
			return err
		}
	}
	return nil
}

const termName = `SELECT name FROM term WHERE id = ?`

// name returns the name of the term with a number.
func (b *batch) name(id int64) (name string, err error) {
	err = b.w.Query(termName, func(row sqlitefile.Row) error {
		name = row.Text(0)
		return nil
	}, id)
	return name, err
}

// packLatest appends the newest answers to an exchange of an entry, which was accepted at a
// time.
func packLatest(b []byte, entry, accepted int64, all []exchange.LatestAnswer) []byte {
	for _, l := range all {
		for _, text := range []string{l.Party, string(l.Verdict), l.Code, l.List, l.Kind, string(l.Exchange[:])} {
			b = packText(b, text)
		}
		b = binary.AppendVarint(b, l.Sequence-entry)
		b = binary.AppendVarint(b, micro(l.At)-accepted)
	}
	return b
}

// unpackLatest returns what packLatest has packed.
func unpackLatest(b []byte, entry, accepted int64) (all []exchange.LatestAnswer, err error) {
	u := unpacker{rest: b}
	for len(u.rest) > 0 && !u.bad {
		l := exchange.LatestAnswer{
			Party: string(u.bytes()), Verdict: codes.Verdict(u.bytes()), Code: string(u.bytes()), List: string(u.bytes()), Kind: string(u.bytes()),
		}
		u.bad = copy(l.Exchange[:], u.bytes()) != len(l.Exchange) || u.bad
		l.Sequence, l.At = entry+u.number(), moment(accepted+u.number())
		all = append(all, l)
	}
	return all, u.err()
}

// maxReplies bounds the answers to an exchange that are shown, beside the newest of each
// party.
const maxReplies = 50

// The statements that find the newest exchanges that answer another one, and count all.
const (
	repliesTo    = `SELECT ` + columns + ` FROM answer a CROSS JOIN exchange x ON x.sequence = a.entry` + withJourney + ` WHERE a.answered = +? ORDER BY a.entry DESC LIMIT ?`
	countReplies = `SELECT count(*) FROM answer WHERE answered = ?`
)

// replies reads the answers to an exchange: the newest, and the newest of each party.
func (j *Journal) replies(ctx context.Context, x *exchange.Exchange) error {
	var read []exchange.Exchange // newest first
	add := func(row sqlitefile.Row) error {
		by, _, err := scan(row, "")
		read = append(read, by)
		return err
	}
	if err := j.Query(ctx, repliesTo, add, x.Sequence, maxReplies); err != nil {
		return err
	}
	var older []int64
	for _, l := range slices.Backward(x.Latest) {
		if len(read) == maxReplies && l.Sequence < read[maxReplies-1].Sequence {
			older = append(older, l.Sequence)
		}
	}
	if len(older) > 0 {
		s := named(exchange.Query{}, older)
		if err := j.Query(ctx, s.text(), add, s.args...); err != nil {
			return err
		}
	}
	for _, by := range slices.Backward(read) {
		x.Replies = append(x.Replies, repliesOf(by, x.ID)...)
	}
	return j.Query(ctx, countReplies, func(row sqlitefile.Row) error {
		x.MoreReplies = max(0, int(row.Int(0))-len(read))
		return nil
	}, x.Sequence)
}

// repliesOf returns what an exchange answers to another one.
func repliesOf(by exchange.Exchange, to uuid.UUID) (all []exchange.Reply) {
	if by.State == exchange.SubmissionHeld || by.State == exchange.SubmissionRejection {
		return nil
	}
	for _, a := range by.Answers {
		if a.To == to {
			all = append(all, exchange.Reply{Answer: a, Exchange: by.ID, Identity: by.Identity, AcceptedAt: by.AcceptedAt})
		}
	}
	return all
}
