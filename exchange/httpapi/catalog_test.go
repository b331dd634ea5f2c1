package httpapi_test

import (
	"crypto/ed25519"
	"net/http"
	"slices"
	"strings"
	"testing"

	"beibu/exchange/httpapi"
)

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
