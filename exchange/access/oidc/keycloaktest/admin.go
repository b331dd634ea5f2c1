package keycloaktest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// LogOut ends all sessions of a person, as an administrator of Keycloak does. It returns once
// Keycloak has asked its clients to do the same.
func LogOut(tb testing.TB, issuer, user string) {
	tb.Helper()
	base, realm, _ := strings.Cut(issuer, "/realms/")
	var tokens struct {
		Access string `json:"access_token"`
	}
	form := url.Values{"grant_type": {"password"}, "client_id": {"admin-cli"}, "username": {"admin"}, "password": {Password}}
	ask(tb, http.MethodPost, base+"/realms/master/protocol/openid-connect/token", "", form, &tokens)
	var found []struct {
		ID string `json:"id"`
	}
	users := base + "/admin/realms/" + realm + "/users"
	ask(tb, http.MethodGet, users+"?exact=true&username="+url.QueryEscape(user), tokens.Access, nil, &found)
	if len(found) != 1 {
		tb.Fatalf("%s is %d people", user, len(found))
	}
	ask(tb, http.MethodPost, users+"/"+found[0].ID+"/logout", tokens.Access, nil, nil)
}

// ask makes a request of the administration, and reads its answer.
func ask(tb testing.TB, method, address, token string, form url.Values, into any) {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		tb.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= http.StatusBadRequest {
		tb.Fatalf("%s %s: %s, %v\n%s", method, address, response.Status, err, text)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(text, into); err != nil {
		tb.Fatal(err)
	}
}
