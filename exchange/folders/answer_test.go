package folders_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/files"
)

const delivery = "0198c0de-0000-8000-8000-000000000001"

// An answer is recorded, and then the delivery is no longer in its folder.
func TestAnswers(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		const other = "0198c0de-0000-8000-8000-000000000002"
		for _, id := range []string{delivery, other} {
			for _, path := range files.Delivery(id) {
				w.put(path, "delivered")
			}
		}
		if err := os.Remove(filepath.Join(w.dir, "in", other+".xml")); err != nil { // the party has moved it
			t.Fatal(err)
		}
		w.put("in/notes.txt", "the party's own")
		stop := w.watch()
		w.put("answers/"+delivery+".ack", "anything")
		w.scans(3)
		w.put("answers/"+other+".refused", `{"code": "HS-UNKNOWN", "reason": "heading not in the tariff"}`)
		w.scans(3)
		stop()
		want := []exchange.Ack{
			{Exchange: uuid.MustParse(delivery), Accepted: true},
			{Exchange: uuid.MustParse(other), Code: "HS-UNKNOWN", Reason: "heading not in the tariff"},
		}
		if diff := cmp.Diff(want, w.acks); diff != "" {
			t.Error(diff)
		}
		w.has(map[string]string{"in/notes.txt": "the party's own"})
	})
}

// An answer that cannot be recorded is in failed with its problem, and its delivery
// stays.
func TestAnswersThatFail(t *testing.T) {
	for name, test := range map[string]struct {
		file, content string
		err           error
		code          string
	}{
		"no id":        {"notes.ack", "", nil, "acknowledgement"},
		"another form": {strings.ToUpper(delivery) + ".ack", "", nil, "acknowledgement"},
		"no answer":    {delivery + ".xml", "", nil, "acknowledgement"},
		"no JSON":      {delivery + ".refused", "heading not in the tariff", nil, "acknowledgement"},
		"too long":     {delivery + ".refused", strings.Repeat(" ", 5000), nil, "acknowledgement"},
		"not theirs":   {delivery + ".ack", "", &exchange.Error{Kind: exchange.NotFound}, "not-found"},
		"decided":      {delivery + ".ack", "", &exchange.Error{Kind: exchange.Stale, Code: "delivery-settled"}, "delivery-settled"},
		"a bad code":   {delivery + ".refused", `{"code": "a b"}`, &exchange.Error{Kind: exchange.Invalid, Code: "acknowledgement"}, "acknowledgement"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				w.ackErr = test.err
				for _, path := range files.Delivery(delivery) {
					w.put(path, "delivered")
				}
				w.put("answers/"+test.file, test.content)
				stop := w.watch()
				w.scans(3)
				stop()
				w.has(map[string]string{
					"failed/" + test.file: test.content, "failed/" + test.file + ".problem.json": `"code":"` + test.code + `"`,
					"in/" + delivery + ".xml": "delivered", "in/" + delivery + ".envelope": "delivered", "in/" + delivery + ".json": "delivered",
				})
				if len(w.acks) > 0 {
					t.Errorf("acknowledged %v", w.acks)
				}
			})
		})
	}
}

// An answer waits while the record is away, or while the party is suspended.
func TestAnswerWaits(t *testing.T) {
	for _, kind := range []exchange.Kind{exchange.Unavailable, exchange.Forbidden, exchange.Internal} {
		inBubble(t, func(t *testing.T, w *world) {
			w.ackErr = &exchange.Error{Op: "acknowledge", Kind: kind}
			w.put("answers/"+delivery+".ack", "")
			stop := w.watch()
			w.scans(3)
			w.has(map[string]string{"answers/" + delivery + ".ack": ""})
			w.mu.Lock()
			w.door.mu.Lock()
			w.ackErr = nil
			w.door.mu.Unlock()
			w.mu.Unlock()
			w.scans(100)
			stop()
			w.has(nil)
			if len(w.acks) != 1 {
				t.Errorf("acknowledged %v", w.acks)
			}
		})
	}
}
