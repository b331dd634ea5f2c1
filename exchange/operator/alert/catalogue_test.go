package alert_test

import (
	"strings"
	"testing"
	"time"

	"beibu/exchange/operator/alert"
)

// Every code has a text in both languages, for its beginning and its end, with nothing
// left to fill in.
func TestTexts(t *testing.T) {
	for _, code := range append(alert.Codes(), "of-a-later-version") {
		a := alert.Alert{Code: code, About: "window-vn", Since: time.Unix(0, 0), Count: 7, Cause: "http-500"}
		for _, firing := range []bool{true, false} {
			text := a.Summary(firing)
			for _, one := range []string{text.EN, text.ZH} {
				if !strings.Contains(one, "window-vn") || strings.Contains(one, "%") {
					t.Errorf("%s: %q", code, one)
				}
			}
		}
		if code != "of-a-later-version" && (a.NextStep().EN == "" || a.NextStep().ZH == "" || a.Severity() == "") {
			t.Errorf("%s: %+v", code, a.NextStep())
		}
	}
	last := alert.Alert{Code: alert.CertificateEnding, Count: 1}
	if last.Severity() != "critical" {
		t.Errorf("the last day is %s", last.Severity())
	}
}
