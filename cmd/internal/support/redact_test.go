package support

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"beibu/cmd/internal/config"
)

// fill gives every text of a value a canary, and notes the key of each.
func fill(v reflect.Value, key string, keys map[string]string) {
	switch v.Kind() { //nolint:exhaustive // the others hold no text
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			fill(v.Field(i), strings.TrimPrefix(key+"."+name, "."), keys)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), key, keys)
	case reflect.String:
		canary := fmt.Sprintf("canary-%d-", len(keys))
		keys[key] = canary
		v.SetString(canary)
	}
}

// Of the texts of a configuration a bundle has those that are listed, and every key that is
// listed exists.
func TestOnlyWhatIsListed(t *testing.T) {
	var c config.Config
	keys := make(map[string]string)
	fill(reflect.ValueOf(&c).Elem(), "", keys)
	text, err := yaml.Marshal(Redact(c))
	if err != nil {
		t.Fatal(err)
	}
	hidden := 0
	for key, canary := range keys {
		listed := false
		for _, one := range append(append([]string(nil), shown...), shownAnywhere...) {
			listed = listed || key == one || strings.HasSuffix(key, "."+one)
		}
		if is := strings.Contains(string(text), canary); is != listed {
			t.Errorf("%s is shown: %t", key, is)
		}
		if !listed {
			hidden++
		}
	}
	for _, key := range shown {
		if keys[key] == "" {
			t.Errorf("the configuration has no text %s", key)
		}
	}
	for _, key := range []string{"access.name", "access.keySHA256", "oidc.grants.value", "kafka.sasl.user", "redis.user"} {
		if keys[key] == "" || strings.Contains(string(text), keys[key]) {
			t.Errorf("%s is shown", key)
		}
	}
	if hidden < 5 {
		t.Errorf("%d keys are hidden of %d", hidden, len(keys))
	}
}

// An address with a password or a query is left out.
func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"https://collector/v1/traces":            "https://collector/v1/traces",
		"https://me:secret@collector/v1/traces":  leftOut,
		"https://collector/v1/traces?key=secret": leftOut,
		"https://coll ector/?key=secret":         leftOut,
	} {
		if got := text(address, "traces.endpoint"); got != want {
			t.Errorf("%s: %q", address, got)
		}
	}
}
