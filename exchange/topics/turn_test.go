package topics_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/queue/kafka/kafkatest"
)

// Wait is topics.Admission's.
func (d *door) Wait(ctx context.Context, _ string) error {
	if d.turns == nil {
		return nil
	}
	select {
	case <-d.turns:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// What comes when the quota is used up waits in the topic, in its order: it is
// neither shown to the door nor replied to, nor lost if the wait is ended. A
// document that is tried again has one turn.
func TestDocumentsWaitForTheirTurn(t *testing.T) {
	d, w := newDesk(t, kafkatest.Cluster(t).ListenAddrs()), newWorld(t)
	from := exchange.Inlet{Topic: d.Topic(1), Replies: d.Topic(1)}
	at := &door{turns: make(chan struct{}), away: 1}
	for _, text := range texts(0, 4) {
		d.Write(document(from.Topic, text))
	}
	stop := receive(d, w, at, from)
	at.turns <- struct{}{}
	at.turns <- struct{}{} // taken by the one behind it, when the first is done
	d.Read(from.Replies, 2)
	d.committed(from, 2)
	stop()
	if diff := cmp.Diff([]string{"document 0", "document 0", "document 1"}, at.seen()); diff != "" {
		t.Error(diff)
	}
	receive(d, w, at, from)
	at.turns <- struct{}{}
	at.turns <- struct{}{}
	if diff := cmp.Diff(texts(0, 4), documents(d.Read(from.Replies, 4))); diff != "" {
		t.Error(diff)
	}
}
