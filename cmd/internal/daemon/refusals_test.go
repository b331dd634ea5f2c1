package daemon

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator"
	"beibu/queue/kafka/kafkatest"
)

// A document that one daemon refuses, by HTTP or from a topic, is in the list of every
// daemon on the log, and of one that has lost its index.
func TestRefusalsEverywhere(t *testing.T) {
	here := newPort(t, fakeKafka(t).ListenAddrs(), inTurn, "documents2", "replies2")
	there := here.beside(t)
	serve(t, there.Daemon)
	if _, err := as(t, here.Daemon, here.dir, "qinzhou-customs").Submit(t.Context(), []byte("<a/>")); codeOf(err) != "invalid" {
		t.Fatal(err)
	}
	here.produce("documents", []byte("<b/>"))
	here.read("replies", 1)
	want := []exchange.Way{exchange.WayTopic, exchange.WayHTTP}
	for _, p := range []*port{here, there} {
		if got := p.refused("operator"); !slices.Equal(got, want) {
			t.Errorf("listed %v", got)
		}
	}
	if err := there.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	there.loseIndex()
	again := here.beside(t, there.dir)
	serve(t, again.Daemon)
	if got := again.refused("qinzhou-customs"); !slices.Equal(got, want) {
		t.Errorf("without an index: %v", got)
	}
}

// refused returns the ways of the refusals that a caller sees, once the index shows the
// whole record.
func (p *port) refused(caller string) (ways []exchange.Way) {
	p.t.Helper()
	if err := p.recorder.Wait(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	err := as(p.t, p.Daemon, p.dir, caller).Refusals(p.t.Context(), client.List{Query: url.Values{}}, func(r httpapi.Refusal) error {
		ways = append(ways, r.Way)
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return slices.Compact(ways) // a daemon that joins may read a message of a topic again
}

// The bytes of refused documents that one daemon keeps can be read and examined at every
// daemon on the log, also by one that has lost its index.
func TestKeptEverywhere(t *testing.T) { keptEverywhere(t, fakeKafka(t).ListenAddrs()) }

func TestKeptEverywhereOnApache(t *testing.T) { keptEverywhere(t, kafkatest.Brokers(t)) }

func keptEverywhere(t *testing.T, brokers []string) {
	t.Helper()
	said := maps.Clone(inTurn)
	said["qinzhou-customs"] += "\n    refusals: {keep: 1h}"
	here := newPort(t, brokers, said, "documents2", "replies2")
	there := here.beside(t)
	serve(t, there.Daemon)
	if _, err := as(t, here.Daemon, here.dir, "qinzhou-customs").Submit(t.Context(), []byte("<a/>")); codeOf(err) != "invalid" {
		t.Fatal(err)
	}
	here.produce("documents", []byte("<b/>"))
	here.read("replies", 1)
	want := []string{"<b/>", "<a/>"}
	for _, p := range []*port{here, there} {
		if got := p.kept("qinzhou-customs"); !slices.Equal(got, want) {
			t.Errorf("kept %q", got)
		}
	}
	if err := there.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	there.loseIndex()
	again := here.beside(t, there.dir)
	serve(t, again.Daemon)
	if got := again.kept("qinzhou-customs"); !slices.Equal(got, want) {
		t.Errorf("without an index: %q", got)
	}
}

// kept returns the bytes of the refusals that a caller has examined again, once the index
// shows the whole record. Each must be refused again.
func (p *port) kept(caller string) (documents []string) {
	p.t.Helper()
	if err := p.recorder.Wait(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	c := as(p.t, p.Daemon, p.dir, caller)
	err := c.ExamineKept(p.t.Context(), client.List{Query: url.Values{}}, func(one httpapi.ExaminedRefusal) error {
		if one.Outcome != operator.WouldRefuse {
			p.t.Errorf("examined: %+v", one)
		}
		a, err := c.Call(p.t.Context(), http.MethodGet, "/v1/refusals/"+one.Refusal.ID+"/document", "", nil)
		documents = append(documents, string(a.Body))
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return slices.Compact(documents) // a daemon that joins may read a message of a topic again
}
