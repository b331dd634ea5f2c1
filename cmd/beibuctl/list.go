package main

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/lookup"
	"beibu/exchange/operator/views"
)

type listExchanges struct {
	State    string `complete:"states" placeholder:"STATE" help:"Of the exchange as a whole, such as ConsignmentRejection."`
	Failed   bool   `help:"Those of which a delivery to any receiver was refused, given up, or handed over again and again without an acknowledgement, a line a delivery."`
	Kind     string `complete:"kinds" placeholder:"KIND" help:"Of the document, such as ata-carnet."`
	Party    string `complete:"parties" placeholder:"ID" help:"Sender or receiver."`
	Sender   string `complete:"parties" placeholder:"ID" help:"Sender."`
	Number   string `placeholder:"NUMBER" help:"Document number."`
	Answered string `enum:"${answers}" default:"" placeholder:"ANSWER" help:"Answered by a party: yes, no, or what its newest answer says: accepted, conditional, partly-rejected, rejected, received or unclear."`
	known
	viewed
	Since bound `placeholder:"TIME" help:"Accepted at or after: RFC 3339, a day such as 2026-09-01, or how far back, such as 24h or 1d."`
	Until bound `placeholder:"TIME" help:"Accepted before."`
	Limit int   `default:"50" help:"How many at most (${default})."`
	All   bool  `help:"All, however many."`
	CSV   bool  `name:"csv" help:"Print all that fit, however many, as CSV with the filter and the time in the first lines."`
}

// known are the filters by what people know of goods on their way.
type known struct {
	Rule  string `complete:"rules" placeholder:"CODE" help:"With a fault of this code that was found and let pass, or that held it."`
	Cause string `placeholder:"CODE" help:"With a delivery that is in its state for this reason: the receiver's code, or expired, not-kept or replay."`
	HS    string `name:"hs" placeholder:"CODE" help:"With goods whose HS code begins so: 2, 4, 6 or 8 to 10 digits."`
	transport
}

// transport are the filters by what moves, which find refusals too.
type transport struct {
	Vehicle           string `placeholder:"PLATE" help:"On this truck, train, vessel or flight. Case, blanks, dots and hyphens do not matter."`
	Container         string `placeholder:"NUMBER" help:"In this container."`
	TransportDocument string `placeholder:"NUMBER" help:"Under this bill of lading, waybill or consignment note."`
	Carnet            string `placeholder:"NUMBER" help:"This ATA carnet, and what cites it."`
	Licence           string `placeholder:"NUMBER" help:"This import or export licence, and what cites it."`
	Holder            string `placeholder:"NAME" help:"Carnets and licences of this holder."`
}

// terms are the filters that any value may have.
func (k *known) terms() map[lookup.Role]string {
	all := k.transport.terms()
	all[lookup.HS] = k.HS
	return all
}

// terms are the same of refusals.
func (k *transport) terms() map[lookup.Role]string {
	return map[lookup.Role]string{
		lookup.Vehicle: k.Vehicle, lookup.Container: k.Container, lookup.TransportDocument: k.TransportDocument,
		lookup.Carnet: k.Carnet, lookup.Licence: k.Licence, lookup.Holder: k.Holder,
	}
}

// seal puts the name of a holder into the form in which it may be part of an address.
func (k *transport) seal(ctx context.Context, caller *client.Client, query url.Values) error {
	if k.Holder == "" {
		return nil
	}
	sealed, err := client.Post[httpapi.SealedHolder](ctx, caller, "/v1/holders", httpapi.HolderName{Name: k.Holder})
	if err == nil {
		query.Set(string(lookup.Holder), sealed.Holder)
	}
	return err
}

// put adds the filters to a query, but for the holder.
func (k *known) put(query url.Values) {
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	set("rule", k.Rule)
	set("cause", k.Cause)
	set(string(lookup.HS), k.HS)
	k.putTerms(query)
}

// putTerms adds the filters to a query, but for the holder.
func (k *transport) putTerms(query url.Values) {
	for role, value := range k.terms() {
		if value != "" && role != lookup.Holder {
			query.Set(string(role), value)
		}
	}
}

// noteNone says what was searched for, in the form in which it was compared, if nothing
// was found.
func (s *session) noteNone(terms map[lookup.Role]string, found int) {
	for _, role := range lookup.Roles() {
		if value := terms[role]; value != "" && found == 0 {
			s.note("nothing is found; searched for %s %s", role, lookup.Shown(role, value))
		}
	}
}

// Validate refuses what would list nothing.
func (c *listExchanges) Validate() error {
	switch {
	case c.Limit < 1:
		return errors.New("--limit is at least 1; --all lists all")
	case c.Failed && c.State != "":
		return errors.New("--failed names the states by itself, and does not go with --state")
	case c.Failed && c.CSV:
		return errors.New("--csv has a line an exchange, and --failed a line a delivery: --state goes with --csv")
	}
	return nil
}

// Run lists what fits. JSON is one exchange a line.
func (c *listExchanges) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	query, now := url.Values{}, time.Now()
	for name, value := range map[string]string{
		"state": c.State, "kind": c.Kind, "party": c.Party, "sender": c.Sender, "number": c.Number, "answered": c.Answered,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	c.put(query)
	if err := c.seal(ctx, caller, query); err != nil {
		return err
	}
	put(query, "since", c.Since.time(now))
	put(query, "until", c.Until.time(now))
	if err := c.add(ctx, caller, views.Exchanges, query); err != nil {
		return err
	}
	if c.CSV {
		return caller.Download(ctx, "/v1/exchanges", query, "text/csv", s.out)
	}
	limit := c.Limit
	if c.All {
		limit = 0
	}
	if c.Failed {
		return s.listFailed(ctx, caller, query, limit)
	}
	t := s.newTable("EXCHANGE", "ACCEPTED", "STATE", "KIND", "NUMBER", "SENDER", "RECEIVERS", "DIRECTION", "ANSWERED")
	shown := 0
	err = caller.Exchanges(ctx, query, oneMore(limit), func(x httpapi.Exchange) error {
		if shown++; limit > 0 && shown > limit {
			return nil
		}
		if s.asJSON() {
			return s.json(x)
		}
		t.Row(x.ExchangeID, stamp(x.AcceptedAt), string(x.State), x.Kind, x.DocumentNumber, x.Sender, strings.Join(x.Receivers, ","), x.Direction, s.answered(x.Answered))
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

// answerFilters are the values of --answered.
func answerFilters() string {
	var words []string
	for _, f := range exchange.AnswerFilters() {
		words = append(words, string(f))
	}
	return strings.Join(words, ",")
}

// answered says how parties have answered an exchange.
func (s *session) answered(all []httpapi.LatestAnswer) string {
	var words []string
	for _, a := range all {
		one := a.Party + " " + s.text(exchange.VerdictWords(a.Verdict))
		if a.Code != "" {
			one += " " + a.Code
		}
		words = append(words, one+" "+stamp(a.At))
	}
	return strings.Join(words, ", ")
}

// oneMore is how many are asked for so that it is known whether there are more
// than the limit; 0 is no limit.
func oneMore(limit int) int {
	if limit > 0 {
		return limit + 1
	}
	return 0
}

// noteMore says so if a limit cut the list.
func (s *session) noteMore(limit, found int) {
	if limit > 0 && found > limit {
		s.note("only the newest %d are shown; --all shows all, --limit more of them", limit)
	}
}

// failed are the states of an exchange, as a whole, in which a delivery of it came
// to a bad end: exchange.Summary gives one of them if any did.
var failed = []exchange.State{exchange.ConsignmentRejection, exchange.ContentHandoverFailure}

// listFailed lists the deliveries to all receivers that failed or are failing, newest
// exchange first.
func (s *session) listFailed(ctx context.Context, caller *client.Client, query url.Values, limit int) error {
	var all []httpapi.Exchange
	for _, how := range slices.Concat(failed, []exchange.State{""}) {
		query.Del("state")
		query.Del("failing")
		if how == "" {
			query.Set("failing", "true")
		} else {
			query.Set("state", string(how))
		}
		err := caller.Exchanges(ctx, query, oneMore(limit), func(x httpapi.Exchange) error {
			all = append(all, x)
			return nil
		})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(all, func(a, b httpapi.Exchange) int { return cmp.Compare(b.Sequence, a.Sequence) })
	all = slices.CompactFunc(all, func(a, b httpapi.Exchange) bool { return a.ExchangeID == b.ExchangeID }) // its state changed in between
	s.noteMore(limit, len(all))
	if limit > 0 && len(all) > limit {
		all = all[:limit]
	}
	t := s.newTable("EXCHANGE", "FAILED", "RECEIVER", "STATE", "ATTEMPT", "HANDOVERS", "KIND", "NUMBER", "SENDER", "CAUSE")
	for _, x := range all {
		if s.asJSON() {
			if err := s.json(x); err != nil {
				return err
			}
			continue
		}
		for _, d := range x.Deliveries {
			if d.State.Failed() || d.Failing {
				t.Row(x.ExchangeID, stamp(d.ChangedAt), d.Receiver, string(d.State), strconv.Itoa(d.Attempt), s.handovers(d), x.Kind, x.DocumentNumber, x.Sender, s.because(d.Cause))
			}
		}
	}
	if s.asJSON() {
		return nil
	}
	return s.table(t)
}
