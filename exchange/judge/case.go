package judge

import (
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/judge/ledger"
	"beibu/queue/sqlitefile"
)

// A Case is an exchange that awaits a verdict, as the head of its entry says.
type Case struct {
	Exchange  uuid.UUID `json:"-"`
	Sender    string    `json:"sender"`
	Kind      string    `json:"kind"`
	Number    string    `json:"number"`
	Receivers []string  `json:"receivers"`
	// Released says that a person has consigned it already, whatever it draws.
	Released bool            `json:"released,omitempty"`
	Effects  effects.Effects `json:"effects"`
}

func caseOf(x exchange.Exchange) Case {
	return Case{
		Exchange: x.ID, Sender: x.Identity.Sender, Kind: x.Identity.Kind, Number: x.Identity.Number, Receivers: x.Receivers,
		Released: x.State == exchange.SubmissionHeld, Effects: x.Effects,
	}
}

// citing returns the document as one that draws on accounts.
func (c Case) citing() ledger.Citing {
	return ledger.Citing{By: effects.AccountOf(c.Kind, c.Number).String(), Exchange: c.Exchange, Sender: c.Sender}
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
}

// stored is the row of a verdict.
type stored struct {
	Verdict   Verdict  `json:"verdict"`
	Receivers []string `json:"receivers"`
	Released  bool     `json:"released,omitempty"`
}

func readDecided(row sqlitefile.Row) (d decided, err error) {
	var s stored
	if err := readText(row.Blob(2), &s); err != nil {
		return d, err
	}
	d.Verdict, d.receivers, d.released = s.Verdict, s.Receivers, s.Released
	d.At = time.UnixMicro(row.Int(1)).UTC()
	return d, row.Fixed(0, d.Exchange[:])
}
