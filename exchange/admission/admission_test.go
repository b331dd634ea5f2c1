package admission

import (
	"errors"
	"testing"

	"beibu/exchange"
	"beibu/exchange/access"
)

// A call is admitted by its rights, then by the suspension of its party, then by
// the memory. A ticket of a refused call holds nothing, and can be released.
func TestAdmit(t *testing.T) {
	operator := access.Principal{Name: "k", Grants: access.Everywhere(access.StaffRoles)}
	for name, test := range map[string]struct {
		suspended bool
		full      bool // no memory is left
		who       access.Principal
		action    access.Action
		code      string // "" if it is admitted
		kind      exchange.Kind
	}{
		"a party":                        {who: of("a"), action: access.SubmitDocument},
		"no right to it":                 {who: operator, action: access.SubmitDocument, kind: exchange.Forbidden},
		"an operator's right":            {who: of("a"), action: access.DecideHeld, kind: exchange.Forbidden},
		"anonymous":                      {action: access.SubmitDocument, kind: exchange.Forbidden},
		"anonymous, what is public":      {action: access.ReadPublic},
		"suspended":                      {suspended: true, who: of("a"), action: access.ReadExchanges, code: exchange.CodeSuspended, kind: exchange.Forbidden},
		"suspended, and without a right": {suspended: true, who: of("a"), action: access.DecideHeld, kind: exchange.Forbidden},
		"an operator meanwhile":          {suspended: true, who: operator, action: access.ReadExchanges},
		"no memory":                      {full: true, who: of("a"), action: access.SubmitDocument, code: "memory-full", kind: exchange.Overloaded},
	} {
		t.Run(name, func(t *testing.T) {
			c := control(t, exchange.Party{Suspended: test.suspended})
			if test.full {
				c.memory.detached = func() int64 { return c.limits.Memory }
			}
			ticket, err := c.Admit(c.current.Load().InForce, test.who, test.action)
			failure, refused := errors.AsType[*exchange.Error](err)
			if isRefused := test.kind != exchange.Internal; refused != isRefused || refused && (failure.Kind != test.kind || failure.Code != test.code) {
				t.Fatalf("admitted with %v", err)
			}
			if holds := ticket.bytes > 0; holds == refused {
				t.Errorf("the ticket holds %d bytes, with %v", ticket.bytes, err)
			}
			ticket.Release()
			if _, bytes := c.memory.inUse(); !test.full && bytes != 0 {
				t.Errorf("%d bytes are held after the release", bytes)
			}
		})
	}
}
