package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/load"
	"beibu/exchange/proof"
)

// benchCommand measures a daemon.
type benchCommand struct {
	Clients   int           `placeholder:"N" help:"How many submit at once, each the next document when its last was answered (16)."`
	Rate      float64       `placeholder:"R" help:"In place of --clients: documents a second, sent at a constant rate whether earlier ones were answered or not."`
	For       time.Duration `default:"10s" help:"How long documents are submitted, at least 100ms (${default})."`
	Signed    bool          `help:"Sign the documents, each with the key of its sender in --keys, which the daemon must have registered."`
	Keys      string        `default:"." placeholder:"DIR" help:"Folder of the keys that sign, PARTY.key, as keys new PARTY makes them (by default the one at hand)."`
	Receivers int           `default:"4" help:"How many clients fetch and acknowledge at once for each receiver, from 1 to 16 (${default})."`
	Kind      []string      `complete:"kinds" placeholder:"KIND" help:"Kind of the documents; by default every kind in turn. May be given again."`
	Access    string        `default:"beibu-data/access" placeholder:"DIR" help:"Folder of the API keys, PARTY.key of each sender and receiver, as a daemon without a configuration makes them (${default})."`
	Patience  time.Duration `default:"30s" help:"How long nothing may be delivered at the end until what is missing counts as lost (${default})."`
	Yes       bool          `help:"Do not ask before documents are submitted to another machine than this one."`
	mapped
}

// The bounds of a load. Fewer connections come of it than a daemon takes from one
// address (limits.connectionsPerAddress).
const (
	benchClients    = 16
	maxBenchClients = 128
	maxBenchRate    = 100_000
	maxFetchers     = 16
	benchResend     = 50 // one document of so many is sent a second time
	shortest        = 100 * time.Millisecond
)

// Validate bounds the load.
func (c *benchCommand) Validate() error {
	switch {
	case c.Rate != 0 && c.Clients != 0:
		return errors.New("either --clients or --rate is given")
	case c.Clients < 0 || c.Clients > maxBenchClients:
		return fmt.Errorf("--clients is from 1 to %d", maxBenchClients)
	case c.Rate != 0 && !(c.Rate > 0 && c.Rate <= maxBenchRate):
		return fmt.Errorf("--rate is more than 0 and at most %d", maxBenchRate)
	case c.For < shortest:
		return errors.New("--for is at least 100ms")
	case c.Receivers < 1 || c.Receivers > maxFetchers:
		return fmt.Errorf("--receivers is from 1 to %d", maxFetchers)
	case c.Patience < shortest:
		return errors.New("--patience is at least 100ms")
	}
	return nil
}

// Help is shown below the summary.
func (benchCommand) Help() string {
	return `Makes documents of the samples, with numbers of their own, submits them, and
some a second time; fetches and acknowledges them as their receivers, compares
every byte, and verifies every seal and receipt. What is accepted stays in the
daemon's log. Deliveries of others in the mailboxes are left there; they come to those
who wait for them when their lease of 60s ends.

With --clients, a slow daemon is sent fewer documents. With --rate it is not: at
most 128 are unanswered at once, what is sent late for that is said, and times
are counted from when a document was due.`
}

// Run measures, and prints what was measured. It fails if anything was lost or
// altered, if a receipt does not hold, or if nothing was accepted.
func (c *benchCommand) Run(ctx context.Context, s *session) error {
	anybody := *s
	anybody.KeyFile = ""
	caller, err := anybody.client()
	if err != nil {
		return err
	}
	keys := accessKeys{dir: c.Access, caller: caller}
	documents, err := c.documents(ctx, s, keys)
	if err != nil {
		return err
	}
	if err := c.confirm(ctx, s, len(documents)); err != nil {
		return err
	}
	published, err := client.Get[proof.Keys](ctx, caller, "/v1/keys", nil)
	if err != nil {
		return err
	}
	var trust proof.Trust
	if err := trust.AddKeys(published); err != nil {
		return err
	}
	plan := load.Plan{
		Templates: documents, Receiver: keys.as, Fetchers: c.Receivers, Open: opening(trust),
		Clients: c.Clients, Rate: c.Rate, For: c.For, Resend: benchResend, Receipts: &trust, Patience: c.Patience,
	}
	switch {
	case c.Rate != 0:
		plan.Clients = maxBenchClients
	case c.Clients == 0:
		plan.Clients = benchClients
	}
	return c.measure(ctx, s, plan)
}

// opening returns what opens an envelope and verifies its seals.
func opening(trust proof.Trust) func([]byte) ([]byte, error) {
	return func(b []byte) ([]byte, error) {
		envelope, err := trust.OpenEnvelope(b)
		if err != nil {
			return nil, err
		}
		return envelope.Document, nil
	}
}

// measure runs a load and prints the report.
func (c *benchCommand) measure(ctx context.Context, s *session, plan load.Plan) error {
	seconds := int(c.For.Seconds())
	bar := s.progress(seconds)
	plan.Progress = func(p load.Progress) {
		bar.Set(min(seconds, int(p.Elapsed.Seconds())), s.say(" s, %d accepted, %d to come", p.Accepted, p.Missing))
	}
	report, err := plan.Run(ctx)
	bar.Wipe()
	if err != nil {
		return err
	}
	if err := s.printBench(benched{Server: s.Server, Clients: plan.Clients, Rate: c.Rate, Signed: c.Signed, Report: report}); err != nil {
		return err
	}
	switch {
	case !report.Sound():
		return errFaults
	case report.Accepted == 0:
		return coded(s.say("nothing was accepted"), "bench-nothing-accepted")
	}
	return nil
}

// coded is an error of this command with its stable code, in the language asked
// for.
func coded(text, code string) error { return fmt.Errorf("%s (%s)", text, code) }

// confirm asks before documents go to another machine.
func (c *benchCommand) confirm(ctx context.Context, s *session, kinds int) error {
	if c.Yes || loopback(s.Server) {
		return nil
	}
	if !s.terminal {
		return hinted{coded(s.say("%s is not this machine, and nobody can be asked", s.Server), "bench-unconfirmed"), "--yes goes ahead without asking"}
	}
	if s.confirmed(ctx, s.say("Submit documents of %d kinds to %s for %s? They stay in its log. [y/N]", kinds, s.Server, c.For)) {
		return nil
	}
	return coded(s.say("not confirmed; nothing was submitted"), "bench-declined")
}

// loopback reports whether an address is of this machine.
func loopback(server string) bool {
	address, err := url.Parse(server)
	if err != nil {
		return false
	}
	ip := net.ParseIP(address.Hostname())
	return address.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
