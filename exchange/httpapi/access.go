package httpapi

import (
	"crypto/x509"
	"strings"

	"beibu/exchange/access"
)

// authenticate sets the principal of a call by the bearer token (RFC 6750 section
// 2.1) and the client certificate of its request. It returns an *exchange.Error of
// kind Unauthenticated.
func (s *Server) authenticate(c *call) error {
	key, err := bearer(c.request.Header.Get("Authorization"))
	if err != nil {
		return err
	}
	var leaf *x509.Certificate
	if state := c.request.TLS; state != nil && len(state.PeerCertificates) > 0 {
		leaf = state.PeerCertificates[0]
	}
	if c.caller, err = s.credentials.Authenticate(key, leaf, c.begun); err != nil {
		return err
	}
	c.known()
	return nil
}

// bearer returns the token of an Authorization header, or "" if there is no header.
func bearer(header string) (string, error) {
	if header == "" {
		return "", nil
	}
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", access.ErrUnknownCredentials
	}
	return token, nil
}

// allow establishes the caller and refuses those who may not do what a route does.
func (s *Server) allow(c *call, action access.Action) error {
	if action.IsPublic() {
		return nil
	}
	if err := s.authenticate(c); err != nil {
		return err
	}
	if err := c.caller.May(action); err != nil {
		return err
	}
	if s.shut.Includes(c.now, c.caller.Party) {
		return errSuspended
	}
	return nil
}
