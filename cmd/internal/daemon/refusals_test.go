package daemon

import (
	"net/url"
	"slices"
	"testing"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
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
	return ways
}
