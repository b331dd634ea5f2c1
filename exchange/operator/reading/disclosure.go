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
	return d.read(ctx, subjectOf(who, x), document, wanted)
}

// ReadRefused renders a refused document for a caller that may see the refusal, as
// [Disclosures.Read] does: its sender sees all of it.
func (d Disclosures) ReadRefused(ctx context.Context, who access.Principal, r exchange.Refusal, document Document, wanted Request) (Reading, error) {
	return d.read(ctx, refusedSubject(who, r), document, wanted)
}

// A subject is what a caller wants to read.
type subject struct {
	who  access.Principal
	own  bool                // it is of the caller's own party
	may  func() error        // nil if the caller has the right to read what is personal in it
	what exchange.Disclosure // without a form
}

func subjectOf(who access.Principal, x exchange.Exchange) subject {
	return subject{who, who.IsPartyTo(x), func() error { return who.MayUnmask(x) }, exchange.Disclosure{Exchange: x.ID}}
}

func refusedSubject(who access.Principal, r exchange.Refusal) subject {
	return subject{who, who.IsSenderOf(r), func() error { return who.MayUnmaskRefused(r) }, exchange.Disclosure{Refusal: r.ID}}
}

func (d Disclosures) read(ctx context.Context, of subject, document Document, wanted Request) (Reading, error) {
	if of.own {
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
	of.what.Form, of.what.Field = exchange.FormReading, wanted.Field
	if err := d.unmask(ctx, of, wanted.Reason); err != nil {
		return Reading{}, err
	}
	return Unmasked(document, wanted.Field)
}

// Unmask returns nil if a caller may see the personal data of an exchange now: its own
// party sent or received it, or the caller has the right, gives a reason, and both are in
// the record, on every node. What cannot be recorded is not shown.
func (d Disclosures) Unmask(ctx context.Context, who access.Principal, x exchange.Exchange, what exchange.Disclosure, reason string) error {
	of := subjectOf(who, x)
	of.what.Form, of.what.Field = what.Form, what.Field
	return d.unmask(ctx, of, reason)
}

// UnmaskRefused is [Disclosures.Unmask] for the bytes of a refused document.
func (d Disclosures) UnmaskRefused(ctx context.Context, who access.Principal, r exchange.Refusal, reason string) error {
	of := refusedSubject(who, r)
	of.what.Form = exchange.FormDocument
	return d.unmask(ctx, of, reason)
}

func (d Disclosures) unmask(ctx context.Context, of subject, reason string) error {
	if of.own {
		return nil
	}
	if err := of.may(); err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > MaxReason {
		return &exchange.Error{
			Op: "read personal data", Kind: exchange.BadRequest, Code: "reason-required",
			Err: exchange.Because("say in reason why you read the personal data in it, in at most %d bytes; the record keeps it",
				"请在 reason 中说明查看其中个人信息的理由，最多 %d 字节，理由将留存", MaxReason),
		}
	}
	return d.Recorder.Record(ctx, exchange.Event{
		Subject: queue.Subject{Kind: queue.SubjectAction, ID: of.who.Name}, Name: exchange.PersonalDataRead, At: queue.Stored(time.Now()),
		Cause: exchange.Cause{Code: "personal-data", Actor: of.who.Name, Reason: reason}, Disclosure: &of.what,
	})
}
