package reading

import (
	"context"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/queue"
)

// A Recorder makes events durable: an [exchange.Recorder].
type Recorder interface {
	Record(ctx context.Context, events ...exchange.Event) error
}

// Disclosures record who reads personal data, and why, before it is shown.
type Disclosures struct {
	Recorder Recorder
}

// MaxReason is the longest reason, in bytes.
const MaxReason = 256

// A Request says what a caller wants to see of a document.
type Request struct {
	Reason string // for which it reads personal data, or ""
	Field  string // path of the one element to unmask; "" means all
}

// Read renders the document of an exchange for a caller that may see it: in full for the
// parties to it, with personal data masked for the staff, and unmasked as far as they ask
// for it with a reason, as [Disclosures.Unmask] says.
func (d Disclosures) Read(ctx context.Context, who access.Principal, x exchange.Exchange, document Document, wanted Request) (Reading, error) {
	if who.IsPartyTo(x) {
		return Unmasked(document, "")
	}
	masked, err := Masked(document)
	if err != nil || wanted == (Request{}) {
		return masked, err
	}
	if wanted.Field != "" && !masked.Has(wanted.Field) {
		return Reading{}, &exchange.Error{
			Op: "read document", Kind: exchange.Invalid, Code: "unknown-field",
			Err: exchange.Because("nothing is masked at the path %q", "路径 %q 处没有隐藏的内容", wanted.Field),
		}
	}
	if err := d.Unmask(ctx, who, x, exchange.Disclosure{Form: exchange.FormReading, Field: wanted.Field}, wanted.Reason); err != nil {
		return Reading{}, err
	}
	return Unmasked(document, wanted.Field)
}

// Unmask returns nil if a caller may see the personal data of an exchange now: its own
// party sent or received it, or the caller has the right, gives a reason, and both are in
// the record, on every node. What cannot be recorded is not shown.
func (d Disclosures) Unmask(ctx context.Context, who access.Principal, x exchange.Exchange, what exchange.Disclosure, reason string) error {
	if who.IsPartyTo(x) {
		return nil
	}
	if err := who.MayUnmask(x); err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > MaxReason {
		return &exchange.Error{
			Op: "read personal data", Kind: exchange.BadRequest, Code: "reason-required",
			Err: exchange.Because("say in reason why you read the personal data in it, in at most %d bytes; the record keeps it",
				"请在 reason 中说明查看其中个人信息的理由，最多 %d 字节，理由将留存", MaxReason),
		}
	}
	what.Exchange = x.ID
	return d.Recorder.Record(ctx, exchange.Event{
		Subject: queue.Subject{Kind: queue.SubjectAction, ID: who.Name}, Name: exchange.PersonalDataRead, At: queue.Stored(time.Now()),
		Cause: exchange.Cause{Code: "personal-data", Actor: who.Name, Reason: reason}, Disclosure: &what,
	})
}
