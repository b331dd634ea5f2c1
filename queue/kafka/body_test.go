package kafka

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kmsg"

	"beibu/queue"
)

// Three receivers that are behind, each at another place in every partition, fetch
// no body again that one of them has just read ahead.
func TestReceiversBehindShareTheWindow(t *testing.T) {
	const partitions, documents, apart = 6, 900, 300
	q, c := openedOn(t, partitions)
	var positions []int64
	for i := range documents {
		var body bytes.Buffer // shrinks to a fifth, as an envelope does
		for body.Len() < 14<<10 {
			fmt.Fprintf(&body, "%x", uuid.New())
			body.Write(bytes.Repeat([]byte("<element>"), 10))
		}
		e, err := q.Admit(t.Context(), queue.Submission{Key: fmt.Sprint(i), ID: uuid.New(), Body: body.Bytes()})
		if err != nil {
			t.Fatal(err)
		}
		positions = append(positions, e.Body)
	}
	q.recent = newWindow()
	var fetches atomic.Int64
	body := q.topics.body
	c.ControlKey(int16(kmsg.Fetch), func(r kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		for _, topic := range r.(*kmsg.FetchRequest).Topics {
			if topic.Topic == body {
				fetches.Add(1)
			}
		}
		return nil, nil, false
	})
	for i := range documents + 2*apart {
		for receiver := range 3 {
			if at := i - receiver*apart; at >= 0 && at < documents {
				if _, err := q.Body(t.Context(), positions[at]); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if n := fetches.Load(); n > 3*documents/18 { // 107; with four times as much read ahead they are 215, each four times as large
		t.Errorf("%d fetches of %d bodies", n, 3*documents)
	}
}
