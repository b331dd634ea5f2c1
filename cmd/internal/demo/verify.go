package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/proof"
)

// verify checks every seal and receipt with nothing but the public keys.
func (s *story) verify(ctx context.Context) error {
	operator, err := s.as("operator")
	if err != nil {
		return err
	}
	keys, err := client.Get[proof.Keys](ctx, operator, "/v1/keys", nil)
	if err != nil {
		return err
	}
	var trust proof.Trust
	if err := trust.AddKeys(keys); err != nil {
		return err
	}
	for kind, id := range s.exchanges {
		b, err := fetch(ctx, operator, "/v1/exchanges/"+id+"/envelope?reason=demo")
		if err != nil {
			return err
		}
		envelope, err := trust.OpenEnvelope(b)
		if err != nil {
			return fmt.Errorf("open envelope of %s: %w", kind, err)
		}
		receipt, err := trust.OpenReceipt(s.receipts[kind])
		if err != nil {
			return fmt.Errorf("open receipt of %s: %w", kind, err)
		}
		if digest := sha256.Sum256(envelope.Document); receipt.DigestSHA256 != fmt.Sprintf("%x", digest) || receipt.ExchangeID != id {
			return errors.New("the receipt is for another document")
		}
	}
	carnet, document, err := s.carnet()
	if err != nil {
		return err
	}
	kept, err := fetch(ctx, carnet, "/v1/exchanges/"+s.exchanges["ata-carnet"]+"/document")
	if err != nil {
		return err
	}
	if !bytes.Equal(kept, document) {
		return errors.New("the carnet kept is not the carnet sent")
	}
	s.say("  %d envelopes and %d receipts hold; the carnet kept is the carnet sent, byte for byte", len(s.exchanges), len(s.receipts))
	return nil
}

// table prints what became of every exchange, from the index, and fails if
// one is not acknowledged by all of its receivers.
func (s *story) table(ctx context.Context) error {
	operator, err := s.as("operator")
	if err != nil {
		return err
	}
	page, err := client.Get[httpapi.Page](ctx, operator, "/v1/exchanges", nil)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "  exchange\tkind\tnumber\tfrom\tto\tstate")
	for _, x := range page.Exchanges {
		to := make([]string, 0, len(x.Deliveries))
		for _, d := range x.Deliveries {
			name := d.Receiver
			if d.Attempt > 1 {
				name += fmt.Sprintf(" (attempt %d)", d.Attempt)
			}
			to = append(to, name)
		}
		_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\n", x.ExchangeID, x.Kind, x.DocumentNumber, x.Sender, strings.Join(to, ", "), x.State)
		if x.State != exchange.ConsignmentAcceptance {
			err = fmt.Errorf("%s %s is in state %s", x.Kind, x.DocumentNumber, x.State)
		}
	}
	if err == nil && len(page.Exchanges) != submitted() {
		err = fmt.Errorf("%d exchanges are listed, %d were submitted", len(page.Exchanges), submitted())
	}
	return errors.Join(err, w.Flush())
}
