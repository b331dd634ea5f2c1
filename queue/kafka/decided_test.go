package kafka_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/queue/kafka/kafkatest"
)

// What one node has decided, another knows as soon as it is asked, though nobody
// dispatches.
func TestDecidedElsewhere(t *testing.T) { decidedElsewhere(t, fake(t)) }

func TestDecidedElsewhereOnApache(t *testing.T) { decidedElsewhere(t, kafkatest.Brokers(t)) }

func decidedElsewhere(t *testing.T, brokers []string) {
	t.Helper()
	o := settings(brokers)
	o.Partitions = 3
	one, other := open(t, o), open(t, o)
	defer closing(t, one)
	defer closing(t, other)
	for i := range 30 {
		want, err := one.Admit(t.Context(), rivalAt(0, i))
		if err != nil {
			t.Fatal(err)
		}
		got, err := other.Decided(t.Context(), want.ID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("document %d: %v\n%s", i, err, diff)
		}
	}
}
