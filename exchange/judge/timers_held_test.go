package judge_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/judge"
	"beibu/queue"
)

// TestDeadlinesOfHeld keeps the deadlines of a document while a later version is held, and
// after a person refuses that version. If it is released, they move.
func TestDeadlinesOfHeld(t *testing.T) {
	at := time.Now().Add(time.Hour).Truncate(time.Microsecond).UTC()
	for _, test := range []struct {
		name string
		ends []exchange.Event
		want time.Time
	}{
		{"held", nil, at},
		{"refused", []exchange.Event{{Name: exchange.HeldRefused}, {Name: exchange.SubmissionRejection}}, at},
		{"released", []exchange.Event{{Name: exchange.HeldReleased}}, at.Add(time.Hour)},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := world(t)
			sets(t, w, 1, effects.Due{Name: effects.TransitExit, At: at})
			later := effects.Effects{Due: []effects.Due{{Name: effects.TransitExit, At: at.Add(time.Hour)}}}
			text, err := json.Marshal(map[string]any{
				"sender": port, "kind": "transit-declaration", "number": "1", "receivers": []string{receiver}, "effects": later,
				"held": true,
			})
			if err != nil {
				t.Fatal(err)
			}
			digest := sha256.Sum256(fmt.Append(nil, "held", test.name))
			s := queue.Submission{Key: "held", Digest: digest, At: time.Now(), Head: text, Body: []byte("x")}
			copy(s.ID[:], digest[:])
			copy(s.Token[:], digest[16:])
			if _, err := w.Store.Admit(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			c := newClocked(t, w, at)
			await(t, c.Ledger, one)
			for _, e := range test.ends {
				e.At = time.Now()
				if e.Exchange = s.ID; e.Name != exchange.SubmissionRejection {
					e.Subject, e.Exchange = exchange.VerdictSubject(s.ID), [16]byte{}
				}
				if err := w.Recorder.Record(t.Context(), e); err != nil {
					t.Fatal(err)
				}
			}
			c.pass(t, w, time.Now())
			if got := timers(t, c.Ledger, judge.TimerQuery{}); len(got) != 1 || !got[0].At.Equal(test.want) {
				t.Errorf("deadlines are %+v, want one at %s", got, test.want)
			}
		})
	}
}
