package config

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"beibu/cmd/internal/secret"
	"beibu/exchange/access"
)

// OIDC says by which issuer people sign in to the console (OpenID Connect Core 1.0), and
// what they may do.
type OIDC struct {
	// Issuer is its address, as its tokens have it: https, or http on loopback.
	Issuer string `yaml:"issuer"`
	// ClientID is the name by which the issuer knows the exchange.
	ClientID string `yaml:"clientID"`
	// ClientSecretFile is a file that holds the secret of the client, and nothing else.
	// Default: the issuer asks for none.
	ClientSecretFile string `yaml:"clientSecretFile"`
	// Redirect is the address to which the issuer sends people back: that of the public
	// API as browsers know it, and CallbackPath.
	Redirect string `yaml:"redirect"`
	// Scopes are asked for in addition to openid. Default profile.
	Scopes []string `yaml:"scopes"`
	// Claim is the claim of the ID token with the values that Grants name, or a path with
	// dots. Default groups.
	Claim string `yaml:"claim"`
	// TLS secures the connections to the issuer, if what the machine trusts will not do.
	TLS ClientTLS `yaml:"tls"`
	// Grants say what people may do.
	Grants []Grant `yaml:"grants"`
	// Blocked are people who may do nothing, by their subjects at the issuer or by their
	// user names: from a reload on, in open sessions too.
	Blocked []string `yaml:"blocked"`
}

// A Grant is what everybody may do for whom the issuer names a value. Several may be for
// one value; all of a person's add up.
type Grant struct {
	Value string        `yaml:"value"` // such as a group
	Party string        `yaml:"party"` // that they speak for. Default: none
	Roles []string      `yaml:"roles"` // as those of Access
	Scope access.Limits `yaml:"scope"` // of Roles. Default: they apply to everything
}

// CallbackPath is where the daemon expects people that come back from the issuer.
const CallbackPath = "/console/oidc/callback"

// loadOIDC reads by whom people sign in.
func (l *Loaded) loadOIDC(src *source) {
	o := l.OIDC
	if o.Issuer == "" {
		if o.ClientID != "" || o.ClientSecretFile != "" || o.Redirect != "" || len(o.Grants) > 0 {
			src.note("oidc", "issuer is missing, so nobody could sign in")
		}
		return
	}
	if !secureAddress(o.Issuer) || strings.ContainsAny(o.Issuer, "?#") {
		src.note("oidc.issuer", "%q is no https address, nor an http address of this machine", o.Issuer)
	}
	if u, _ := url.Parse(o.Redirect); !secureAddress(o.Redirect) || u.RequestURI() != CallbackPath {
		src.note("oidc.redirect", "%q is no https address with the path %[2]s, nor an http address of this machine (example: https://beibu.example.org%[2]s)", o.Redirect, CallbackPath)
	}
	if o.ClientID == "" {
		src.note("oidc", "clientID is missing")
	}
	if o.ClientSecretFile != "" {
		var err error
		if l.OIDCSecret, err = secret.Password(o.ClientSecretFile); err != nil {
			src.note("oidc.clientSecretFile", "%s", cause(err))
		}
	}
	l.OIDCTLS = src.clientTLS("oidc.tls", o.TLS)
	if len(o.Grants) == 0 {
		src.note("oidc", "grants are missing, so nobody could do anything")
	}
}

// secureAddress reports whether an address is one of https, or of http on this machine.
func secureAddress(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()+":0")
}

// bindGrants makes the grants, with parties and scopes that exist. file is the one that
// has the parties.
func (l *Loaded) bindGrants(src *source, file string) {
	parties := make(map[string]string) // by value
	for i, g := range l.OIDC.Grants {
		key := fmt.Sprintf("oidc.grants[%d]", i)
		if g.Value == "" {
			src.note(key, "value is missing")
		}
		if other := parties[g.Value]; g.Value != "" && g.Party != "" && other != "" && other != g.Party {
			src.note(key+".party", "%q speaks for %s by another grant, and nobody speaks for two", g.Value, other)
		}
		parties[g.Value] = cmp.Or(parties[g.Value], g.Party)
		if len(g.Roles) == 0 && g.Party == "" {
			src.note(key, "roles are missing, and there is no party")
		}
		l.bindParty(src, key, g.Party, file)
		l.Grants = append(l.Grants, access.PersonGrant{Value: g.Value, Party: g.Party, Grant: access.Grant{
			Roles: src.staffRoles(key, g.Roles, g.Scope), Scope: l.bindScope(src, key, g.Scope),
		}})
	}
}
