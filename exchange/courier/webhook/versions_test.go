package webhook_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/courier/couriertest"
	"beibu/queue"
)

// A later version of a document number waits while an earlier one was set aside, and
// comes after it.
func TestVersionsStayInOrder(t *testing.T) {
	inBubble(t, func(t *testing.T, w *couriertest.World, r *receiver) {
		w.Accept(time.Now(), 1, 2, false, customs)
		later := couriertest.Identity(1)
		later.Version = "3"
		id := later.ExchangeID([32]byte{})
		head, err := json.Marshal(map[string]any{
			"sender": later.Sender, "kind": later.Kind, "number": later.Number, "version": later.Version, "receivers": []string{customs},
		})
		if err != nil {
			t.Fatal(err)
		}
		err = w.Publish(t.Context(),
			queue.Change{Entry: &queue.Entry{ID: id, Key: later.Key(), At: time.Now(), Head: head}},
			queue.Change{Event: &queue.Event{Subject: queue.ExchangeSubject(id), Receiver: customs, Name: string(exchange.ContentConsignment), Attempt: 1, At: time.Now()}})
		if err != nil {
			t.Fatal(err)
		}
		first := true
		r.answer = func(rw http.ResponseWriter, _ *http.Request) {
			if first {
				first = false
				rw.WriteHeader(http.StatusInternalServerError)
			}
		}
		c := r.carrier(nil)
		stop := w.Run(c.Receiver(customs, true))
		<-time.After(time.Minute)
		stop()
		c.Close()
		got := ""
		for _, p := range r.all() {
			got += p.header.Get("Beibu-Version") + " "
		}
		if got != "2 2 3 " {
			t.Errorf("versions arrived as %s", got)
		}
	})
}
