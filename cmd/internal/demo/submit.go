package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"beibu/cmd/internal/client"
	"beibu/testdata"
)

// A role is who sends which sample of which kind.
type role struct{ sender, kind, sample string }

// cast are the roles of those who send documents that answer none.
var cast = []role{
	{"qinzhou-customs", "ata-carnet", "expo-machinery-qinzhou-haiphong"},
	{"window-vn", "ata-transaction", "machinery-reexported-hai-phong"},
	{"window-vn", "ata-reexportation-request", "vietnam-claims-harvester"},
	{"gx-trade-promotion", "ata-reexportation-proof", "harvester-reexported-haiphong"},
	{"window-vn", "ata-reexportation-reminder", "vietnam-second-letter"},
	{"qinzhou-customs", "health-permit", "catering-qinzhou"},
	{"fangchenggang-customs", "health-certificate", "squid-port-klang"},
	{"window-vn", "sps-certificate", "durian-youyiguan"},
	{"gx-commerce", "export-licence", "acetone-viet-nam"},
	{"gx-commerce", "import-licence", "natural-rubber-automatic"},
	{"youyiguan-customs", "import-declaration", "durian-youyiguan"},
	{"dongxing-customs", "export-declaration", "graphite-dongxing"},
	{"pingxiang-customs", "transit-declaration", "garments-pingxiang-rail"},
	{"beihai-customs", "certificate-of-origin", "tiles-hai-phong"},
}

// answering are the roles of those who answer a document of the cast that they received, by
// its kind.
var answering = []struct {
	role
	answered string
}{
	{role{"window-vn", "response", "origin-accepted-tiles"}, "certificate-of-origin"},
	{role{"gx-customs", "sps-acknowledgement", "durian-accepted-youyiguan"}, "sps-certificate"},
}

// submitted is how many documents the story submits.
func submitted() int { return len(cast) + len(answering) }

func (s *story) submitAll(ctx context.Context) error {
	for _, c := range cast {
		if err := s.submit(ctx, c.sender, c.kind, c.sample); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) submit(ctx context.Context, by, kind, name string) error {
	sample, err := testdata.Find(kind, name)
	if err != nil {
		return err
	}
	sender, err := s.as(by)
	if err != nil {
		return err
	}
	answer, err := sender.Submit(ctx, sample.Bytes)
	if err != nil {
		return fmt.Errorf("%s by %s: %w", kind, by, err)
	}
	s.exchanges[kind], s.receipts[kind] = answer.ExchangeID, answer.Receipt
	s.undispatched = append(s.undispatched, answer.ExchangeID)
	s.say("  202 %-27s %-22s by %-21s exchange %s to %d receivers", kind, answer.DocumentNumber, by, answer.ExchangeID, len(answer.Receivers))
	return nil
}

// carnet returns the carnet that the story is about, and its sender.
func (s *story) carnet() (*client.Client, []byte, error) {
	sample, err := testdata.Find(cast[0].kind, cast[0].sample)
	if err != nil {
		return nil, nil, err
	}
	sender, err := s.as(cast[0].sender)
	return sender, sample.Bytes, err
}

func (s *story) resend(ctx context.Context) error {
	sender, document, err := s.carnet()
	if err != nil {
		return err
	}
	answer, err := sender.Submit(ctx, document)
	if err != nil {
		return err
	}
	if !answer.Duplicate || answer.Receipt != s.receipts["ata-carnet"] {
		return errors.New("the resend did not get the first receipt")
	}
	s.say("  200 the first receipt, byte for byte, of exchange %s", answer.ExchangeID)
	return nil
}

func (s *story) sendBroken(ctx context.Context) error {
	sender, _, err := s.carnet()
	if err != nil {
		return err
	}
	sample, err := testdata.Find("ata-carnet", "ata-01-thirteen-months")
	if err != nil {
		return err
	}
	_, err = sender.Submit(ctx, sample.Bytes)
	problem := client.ProblemOf(err)
	if problem == nil || problem.Status != http.StatusUnprocessableEntity {
		return fmt.Errorf("a broken carnet was answered %w", err)
	}
	for _, f := range problem.Faults {
		s.say("  422 %s at line %d, %s", f.Code, f.Line, f.Path)
		s.say("      %s", f.Message.EN)
		s.say("      %s", f.Message.ZH)
		s.say("      %s", f.Source)
	}
	return nil
}

func (s *story) sendConflict(ctx context.Context) error {
	sender, document, err := s.carnet()
	if err != nil {
		return err
	}
	other := bytes.Replace(document, []byte("\n"), []byte("\n<!-- corrected by hand -->\n"), 1)
	_, err = sender.Submit(ctx, other)
	problem := client.ProblemOf(err)
	if problem == nil || problem.Status != http.StatusConflict || problem.Earlier == nil {
		return fmt.Errorf("another content under the number was answered %w", err)
	}
	s.say("  409 %s: exchange %s has it since %s", problem.Code, problem.Earlier.ExchangeID, problem.Earlier.AcceptedAt.Format("15:04:05"))
	return nil
}
