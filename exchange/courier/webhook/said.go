package webhook

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"beibu/exchange/courier"
)

// The headers that are shown. Of those that are sent all are but the signatures.
var (
	hiddenSent = []string{"Webhook-Signature"}
	shownBack  = []string{"Content-Type", "Retry-After", "Date", "Server", "X-Request-Id", "Traceparent", challenge}
)

// challenge is a header of which the scheme alone is shown.
const challenge = "Www-Authenticate"

// said returns what was sent and what came back, and of the text of an answer the
// beginning, unless it is 2xx.
func (r result) said() *courier.Said {
	s := &courier.Said{Request: http.MethodPost + " " + shownURL(r.url)}
	for name, values := range r.request {
		if !slices.Contains(hiddenSent, name) {
			s.Sent = append(s.Sent, name+": "+strings.Join(values, ", "))
		}
	}
	slices.Sort(s.Sent)
	if r.err != nil {
		s.Err = r.err
		return s
	}
	s.Status = strings.TrimSpace(strconv.Itoa(r.status) + " " + http.StatusText(r.status))
	for _, name := range shownBack {
		value := r.header.Get(name)
		if name == challenge {
			value, _, _ = strings.Cut(value, " ")
		}
		if value != "" {
			s.Headers = append(s.Headers, name+": "+value)
		}
	}
	if r.status/100 != 2 {
		s.Type, s.Body, s.Cut = r.header.Get("Content-Type"), r.body, len(r.body) == answerBody
	}
	return s
}

// shownURL returns an address without what may be a secret in it: user, query, and parts
// of the path that look like a token.
func shownURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	parts := strings.Split(u.EscapedPath(), "/")
	for i, part := range parts {
		if len(part) >= 12 && strings.IndexFunc(part, unicode.IsDigit) >= 0 && strings.IndexFunc(part, unicode.IsLetter) >= 0 {
			parts[i] = "***"
		}
	}
	shown := u.Scheme + "://" + u.Host + strings.Join(parts, "/")
	if u.RawQuery != "" {
		shown += "?***"
	}
	return shown
}
