package httpapi

import (
	"fmt"
	"net/http"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/access"
)

// suspendParty answers POST /v1/parties/{id}/suspension. The suspension is in the
// record and in force on this node before the answer.
func (s *Server) suspendParty(c *call) error {
	var judgement Judgement
	if err := s.readJSON(c, &judgement); err != nil {
		return err
	}
	if err := goodReason(judgement.Reason); err != nil {
		return err
	}
	party, err := s.party(c, access.SuspendParty)
	if err != nil {
		return err
	}
	err = s.shut.Suspend(c.request.Context(), exchange.Suspension{Party: party.ID, Reason: judgement.Reason, Actor: c.caller.Name, At: time.Now().UTC()})
	if err != nil {
		return fmt.Errorf("suspend party: %w", err)
	}
	s.audit(c, "party suspended", party.ID, judgement.Reason)
	return c.json(http.StatusOK, wireParty(c.now.InForce, s.shut, *party, c.caller))
}

// resumeParty answers DELETE /v1/parties/{id}/suspension. It does not change a
// suspension in the map of parties. The reason is a parameter, since a body is
// often lost on the way of a DELETE (RFC 9110 section 9.3.5).
func (s *Server) resumeParty(c *call) error {
	p := parametersOf(c.request)
	reason := p.text("reason")
	if err := p.err(); err != nil {
		return err
	}
	if err := goodReason(reason); err != nil {
		return err
	}
	party, err := s.party(c, access.SuspendParty)
	if err != nil {
		return err
	}
	if err := s.parties.Resume(c.request.Context(), party, reason, c.caller.Name); err != nil {
		return err
	}
	s.audit(c, "party resumed", party.ID, reason)
	return c.json(http.StatusOK, wireParty(c.now.InForce, s.shut, *party, c.caller))
}

// party returns the party that a path names, if the caller may do something about
// it.
func (s *Server) party(c *call, a access.Action) (*exchange.Party, error) {
	party, ok := c.now.Parties.Get(c.request.PathValue("id"))
	if !ok || s.shut == nil || !c.caller.CoversParty(a, party.ID) {
		return nil, &exchange.Error{
			Op: "find party", Kind: exchange.NotFound,
			Err: exchange.Because("there is no such party, or it is not in your scope as a whole", "没有该参与方，或其不完全在您的授权范围内"),
		}
	}
	return party, nil
}

// audit logs what an operator did to a party.
func (s *Server) audit(c *call, what, party, reason string) {
	s.log.Info(what, zap.String("party", party), zap.String("reason", reason),
		zap.String("actor", c.caller.Name), zap.String("request", c.id), zap.String("remote", c.request.RemoteAddr))
}
