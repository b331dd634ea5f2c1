package httpapi

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"net/http"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/proof"
	"beibu/signing"
)

// Keys answers GET /v1/keys: a JWK set (RFC 7517) for receipts, and beside it
// the certificates of the keys that seal envelopes.
type Keys struct {
	Keys  []proof.ReceiptKey `json:"keys"`
	Seals []SealKey          `json:"seals"`
	// Epochs are those of the log after the first one.
	Epochs []proof.Epoch `json:"epochs,omitempty"`
}

// SealKey is the certificate of a key that seals.
type SealKey struct {
	Subject   string      `json:"subject"`
	Algorithm string      `json:"algorithm"` // of the public key
	NotBefore answer.Time `json:"notBefore"`
	NotAfter  answer.Time `json:"notAfter"`
	SHA256    string      `json:"sha256"` // of the certificate, lower-case hexadecimal
	proof.SealKey
}

// keysOf returns the public keys in force as the API shows them.
func keysOf(now *exchange.InForce) Keys {
	k := now.Keys
	out := Keys{Keys: now.Receipts.Keys(), Seals: []SealKey{}, Epochs: now.Receipts.Epochs()}
	for _, c := range k.Seals {
		digest := sha256.Sum256(c.Raw)
		userID := ""
		if a, err := signing.AlgorithmFor(c.PublicKey); err == nil && a.UsesUserID() {
			userID = k.UserID
		}
		out.Seals = append(out.Seals, SealKey{
			Subject: c.Subject.String(), Algorithm: c.PublicKeyAlgorithm.String(),
			NotBefore: answer.TimeOf(c.NotBefore), NotAfter: answer.TimeOf(c.NotAfter), SHA256: hex.EncodeToString(digest[:]),
			SealKey: proof.SealKey{
				Certificate: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})), UserID: userID,
			},
		})
	}
	return out
}

// showSelf answers GET /v1/self.
func (s *Server) showSelf(c *call) error {
	who := c.caller
	self := Self{
		Name: who.Name, Party: who.Party, Operator: who.AllRoles()&access.OperatorRole != 0,
		Roles: who.AllRoles().Names(), Grants: make([]Grant, 0, len(who.Grants)), May: who.Permitted(),
	}
	for _, g := range who.Grants {
		self.Grants = append(self.Grants, Grant{Roles: g.Roles.Names(), Scope: g.Scope.Limits()})
	}
	return c.json(http.StatusOK, self)
}

// listParties answers GET /v1/parties.
func (s *Server) listParties(c *call) error {
	out := Parties{Parties: []Party{}}
	for _, p := range c.now.Parties.All() {
		out.Parties = append(out.Parties, wireParty(c.now.InForce, s.shut, p, c.caller))
	}
	return c.json(http.StatusOK, out)
}

// listRoutes answers GET /v1/routes.
func (s *Server) listRoutes(c *call) error {
	return c.json(http.StatusOK, Routes{Routes: list(c.caller.Routes(c.now.InForce))})
}

// listRules answers GET /v1/rules.
func (s *Server) listRules(c *call) error {
	return c.json(http.StatusOK, RulesOf(c.now.Checks.Rules()))
}

// listKeys answers GET /v1/keys.
func (s *Server) listKeys(c *call) error { return c.json(http.StatusOK, keysOf(c.now.InForce)) }

// showCatalogue answers GET /v1/catalogue.
func (s *Server) showCatalogue(c *call) error {
	return c.json(http.StatusOK, s.services.Report())
}

// showVersion answers GET /v1/version.
func (s *Server) showVersion(c *call) error { return c.json(http.StatusOK, s.version) }
