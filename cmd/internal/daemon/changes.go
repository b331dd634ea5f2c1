package daemon

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"reflect"
	"slices"
	"strings"

	"beibu/cmd/internal/config"
	"beibu/exchange"
	"beibu/signing"
)

// changes names the settings that another configuration changes, of those that a
// reload puts in force. Files count by their content.
func (p *prepared) changes(next *prepared) []string {
	was, is := p.loaded, next.loaded
	changed := map[string]bool{
		"parties":         !reflect.DeepEqual(was.Map.Parties, is.Map.Parties) || !slices.EqualFunc(keysOf(was.Parties), keysOf(is.Parties), sameCertificate),
		"routes":          !reflect.DeepEqual(was.Map.Routes, is.Map.Routes),
		"access":          !reflect.DeepEqual(p.credentials, next.credentials),
		"oidc.grants":     !reflect.DeepEqual(was.OIDC.Grants, is.OIDC.Grants),
		"oidc.blocked":    !slices.Equal(was.OIDC.Blocked, is.OIDC.Blocked),
		"seal":            !slices.EqualFunc(certificatesOf(p.background.sealing), certificatesOf(next.background.sealing), sameCertificate),
		"aliases":         !slices.Equal(was.Aliases, is.Aliases),
		"tls.certificate": !reflect.DeepEqual(chainOf(p.tls), chainOf(next.tls)),
		"tls.clientCAs":   !clientCAsOf(p.tls).Equal(clientCAsOf(next.tls)),
	}
	names := []string{}
	for name, did := range changed {
		if did {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// keysOf returns the certificates by which all parties sign, in their order.
func keysOf(parties *exchange.Parties) []*signing.Certificate {
	var all []*signing.Certificate
	for _, p := range parties.All() {
		for _, s := range p.Signers {
			all = append(all, s.Certificate)
		}
	}
	return all
}

func certificatesOf(keys []signing.Key) []*signing.Certificate {
	all := make([]*signing.Certificate, 0, len(keys))
	for _, k := range keys {
		all = append(all, k.Certificate)
	}
	return all
}

func sameCertificate(a, b *signing.Certificate) bool { return bytes.Equal(a.Raw, b.Raw) }

// chainOf returns the certificates that a server shows, or nil without TLS.
func chainOf(c *tls.Config) [][]byte {
	if c == nil {
		return nil
	}
	return c.Certificates[0].Certificate
}

// clientCAsOf returns the authorities of clients, or nil if there are none.
func clientCAsOf(c *tls.Config) *x509.CertPool {
	if c == nil {
		return nil
	}
	return c.ClientCAs
}

// reloaded are the settings that a reload puts in force, and limits.quota, oidc.grants
// and oidc.blocked with them.
var reloaded = map[string]bool{"parties": true, "access": true, "seal": true, "aliases": true, "tls": true}

// atNextStart returns the settings that differ from those in use and are not
// reloaded.
func (d *Daemon) atNextStart(c config.Config) []string {
	var later []string
	c.Limits.Quota, c.OIDC.Grants, c.OIDC.Blocked = d.config.Limits.Quota, d.config.OIDC.Grants, d.config.OIDC.Blocked
	was, is := reflect.ValueOf(d.config.Config), reflect.ValueOf(c)
	for i := range is.NumField() {
		key := is.Type().Field(i).Tag.Get("yaml")
		if key == "seal" && !reflect.DeepEqual(d.config.Seal.TSA, c.Seal.TSA) {
			later = append(later, "seal.tsa")
		}
		if key == "tls" && (d.config.TLS.Certificate == "") != (c.TLS.Certificate == "") { // TLS as such, not its files
			later = append(later, key)
		}
		if !reloaded[key] && !reflect.DeepEqual(was.Field(i).Interface(), is.Field(i).Interface()) {
			later = append(later, strings.ToLower(key))
		}
	}
	return later
}
