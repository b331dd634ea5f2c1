package httpapi_test

import (
	"crypto/ed25519"
	"net/http"
	"slices"
	"strings"
	"testing"

	"beibu/exchange/httpapi"
)

// Callers learn as whom their credentials speak.
func TestSelf(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	for as, want := range map[string]httpapi.Self{
		port:     {Name: port, Party: port},
		operator: {Name: operator, Operator: true},
	} {
		if got := read[httpapi.Self](t, w.do(request{path: "/v1/self", as: as}), http.StatusOK); got != want {
			t.Errorf("%s: %+v, want %+v", as, got, want)
		}
	}
}

func TestPublicKeysAreThose(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	keys := read[httpapi.Keys](t, w.do(request{path: "/v1/keys"}), http.StatusOK)
	if len(keys.Seals) != 1 || !strings.Contains(string(w.keys.SealPEM), strings.Split(keys.Seals[0].Certificate, "\n")[1]) {
		t.Errorf("%+v", keys.Seals)
	}
	if len(keys.Keys) != 1 || keys.Keys[0].ID != w.keys.ReceiptID || len(keys.Keys[0].Public) != ed25519.PublicKeySize {
		t.Errorf("%+v", keys.Keys)
	}
}

func TestRulesAreExported(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	all := read[httpapi.Rules](t, w.do(request{path: "/v1/rules"}), http.StatusOK).Rules
	i := slices.IndexFunc(all, func(r httpapi.Rule) bool { return r.Code == "TEST-2" })
	if len(all) != 3 || i < 0 || all[i].From != "2020-01-01" || all[i].Until != "" || all[i].Severity != "warn" || all[i].Message.ZH != "存疑" {
		t.Errorf("%+v", all)
	}
}
