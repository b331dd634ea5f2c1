package exchange

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/lookup"
	"beibu/exchange/proof"
	"beibu/exchange/rules"
	"beibu/queue"
)

// A Way is a way in, by which documents come.
type Way string

// The ways in.
const (
	WayHTTP   Way = "http"
	WayTopic  Way = "topic"  // the party's own topic in Kafka
	WayFolder Way = "folder" // the party's own folder, on a disk or an SFTP server
)

// Ways returns all ways in.
func Ways() []Way { return []Way{WayHTTP, WayTopic, WayFolder} }

// The names of events of refusals.
const (
	DocumentRefused = "DocumentRefused" // one document was refused
	RefusalsCounted = "RefusalsCounted" // more were, of one sender within a minute
)

// A Refusal is a document that was not accepted, as the record has it. It has nothing of
// the document but its number, its version, the names of elements, and what it is found
// by. Its bytes are kept elsewhere, if at all.
type Refusal struct {
	Sequence   int64 // of its event in the record
	ID         uuid.UUID
	At         time.Time
	Way        Way
	Credential string         // by which the sender was known
	Identity   proof.Identity // without a number if none can be read or filed
	Digest     [32]byte       // SHA-256 of the bytes received; zero if they were not read to the end
	Size       int            // bytes received; 0 if they were not read to the end
	Code       string         // of the problem that the sender received
	Codes      []string       // of the faults that refuse, each once, at most maxRefusalCodes
	Faults     []FaultPlace   // the first of them
	Found      int            // how many faults there are in all
	Earlier    uuid.UUID      // the exchange that has the number, in a conflict
	Keys       lookup.Keys    // as far as they can be read, but for the codes of goods

	Kept *Keeping // what became of the bytes, if the policy of the sender keeps any; or nil

	Repeats    int       // how often the same was refused again within the minute
	Last       time.Time // when it was last refused
	AcceptedAs uuid.UUID // the exchange as which its number or its bytes were accepted later, or zero

	Count *RefusalCount // if this is a count of refusals, which has a sender and these alone
}

// A FaultPlace is a fault without its message, which may quote the document.
type FaultPlace struct {
	Code   string `json:"code"`
	Path   string `json:"path"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// A RefusalCount counts refusals of one sender within a minute: those beyond what is
// recorded one by one, and those that repeat one that is.
type RefusalCount struct {
	Documents int             `json:"documents"` // refused, without the repeats
	Codes     map[string]int  `json:"codes"`     // how many of them had each code
	Ways      []Way           `json:"ways"`
	First     time.Time       `json:"first"`
	Last      time.Time       `json:"last"`
	Repeats   []RefusalRepeat `json:"repeats,omitempty"`
}

// A RefusalRepeat counts refusals with the sender, the digest and the codes of one that
// is recorded.
type RefusalRepeat struct {
	ID    uuid.UUID `json:"id"`
	Times int       `json:"times"`
	Last  time.Time `json:"last"`
}

// The bounds of what one event of refusals holds.
const (
	maxRefusalCodes  = 20
	maxRefusalPlaces = 5
	maxRefusalPath   = 300 // characters
	maxCountedCodes  = 200 // far more than one sender meets in a minute
)

// AllCodes returns the code of the problem and those of the faults, each once.
func (r Refusal) AllCodes() []string {
	if r.Count != nil {
		return slices.Sorted(maps.Keys(r.Count.Codes))
	}
	all := []string{r.Code}
	for _, code := range r.Codes {
		if !slices.Contains(all, code) {
			all = append(all, code)
		}
	}
	return all
}

// AllWays returns the ways by which what was refused came.
func (r Refusal) AllWays() []Way {
	if r.Count != nil {
		return r.Count.Ways
	}
	return []Way{r.Way}
}

// Blame adds to a refusal what an error says: the faults, the identity of the document
// and the exchange that has its number.
func (r *Refusal) Blame(failure *Error) {
	r.Identity.Kind, r.Identity.Number, r.Identity.Version = failure.Identity.Kind, failure.Identity.Number, failure.Identity.Version
	r.Keys = failure.Keys
	if failure.Earlier != nil {
		r.Earlier = failure.Earlier.ID
	}
	r.Found = len(failure.Faults) + failure.More
	for _, fault := range failure.Faults {
		if fault.Severity != rules.Reject.String() {
			continue
		}
		if len(r.Faults) < maxRefusalPlaces {
			at := fault.clip(maxRefusalPath)
			r.Faults = append(r.Faults, FaultPlace{at.Code, at.Path, at.Line, at.Column})
		}
		if len(r.Codes) < maxRefusalCodes && !slices.Contains(r.Codes, fault.Code) {
			r.Codes = append(r.Codes, fault.Code)
		}
	}
}

// Add counts a refusal that is not recorded by itself, so many times.
func (c *RefusalCount) Add(r Refusal, times int) {
	if c.Documents == 0 {
		c.First, c.Codes = r.At, make(map[string]int)
	}
	c.Documents += times
	if r.At.After(c.Last) {
		c.Last = r.At
	}
	if !slices.Contains(c.Ways, r.Way) {
		c.Ways = append(c.Ways, r.Way)
	}
	for _, code := range r.AllCodes() {
		if _, known := c.Codes[code]; known || len(c.Codes) < maxCountedCodes {
			c.Codes[code] += times
		}
	}
}

// refusalDetail is what the event of a refusal holds. None of its names is one of
// [detail], so that an earlier version reads it as an event without a cause.
type refusalDetail struct {
	Sender     string        `json:"sender"`
	Credential string        `json:"credential,omitempty"`
	Way        Way           `json:"way,omitempty"`
	Kind       string        `json:"kind,omitempty"`
	Number     string        `json:"number,omitempty"`
	Version    string        `json:"version,omitempty"`
	Digest     string        `json:"digestSHA256,omitempty"`
	Size       int           `json:"size,omitempty"`
	Problem    string        `json:"problem,omitempty"`
	Codes      []string      `json:"faultCodes,omitempty"`
	Faults     []FaultPlace  `json:"faults,omitempty"`
	Found      int           `json:"faultsFound,omitempty"`
	Earlier    uuid.UUID     `json:"earlier,omitzero"`
	Keys       lookup.Keys   `json:"keys,omitzero"` // absent from the records of earlier versions
	Kept       *Keeping      `json:"kept,omitempty"`
	Count      *RefusalCount `json:"count,omitempty"`
}

// Event returns the event by which the record has a refusal.
func (r Refusal) Event() (queue.Event, error) {
	d := refusalDetail{
		Sender: r.Identity.Sender, Credential: r.Credential, Way: r.Way,
		Kind: r.Identity.Kind, Number: r.Identity.Number, Version: r.Identity.Version, Size: r.Size,
		Problem: r.Code, Codes: r.Codes, Faults: r.Faults, Found: r.Found, Earlier: r.Earlier, Keys: r.Keys, Kept: r.Kept, Count: r.Count,
	}
	name := DocumentRefused
	if r.Count != nil {
		name = RefusalsCounted
	}
	if r.Digest != [32]byte{} {
		d.Digest = hex.EncodeToString(r.Digest[:])
	}
	text, err := json.Marshal(d)
	if err != nil {
		return queue.Event{}, fmt.Errorf("write refusal: %w", err)
	}
	return queue.Event{Subject: queue.Subject{Kind: queue.SubjectRefusal, ID: r.ID.String()}, Name: name, At: r.At, Detail: text}, nil
}

// RefusalOf reads the event of a refusal. It returns false if the event has a name that
// this version does not know.
func RefusalOf(sequence int64, e queue.Event) (r Refusal, known bool, err error) {
	if e.Name != DocumentRefused && e.Name != RefusalsCounted {
		return Refusal{}, false, nil
	}
	var d refusalDetail
	if err := json.Unmarshal(e.Detail, &d); err != nil {
		return Refusal{}, false, fmt.Errorf("read refusal %d: %w", sequence, err)
	}
	r = Refusal{
		Sequence: sequence, At: e.At, Last: e.At, Way: d.Way, Credential: d.Credential, Size: d.Size,
		Identity: proof.Identity{Sender: d.Sender, Kind: d.Kind, Number: d.Number, Version: d.Version},
		Code:     d.Problem, Codes: d.Codes, Faults: d.Faults, Found: d.Found, Earlier: d.Earlier, Keys: d.Keys, Kept: d.Kept, Count: d.Count,
	}
	if r.ID, err = uuid.Parse(e.Subject.ID); err != nil {
		return Refusal{}, false, fmt.Errorf("read refusal %d: %w", sequence, err)
	}
	if d.Digest != "" {
		if r.Digest, err = ReadDigest(d.Digest); err != nil {
			return Refusal{}, false, fmt.Errorf("read refusal %d: %w", sequence, err)
		}
	}
	return r, true, nil
}

// ReadDigest reads a SHA-256 in hexadecimal.
func ReadDigest(text string) (digest [32]byte, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(digest) {
		return digest, fmt.Errorf("%q is not a SHA-256 in hexadecimal", text[:min(len(text), 2*len(digest))])
	}
	return [32]byte(b), nil
}

// A RefusalLog returns the refusals of the record.
type RefusalLog interface {
	// Refusals returns the refusals and counts of refusals that fit, newest first by the
	// record, and the cursor for the next page, or 0 at the end.
	Refusals(ctx context.Context, q RefusalQuery) (page []Refusal, next int64, err error)
	// Refusal returns one refusal. It fails with an *Error of kind NotFound.
	Refusal(ctx context.Context, id uuid.UUID) (Refusal, error)
	// RefusalCodes returns the codes that any refusal has, in the order of the
	// alphabet.
	RefusalCodes(ctx context.Context) ([]string, error)
}

// A RefusalQuery narrows a list of refusals. Zero fields do not narrow.
type RefusalQuery struct {
	Sender string
	Kind   string
	Code   string // of the problem or of a fault
	Number string
	Digest [32]byte
	Way    Way
	Since  time.Time // refused at or after
	Until  time.Time // refused before
	// Terms are groups, of each of which one must find the refusal. None is of HS.
	Terms  [][]lookup.Term
	Before int64 // the cursor of the page before: a sequence
	Limit  int   // 1 to MaxPage; 0 means DefaultPage
}

// OfDocument reports whether the error is a verdict on the document itself, and not on
// the caller, on the moment, or on what the exchange could not do.
func (e *Error) OfDocument() bool {
	switch e.Kind { //nolint:exhaustive // all others are not
	case Malformed, Invalid, Untrusted, Conflict, Unroutable, TooLarge:
		return true
	case Forbidden:
		return e.Identity.Kind != "" && slices.Contains([]string{codeMayNotSend, CodeNotIssuer, CodeNoIssuer}, e.Code)
	case BadRequest:
		return e.Code == CodeMediaType
	}
	return false
}

// CodeMediaType is the code of a body that is said to be of another type than is wanted.
const CodeMediaType = "media-type"

// name returns the identity by which a refusal of the document is found. It has no
// number if no document can be filed under it.
func (r Reading) name() proof.Identity {
	id := proof.Identity{Sender: r.checked.document.Sender, Kind: r.checked.kind}
	if r.unfiled == nil {
		id.Number, id.Version = r.identity.Number, r.identity.Version
	}
	return id
}

// keysIf returns what a document is found by that is refused with a failure, if that is
// a verdict on the document and its kind is known. The codes of goods are left out: they
// say little of one document.
func (r Reading) keysIf(failure *Error) lookup.Keys {
	if !failure.OfDocument() || !r.root.Exists() {
		return lookup.Keys{}
	}
	keys := lookup.Of(r.said)
	keys.HS = nil
	return keys
}

// FoundBy reports whether a term finds the refusal.
func (r Refusal) FoundBy(t lookup.Term) bool {
	return r.Keys.Has(r.Identity.Kind, r.Identity.Number, t)
}

// Terms returns what the refusal is found by.
func (r Refusal) Terms() []lookup.Term { return r.Keys.Terms(r.Identity.Kind, r.Identity.Number) }

// RefusalRoles returns the roles in which refusals are found: all but the codes of goods.
func RefusalRoles() []lookup.Role {
	return slices.DeleteFunc(lookup.Roles(), func(role lookup.Role) bool { return role == lookup.HS })
}
