package operator

import (
	"fmt"
	"slices"
	"time"

	"beibu/exchange"
)

// A Step is the next step about a pile, in words. Its text is the same for the API, the
// command line and the console, which name parties and times in their own ways.
type Step struct {
	// The verbs of the text take, in this order: the receiver, the sender, the code, and
	// the time.
	text    exchange.Text
	failure exchange.Failure
	at      time.Time
}

// Words returns the text of the step, with parties as name returns them, and times as
// clock does.
func (s Step) Words(name func(party string) exchange.Text, clock func(time.Time) string) exchange.Text {
	receiver, sender, at := name(s.failure.Receiver), name(s.failure.Sender), clock(s.at)
	return exchange.Text{
		EN: fmt.Sprintf(s.text.EN+"%[5]s", receiver.EN, sender.EN, s.failure.Code, at, ""),
		ZH: fmt.Sprintf(s.text.ZH+"%[5]s", receiver.ZH, sender.ZH, s.failure.Code, at, ""),
	}
}

// ByID names parties by their ids and times by RFC 3339, as the API does.
func (s Step) ByID() exchange.Text {
	return s.Words(
		func(party string) exchange.Text { return exchange.Text{EN: party, ZH: party} },
		func(at time.Time) string { return at.UTC().Format(time.RFC3339) },
	)
}

// The texts of steps. Each takes some of the verbs, by their numbers.
var (
	stepNotKept = exchange.Text{
		EN: "The envelopes are no longer kept. Ask the senders to send the documents again under a new version, and keep envelopes for longer.",
		ZH: "信封已超过保存期限。请发送方以新版本号重新报送，并延长信封的保存期限。",
	}
	stepExpired = exchange.Text{
		EN: "%[1]s has acknowledged none of these in time, the first by %[4]s. Ask it to fetch its mailbox. When it does again, replay them.",
		ZH: "%[1]s 未在期限内签收上述单证，最早一份的期限于 %[4]s 届满。请联系其提取信箱；恢复后再重放。",
	}
	stepHandedOver = exchange.Text{
		EN: "%[1]s fetches these again and again and does not acknowledge them: its system probably fails on them. Send it the example. Nothing has to be replayed.",
		ZH: "%[1]s 反复提取而不签收，其系统可能无法处理。请将示例交换告知对方；无须重放。",
	}
	stepRefusedOfSender = exchange.Text{
		EN: "%[1]s refused these with its own code %[3]s. Return the reason to %[2]s, which sends a corrected version. If the receiver was at fault, replay them once it has mended that.",
		ZH: "%[1]s 以自定代码 %[3]s 拒收。请将原因告知 %[2]s，由其报送更正后的版本；若系接收方原因，待其修复后再重放。",
	}
	stepRefused = exchange.Text{
		EN: "%[1]s refused these with its own code %[3]s. Return the reason to the senders, who send a corrected version. If the receiver was at fault, replay them once it has mended that.",
		ZH: "%[1]s 以自定代码 %[3]s 拒收。请将原因告知发送方，由其报送更正后的版本；若系接收方原因，待其修复后再重放。",
	}
	stepGivenUp = exchange.Text{
		EN: "These were given up with code %[3]s. Look at the example, mend the cause, and replay them.",
		ZH: "上述交付均已失败，代码 %[3]s。请查看示例交换，排除原因后重放。",
	}
	stepRetry = exchange.Text{
		EN: "%[1]s did not take these (%[3]s). They are tried again by themselves, next at %[4]s, and what comes behind them waits. Ask %[1]s what is wrong. Nothing is lost, and nothing has to be replayed.",
		ZH: "%[1]s 未能接收（%[3]s）。平台会自动重试，下次为 %[4]s，其后的交付依次等待。请联系 %[1]s 查明原因；单证不会丢失，无须重放。",
	}
	stepRetryOurs = exchange.Text{
		EN: "We could not carry these to %[1]s (%[3]s): our own configuration or store is at fault. Look at the example and mend the cause. They are tried again by themselves, next at %[4]s.",
		ZH: "平台无法将其送达 %[1]s（%[3]s），原因在平台自身的配置或存储。请查看示例交换并排除原因；平台会自动重试，下次为 %[4]s。",
	}
)

// advise returns who has to act on what failed for good, and how.
func advise(f exchange.Failure) (Side, Step) {
	step := func(text exchange.Text) Step { return Step{text, f, f.First} }
	switch {
	case f.Code == exchange.CodeNotKept:
		return Ours, step(stepNotKept)
	case f.Code == exchange.CodeExpired:
		return Receiver, step(stepExpired)
	case f.State == exchange.ContentHandover:
		return Receiver, step(stepHandedOver)
	case f.State == exchange.ConsignmentRejection && f.Sender != "":
		return Sender, step(stepRefusedOfSender)
	case f.State == exchange.ConsignmentRejection:
		return Sender, step(stepRefused)
	}
	return Ours, step(stepGivenUp)
}

// ourCodes are the codes of attempts that fail on this side.
var ourCodes = []string{"address-refused", "envelope"}

// adviseRetry returns who has to act on what is still carried again, and how.
func adviseRetry(f exchange.Failure) (Side, Step) {
	if slices.Contains(ourCodes, f.Code) {
		return Ours, Step{stepRetryOurs, f, f.Next}
	}
	return Receiver, Step{stepRetry, f, f.Next}
}
