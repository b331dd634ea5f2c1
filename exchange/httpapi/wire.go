package httpapi

import (
	"slices"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/rules"
)

// The media types of the API.
const (
	mediaJSON    = "application/json"
	mediaXML     = "application/xml"
	mediaReceipt = "application/jose" // RFC 7515 section 9.2.1
)

// Check answers POST /v1/checks.
type Check struct {
	Kind      string              `json:"kind"` // "" if it was not recognised
	Valid     bool                `json:"valid"`
	Signature *exchange.Signature `json:"signature,omitempty"` // if there is one and it counts
	Faults    []exchange.Fault    `json:"faults"`
	Omitted   int                 `json:"faultsOmitted,omitempty"` // how many more there are
	// Receivers are those whom a valid document would go to if the caller sent it;
	// if there are none, Obstacles say what keeps it from going anywhere.
	Receivers []string         `json:"receivers"`
	Obstacles []exchange.Fault `json:"obstacles"`
}

// What the API says of an exchange is what package answer says.
type (
	// Exchange is an exchange with its deliveries.
	Exchange = answer.Exchange
	// Delivery is an exchange on its way to one receiver.
	Delivery = answer.Delivery
	// Event is one step of the timeline.
	Event = answer.Event
	// Answer is what a document says of another one.
	Answer = answer.Answer
	// LatestAnswer is the newest answer of a party to an exchange.
	LatestAnswer = answer.LatestAnswer
	// AnswerReason is a reason for an answer.
	AnswerReason = exchange.AnswerReason
	// FoundBy is what an exchange is found by.
	FoundBy = answer.FoundBy
)

// Page answers GET /v1/exchanges, newest first.
type Page struct {
	Exchanges   []Exchange        `json:"exchanges"`
	Next        string            `json:"next,omitempty"`        // the cursor of the next page; absent at the end
	SearchedFor map[string]string `json:"searchedFor,omitempty"` // the values of filters that any value may have, as they are compared
}

// Judgement is the body of POST /v1/exchanges/{id}/release and …/refusal, of POST
// /v1/parties/{id}/suspension, and of POST /v1/runs/{id}/pause, …/resume and …/cancel.
type Judgement struct {
	Reason string `json:"reason"` // for the record; required
}

// Parties answers GET /v1/parties.
type Parties struct {
	Parties []Party `json:"parties"`
}

// Party is a party as a caller may see it. It lists what is public: a field of
// [exchange.Party] that is not listed here is private.
type Party struct {
	ID       string        `json:"id"`
	Name     exchange.Text `json:"name"`
	Role     exchange.Role `json:"role"`
	Country  string        `json:"country"`
	Locodes  []string      `json:"locodes"`
	Sends    []string      `json:"sends"`
	Receives []string      `json:"receives"`
	// Issues are the documents that the party issues, and OnBehalfOf the other parties
	// whose documents it may send.
	Issues     []exchange.Issue `json:"issues"`
	OnBehalfOf []string         `json:"onBehalfOf"`
	Signatures SignaturePolicy  `json:"signatures,omitzero"` // for who has the party in the scope
	// Suspended reports whether it is suspended, for whatever cause; Suspension is
	// the one that an operator gave, for operators.
	Suspended  bool                 `json:"suspended,omitempty"`
	Suspension *exchange.Suspension `json:"suspension,omitempty"`
}

// SignaturePolicy is what is asked of a party's signatures.
type SignaturePolicy struct {
	Required   []string         `json:"required,omitempty"`
	Refused    []string         `json:"refused,omitempty"`
	Algorithms []string         `json:"algorithms,omitempty"`
	ForKinds   []KindAlgorithms `json:"forKinds,omitempty"`
}

// KindAlgorithms are those by which a party may sign some kinds of document.
type KindAlgorithms struct {
	Kinds      []string `json:"kinds"`
	Algorithms []string `json:"algorithms"`
}

// wireParty returns a party as a caller may see it.
func wireParty(now *exchange.InForce, shut *exchange.Suspensions, p exchange.Party, who access.Principal) Party {
	out := Party{
		ID: p.ID, Name: p.Name, Role: p.Role, Country: p.Country,
		Locodes: list(p.Locodes), Sends: list(p.Sends), Receives: list(p.Receives), Issues: list(p.Issues), OnBehalfOf: list(p.OnBehalfOf),
		Suspended: shut.Includes(now, p.ID),
	}
	if who.SeesParty(p.ID) {
		out.Signatures = wireSignatures(p.Signatures)
	}
	if given, ok := shut.Get(p.ID); ok && who.SeesSuspension(p.ID) {
		out.Suspension = &given
	}
	return out
}

// wireSignatures returns what is asked of a party's signatures.
func wireSignatures(p exchange.SignaturePolicy) SignaturePolicy {
	out := SignaturePolicy{Required: p.Required, Refused: p.Refused, Algorithms: p.Algorithms}
	for _, some := range p.ForKinds {
		out.ForKinds = append(out.ForKinds, KindAlgorithms(some))
	}
	return out
}

// Routes answers GET /v1/routes.
type Routes struct {
	Routes []exchange.Route `json:"routes"`
}

// Rules answers GET /v1/rules.
type Rules struct {
	Rules []Rule `json:"rules"`
}

// Rule is one business rule as integrators see it.
type Rule struct {
	Code     string        `json:"code"`
	Kinds    []string      `json:"kinds"` // none means every kind
	Severity string        `json:"severity"`
	Source   string        `json:"source"`
	From     string        `json:"from,omitempty"`  // first day in force, YYYY-MM-DD
	Until    string        `json:"until,omitempty"` // last day in force
	Message  exchange.Text `json:"message"`         // with {0}, {1} … for what was found
	Reads    []string      `json:"reads"`           // what it reads beside the facts; see [rules.Rule.Reading]
}

// Self answers GET /v1/self: as whom the caller's credentials speak, and what they
// permit.
type Self struct {
	Name     string   `json:"name"`            // of the credential, as the record has it
	Party    string   `json:"party,omitempty"` // absent for who acts for none
	Operator bool     `json:"operator"`        // whether operator is among the roles
	Roles    []string `json:"roles"`           // of all grants, and party
	Grants   []Grant  `json:"grants"`
	May      []string `json:"may"` // what the roles permit, each within its scope
}

// A Grant is roles, and the part of the exchange to which they apply.
type Grant struct {
	Roles []string      `json:"roles"`
	Scope access.Limits `json:"scope,omitzero"` // absent if the roles apply to everything
}

// Version answers GET /v1/version.
type Version struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go"`
}

// RulesOf returns a set of rules as the API and the command line export it.
func RulesOf(set *rules.Set) Rules {
	all := set.All()
	out := Rules{Rules: make([]Rule, 0, len(all))}
	for i := range all {
		r := &all[i]
		out.Rules = append(out.Rules, Rule{
			Code: r.Code, Kinds: list(r.Kinds), Severity: r.Severity.String(), Source: r.Source,
			From: day(r.From), Until: day(r.Until), Message: exchange.Text{EN: r.EN, ZH: r.ZH}, Reads: list(r.Reading()),
		})
	}
	return out
}

// day writes a date, or "" for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// list makes an empty list of none, so that JSON never says null.
func list[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// wireExchange translates what [access.Principal.View] shows of an exchange. A
// delivery is failing from so many hand-overs on.
func wireExchange(x exchange.Exchange, who access.Principal, handovers int) Exchange {
	out := answer.ExchangeOf(x, handovers)
	if !who.IsStaff() {
		out.Direction = directionOf(x, who.Party)
	}
	return out
}

// directionOf says which way an exchange went, seen from a party.
func directionOf(x exchange.Exchange, party string) string {
	received := slices.ContainsFunc(x.Deliveries, func(d exchange.Delivery) bool { return d.Receiver == party })
	switch sent := x.Identity.Sender == party; {
	case sent && received:
		return "both"
	case sent:
		return "sent"
	case received:
		return "received"
	}
	return ""
}
