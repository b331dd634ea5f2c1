package console

import (
	"encoding/json"
	"mime"
	"net/http"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/access/oidc"
)

// logOut answers POST /console/oidc/logout, by which the issuer ends sessions of its people
// (OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8). The logout token alone counts:
// the request has no credentials and no session. It answers 200 too if there is nothing to
// end, and 400 if the token does not count or the logout cannot be recorded.
func (s *Server) logOut(v *visit) error {
	if s.Issuer == nil {
		return errNoIssuer
	}
	token, err := v.logoutToken()
	if err != nil {
		return v.refuseLogout(err)
	}
	logout, err := s.Issuer.ReadLogout(v.ctx(), token, v.began)
	if err != nil {
		return v.refuseLogout(err)
	}
	ended, err := s.SignIns.LogOut(v.ctx(), logout, v.began)
	if err != nil {
		return v.refuseLogout(err)
	}
	s.Log.Info("logout by the issuer", zap.Int("sessions", ended), zap.String("subject", logout.Subject), zap.String("session", logout.SID),
		zap.String("token", logout.Token), zap.String("request", v.id))
	v.status = http.StatusOK
	v.w.WriteHeader(v.status)
	return nil
}

// logoutToken reads the one parameter of a logout request.
func (v *visit) logoutToken() (string, error) {
	media, _, _ := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, oidc.MaxLogoutToken+1<<10)
	if err := v.r.ParseForm(); err != nil || media != "application/x-www-form-urlencoded" || len(v.r.PostForm["logout_token"]) != 1 {
		return "", &exchange.Error{Op: "read logout request", Kind: exchange.BadRequest, Code: "body", Err: exchange.Because(
			"a form with one logout_token of at most 16 KiB is expected", "应为含一个 logout_token（不超过 16 KiB）的表单",
		)}
	}
	return v.r.PostForm.Get("logout_token"), nil
}

// refuseLogout answers that a logout has failed, with an error as OAuth 2.0 has them (RFC
// 6749 section 5.2).
func (v *visit) refuseLogout(err error) error {
	v.note(err)
	answer := map[string]string{"error": "invalid_request", "error_description": v.problem.Detail}
	if v.problem.Retryable {
		answer["error"] = "temporarily_unavailable"
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/json")
	v.status = http.StatusBadRequest
	v.w.WriteHeader(v.status)
	_, _ = v.w.Write(body) // if it fails, nobody is left to be answered
	return nil
}
