package courier_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/courier"
	"beibu/exchange/courier/couriertest"
)

// people is what a document says about people.
var people = []string{"Li  Wei", "李伟", "Nguyễn Văn Đức", "1985-03-09", "+86 777 2814 350", "li.wei@person.example", "AB"}

// What an answer repeats of the document about people is masked, however it is written, and
// so is what looks like a secret. The rest stays as it is.
func TestAnswersAreMasked(t *testing.T) {
	for text, want := range map[string]string{
		"the licence is unknown":                             "the licence is unknown",
		"holder Li Wei is unknown":                           "holder *** is unknown",
		"holder LI\n\tWEI, wei li":                           "holder ***, *** ***",
		`{"name":"\u674e\u4f1f"}`:                            `{"name":"***"}`,
		"&#x674E;&#20255; / 李 伟":                             "*** / ***",
		"%E6%9D%8E%E4%BC%9F":                                 "***",
		`{"n":"\\u674e\\u4f1f"}`:                             `{"n":"***"}`,
		"Nguyen Van Duc and NGUYỄN VĂN ĐỨC":                  "*** and ***",
		"born 19850309, 1985/03/09":                          "born ***, ***",
		"call 86-777-2814350 or li.wei@person.example":       "call *** or ***",
		"AB is a code, ABLE is a word":                       "*** is a code, ABLE is a word",
		"Authorization: Bearer abc.def.ghi":                  "Authorization: *** ***",
		`{"access_token": "s3cret", "code": 7}`:              `{"access_token": ***, "code": 7}`,
		"<sessionToken>s3cret</sessionToken>":                "<sessionToken>***</sessionToken>",
		"Set-Cookie: sid=1; path=/":                          "Set-Cookie: ***; path=/",
		"eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl":  "***",
		"key 4f0c35b1f0a94c2f8a8d6f2f0f5f1a2b4f0c35b1":       "key ***",
		"exchange 6f1d2c3b-4a5e-8f60-9b7a-1c2d3e4f5a6b":      "exchange 6f1d2c3b-4a5e-8f60-9b7a-1c2d3e4f5a6b",
		"at /api/v1/customs/documents/inbound/of/the/window": "at /api/v1/customs/documents/inbound/of/the/window",
		"a\x00b\u202ec":                                      "a b c",
	} {
		d := courier.Record(&courier.Said{Status: "422", Type: "text/plain", Body: []byte(text)}, people, true)
		if d.Body != want {
			t.Errorf("%q: %q, want %q", text, d.Body, want)
		}
	}
}

// The text of an answer is bounded, is text, and is kept only if the kind says what is
// about a person. What a value begins near its end is not kept.
func TestAnswersAreBounded(t *testing.T) {
	long := strings.Repeat("x ", 2000)
	document := base64.StdEncoding.EncodeToString([]byte("<Name>Li Wei</Name> and more of the document"))
	for name, test := range map[string]struct {
		said     courier.Said
		known    bool
		body     string
		withheld string
	}{
		"long":              {courier.Said{Type: "application/json", Body: []byte(long)}, true, long[:1024], ""},
		"a problem":         {courier.Said{Type: "application/problem+json; charset=utf-8", Body: []byte("{}")}, true, "{}", ""},
		"XML":               {courier.Said{Type: "text/xml", Body: []byte("<a/>")}, true, "<a/>", ""},
		"a page":            {courier.Said{Type: "text/html", Body: []byte("<p>")}, true, "", exchange.WithheldNotText},
		"no type":           {courier.Said{Body: []byte("x")}, true, "", exchange.WithheldNotText},
		"not UTF-8":         {courier.Said{Type: "text/plain", Body: []byte("a\xff b")}, true, "", exchange.WithheldNotText},
		"cut in a letter":   {courier.Said{Type: "text/plain", Body: []byte(strings.Repeat("y", 300) + "\xe6\x9d"), Cut: true}, true, strings.Repeat("y", 44), ""},
		"cut in a name":     {courier.Said{Type: "text/plain", Body: []byte(strings.Repeat("z", 300) + " Li We"), Cut: true}, true, strings.Repeat("z", 51), ""},
		"the document":      {courier.Said{Type: "text/plain", Body: []byte("got " + document)}, true, "got ***", ""},
		"a kind of nobody":  {courier.Said{Type: "text/plain", Body: []byte("Li Wei")}, false, "", exchange.WithheldPersonal},
		"nothing came back": {courier.Said{Type: "text/plain"}, true, "", ""},
	} {
		d := courier.Record(&test.said, people, test.known)
		if d.Body != test.body || d.Withheld != test.withheld {
			t.Errorf("%s: %q %q, want %q %q", name, d.Body, d.Withheld, test.body, test.withheld)
		}
	}
	many := make([]string, 0, 2000)
	for range cap(many) {
		many = append(many, strings.Repeat("n", 100))
	}
	said := &courier.Said{Status: "500", Headers: []string{"Server: Li Wei"}, Type: "text/plain", Body: []byte("Li Wei"), Err: errors.New("malformed answer: Li Wei")}
	if diff := cmp.Diff(&exchange.Dialogue{Answer: "500", Withheld: exchange.WithheldPersonal}, courier.Record(said, append(many, "Li Wei"), true)); diff != "" {
		t.Errorf("of a document with too many values:\n%s", diff)
	}
}

// A refusal and a failed attempt are recorded with what was said, masked, and what arrived
// without. Nothing of a person is in the record.
func TestDialogueInTheRecord(t *testing.T) {
	w := couriertest.NewWorld(t)
	w.Courier.Personal = func(courier.Parcel) ([]string, bool) { return people, true }
	w.Accept(time.Now(), 0, 1, false, customs)
	said := &courier.Said{
		Request: "POST https://push.example/", Sent: []string{"Beibu-Number: 1"}, Status: "422 Unprocessable Entity",
		Headers: []string{"X-Request-Id: of Li Wei", "Traceparent: 00-4f0c35b1f0a94c2f8a8d6f2f0f5f1a2b-4f0c35b1f0a94c2f-01"},
		Type:    "application/json", Body: []byte(`{"code":"no","reason":"Li Wei, 李伟"}`),
	}
	stop := w.Run(courier.Receiver{Party: customs, Carrier: refusing{said}})
	w.Await(0, customs, exchange.ConsignmentRejection)
	stop()
	x, err := w.Exchange(t.Context(), couriertest.IDOf(0))
	if err != nil {
		t.Fatal(err)
	}
	want := &exchange.Dialogue{
		Request: said.Request, Sent: said.Sent, Answer: said.Status,
		Headers: []string{"X-Request-Id: of ***", said.Headers[1]}, Body: `{"code":"no","reason":"***, ***"}`, Masked: 3,
	}
	for _, e := range x.Events {
		if e.Name == exchange.HandoverAttempt {
			if diff := cmp.Diff(want, e.Dialogue); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		} else if e.Dialogue != nil {
			t.Errorf("%s has a dialogue", e.Name)
		}
	}
	if cause := x.Deliveries[0].Cause; cause.Code != "no" || cause.Reason != "*** is unknown" {
		t.Errorf("the cause is %+v", cause)
	}
}

// refusing is a carrier to a receiver that refuses everything.
type refusing struct{ said *courier.Said }

// Carry is courier.Carrier's.
func (r refusing) Carry(_ context.Context, parcels ...courier.Parcel) ([]courier.Outcome, error) {
	out := make([]courier.Outcome, 0, len(parcels))
	for range parcels {
		out = append(out, courier.Outcome{
			State: exchange.ConsignmentRejection, Cause: exchange.Cause{Code: "no", Reason: "Li Wei is unknown"},
			Attempt: exchange.Cause{Code: "http-422"}, Said: r.said,
		})
	}
	return out, nil
}

// Of an outage with short waits the timeline shows fewer and fewer attempts, and all of one
// with long waits.
func TestAttemptsOfAnOutage(t *testing.T) {
	for name, test := range map[string]struct {
		schedule courier.Schedule
		want     int
	}{
		"short": {courier.Schedule{First: time.Second, Most: time.Second}, 6}, // 1, 2, 4, 8, 16 and 32
		"long":  {courier.Schedule{Steps: []time.Duration{time.Second}}, 40},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := couriertest.NewWorld(t)
			w.Courier.Schedule = test.schedule
			w.Accept(time.Now(), 0, 3, false, customs)
			left := 40
			stop := w.Run(courier.Receiver{Party: customs, Carrier: away{&left}})
			w.Await(2, customs, exchange.ConsignmentAcceptance)
			stop()
			x, err := w.Exchange(t.Context(), couriertest.IDOf(0))
			if err != nil {
				t.Fatal(err)
			}
			shown := 0
			for _, e := range x.Events {
				if e.Name == exchange.HandoverAttempt {
					shown++
				}
			}
			if shown != test.want {
				t.Errorf("%s waits: %d attempts are shown, want %d", name, shown, test.want)
			}
		})
	}
}

// away is a carrier to a receiver that takes nothing so many times.
type away struct{ left *int }

// Carry is courier.Carrier's.
func (a away) Carry(_ context.Context, parcels ...courier.Parcel) ([]courier.Outcome, error) {
	if *a.left--; *a.left < 0 {
		return courier.Arrived(len(parcels)), nil
	}
	return []courier.Outcome{{Attempt: exchange.Cause{Code: "away"}}}, &courier.Error{Err: errors.New("away")}
}
