package exchange

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"beibu/signing"
)

// A Role says what a party is, so that routes can name "the customs office of
// this port" or "the single window of that country".
type Role string

// The roles.
const (
	Customs    Role = "customs"    // a port customs office
	Department Role = "department" // a service unit of the region
	Window     Role = "window"     // a national single window
)

// A Party is an organisation that sends or receives documents, with all that the
// exchange decides by. What others may see of it, an adapter lists.
type Party struct {
	ID       string // permanent: lower-case letters, digits and hyphens
	Name     Text
	Role     Role
	Country  string   // ISO 3166-1 alpha-2
	Locodes  []string // UN/LOCODEs that it answers for
	Sends    []string // kinds of document that it may send
	Receives []string // kinds of document that it may be sent
	// Issues are the documents that it issues, and OnBehalfOf the other parties whose
	// documents it may send: see [InForce.Originates].
	Issues     []Issue
	OnBehalfOf []string
	Clears     []string // kinds of declaration that it may clear, as customs or for them
	// Signers are the keys by which it signs its documents, old and new side by
	// side; the time of receipt chooses among them. NewParties gives them its name.
	Signers    []signing.Signer
	Signatures SignaturePolicy
	Deliver    Outlet // its own topics, if it has them
	Push       Push   // its own address, if deliveries are pushed to it
	Inbound    Inlet
	Folder     Folder // its own folders, if it has them
	// A suspended party may do nothing at all, until it is resumed. What is
	// addressed to it waits.
	Suspended bool
	Quota     Quota
	Refusals  RefusalPolicy
}

// A Quota is how many documents a party may submit in a window of time, all at
// once or spread over it. The zero value is none.
type Quota struct {
	Documents int
	Window    time.Duration
}

// MaySend reports whether the party may send documents of a kind.
func (p *Party) MaySend(kind string) bool { return slices.Contains(p.Sends, kind) }

// MayReceive reports whether the party may be sent documents of a kind.
func (p *Party) MayReceive(kind string) bool { return slices.Contains(p.Receives, kind) }

// Parties are all the parties, by id. They are not changed once made.
type Parties struct {
	all    []Party
	byID   map[string]*Party
	issued map[string]bool     // kinds that some party issues
	units  map[string][]string // the parties that issue as a unit, by its folded name or identifier
}

// NewParties indexes parties. It returns every mistake at once: an id that is
// missing or taken, or a LOCODE that two offices answer for.
func NewParties(all []Party) (*Parties, error) {
	p := &Parties{
		all: slices.Clone(all), byID: make(map[string]*Party, len(all)),
		issued: make(map[string]bool), units: make(map[string][]string),
	}
	offices := make(map[string]string)
	var mistakes []error
	for i := range p.all {
		party := &p.all[i]
		if party.ID == "" || p.byID[party.ID] != nil {
			mistakes = append(mistakes, fmt.Errorf("party %d: id %q is empty or taken", i+1, party.ID))
		}
		p.byID[party.ID] = party
		p.indexIssues(party)
		party.Signers = slices.Clone(party.Signers)
		for j := range party.Signers {
			party.Signers[j].Name = party.ID
		}
		for _, code := range party.Locodes {
			if party.Role != Customs {
				continue
			}
			if other, taken := offices[code]; taken {
				mistakes = append(mistakes, fmt.Errorf("party %s: %s answers for %s already", party.ID, other, code))
			}
			offices[code] = party.ID
		}
	}
	return p, errors.Join(mistakes...)
}

// All returns every party, in the order given.
func (p *Parties) All() []Party { return slices.Clone(p.all) }

// Get returns the party with an id.
func (p *Parties) Get(id string) (*Party, bool) {
	party, ok := p.byID[id]
	return party, ok
}

// customs returns the customs office that answers for a LOCODE.
func (p *Parties) customs(locode string) (string, bool) {
	return p.first(func(party *Party) bool { return party.Role == Customs && slices.Contains(party.Locodes, locode) })
}

// window returns the single window of a country.
func (p *Parties) window(country string) (string, bool) {
	return p.first(func(party *Party) bool { return party.Role == Window && party.Country == country })
}

// named returns an id that a document gives, if there is such a party.
func (p *Parties) named(id string) (string, bool) {
	_, ok := p.byID[id]
	return id, ok
}

// called reports whether no ids are given or one of their parties has the name,
// in English or in Chinese.
func (p *Parties) called(ids []string, name string) bool {
	return len(ids) == 0 || slices.ContainsFunc(ids, func(id string) bool {
		party, ok := p.byID[id]
		return ok && name != "" && (name == party.Name.ZH || name == party.Name.EN)
	})
}

func (p *Parties) first(fits func(*Party) bool) (string, bool) {
	for i := range p.all {
		if fits(&p.all[i]) {
			return p.all[i].ID, true
		}
	}
	return "", false
}

// An Outlet says that a party takes its deliveries from a topic of its own in
// Kafka, and not from its mailbox. The zero value says that it does not.
type Outlet struct {
	Topic       string
	Acknowledge Acknowledger // "" is ByBroker
}

// A Push says that deliveries are pushed to an address of the party, and that it does
// not fetch them from its mailbox. The zero value says that they are not.
type Push struct {
	URL         string
	Acknowledge Acknowledger // "" is ByReceiver
}

// ByReceiver reports whether the receiver acknowledges by itself.
func (p Push) ByReceiver() bool { return p.Acknowledge != ByAnswer }

// A Folder says that documents of a party, or deliveries to it, go through folders of
// its own, on a disk or on an SFTP server. Whoever may write there speaks for the party.
// The zero value says that they do not.
type Folder struct {
	Place       string       // of the folders, for people
	Sends       bool         // the party sends documents there
	Receives    bool         // deliveries are written there, and not fetched from its mailbox
	Acknowledge Acknowledger // "" is ByReceiver
}

// ByReceiver reports whether the receiver acknowledges by itself.
func (f Folder) ByReceiver() bool { return f.Acknowledge != ByWrite }

// An EndpointTest is what came of a test of the address, or of the folders, of a party.
type EndpointTest struct {
	OK          bool   // the receiver has taken the message, or the folders can be read and written
	Message     string // its webhook-id, or the name of the file
	Outcome     string // http- and the status, "written", or a class of failure
	Detail      string // what failed, if there is more to say
	Took        time.Duration
	TLS         string    // version, or "" without a connection
	Certificate time.Time // until when the receiver's certificate is valid, or zero
	Keys        []string  // public keys by which the receiver verifies
}

// An Acknowledger says whose word it is that a delivery has arrived.
type Acknowledger string

// The acknowledgers.
const (
	ByBroker   Acknowledger = "broker"   // all replicas of the topic have it
	ByReceiver Acknowledger = "receiver" // the receiver says so itself, as it would for its mailbox
	ByAnswer   Acknowledger = "on-2xx"   // the address to which it was pushed has answered 2xx
	ByWrite    Acknowledger = "on-write" // its files are in the folder
)

// ByReceiver reports whether the receiver acknowledges by itself.
func (o Outlet) ByReceiver() bool { return o.Acknowledge == ByReceiver }

// An Inlet says that a party sends documents by a topic in Kafka and is
// answered on another. Whoever may write to the topic speaks for the party.
// The zero value says that it does not.
type Inlet struct {
	Topic   string
	Replies string
}
