package kafka

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"beibu/queue"
)

// entries are records of one partition of log, each with its key.
func entries(keys ...string) []record {
	records := make([]record, len(keys))
	for i, key := range keys {
		records[i] = record{int64(i), []byte(key), encodeEntry(queue.Entry{Token: [16]byte{byte(i)}})}
	}
	return records
}

// However retention and consuming alternate, a node knows the same owners as one that
// consumes log from its beginning now, and keeps no key that is gone.
func TestOwnersAreThoseOfTheLogAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var keys []string
		for range rapid.IntRange(1, 40).Draw(t, "records") {
			keys = append(keys, fmt.Sprint(rapid.IntRange(0, 8).Draw(t, "key")))
		}
		records := entries(keys...)
		old := newOwners(layout{2})
		first := int64(0)
		for at := 0; at < len(records); {
			n := rapid.IntRange(0, len(records)-at).Draw(t, "answer")
			first = rapid.Int64Range(first, int64(at)).Draw(t, "first") // known before the records that come with it
			if err := old.consume(1, answer{first, records[at : at+n]}); err != nil {
				t.Fatal(err)
			}
			at += n
		}
		fresh := newOwners(layout{2})
		if err := fresh.consume(1, answer{first, records[first:]}); err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			f := fingerprintOf(key)
			if got, want := old.owner(f), fresh.owner(f); got != want {
				t.Fatalf("%s is owned by %d, and in a new node by %d", key, got, want)
			}
		}
		if len(old.first) != len(fresh.first) || len(old.later) != len(fresh.later) {
			t.Fatalf("%d and %d keys are kept, in a new node %d and %d", len(old.first), len(old.later), len(fresh.first), len(fresh.later))
		}
	})
}

// Keys that come while all are visited do no harm, and those that were there
// are visited once.
func TestEachLetsOthersIn(t *testing.T) {
	o := newOwners(layout{1})
	var keys []string
	for i := range 5 * keysAtOnce {
		keys = append(keys, fmt.Sprint(i))
	}
	records := entries(keys...)
	before := 2 * keysAtOnce
	if err := o.consume(0, answer{records: records[:before]}); err != nil {
		t.Fatal(err)
	}
	seen := make(map[fingerprint]int)
	rounds := 0
	err := o.each(func(f fingerprint, at int64, _ []int64) {
		if at <= int64(before) {
			seen[f]++
		}
	}, func() error {
		if rounds++; rounds == 1 {
			return o.consume(0, answer{records: records[before:]})
		}
		return nil
	})
	if err != nil || rounds < 3 || len(seen) != before {
		t.Errorf("%d keys in %d rounds, %v; want %d", len(seen), rounds, err, before)
	}
	for _, n := range seen {
		if n != 1 {
			t.Fatalf("a key was visited %d times", n)
		}
	}
}
