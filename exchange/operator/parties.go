package operator

import (
	"context"
	"fmt"
	"time"

	"beibu/exchange"
	"beibu/queue"
)

// Endpoints test the addresses to which deliveries are pushed, and the folders of parties.
type Endpoints interface {
	// Test pushes one test message to the address of a party, or writes a file to its
	// folders and removes it.
	Test(ctx context.Context, party string) (exchange.EndpointTest, error)
}

// Parties is what the staff, and a party itself, can do about one.
type Parties struct {
	Suspended *exchange.Suspensions
	Recorder  *exchange.Recorder
	Endpoints Endpoints // or nil, if there are none
}

// Resume lets a party in again that an operator has suspended. It fails with an
// [*exchange.Error] of kind Stale if none has: it changes no suspension in the map of
// parties.
func (p Parties) Resume(ctx context.Context, party *exchange.Party, reason, actor string) error {
	was, err := p.Suspended.Resume(ctx, exchange.Suspension{Party: party.ID, Reason: reason, Actor: actor, At: time.Now().UTC()})
	if err != nil {
		return fmt.Errorf("resume party: %w", err)
	}
	if was {
		return nil
	}
	why := exchange.Because("no operator has suspended the party", "没有操作员暂停该参与方")
	if party.Suspended {
		why = exchange.Because("the map of parties says that the party is suspended, and only a change of it lets it in again",
			"参与方名录规定该参与方暂停，修改名录后方可恢复")
	}
	return &exchange.Error{Op: "resume party", Kind: exchange.Stale, Code: "not-suspended", Err: why}
}

// Test tests the address or the folders of a party. Who asked is in the record before
// anything is done. It fails with an [*exchange.Error] of kind Stale if the party has
// neither.
func (p Parties) Test(ctx context.Context, party *exchange.Party, actor string) (exchange.EndpointTest, error) {
	if p.Endpoints == nil || party.Push.URL == "" && party.Folder == (exchange.Folder{}) {
		return exchange.EndpointTest{}, &exchange.Error{
			Op: "test endpoint", Kind: exchange.Stale, Code: "not-pushed",
			Err: exchange.Because("there is nothing to test: the map of parties names no address and no folder of the party", "没有可测试的对象：参与方名录中没有其地址或文件夹"),
		}
	}
	err := p.Recorder.Record(ctx, exchange.Event{
		Subject: queue.Subject{Kind: queue.SubjectParty, ID: party.ID}, Name: exchange.PartyTested, At: time.Now().UTC(),
		Cause: exchange.Cause{Actor: actor},
	})
	if err != nil {
		return exchange.EndpointTest{}, err
	}
	got, err := p.Endpoints.Test(ctx, party.ID)
	if err != nil {
		return exchange.EndpointTest{}, fmt.Errorf("test endpoint: %w", err)
	}
	return got, nil
}
