package exchange

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"beibu/queue"
)

// A RefusalPolicy says what is kept of the documents of a party that are refused. The zero
// value keeps no byte of them.
type RefusalPolicy struct {
	Keep time.Duration // how long the bytes of those that are recorded one by one are kept
}

// MaxKeep is the longest that any policy may keep the bytes of a refused document.
const MaxKeep = 30 * 24 * time.Hour

// A Keeping says what the policy of the sender has made of the bytes of a refused document:
// they are kept until a time, or they are not, for a reason.
type Keeping struct {
	Until    time.Time `json:"until,omitzero"`
	Position int64     `json:"position,omitempty"` // in the [queue.Keeper]
	Not      NotKept   `json:"not,omitempty"`
}

// NotKept says why bytes are not kept though the policy of the sender asks for it.
type NotKept string

// The reasons.
const (
	KeptFull     NotKept = "full"      // the bytes of the party that are kept already leave no room
	KeptTooLarge NotKept = "too-large" // the document is larger than documents may be
	KeptUnread   NotKept = "unread"    // it has no bytes, or was not read to its end
	KeptFailed   NotKept = "failed"    // the store did not confirm them in time
)

// IsKept reports whether the bytes of a refusal are kept at a time.
func (r Refusal) IsKept(at time.Time) bool { return r.Kept != nil && r.Kept.Until.After(at) }

// A KeptLedger knows how many bytes of refused documents are kept.
type KeptLedger interface {
	// KeptBytes returns how many bytes of a sender are kept at a time, by the record up to
	// a sequence at least.
	KeptBytes(ctx context.Context, sender string, at time.Time) (bytes, sequence int64, err error)
}

// CodeBytesNotKept is the code of the error for bytes of a refused document that are not kept,
// or not any more.
const CodeBytesNotKept = "refusal-not-kept"

// KeptDocument returns the bytes of a refused document. It fails with an [*Error] of kind
// NotFound and the code [CodeBytesNotKept] if they are not kept now, and of kind Unavailable if
// they cannot be read.
func KeptDocument(ctx context.Context, from queue.Keeper, r Refusal, now time.Time) ([]byte, error) {
	const op = "read refused document"
	if !r.IsKept(now) {
		return nil, &Error{Op: op, Kind: NotFound, Code: CodeBytesNotKept, Err: r.whyNotKept()}
	}
	document, err := from.Kept(ctx, r.Kept.Position)
	if errors.Is(err, queue.ErrUnavailable) {
		return nil, &Error{Op: op, Kind: Unavailable, Err: err}
	}
	// Another store than the one that kept them may have other bytes at the position.
	if errors.Is(err, queue.ErrNotFound) || err == nil && sha256.Sum256(document) != r.Digest {
		return nil, &Error{Op: op, Kind: NotFound, Code: CodeBytesNotKept, Err: Because(
			"they are in the store no longer, or it was restored without them", "存储中已无该内容，或存储恢复时不含该内容",
		)}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	return document, nil
}

// whyNotKept says why the bytes of a refusal are not kept now.
func (r Refusal) whyNotKept() error {
	switch {
	case r.Count != nil:
		return Because("these refusals were counted and not recorded one by one", "这些退单仅计数，未逐份记录")
	case r.Kept == nil:
		return Because("the policy of the sender kept no bytes", "按发送方的策略，内容未予保存")
	case r.Kept.Not == "":
		return Because("they were kept until %s", "保存期已于 %s 届满", r.Kept.Until.UTC().Format(time.RFC3339))
	}
	why := NotKeptText(r.Kept.Not)
	return Because("%[1]s", "%[2]s", why.EN, why.ZH)
}

// NotKeptText returns for people why bytes are not kept.
func NotKeptText(why NotKept) Text {
	switch why {
	case KeptFull:
		return Text{EN: "the bytes of the sender that were kept already left no room", ZH: "发送方已保存的内容已达上限"}
	case KeptTooLarge:
		return Text{EN: "the document is larger than documents may be", ZH: "单证超过大小上限"}
	case KeptUnread:
		return Text{EN: "no bytes of the document were read, or not all", ZH: "未读取到单证内容，或未读取完毕"}
	case KeptFailed:
	}
	return Text{EN: "the store did not confirm them in time", ZH: "存储未及时确认"}
}
