package exchange

import "time"

// A HeldNumber is a document number of which deliveries to one receiver wait, since one of
// the same sender, kind and number goes before them.
type HeldNumber struct {
	Waiting int       // deliveries
	Since   time.Time // when the first of them and the one that is next were both open
	Next    Exchange  // the next, with its one delivery to the receiver
	IsOut   bool      // another one is handed over, for which the next may have to wait
	Out     Lease     // of that; without an end if it is out until it is closed
}

// MaxHeldNumbers is how many numbers are shown of one receiver, those that have waited the
// longest by the record.
const MaxHeldNumbers = 20

// A Wait says why deliveries of a number wait.
type Wait string

// The reasons. They are those of the delivery that is next.
const (
	WaitHandover    Wait = "not-handed-over"  // it was not fetched, or not carried, yet
	WaitLease       Wait = "leased"           // it is under lease
	WaitAcknowledge Wait = "not-acknowledged" // it was handed over, and is under no lease
	WaitFailing     Wait = "failing"          // it was handed over too often, and never acknowledged
	WaitRetry       Wait = "retried"          // it failed, and is tried again
	WaitLater       Wait = "later-out"        // a later version is out, as after a replay of the earlier
)

// Why returns why the deliveries wait at a time, and until when that lasts at the longest,
// or zero if nobody knows. A delivery that was handed over so often is failing.
func (h HeldNumber) Why(handovers int, now time.Time) (Wait, time.Time) {
	d := h.Next.Deliveries[0]
	switch {
	case h.IsOut && (h.Out.Until.IsZero() || h.Out.Holds(now)):
		return WaitLater, h.Out.Until
	case d.State == ContentHandover && d.Lease.Holds(now):
		return WaitLease, d.Lease.Until
	case d.Failing(handovers):
		return WaitFailing, time.Time{}
	case d.Retry.Tries > 0:
		return WaitRetry, d.Retry.Next
	case d.State == ContentHandover:
		return WaitAcknowledge, time.Time{}
	}
	return WaitHandover, time.Time{}
}

// Text says the reason to people.
func (w Wait) Text() Text {
	return map[Wait]Text{
		WaitHandover:    {EN: "the one before was not handed over yet", ZH: "前一笔尚未交付"},
		WaitLease:       {EN: "the one before is under lease", ZH: "前一笔已被提取，租用未到期"},
		WaitAcknowledge: {EN: "the one before was not acknowledged", ZH: "前一笔已交付，尚未签收"},
		WaitFailing:     {EN: "the one before was handed over too often", ZH: "前一笔多次提取未签收"},
		WaitRetry:       {EN: "the one before failed and is tried again", ZH: "前一笔投递失败，正在重试"},
		WaitLater:       {EN: "a later one is out, and the one before waits for that", ZH: "后一笔已交付未完结，前一笔须等待"},
	}[w]
}
