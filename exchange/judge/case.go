package judge

import (
	"encoding/hex"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/judge/ledger"
	"beibu/exchange/judge/lifecycle"
	"beibu/queue/sqlitefile"
)

// A Case is an exchange that awaits a verdict, as the head of its entry says.
type Case struct {
	Exchange  uuid.UUID `json:"-"`
	Sender    string    `json:"sender"`
	Kind      string    `json:"kind"`
	Number    string    `json:"number"`
	Version   string    `json:"version,omitempty"`
	Digest    string    `json:"digest"` // SHA-256 of the document, in hexadecimal
	Receivers []string  `json:"receivers"`
	// Released says that a person has consigned it already, whatever it draws.
	Released bool `json:"released,omitempty"`
	// Decided says that it was held by a verdict, and a person has released it.
	Decided bool            `json:"decided,omitempty"`
	Effects effects.Effects `json:"effects"`
}

func caseOf(x exchange.Exchange) Case {
	return Case{
		Exchange: x.ID, Sender: x.Identity.Sender, Kind: x.Identity.Kind, Number: x.Identity.Number,
		Version: x.Identity.Version, Digest: hex.EncodeToString(x.Digest[:]), Receivers: x.Receivers,
		Released: x.State == exchange.SubmissionHeld, Effects: x.Effects,
	}
}

// document returns the kind and the number of the document.
func (c Case) document() effects.Account { return effects.AccountOf(c.Kind, c.Number) }

// content returns the document as the content of a life.
func (c Case) content() lifecycle.Content {
	content := lifecycle.Content{Sender: c.Sender, Exchange: c.Exchange, Version: c.Version, Digest: c.Digest}
	for _, a := range c.Effects.Acts {
		if a.On == nil {
			content.Until, content.Likeness = a.Until, a.Likeness
		}
	}
	return content
}

// citing returns the document as one that draws on accounts.
func (c Case) citing() ledger.Citing {
	return ledger.Citing{By: c.document().String(), Exchange: c.Exchange, Sender: c.Sender}
}

func readCase(row sqlitefile.Row) (c Case, err error) {
	if err := row.Fixed(0, c.Exchange[:]); err != nil {
		return c, err
	}
	return c, readText(row.Blob(1), &c)
}

// decided is a verdict that counts, with what its consequences need.
type decided struct {
	Verdict

	receivers []string
	released  bool
	asked     bool
}

// stored is the row of a verdict.
type stored struct {
	Verdict   Verdict  `json:"verdict"`
	Receivers []string `json:"receivers"`
	Released  bool     `json:"released,omitempty"`
	Asked     bool     `json:"asked,omitempty"` // parties were asked for their approval
}

func readDecided(row sqlitefile.Row) (d decided, err error) {
	var s stored
	if err := readText(row.Blob(2), &s); err != nil {
		return d, err
	}
	d.Verdict, d.receivers, d.released, d.asked = s.Verdict, s.Receivers, s.Released, s.Asked
	d.At = time.UnixMicro(row.Int(1)).UTC()
	return d, row.Fixed(0, d.Exchange[:])
}
