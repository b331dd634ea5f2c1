package support

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"beibu/cmd/internal/config"
)

// shown are the keys whose texts a bundle has. All others are left out, so that a key
// that is new is left out until it is listed here: names of accounts and groups are those
// of people, and digests of keys help to guess them.
var shown = strings.Fields(`listen private privateOpen data parties packs
	access.party access.roles access.scope.parties access.scope.countries access.scope.kinds access.grants.roles access.grants.scope.parties
	access.grants.scope.countries access.grants.scope.kinds access.keyFile access.certificate
	oidc.issuer oidc.redirect oidc.scopes oidc.claim oidc.clientSecretFile oidc.grants.party oidc.grants.roles
	oidc.grants.scope.parties oidc.grants.scope.countries oidc.grants.scope.kinds
	seal.keys.file seal.keys.pkcs11.module seal.keys.pkcs11.pinFile seal.keys.pkcs11.certificate seal.tsa.url seal.tsa.authorities
	aliases.uri aliases.means tls.certificate tls.key tls.clientCAs log.level log.format
	traces.endpoint traces.headersFile kafka.brokers kafka.topicPrefix kafka.sasl.mechanism kafka.sasl.passwordFile
	redis.addresses redis.master redis.prefix redis.passwordFile`)

// shownAnywhere are those of [config.ClientTLS], wherever it is.
var shownAnywhere = strings.Fields(`tls.authorities tls.certificate tls.key`)

// leftOut is written in place of what a bundle does not have.
const leftOut = "[left out]"

// Redact returns a configuration in its order, without what could be a secret or name a
// person. Numbers, times and switches are neither.
func Redact(c config.Config) any { return redact(reflect.ValueOf(c), "") }

func redact(v reflect.Value, key string) any {
	switch v.Kind() { //nolint:exhaustive // a configuration has no others
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return redact(v.Elem(), key)
	case reflect.Struct:
		var fields yaml.MapSlice
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			fields = append(fields, yaml.MapItem{Key: name, Value: redact(v.Field(i), strings.TrimPrefix(key+"."+name, "."))})
		}
		return fields
	case reflect.Slice:
		all := make([]any, 0, v.Len())
		for i := range v.Len() {
			all = append(all, redact(v.Index(i), key))
		}
		return all
	case reflect.String:
		return text(v.String(), key)
	case reflect.Int, reflect.Int64, reflect.Float64, reflect.Bool:
		if d, ok := reflect.TypeAssert[time.Duration](v); ok {
			return d.String()
		}
		return fmt.Sprint(v.Interface())
	}
	return leftOut
}

// text returns a text of the configuration, or that it is left out. Of an address, a
// password and a query are left out.
func text(value, key string) string {
	parts := strings.Split(key, ".")
	tail := strings.Join(parts[max(0, len(parts)-2):], ".")
	if value == "" || !slices.Contains(shown, key) && !slices.Contains(shownAnywhere, tail) {
		if value == "" {
			return ""
		}
		return leftOut
	}
	if u, err := url.Parse(value); strings.Contains(value, "://") {
		if err != nil || u.User != nil || u.RawQuery != "" {
			return leftOut
		}
	}
	return value
}
