package daemon

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/queue/kafka/kafkatest"
	"beibu/testdata"
)

// Lists are in the order of the record on every node, whatever the partitions of
// the log have grown to; see exerciseOrder.
func TestOrderOnSixPartitions(t *testing.T) {
	exerciseOrder(t, fakeKafka(t).ListenAddrs(), 150)
}

// The same on the Kafka that BEIBU_KAFKA names, with many more documents.
func TestOrderOnRealKafka(t *testing.T) {
	exerciseOrder(t, kafkatest.Brokers(t), 2_000)
}

// exerciseOrder has two daemons on one Kafka accept n documents in three parts. The
// six partitions of the log drift apart, since chance fills them: the positions of
// one part overlap with those of the next. It reads the lists of both daemons.
func exerciseOrder(t *testing.T, brokers []string, n int) {
	seeds, err := json.Marshal(brokers)
	if err != nil {
		t.Fatal(err)
	}
	more := fmt.Sprintf("kafka: {brokers: %s, partitions: 6, replication: 1, topicPrefix: t-%s.docs.}\n", seeds, uuid.NewString())
	dirs := []string{t.TempDir(), t.TempDir()}
	nodes := make([]*client.Client, len(dirs))
	daemons := make([]*Daemon, len(dirs))
	for i, dir := range dirs {
		if i > 0 { // nodes share their keys
			copyKeys(t, dir, dirs[0])
		}
		daemons[i] = start(t, dir, more)
		nodes[i] = as(t, daemons[i], dir, "qinzhou-customs")
	}
	third := n / 3
	var middle time.Time
	var accepted []string
	for part := range 3 {
		said := submitAll(t, nodes, part*third, (part+1)*third)
		for _, a := range said {
			accepted = append(accepted, a.ExchangeID)
			if part == 1 && (middle.IsZero() || a.AcceptedAt.Before(middle)) {
				middle = a.AcceptedAt.Time
			}
		}
		for _, d := range daemons { // what follows comes after it in the record, too
			for _, a := range said {
				dispatched(t, d, a.ExchangeID)
			}
		}
	}
	slices.Sort(accepted)
	for i, node := range nodes {
		all := listOf(t, node, url.Values{})
		if got := idsOf(all); !slices.Equal(got, accepted) {
			t.Errorf("node %d: the pages have %d exchanges, %d were accepted", i, len(got), len(accepted))
		}
		if !slices.IsSortedFunc(all, func(a, b httpapi.Exchange) int { return int(b.Sequence - a.Sequence) }) {
			t.Errorf("node %d: not in the order of the record", i)
		}
		if slices.IsSortedFunc(all, func(a, b httpapi.Exchange) int { return int(b.LogPosition - a.LogPosition) }) {
			t.Errorf("node %d: the partitions have not drifted: the test proves nothing", i)
		}
		for at, x := range all { // a third is newer than every one before it
			if want := 2 - at/third; partOf(x, third) != want {
				t.Fatalf("node %d: number %d of the list is of part %d, want %d: not newest first", i, at, partOf(x, third), want)
			}
		}
		since := listOf(t, node, url.Values{"since": {middle.Format(time.RFC3339Nano)}})
		until := listOf(t, node, url.Values{"until": {middle.Format(time.RFC3339Nano)}})
		if len(since) != 2*third || len(until) != third {
			t.Errorf("node %d: %d since the second part began and %d before, want %d and %d", i, len(since), len(until), 2*third, third)
		}
	}
}

// submitAll has the nodes accept documents by their numbers, several at once.
func submitAll(t *testing.T, nodes []*client.Client, from, to int) []answer.Acceptance {
	t.Helper()
	document := carnet(t)
	said := make([]answer.Acceptance, to-from)
	errs := make([]error, to-from)
	numbers := make(chan int)
	var senders sync.WaitGroup
	for range 8 {
		senders.Go(func() {
			for n := range numbers {
				number := fmt.Sprintf("CN/ORDER/%06d", n)
				said[n-from], errs[n-from] = nodes[n%len(nodes)].Submit(t.Context(), testdata.Numbered(document, "CN/4501/26/00183", number))
			}
		})
	}
	for n := from; n < to; n++ {
		numbers <- n
	}
	close(numbers)
	senders.Wait()
	for i, err := range errs {
		if err != nil {
			t.Fatalf("document %d: %v", from+i, err)
		}
	}
	return said
}

// listOf returns a list of exchanges in small pages.
func listOf(t *testing.T, node *client.Client, query url.Values) []httpapi.Exchange {
	t.Helper()
	var all []httpapi.Exchange
	query.Set("limit", "37")
	for {
		page, err := client.Get[httpapi.Page](t.Context(), node, "/v1/exchanges", query)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Exchanges...)
		if page.Next == "" {
			return all
		}
		query.Set("cursor", page.Next)
	}
}

func idsOf(all []httpapi.Exchange) []string {
	ids := make([]string, 0, len(all))
	for _, x := range all {
		ids = append(ids, x.ExchangeID)
	}
	slices.Sort(ids)
	return ids
}

// partOf returns the part to which the number of a document belongs.
func partOf(x httpapi.Exchange, third int) int {
	n, err := strconv.Atoi(strings.TrimPrefix(x.DocumentNumber, "CN/ORDER/"))
	if err != nil {
		return -1
	}
	return n / third
}

// copyKeys gives a node the keys of another.
func copyKeys(t *testing.T, to, from string) {
	t.Helper()
	to, from = filepath.Join(to, "keys"), filepath.Join(from, "keys")
	files, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(from, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, file.Name()), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
