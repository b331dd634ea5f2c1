package webhook_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/courier/couriertest"
	"beibu/exchange/courier/webhook"
)

// A later version of a document number waits while an earlier one was set aside, and
// comes after it: at once if the answer acknowledges, and otherwise once the receiver has.
func TestVersionsStayInOrder(t *testing.T) {
	for name, acknowledges := range map[string]bool{"answer acknowledges": false, "receiver acknowledges": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *couriertest.World, r *receiver) {
				w.AcceptVersions(1, customs, "2", "3")
				first := true
				r.answer = func(rw http.ResponseWriter, _ *http.Request) {
					if first {
						first = false
						rw.WriteHeader(http.StatusInternalServerError)
					}
				}
				arrived := func() string {
					<-time.After(time.Minute)
					var got []string
					for _, p := range r.all() {
						got = append(got, p.header.Get("Beibu-Version"))
					}
					return strings.Join(got, " ")
				}
				c := r.carrier(func(o *webhook.Options) { o.Concurrency = 4 })
				stop := w.Run(c.Receiver(customs, acknowledges))
				if acknowledges {
					if got := arrived(); got != "2 2" {
						t.Errorf("before it is acknowledged, versions arrived as %s", got)
					}
					w.Move(1, customs, exchange.ConsignmentAcceptance, 1, time.Now())
				}
				if got := arrived(); got != "2 2 3" {
					t.Errorf("versions arrived as %s", got)
				}
				stop()
				c.Close()
			})
		})
	}
}
