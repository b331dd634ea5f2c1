package daemon

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/queue/kafka/kafkatest"
	"beibu/testdata"
)

// inTurn are the parties of the test: two with topics to receive from, and two that
// send by topic.
var inTurn = map[string]string{
	"window-vn":          "deliver: {topic: $vn}",
	"gx-trade-promotion": "deliver: {topic: $trade}",
	"qinzhou-customs":    "inbound: {topic: $documents, replies: $replies}",
	"beihai-customs":     "inbound: {topic: $documents2, replies: $replies2}",
}

// A party that is suspended at one daemon is suspended at every daemon on the log:
// the API refuses it, nothing is written to its topic, and nothing is read from it,
// over a restart and without an index. Once it is resumed, at any daemon, all that
// waited flows, in order.
func TestSuspendedEverywhere(t *testing.T) { suspendedEverywhere(t, fakeKafka(t).ListenAddrs()) }

func TestSuspendedEverywhereOnApache(t *testing.T) { suspendedEverywhere(t, kafkatest.Brokers(t)) }

func suspendedEverywhere(t *testing.T, brokers []string) {
	t.Helper()
	here := newPort(t, brokers, inTurn, "documents2", "replies2")
	there := here.beside(t)
	serve(t, there.Daemon)
	for _, party := range []string{"window-vn", "qinzhou-customs"} {
		here.suspend(party)
		if code := here.refusal(party); code != exchange.CodeSuspended { // when the operator has the answer
			t.Errorf("%s here: %q", party, code)
		}
		there.until(party, true)
	}
	others := []string{deliverJob + "gx-trade-promotion", inboundJob + "beihai-customs"}
	here.atWork(others...)

	here.produce("documents", numbered(t, 0), numbered(t, 1))
	here.produce("documents2", numbered(t, 2), numbered(t, 3), numbered(t, 4))
	waiting := here.accepted("replies2", 3)
	for _, id := range waiting {
		here.waitForState(id, "gx-trade-promotion", exchange.ConsignmentAcceptance)
		here.waitForState(id, "window-vn", exchange.ContentConsignment)
	}

	if err := there.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	there.loseIndex()
	again := here.beside(t, there.dir)
	serve(t, again.Daemon)
	for _, party := range []string{"window-vn", "qinzhou-customs"} {
		if code := again.refusal(party); code != exchange.CodeSuspended { // from its first answer on
			t.Errorf("%s without an index: %q", party, code)
		}
	}
	again.assignTopics()
	again.atWork(others...)
	if vn, replies := here.messages("vn"), here.messages("replies"); vn+replies > 0 {
		t.Errorf("while suspended: %d deliveries, %d replies", vn, replies)
	}

	for _, party := range []string{"window-vn", "qinzhou-customs"} {
		again.resume(party)
		here.until(party, false)
	}
	waiting = append(waiting, here.accepted("replies", 2)...) // nothing is lost
	var flowed []string
	for _, message := range here.read("vn", len(waiting)) {
		flowed = append(flowed, header(message, "ce_id"))
	}
	if !slices.Equal(flowed, waiting) {
		t.Errorf("flowed %v, want %v", flowed, waiting)
	}
}

// accepted waits until a topic of replies names n exchanges, and returns their ids in
// the order of the first replies. A document whose offset was not committed is read
// and replied to again, as a duplicate.
func (p *port) accepted(topic string, n int) []string {
	p.t.Helper()
	for most := n; ; most++ {
		var ids []string
		for _, reply := range p.read(topic, most) {
			var a answer.Acceptance
			if err := json.Unmarshal(reply.Value, &a); err != nil || a.ExchangeID == "" {
				p.t.Fatalf("%s: %v", reply.Value, err)
			}
			if !slices.Contains(ids, a.ExchangeID) {
				ids = append(ids, a.ExchangeID)
			}
		}
		if len(ids) >= n {
			return ids[:n]
		}
	}
}

// numbered returns a carnet with a number of its own.
func numbered(t *testing.T, n int) []byte {
	t.Helper()
	return testdata.Numbered(carnet(t), "CN/4501/26/00183", "CN/4501/26/0019"+string(rune('0'+n)))
}

func header(r *kgo.Record, key string) string {
	for _, h := range r.Headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}

// beside opens another daemon on the same log, with the keys and the access of the
// first, in a folder of its own or in that of a daemon that has stopped.
func (p *port) beside(t *testing.T, dir ...string) *port {
	t.Helper()
	next := *p
	if next.dir = t.TempDir(); len(dir) > 0 {
		next.dir = dir[0]
	} else {
		for _, folder := range []string{"keys", "access"} {
			if err := os.CopyFS(filepath.Join(next.dir, folder), os.DirFS(filepath.Join(p.dir, folder))); err != nil {
				t.Fatal(err)
			}
			owned(t, filepath.Join(next.dir, folder))
		}
	}
	var err error
	if next.Daemon, err = New(t.Context(), next.load(p.said), zap.NewNop()); err != nil {
		t.Fatal(err)
	}
	return &next
}

// owned takes the permissions of all but the owner from a folder and its files.
func owned(t *testing.T, folder string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := os.FileMode(0o600)
		if d.IsDir() {
			mode = 0o700
		}
		return os.Chmod(path, mode)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (p *port) loseIndex() {
	p.t.Helper()
	lost, err := filepath.Glob(filepath.Join(p.dir, indexFile+"*"))
	if err != nil || len(lost) == 0 {
		p.t.Fatal(lost, err)
	}
	for _, file := range lost {
		if err := os.Remove(file); err != nil {
			p.t.Fatal(err)
		}
	}
}

func (p *port) suspend(party string) {
	p.t.Helper()
	_, err := client.Post[httpapi.Party](p.t.Context(), as(p.t, p.Daemon, p.dir, "operator"), "/v1/parties/"+party+"/suspension", httpapi.Judgement{Reason: "key lost"})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *port) resume(party string) {
	p.t.Helper()
	_, err := as(p.t, p.Daemon, p.dir, "operator").Call(p.t.Context(), http.MethodDelete, "/v1/parties/"+party+"/suspension?reason=found", "", nil)
	if err != nil {
		p.t.Fatal(err)
	}
}

// refusal returns the code with which the API refuses a party, or "".
func (p *port) refusal(party string) string {
	p.t.Helper()
	_, err := as(p.t, p.Daemon, p.dir, party).Call(p.t.Context(), http.MethodGet, "/v1/version", "", nil)
	if err != nil && codeOf(err) == "" {
		p.t.Fatal(err)
	}
	return codeOf(err)
}

// until waits until the API refuses a party, or admits it.
func (p *port) until(party string, suspended bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	for {
		changed := p.shut.Changed() // before the look, so that nothing is missed after it
		if (p.refusal(party) == exchange.CodeSuspended) == suspended {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			p.t.Fatalf("%s: suspended is not %t", party, suspended)
		}
	}
}

func (p *port) produce(topic string, documents ...[]byte) {
	p.t.Helper()
	for _, document := range documents {
		if err := p.kafka.ProduceSync(p.t.Context(), &kgo.Record{Topic: p.prefix + topic, Value: document}).FirstErr(); err != nil {
			p.t.Fatal(err)
		}
	}
}

// messages returns how many messages a topic has.
func (p *port) messages(topic string) int64 {
	p.t.Helper()
	ends, err := kadm.NewClient(p.kafka).ListEndOffsets(p.t.Context(), p.prefix+topic)
	if err != nil {
		p.t.Fatal(err)
	}
	var n int64
	ends.Each(func(o kadm.ListedOffset) { n += o.Offset })
	return n
}
