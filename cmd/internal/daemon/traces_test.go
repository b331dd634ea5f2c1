package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"beibu/cmd/internal/traces/tracestest"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/courier/folder"
	"beibu/exchange/files/filestest"
	"beibu/queue/kafka/kafkatest"
)

// The spans of a document are one trace over two daemons: of its sender, of the daemon
// that accepts it, of the one that dispatches, and what each receiver is given as parent.
func TestOneTraceOverTwoDaemons(t *testing.T) { oneTrace(t, fakeKafka(t).ListenAddrs()) }

func TestOneTraceOverTwoDaemonsOnApache(t *testing.T) { oneTrace(t, kafkatest.Brokers(t)) }

// parentOf is the traceparent with which a test sends document n.
func parentOf(n int) string {
	return fmt.Sprintf("00-4bf92f3577b34da6a3ce929d0e0e%04x-00f067aa0ba902b7-01", n+1)
}

func oneTrace(t *testing.T, brokers []string) {
	t.Helper()
	collector, inbox, to := tracestest.New(t), newInbox(t), filestest.Folders(t)
	here := newPortWith(t, "traces: {endpoint: '"+collector.URL+"'}\n", brokers, map[string]string{
		"qinzhou-customs":    "inbound: {topic: $documents, replies: $replies}\n    folder: {path: " + to + ", only: receive, every: 1s, acknowledge: on-write}",
		"window-vn":          inbox.push(t, ", acknowledge: on-2xx"),
		"gx-trade-promotion": "deliver: {topic: $trade}",
	})
	there := here.beside(t)
	serve(t, there.Daemon)
	here.joined(2, "dispatch", "duty.deliver.window-vn", "duty.deliver.gx-trade-promotion")
	const documents = 3 // one to each daemon by HTTP, and one by a topic
	var all []string
	for n, d := range []*Daemon{here.Daemon, there.Daemon} {
		all = append(all, submitWithin(t, d, here.dir, numbered(t, n), parentOf(n)))
	}
	message := &kgo.Record{
		Topic: here.prefix + "documents", Value: numbered(t, 2), Headers: []kgo.RecordHeader{{Key: "traceparent", Value: []byte(parentOf(2))}},
	}
	if err := here.kafka.ProduceSync(t.Context(), message).FirstErr(); err != nil {
		t.Fatal(err)
	}
	var a answer.Acceptance
	if err := json.Unmarshal(here.read("replies", 1)[0].Value, &a); err != nil {
		t.Fatal(err)
	}
	all = append(all, a.ExchangeID)
	onTopic := make(map[string]string)
	for _, r := range here.read("trade", documents) {
		onTopic[header(r, "ce_id")] = header(r, "traceparent")
	}
	for _, id := range all {
		here.waitForState(id, "window-vn", exchange.ConsignmentAcceptance)
		here.waitForState(id, "gx-trade-promotion", exchange.ConsignmentAcceptance)
		here.waitForState(id, "qinzhou-customs", exchange.ConsignmentAcceptance)
	}
	for _, d := range []*Daemon{there.Daemon, here.Daemon} { // what waits for the collector is sent
		d.traces.Shutdown(t.Context())
	}
	most := 0
	for n, id := range all {
		spans := make(map[string]tracestest.Span)
		submissions := make(map[string]tracestest.Span) // a topic is read again if its partition is assigned again
		instances := make(map[string]bool)
		for _, s := range collector.Spans() {
			if s.Trace == parentOf(n)[3:35] {
				spans[s.Name+s.Attributes["beibu.receiver"]] = s
				instances[s.Instance] = true
			}
			if s.Name == "submit" {
				submissions[s.ID] = s
			}
		}
		most = max(most, len(instances))
		submit := submissions[spans["dispatch"].Parent]
		if submit.Parent != "00f067aa0ba902b7" || submit.Trace != parentOf(n)[3:35] || submissions[spans["admit"].Parent].Trace != submit.Trace {
			t.Errorf("%s: %+v", id, spans)
		}
		if is := submit.Attributes["beibu.exchange"]; is != id && !submit.Failed {
			t.Errorf("the submission of %s is of %s", id, is)
		}
		var beside folder.Metadata
		if err := json.Unmarshal(appears(t, filepath.Join(to, "in", id+".json")), &beside); err != nil {
			t.Fatal(err)
		}
		for receiver, given := range map[string]string{
			"window-vn": inbox.parentOf(id), "gx-trade-promotion": onTopic[id], "qinzhou-customs": beside.Traceparent,
		} {
			deliver := spans["deliver"+receiver]
			if given != "00-"+submit.Trace+"-"+deliver.ID+"-01" || deliver.Parent != submit.ID || spans["hand over"+receiver].Parent != deliver.ID {
				t.Errorf("%s is given %q of %s: %+v", receiver, given, id, spans)
			}
		}
	}
	if most != 2 {
		t.Error("no trace has spans of both daemons")
	}
}

// joined waits until groups of the exchange have so many members, so that nothing is
// assigned to another daemon any more.
func (p *port) joined(members int, groups ...string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	for _, group := range groups {
		name := p.prefix + "docs." + group
		for {
			all, err := kadm.NewClient(p.kafka).DescribeGroups(ctx, name)
			if err != nil {
				p.t.Fatalf("%s does not get %d members: %v", name, members, err)
			}
			if g := all[name]; g.State == "Stable" && len(g.Members) == members {
				break
			}
		}
	}
}

// parentOf returns the traceparent of the first attempt to deliver an exchange.
func (i *inboxOf) parentOf(id string) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.parent[id+"-1"]
}

// submitWithin submits a document within a trace, and returns its exchange.
func submitWithin(t *testing.T, d *Daemon, dir string, document []byte, parent string) string {
	t.Helper()
	sender := as(t, d, dir, "qinzhou-customs")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, sender.Server+"/v1/documents", bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/xml")
	request.Header.Set("Authorization", "Bearer "+sender.Key)
	request.Header.Set("Traceparent", parent)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	var a answer.Acceptance
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil || response.StatusCode != http.StatusAccepted {
		t.Fatal(response.Status, err)
	}
	return a.ExchangeID
}

// A daemon that sends no traces hands the sender's on to the receivers all the same.
func TestTracePassesThrough(t *testing.T) {
	inbox := newInbox(t)
	p := newPort(t, fakeKafka(t).ListenAddrs(), map[string]string{"window-vn": inbox.push(t, ", acknowledge: on-2xx")})
	id := submitWithin(t, p.Daemon, p.dir, numbered(t, 0), parentOf(0))
	p.waitForState(id, "window-vn", exchange.ConsignmentAcceptance)
	if given := inbox.parentOf(id); given == "" || given[:35] != parentOf(0)[:35] || given == parentOf(0) {
		t.Errorf("given %q", given)
	}
}
