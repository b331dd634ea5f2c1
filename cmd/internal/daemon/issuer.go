package daemon

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/config"
	"beibu/exchange/access"
	"beibu/exchange/access/oidc"
)

// How long it takes until the issuer of identities is asked again: because it has not
// answered yet, and because what it has answered may have changed.
const (
	issuerRetry   = 5 * time.Second
	issuerRefresh = time.Hour
)

// newIssuer makes the issuer by which people sign in, or nil if there is none.
func (d *Daemon) newIssuer() *oidc.Provider {
	o := d.config.OIDC
	if o.Issuer == "" {
		return nil
	}
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // it is one
	transport.TLSClientConfig = d.config.OIDCTLS
	address := func(path string) string {
		u, _ := url.Parse(o.Redirect) // which was checked
		return u.ResolveReference(&url.URL{Path: path}).String()
	}
	return oidc.New(oidc.Options{
		Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: d.config.OIDCSecret, Scopes: o.Scopes, Claim: o.Claim,
		Redirect: o.Redirect, SignedOut: address("/console/sign-in"), Transport: transport,
	})
}

// people returns what people may do by a configuration, or nil if no issuer signs them in.
// The issuer is that of the start, which a reload does not change.
func (d *Daemon) people(l *config.Loaded) (*access.People, error) {
	if d.config.OIDC.Issuer == "" {
		return nil, nil //nolint:nilnil // nil grants nothing
	}
	return access.NewPeople(d.config.OIDC.Issuer, l.Grants, l.OIDC.Blocked...)
}

// discoverIssuer asks the issuer for its endpoints, again and again. The daemon serves
// without it, and people sign in once it has answered.
func (d *Daemon) discoverIssuer(ctx context.Context) error {
	found := false
	for {
		wait, err := issuerRetry, d.issuer.Discover(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			d.log.Warn("issuer of identities does not answer, retrying", zap.Bool("nobody signs in", !found), zap.Error(err))
		case !found:
			d.log.Info("issuer of identities answers", zap.String("issuer", d.issuer.Name()))
			fallthrough
		default:
			found, wait = true, issuerRefresh
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}
