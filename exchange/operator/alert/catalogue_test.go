package alert_test

import (
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/operator/alert"
)

// aboutOf returns what an alert of a code may be about.
func aboutOf(code alert.Code) string {
	switch code { //nolint:exhaustive // the others are about parties
	case alert.CertificateEnding:
		return "signature/window-vn/30"
	case alert.RunStopped, alert.RunAwaitingApproval:
		return "0190a1b2-window-vn"
	}
	return "window-vn"
}

// Every code has a text in both languages, for its beginning and its end, with nothing
// left to fill in, and a next step.
func TestTexts(t *testing.T) {
	for _, code := range append(alert.Codes(), "of-a-later-version") {
		a := alert.Alert{Code: code, About: aboutOf(code), Parties: []string{"window-vn"}, Since: time.Unix(0, 0), Until: time.Unix(9, 0), Count: 7, Cause: "http-500"}
		texts := []exchange.Text{a.Summary(true), a.Summary(false)}
		if code != "of-a-later-version" {
			texts = append(texts, a.NextStep())
		}
		for i, text := range texts {
			for _, one := range []string{text.EN, text.ZH} {
				if i < 2 && !strings.Contains(one, "window-vn") || one == "" || strings.ContainsAny(one, "%{}") {
					t.Errorf("%s: %q", code, one)
				}
			}
		}
		if a.Severity() == "" {
			t.Errorf("%s has no severity", code)
		}
	}
	last := alert.Alert{Code: alert.CertificateEnding, Count: 1}
	if last.Severity() != "critical" {
		t.Errorf("the last day is %s", last.Severity())
	}
}

// Programs and the command line get ids, UTC and the command that shows more; a command
// can be put into a shell as it is.
func TestTextsByID(t *testing.T) {
	at := time.Date(2026, 11, 30, 15, 4, 0, 0, time.FixedZone("", 8*3600))
	for _, test := range []struct {
		alert.Alert

		summary, next exchange.Text
	}{
		{
			alert.Alert{Code: alert.ReceiverFailing, About: "window-vn", Parties: []string{"window-vn"}, Since: at, Cause: "http-500"},
			exchange.Text{EN: "deliveries to window-vn fail since 2026-11-30 07:04 UTC: http-500", ZH: "自 2026-11-30 07:04 UTC 起向 window-vn 交付失败：http-500"},
			exchange.Text{EN: "beibuctl parties status window-vn shows the cause; test the address and call the receiver; nothing is lost", ZH: "用 beibuctl parties status window-vn 查看原因；测试其地址并联系接收方；单证不会丢失"},
		},
		{
			alert.Alert{Code: alert.RunStopped, About: "0190a1b2", Parties: []string{"window-vn"}, Since: at, Cause: "failed-again"},
			exchange.Text{EN: "replay run 0190a1b2 stopped at 2026-11-30 07:04 UTC: failed-again", ZH: "重放 0190a1b2 于 2026-11-30 07:04 UTC 停止：failed-again"},
			exchange.Text{EN: "beibuctl runs show 0190a1b2 --items shows what failed again; resume or cancel the run", ZH: "用 beibuctl runs show 0190a1b2 --items 查看再次失败的项；继续或取消该重放"},
		},
		{
			alert.Alert{Code: alert.BreakGlassInUse, About: "night's {shift}", Since: at},
			exchange.Text{EN: "the break-glass account night's {shift} is in use since 2026-11-30 07:04 UTC", ZH: "应急账户 night's {shift} 自 2026-11-30 07:04 UTC 起在使用"},
			exchange.Text{EN: `beibuctl audit --subject 'action:night'\''s {shift}' shows when it was used; find out who used it and why, then change its key`, ZH: `用 beibuctl audit --subject 'action:night'\''s {shift}' 查看使用时间；查明使用人及原因，然后更换其密钥`},
		},
		{
			alert.Alert{Code: alert.CertificateEnding, About: "seal/beibu/7", Until: at, Count: 7},
			exchange.Text{EN: "the last valid key of the exchange ends on 2026-11-30 07:04 UTC, within 7 days", ZH: "本平台的最后一个有效密钥将在 7 天内（2026-11-30 07:04 UTC）到期"},
			exchange.Text{EN: "have a new certificate made and put it beside the old one", ZH: "请申领新证书，与旧证书并列配置"},
		},
	} {
		if got := test.Summary(true); got != test.summary {
			t.Errorf("%s:\n got %+v\nwant %+v", test.Code, got, test.summary)
		}
		if got := test.NextStep(); got != test.next {
			t.Errorf("%s:\n got %+v\nwant %+v", test.Code, got, test.next)
		}
	}
}
