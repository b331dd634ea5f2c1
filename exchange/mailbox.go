package exchange

import (
	"regexp"
	"time"

	"github.com/google/uuid"
)

// What a receiver may ask of its mailbox. [MaxLease] is the longest lease.
const (
	MaxFetched     = MaxPage // deliveries in one call
	DefaultFetched = DefaultPage
	MinLease       = time.Second
	DefaultLease   = time.Minute
	MaxFetchWait   = time.Minute
	MaxAcks        = 500   // in one call
	MaxReason      = 1_000 // bytes
)

// A Fetch says what a receiver asks of its mailbox.
type Fetch struct {
	Limit int           // deliveries: 1 to MaxFetched; 0 means DefaultFetched
	Lease time.Duration // MinLease to MaxLease; 0 means DefaultLease
	Wait  time.Duration // how long to wait for the first: up to MaxFetchWait; 0 does not wait
}

// Bounded returns a fetch with the nearest bound for what is outside the bounds.
func (f Fetch) Bounded() Fetch {
	if f.Limit == 0 {
		f.Limit = DefaultFetched
	}
	if f.Lease == 0 {
		f.Lease = DefaultLease
	}
	return Fetch{
		Limit: min(max(f.Limit, 1), MaxFetched),
		Lease: min(max(f.Lease, MinLease), MaxLease),
		Wait:  min(max(f.Wait, 0), MaxFetchWait),
	}
}

// Leased is a delivery under lease.
type Leased struct {
	Exchange    Exchange // with that one delivery
	LeasedUntil time.Time
}

// An Ack is what a receiver says of one delivery: that it has and takes the
// document, or why it does not.
type Ack struct {
	Exchange uuid.UUID
	Accepted bool
	Code     string // the receiver's own; required if it refuses
	Reason   string // for people
}

// An Outcome says what became of an acknowledgement.
type Outcome string

// The outcomes.
const (
	Recorded  Outcome = "recorded"  // it is in the record now
	Repeated  Outcome = "repeated"  // it was so before: nothing was recorded
	Overtaken Outcome = "overtaken" // another call was faster, and State is what it said
)

// An AckResult is the answer to one Ack.
type AckResult struct {
	Exchange uuid.UUID
	Outcome  Outcome
	State    State // of the delivery now
}

// ackCodes are those that programs of receivers give. They are shown in tables and
// matched, so they have no blank and no line break.
var ackCodes = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// Check returns nil for an acknowledgement that may be recorded, or why it may
// not.
func (a Ack) Check() *Reason {
	var why Reason
	switch {
	case a.Accepted && a.Code == "" && a.Reason == "":
		return nil
	case !ackCodes.MatchString(a.Code):
		why = Because("a refusal has a code of 1 to 64 letters, digits, dots, hyphens and underscores of ASCII",
			"拒收交付须给出代码，由 1 至 64 个 ASCII 字母、数字、点、连字符或下划线组成")
	case IsOwnCode(a.Code):
		why = Because("the code %s is the exchange's own", "代码 %s 为平台专用", a.Code)
	case len(a.Reason) > MaxReason:
		why = Because("the reason has %d bytes, and %d are the limit", "理由有 %d 字节，最多 %d 字节", len(a.Reason), MaxReason)
	default:
		return nil
	}
	return &why
}
