package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/queue"
)

// Endpoints test the addresses to which deliveries are pushed, and the folders of parties.
type Endpoints interface {
	// Test pushes one test message to the address of a party, or writes a file to its
	// folders and removes it.
	Test(ctx context.Context, party string) (exchange.EndpointTest, error)
}

// EndpointTest answers POST /v1/parties/{id}/test.
type EndpointTest struct {
	Message          string       `json:"message"`          // its webhook-id, or the name of the file
	OK               bool         `json:"ok"`               // the receiver answered 2xx, or the folders can be read and written
	Outcome          string       `json:"outcome"`          // http- and the status, written, or a class of failure
	Detail           string       `json:"detail,omitempty"` // what failed, if there is more to say
	Milliseconds     int64        `json:"milliseconds"`
	TLS              string       `json:"tls,omitempty"`
	CertificateUntil *answer.Time `json:"certificateUntil,omitempty"` // of the receiver
	Keys             []string     `json:"keys"`                       // public keys by which the receiver verifies
}

// testEndpoint answers POST /v1/parties/{id}/test. Who asked is in the record before
// anything is pushed or written.
func (s *Server) testEndpoint(c *call) error {
	if err := parametersOf(c.request).err(); err != nil {
		return err
	}
	party, err := s.party(c, access.TestEndpoint)
	if err != nil {
		return err
	}
	if s.endpoints == nil || party.Push.URL == "" && party.Folder == (exchange.Folder{}) {
		return &exchange.Error{
			Op: "test endpoint", Kind: exchange.Stale, Code: "not-pushed",
			Err: exchange.Because("there is nothing to test: the map of parties names no address and no folder of the party", "没有可测试的对象：参与方名录中没有其地址或文件夹"),
		}
	}
	err = s.recorder.Record(c.request.Context(), exchange.Event{
		Subject: queue.Subject{Kind: queue.SubjectParty, ID: party.ID}, Name: exchange.PartyTested, At: time.Now().UTC(),
		Cause: exchange.Cause{Actor: c.caller.Name},
	})
	if err != nil {
		return err
	}
	got, err := s.endpoints.Test(c.request.Context(), party.ID)
	if err != nil {
		return fmt.Errorf("test endpoint: %w", err)
	}
	out := EndpointTest{Message: got.Message, OK: got.OK, Outcome: got.Outcome, Detail: got.Detail, Milliseconds: got.Took.Milliseconds(), TLS: got.TLS, Keys: list(got.Keys)}
	if !got.Certificate.IsZero() {
		until := answer.TimeOf(got.Certificate)
		out.CertificateUntil = &until
	}
	return c.json(http.StatusOK, out)
}
