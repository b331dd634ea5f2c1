package access_test

import (
	"testing"

	"beibu/exchange"
	"beibu/exchange/access"
)

// granted says who may do what, once more and by hand: a change of the table of
// permissions must be made here too. An action without a row fails the test.
var granted = map[access.Action]struct{ anonymous, party, operator bool }{
	access.ReadPublic:      {true, true, true},
	access.ReadCatalogue:   {false, true, true},
	access.ReadRoutes:      {false, false, true},
	access.ReadExchanges:   {false, true, true},
	access.SubmitDocument:  {false, true, false},
	access.CheckDocument:   {false, true, true},
	access.ReceiveDelivery: {false, true, false},
	access.ReplayDelivery:  {false, true, true},
	access.ApproveReplay:   {false, false, true},
	access.DecideHeld:      {false, false, true},
	access.SuspendParty:    {false, false, true},
	access.ReadAudit:       {false, false, true},
	access.ReadRefusals:    {false, true, true},
	access.ExamineRefusal:  {false, true, true},
}

func TestPermissions(t *testing.T) {
	names := make(map[string]bool)
	for _, action := range access.Actions() {
		want, ok := granted[action]
		if !ok || action.Roles() == 0 || action.String() == "" || names[action.String()] {
			t.Errorf("action %d, %q: has no row, no role or another's name", action, action)
			continue
		}
		names[action.String()] = true
		for _, c := range []struct {
			who access.Principal
			may bool
		}{
			{access.Principal{}, want.anonymous},
			{access.Principal{Name: "k", Party: "p"}, want.party},
			{access.Principal{Name: "k", Operator: true}, want.operator},
			{access.Principal{Name: "k", Party: "p", Operator: true}, want.party || want.operator},
		} {
			err := c.who.May(action)
			if (err == nil) != c.may || err != nil && exchange.KindOf(err) != exchange.Forbidden {
				t.Errorf("%s by %+v: %v, want allowed %t", action, c.who, err, c.may)
			}
		}
		if action.IsPublic() != want.anonymous {
			t.Errorf("%s is public: %t", action, action.IsPublic())
		}
	}
}
