package operator

import (
	"context"
	"time"

	"beibu/exchange"
)

// Statuses says how parties do: what waits for them, and whether they take it.
type Statuses struct {
	Log       exchange.ActivityLog
	Handovers int // a delivery that was handed over so often, and never acknowledged, is failing
}

// The ways by which deliveries reach a receiver.
const (
	ByMailbox = "mailbox"
	ByPush    = "push"
	ByTopic   = "topic"
	ByFolder  = "folder"
)

// A Status is how one party does.
type Status struct {
	Party     string
	Suspended bool
	Way       string           // by which deliveries reach it
	Backlog   exchange.Backlog // of what it has not acknowledged
	HeldBack  HeldBack         // of that: what waits for its turn
	Receiving Sided
	Sending   Sided
}

// HeldBack is what waits at one receiver for another delivery of the same number.
type HeldBack struct {
	Numbers int // of documents
	Longest []HeldNumber
}

// A HeldNumber is a number of which deliveries wait, with the reason.
type HeldNumber struct {
	exchange.HeldNumber

	Why   exchange.Wait
	Until time.Time // when that is over at the latest, or zero
}

// A Sided is how one side of a party does.
type Sided struct {
	exchange.Activity
	Succeeded time.Time // zero if it never did, of late
}

// Of returns how parties do, in their order.
func (s Statuses) Of(ctx context.Context, parties []exchange.Party, suspended func(party string) bool) ([]Status, error) {
	activities, err := s.Log.Activities(ctx)
	if err != nil {
		return nil, err
	}
	backlogs, err := s.Log.Counts(ctx, s.Handovers)
	if err != nil {
		return nil, err
	}
	all := make([]Status, 0, len(parties))
	for _, p := range parties {
		one := Status{Party: p.ID, Suspended: suspended(p.ID), Way: WayTo(p), Backlog: exchange.Backlog{Receiver: p.ID}}
		for _, b := range backlogs {
			if b.Receiver == p.ID {
				one.Backlog = b
			}
		}
		if one.Backlog.HeldBack > 0 {
			if one.HeldBack, err = s.heldBack(ctx, p.ID, time.Now()); err != nil {
				return nil, err
			}
		}
		for side, into := range map[exchange.Side]*Sided{exchange.Sending: &one.Sending, exchange.Receiving: &one.Receiving} {
			for _, a := range activities {
				if a.Party == p.ID && a.Side == side {
					into.Activity = a
				}
			}
			if into.Succeeded, err = s.Log.LastSuccess(ctx, p.ID, side); err != nil {
				return nil, err
			}
		}
		if one.Way == ByMailbox {
			one.Receiving.Breaker = exchange.Breaker{} // of a carrier that it had before
		}
		all = append(all, one)
	}
	return all, nil
}

// heldBack returns what waits at a receiver for its turn.
func (s Statuses) heldBack(ctx context.Context, receiver string, now time.Time) (HeldBack, error) {
	some, all, err := s.Log.HeldBack(ctx, receiver)
	held := HeldBack{Numbers: all}
	for _, one := range some {
		why, until := one.Why(s.Handovers, now)
		held.Longest = append(held.Longest, HeldNumber{HeldNumber: one, Why: why, Until: until})
	}
	return held, err
}

// WayTo returns the way by which deliveries reach a party.
func WayTo(p exchange.Party) string {
	switch {
	case p.Push.URL != "":
		return ByPush
	case p.Deliver.Topic != "":
		return ByTopic
	case p.Folder.Receives:
		return ByFolder
	}
	return ByMailbox
}
