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
	if c.caller, err = c.now.Credentials.Authenticate(key, leaf, c.started); err != nil {
		return err
	}
	SetAuthenticated(c.request)
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

// admit authenticates the caller, unless a route is public, and has the call
// admitted.
func (s *Server) admit(c *call, action access.Action) (err error) {
	if !action.IsPublic() {
		if err := s.authenticate(c); err != nil {
			return err
		}
	}
	if c.ticket, err = s.admission.Admit(c.now.InForce, c.caller, action); err == nil && c.caller.BreakGlass {
		err = s.breakGlass(c)
	}
	return err
}
