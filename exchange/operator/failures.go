package operator

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"beibu/exchange"
)

// Failures groups what has failed by its cause, so that three hundred documents that one
// receiver refuses for one reason are one thing to mend.
type Failures struct {
	Log       exchange.FailureLog
	Handovers int // a delivery that was handed over so often, and never acknowledged, has failed, too; at least 2
}

// A Side is who has to act on a failure.
type Side string

// The sides.
const (
	Receiver Side = "receiver" // it does not fetch, or does not acknowledge
	Sender   Side = "sender"   // the receiver refused its document
	Ours     Side = "exchange" // this exchange
)

// A Pile is what has failed for one cause at one receiver, and who does what about it.
type Pile struct {
	exchange.Failure
	Side Side
	Next exchange.Text // the next step, for people
}

// List returns the piles of what fits: those with perishable goods first, and then the
// largest. The order of equal ones does not change from call to call.
func (f Failures) List(ctx context.Context, q exchange.FailureQuery) ([]Pile, error) {
	q.Handovers = f.Handovers
	found, err := f.Log.Failures(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list failures: %w", err)
	}
	piles := make([]Pile, 0, len(found))
	for _, failure := range found {
		side, next := advise(failure)
		piles = append(piles, Pile{Failure: failure, Side: side, Next: next})
	}
	slices.SortFunc(piles, func(a, b Pile) int {
		return cmp.Or(
			cmp.Compare(b.Express, a.Express), cmp.Compare(b.Count, a.Count),
			cmp.Compare(a.Receiver, b.Receiver), cmp.Compare(a.State, b.State), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Sender, b.Sender),
		)
	})
	return piles, nil
}

// advise returns who has to act on a failure, and how.
func advise(f exchange.Failure) (Side, exchange.Text) {
	since := f.First.UTC().Format(time.RFC3339)
	switch {
	case f.Code == exchange.CodeNotKept:
		return Ours, text("The envelopes are no longer kept. Ask the senders to send the documents again under a new version, and keep envelopes for longer.",
			"信封已超过保存期限。请发送方以新版本号重新报送，并延长信封的保存期限。")
	case f.Code == exchange.CodeExpired:
		return Receiver, text("%s has acknowledged none of these in time, the first by %s. Ask it to fetch its mailbox. When it does again, replay them.",
			"%s 未在期限内签收上述单证，最早一份的期限于 %s 届满。请联系其提取信箱；恢复后再重放。", f.Receiver, since)
	case f.State == exchange.ContentHandover:
		return Receiver, text("%s fetches these again and again and does not acknowledge them: its system probably fails on them. Send it the example. Nothing has to be replayed.",
			"%s 反复提取而不签收，其系统可能无法处理。请将示例交换告知对方；无须重放。", f.Receiver)
	case f.State == exchange.ConsignmentRejection && f.Sender != "":
		return Sender, text("%s refused these with its own code %s. Return the reason to %s, which sends a corrected version. If the receiver was at fault, replay them once it has mended that.",
			"%s 以自定代码 %s 拒收。请将原因告知 %s，由其报送更正后的版本；若系接收方原因，待其修复后再重放。", f.Receiver, f.Code, f.Sender)
	case f.State == exchange.ConsignmentRejection:
		return Sender, text("%s refused these with its own code %s. Return the reason to the senders, who send a corrected version. If the receiver was at fault, replay them once it has mended that.",
			"%s 以自定代码 %s 拒收。请将原因告知发送方，由其报送更正后的版本；若系接收方原因，待其修复后再重放。", f.Receiver, f.Code)
	}
	return Ours, text("These were given up with code %s. Look at the example, mend the cause, and replay them.",
		"上述交付均已失败，代码 %s。请查看示例交换，排除原因后重放。", f.Code)
}

func text(en, zh string, args ...any) exchange.Text {
	return exchange.Text(exchange.Because(en, zh, args...))
}
