package demo

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/proof"
	"beibu/signing"
)

// verify checks every seal and receipt with nothing but the public keys.
func (s *story) verify(ctx context.Context) error {
	operator, err := s.as("operator")
	if err != nil {
		return err
	}
	keys, err := client.Get[httpapi.Keys](ctx, operator, "/v1/keys", nil)
	if err != nil {
		return err
	}
	trust, receipts, err := publicKeys(keys)
	if err != nil {
		return err
	}
	for kind, id := range s.exchanges {
		b, err := fetch(ctx, operator, "/v1/exchanges/"+id+"/envelope")
		if err != nil {
			return err
		}
		envelope, err := signing.OpenEnvelope(b, trust)
		if err != nil {
			return fmt.Errorf("open envelope of %s: %w", kind, err)
		}
		receipt, err := proof.OpenReceipt(s.receipts[kind], receipts)
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

// table prints what became of every exchange, from the index, and fails where
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
	if err == nil && len(page.Exchanges) != len(cast) {
		err = fmt.Errorf("%d exchanges are listed, %d were submitted", len(page.Exchanges), len(cast))
	}
	return errors.Join(err, w.Flush())
}

// publicKeys reads what the daemon publishes for those who verify.
func publicKeys(keys httpapi.Keys) (signing.Trust, ed25519.PublicKey, error) {
	if len(keys.Keys) == 0 || len(keys.Seals) == 0 {
		return signing.Trust{}, nil, errors.New("the daemon publishes no keys")
	}
	certificate, err := signing.ParseCertificatePEM([]byte(keys.Seals[0].Certificate))
	if err != nil {
		return signing.Trust{}, nil, fmt.Errorf("read certificate: %w", err)
	}
	receipt, err := base64.RawURLEncoding.DecodeString(keys.Keys[0].X)
	if err != nil || len(receipt) != ed25519.PublicKeySize {
		return signing.Trust{}, nil, fmt.Errorf("read receipt key: %d bytes, %w", len(receipt), err)
	}
	return signing.NewTrust(signing.Signer{Name: keys.Seals[0].Subject, Certificate: certificate}), receipt, nil
}
