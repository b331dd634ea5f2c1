package exchange

import (
	"errors"

	"beibu/exchange/proof"
	"beibu/schemas/paths"
	"beibu/signing"
)

// An InForce is the configuration by which the exchange acts. It is immutable: a reload
// makes another one. Who accepts or answers passes one on to all that has a part in it,
// so that no answer mixes two configurations.
type InForce struct {
	Parties  *Parties
	Routes   *Routes
	Checks   *Checks           // schemas and rules
	Verifier *signing.Verifier // of senders' signatures
	Sealer   *signing.Sealer
	Receipts *proof.Receipts
	Trust    signing.Trust // for our own envelopes; it includes the keys that sealed what is kept
	Keys     PublicKeys
}

// PublicKeys are what anyone needs to check envelopes. Those for receipts are
// [proof.Receipts.Keys].
type PublicKeys struct {
	Seals  []*signing.Certificate // of the keys that seal envelopes
	UserID string                 // that enters SM2 seals, or "" for the usual one
}

// Preview returns where a valid document would go, or the faults that keep it from going
// anywhere. What it answers is nil if that is not known. A caller who speaks for no party
// has sender "", which may send everything.
func (f *InForce) Preview(c Checked, answered *Answered) (Routing, Faults) {
	if c.document.Sender != "" {
		if failure, ok := errors.AsType[*Error](f.allow(c)); ok {
			return Routing{}, Faults{nowhere(c.facts.Near(paths.Number), failure.Text())}
		}
		if failure, ok := errors.AsType[*Error](f.Originates(c)); ok {
			return Routing{}, failure.Faults
		}
	}
	to, err := f.Routes.To(c.document.Sender, c.kind, c.facts, answered)
	if failure, ok := errors.AsType[*Error](err); ok {
		return Routing{}, failure.Faults
	}
	return to, nil
}

// allow refuses a kind that the sender may not send. A document of no known kind
// is refused for what it is.
func (f *InForce) allow(c Checked) error {
	if c.malformed || c.kind == "" {
		return c.Err()
	}
	if party, ok := f.Parties.Get(c.document.Sender); !ok || !party.MaySend(c.kind) {
		return &Error{
			Op: "allow document", Kind: Forbidden, Code: codeMayNotSend,
			Err: Because("party %s may not send %s", "参与方 %s 不得发送 %s", c.document.Sender, c.kind),
		}
	}
	return nil
}
