package operator_test

import (
	"testing"

	"beibu/exchange"
	"beibu/exchange/operator"
)

// The way to a party is the one that carries to it, and its mailbox otherwise.
func TestWayTo(t *testing.T) {
	for want, p := range map[string]exchange.Party{
		operator.ByMailbox: {Folder: exchange.Folder{Sends: true}, Inbound: exchange.Inlet{Topic: "t"}},
		operator.ByPush:    {Push: exchange.Push{URL: "https://a.example/"}},
		operator.ByTopic:   {Deliver: exchange.Outlet{Topic: "t"}},
		operator.ByFolder:  {Folder: exchange.Folder{Receives: true}},
	} {
		if got := operator.WayTo(p); got != want {
			t.Errorf("%+v: %s, want %s", p, got, want)
		}
	}
}
