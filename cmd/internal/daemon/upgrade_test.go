package daemon

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/queue/kafka/kafkatest"
)

// dataOf unpacks the data of commit 1da4af6 (see testdata/upgrade) and returns its
// folder.
func dataOf(t *testing.T, store string) string {
	t.Helper()
	dir := t.TempDir()
	r, err := zip.OpenReader(filepath.Join("..", "..", "..", "testdata", "upgrade", store+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	files := make(map[string]string)
	for _, f := range r.File {
		text, err := fs.ReadFile(r, strings.TrimSuffix(f.Name, "/"))
		if err != nil && !f.FileInfo().IsDir() {
			t.Fatal(err)
		}
		if err == nil {
			files[f.Name] = string(text)
		}
	}
	unpack(t, dir, files)
	return dir
}

// TestUpgradeOnSQLite opens a data folder of commit 1da4af6 twice: the first start
// migrates it.
func TestUpgradeOnSQLite(t *testing.T) {
	dir := dataOf(t, "sqlite")
	for range 2 {
		d := open(t, filepath.Join(dir, "data"), "")
		if err := d.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		upgraded(t, d, dir)
		if err := d.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestUpgradeOnKafka opens topics and a data folder of commit 1da4af6.
func TestUpgradeOnKafka(t *testing.T) { upgradeOnKafka(t, fakeKafka(t).ListenAddrs()) }

func TestUpgradeOnApache(t *testing.T) { upgradeOnKafka(t, kafkatest.Brokers(t)) }

func upgradeOnKafka(t *testing.T, brokers []string) {
	t.Helper()
	dir := dataOf(t, "kafka")
	prefix := "t-" + uuid.NewString() + "."
	restoreTopics(t, brokers, filepath.Join(dir, "topics.jsonl"), prefix)
	seeds, err := json.Marshal(brokers)
	if err != nil {
		t.Fatal(err)
	}
	more := fmt.Sprintf("kafka: {brokers: %s, partitions: 2, replication: 1, topicPrefix: %sdocs.}\n", seeds, prefix)
	upgraded(t, start(t, filepath.Join(dir, "data"), more), dir)
}

// restoreTopics produces the records of a dump to topics under a prefix.
func restoreTopics(t *testing.T, brokers []string, file, prefix string) {
	t.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	forever, size := "-1", "17000000"
	settings := map[string]*string{"retention.ms": &forever, "retention.bytes": &forever, "max.message.bytes": &size}
	for topic, partitions := range map[string]int32{"body": 2, "log": 2, "events": 1, "settings": 1} {
		if _, err := kadm.NewClient(c).CreateTopic(t.Context(), partitions, 1, settings, prefix+"docs."+topic); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for lines := json.NewDecoder(bytes.NewReader(text)); lines.More(); {
		var m struct {
			Topic      string
			Partition  int32
			Key, Value []byte
		}
		if err := lines.Decode(&m); err != nil {
			t.Fatal(err)
		}
		record := &kgo.Record{Topic: prefix + m.Topic, Partition: m.Partition, Key: m.Key, Value: m.Value, Timestamp: time.Now()}
		if err := c.ProduceSync(t.Context(), record).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
}

// upgraded fails the test unless a daemon lists every exchange of the earlier
// version with the states of its deliveries, returns the first receipt for every
// document that is sent again, byte for byte, and refuses the suspended party.
func upgraded(t *testing.T, d *Daemon, dir string) {
	t.Helper()
	var answers []struct {
		File, ExchangeID, Receipt string
		States                    map[string]exchange.State
	}
	text, err := os.ReadFile(filepath.Join(dir, "answers.json"))
	if err == nil {
		err = json.Unmarshal(text, &answers)
	}
	if err != nil || len(answers) != 3 {
		t.Fatal(err, answers)
	}
	data := filepath.Join(dir, "data")
	listed := make(map[string]httpapi.Exchange)
	err = as(t, d, data, "operator").Exchanges(t.Context(), url.Values{}, 0, func(x httpapi.Exchange) error {
		listed[x.ExchangeID] = x
		return nil
	})
	if err != nil || len(listed) != len(answers) {
		t.Errorf("%d exchanges listed, want %d: %v", len(listed), len(answers), err)
	}
	for _, a := range answers {
		x := listed[a.ExchangeID]
		for _, delivery := range x.Deliveries {
			if delivery.State != a.States[delivery.Receiver] {
				t.Errorf("%s to %s: %s, want %s", a.File, delivery.Receiver, delivery.State, a.States[delivery.Receiver])
			}
		}
		if len(x.Deliveries) != len(a.States) {
			t.Errorf("%s: %d deliveries, want %d", a.File, len(x.Deliveries), len(a.States))
		}
		document, err := os.ReadFile(filepath.Join(dir, a.File))
		if err != nil {
			t.Fatal(err)
		}
		again, err := as(t, d, data, "qinzhou-customs").Submit(t.Context(), document)
		if err != nil || !again.Duplicate || again.Receipt != a.Receipt {
			t.Errorf("%s sent again: %+v, %v", a.File, again, err)
		}
	}
	if _, err := client.Get[httpapi.MailboxPage](t.Context(), as(t, d, data, "window-vn"), "/v1/mailbox", nil); codeOf(err) != exchange.CodeSuspended {
		t.Errorf("the suspended party: %v", err)
	}
}
