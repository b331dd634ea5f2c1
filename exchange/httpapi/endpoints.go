package httpapi

import (
	"net/http"

	"beibu/exchange/access"
	"beibu/exchange/answer"
)

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
	got, err := s.parties.Test(c.request.Context(), party, c.caller.Name)
	if err != nil {
		return err
	}
	out := EndpointTest{Message: got.Message, OK: got.OK, Outcome: got.Outcome, Detail: got.Detail, Milliseconds: got.Took.Milliseconds(), TLS: got.TLS, Keys: list(got.Keys)}
	if !got.Certificate.IsZero() {
		until := answer.TimeOf(got.Certificate)
		out.CertificateUntil = &until
	}
	return c.json(http.StatusOK, out)
}
