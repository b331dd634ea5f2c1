package config

import (
	"fmt"
	"time"

	"beibu/cmd/internal/revocation"
	"beibu/exchange"
)

// Map is the file of parties and routes.
type Map struct {
	Parties []Party          `yaml:"parties"`
	Routes  []exchange.Route `yaml:"routes"`
}

// A Party is one of the map. [exchange.Party] says what its fields mean; its keys
// are files here.
type Party struct {
	ID       string        `yaml:"id"`
	Name     exchange.Text `yaml:"name"` // in English and Chinese
	Role     exchange.Role `yaml:"role"`
	Country  string        `yaml:"country"`
	Locodes  []string      `yaml:"locodes"`
	Sends    []string      `yaml:"sends"`
	Receives []string      `yaml:"receives"`
	// Issues are the documents that the party issues, and OnBehalfOf the ids of the other
	// parties whose documents it may send. Documents of a kind that some party issues are
	// accepted from their issuers, and from those who may send for them, alone.
	Issues     []exchange.Issue `yaml:"issues"`
	OnBehalfOf []string         `yaml:"onBehalfOf"`
	// Clears are the kinds of declaration that the party may clear, as customs or for them:
	// its answer that goods are released uses up what the declaration draws. Default none.
	Clears []string `yaml:"clears"`
	// Keys are those by which the party signs its documents.
	Keys []Key `yaml:"keys"`
	// Authorities are those that the party's certificates must come from.
	Authorities Authorities `yaml:"authorities"`
	// Signatures says what is asked of the party's signatures.
	Signatures SignaturePolicy `yaml:"signatures"`
	// Deliver and Inbound are the party's own topics, if it has them.
	Deliver Outlet `yaml:"deliver"`
	Inbound Inlet  `yaml:"inbound"`
	// Push is the address to which its deliveries are pushed, if it has one.
	Push Push `yaml:"push"`
	// Folder is where its documents and deliveries are, if they are files.
	Folder Folder `yaml:"folder"`
	// Suspended parties may do nothing at all. Default false.
	Suspended bool `yaml:"suspended"`
	// Quota bounds what the party may submit. Default: limits.quota.
	Quota Quota `yaml:"quota"`
	// Refusals says what is kept of its documents that are refused. Default: no byte.
	Refusals RefusalPolicy `yaml:"refusals"`
}

// A Key is one by which a party signs its documents, old and new side by side.
type Key struct {
	ID          string    `yaml:"id"`          // for people
	Certificate string    `yaml:"certificate"` // PEM file
	From        time.Time `yaml:"from"`        // narrow the certificate's own validity; zero leaves it
	Until       time.Time `yaml:"until"`       //
	UserID      string    `yaml:"userID"`      // of SM2; that of GB/T 35276 if empty
	DER         bool      `yaml:"der"`         // the party writes SM2 signatures as ASN.1 DER
}

// Authorities are those that a party's certificates must come from, and what
// they say of revoked ones. Without roots a certificate counts because it is
// registered, and for no other reason.
type Authorities struct {
	Roots         []string      `yaml:"roots"`         // PEM files, one certificate each
	Intermediates []string      `yaml:"intermediates"` // PEM files that help to find a way to a root
	Revocations   []string      `yaml:"revocations"`   // lists (CRL), DER or PEM; read again when they change
	OCSP          string        `yaml:"ocsp"`          // "true": ask the responder that each certificate names; or the URL of one; empty: ask nobody
	AcceptUnknown bool          `yaml:"acceptUnknown"` // count a certificate of which nothing fresh is known
	Grace         time.Duration `yaml:"grace"`         // how long a list or an answer counts past its next update
}

// A SignaturePolicy is [exchange.SignaturePolicy].
type SignaturePolicy struct {
	Required   []string         `yaml:"required"`
	Refused    []string         `yaml:"refused"`
	Algorithms []string         `yaml:"algorithms"`
	ForKinds   []KindAlgorithms `yaml:"forKinds"`
}

// KindAlgorithms is [exchange.KindAlgorithms].
type KindAlgorithms struct {
	Kinds      []string `yaml:"kinds"`
	Algorithms []string `yaml:"algorithms"`
}

// A Quota is how many documents a party may submit in a window of time.
type Quota struct {
	Documents int           `yaml:"documents"`
	Window    time.Duration `yaml:"window"`
}

// A RefusalPolicy is [exchange.RefusalPolicy].
type RefusalPolicy struct {
	// Keep is how long the bytes are kept: 1m to limits.keptRefusals.longest, or 0.
	Keep time.Duration `yaml:"keep"`
}

// An Outlet is the topic from which a party takes its deliveries.
type Outlet struct {
	Topic string `yaml:"topic"`
	// Acknowledge says who acknowledges a delivery. Default: the broker.
	Acknowledge exchange.Acknowledger `yaml:"acknowledge"`
}

// An Inlet is the topic by which a party sends documents, and the one for replies.
type Inlet struct {
	Topic   string `yaml:"topic"`
	Replies string `yaml:"replies"`
}

// parties returns the parties of the map with their keys loaded, and the sources
// of revocations of those that have any. It notes policies that could not work.
func (s *source) parties(m Map) ([]exchange.Party, []*revocation.Sources) {
	var revocations []*revocation.Sources
	all := make([]exchange.Party, 0, len(m.Parties))
	for i, p := range m.Parties {
		at := fmt.Sprintf("parties[%d]", i)
		s.checkSignatures(at+".signatures", p)
		signers, sources := s.loadKeys(at, p)
		if sources != nil {
			revocations = append(revocations, sources)
		}
		all = append(all, exchange.Party{
			ID: p.ID, Name: p.Name, Role: p.Role, Country: p.Country,
			Locodes: p.Locodes, Sends: p.Sends, Receives: p.Receives, Clears: p.Clears,
			Issues: p.Issues, OnBehalfOf: p.OnBehalfOf,
			Signers: signers, Signatures: p.Signatures.policy(),
			Deliver: exchange.Outlet(p.Deliver), Inbound: exchange.Inlet(p.Inbound),
			Push:      exchange.Push{URL: p.Push.URL, Acknowledge: p.Push.Acknowledge},
			Folder:    p.Folder.party(),
			Suspended: p.Suspended, Quota: exchange.Quota(p.Quota), Refusals: exchange.RefusalPolicy(p.Refusals),
		})
	}
	return all, revocations
}

// policy returns what the exchange decides by.
func (p SignaturePolicy) policy() exchange.SignaturePolicy {
	out := exchange.SignaturePolicy{Required: p.Required, Refused: p.Refused, Algorithms: p.Algorithms}
	for _, some := range p.ForKinds {
		out.ForKinds = append(out.ForKinds, exchange.KindAlgorithms(some))
	}
	return out
}
