package httpapi_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/httpapi"
)

// versionOf returns a version of the carnet with a number.
func versionOf(t *testing.T, number string, version int) []byte {
	t.Helper()
	before, rest, ok := bytes.Cut(carnet(t, number), []byte("<cbc:VersionID>"))
	if !ok {
		t.Fatal("the carnet has no version")
	}
	_, after, _ := bytes.Cut(rest, []byte("<"))
	return slices.Concat(before, fmt.Appendf(nil, "<cbc:VersionID>%d<", version), after)
}

// heldBack returns what waits at the receiver, as a caller is shown it.
func (w *world) heldBack(as string) *httpapi.HeldBack {
	w.t.Helper()
	list := read[httpapi.StatusList](w.t, w.do(request{path: "/v1/status?party=" + receiver, as: as}), http.StatusOK)
	return list.Parties[0].Backlog.HeldBack
}

// What waits for another version is counted, with the reason, for the staff and for the
// receiver itself. A consumer that reads everything again sees all versions and takes no
// turn by it.
func TestHeldBackIsShown(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	first, second, third := w.submit(versionOf(t, "A", 1)), w.submit(versionOf(t, "A", 2)), w.submit(carnet(t, "B"))
	for _, a := range []string{first.ExchangeID, second.ExchangeID, third.ExchangeID} {
		w.consigned(a)
	}
	step := func(reason exchange.Wait, until bool) {
		t.Helper()
		for _, as := range []string{operator, receiver} {
			held := w.heldBack(as)
			if held == nil || held.Deliveries != 1 || held.Numbers != 1 || len(held.Longest) != 1 {
				t.Fatalf("%s is shown %+v", as, held)
			}
			got := held.Longest[0]
			if got.Since.IsZero() || got.Since.After(time.Now()) || (got.Until != nil) != until {
				t.Errorf("%+v", got)
			}
			want := httpapi.HeldNumber{
				Sender: port, Kind: "ata-carnet", DocumentNumber: "A", DocumentVersion: "1", ExchangeID: first.ExchangeID,
				Waiting: 1, Since: got.Since, Reason: reason, Until: got.Until,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: -want +got:\n%s", as, diff)
			}
		}
	}
	step(exchange.WaitHandover, false)
	if got := w.fetch(receiver, "lease=1h"); len(got) != 2 || got[0].ExchangeID != first.ExchangeID || got[1].ExchangeID != third.ExchangeID {
		t.Fatalf("%+v", got)
	}
	step(exchange.WaitLease, true)
	again := w.again(receiver, "")
	if len(again) != 3 || again[1].ExchangeID != second.ExchangeID || !again[1].Waiting {
		t.Errorf("%+v", again)
	}
	step(exchange.WaitLease, true)
	acked := ack(`"outcome":"accepted"`, first.ExchangeID)
	read[httpapi.AckResults](t, w.do(request{path: "/v1/mailbox/acks", as: receiver, body: acked}), http.StatusOK)
	if held := w.heldBack(operator); held != nil {
		t.Errorf("%+v", held)
	}
	if got := w.fetch(receiver, ""); len(got) != 1 || got[0].ExchangeID != second.ExchangeID {
		t.Errorf("%+v", got)
	}
	if a := w.do(request{path: "/v1/status?party=" + receiver, as: receiver}); strings.Contains(string(a.body), "heldBack") {
		t.Errorf("%s", a.body)
	}
}
