package answer

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"beibu/exchange"
	"beibu/exchange/proof"
	"beibu/queue"
)

// Problem is the body of every answer that is not what was asked for
// (RFC 9457). Programs match its code, which never changes its meaning.
type Problem struct {
	Type      string           `json:"type"` // the address of its page, relative to that of the daemon
	Title     string           `json:"title"`
	Status    int              `json:"status"`
	Detail    string           `json:"detail,omitempty"`
	ZH        Summary          `json:"zh"`       // title and detail in Chinese
	Instance  string           `json:"instance"` // "urn:beibu:request:" and the request id
	Code      string           `json:"code"`
	Faults    []exchange.Fault `json:"faults,omitempty"`        // what is wrong with the document, at most MaxFaults
	Omitted   int              `json:"faultsOmitted,omitempty"` // how many more there are
	Retryable bool             `json:"retryable"`               // sending the same again may succeed
	RequestID string           `json:"requestId"`               // for whoever is asked for help
	Earlier   *Earlier         `json:"earlier,omitempty"`       // in a conflict: the exchange that has the document number
}

// typePath is where every daemon serves the page of each problem.
const typePath = "/v1/problems/"

// Summary is what a problem says to people in another language than English.
type Summary struct {
	Title  string `json:"title"`
	Detail string `json:"detail,omitempty"`
}

// Earlier names the exchange that has a document number.
type Earlier struct {
	ExchangeID   string `json:"exchangeId"`
	DigestSHA256 string `json:"digestSHA256"`
	AcceptedAt   Time   `json:"acceptedAt"`
}

// ProblemOf turns an error into what the caller reads of it, and into how long it
// should wait before it sends the same again, or 0. The cause of a failure of ours
// is not in it.
func ProblemOf(err error, requestID string) (p Problem, retryAfter time.Duration) {
	kind, code := exchange.KindOf(err), ""
	if kind == exchange.Internal && outOfTime(err) {
		kind = exchange.Unavailable
	}
	failure, isDomain := errors.AsType[*exchange.Error](err)
	isShown := isDomain && !classes[kind].hidden
	if isShown {
		code = failure.Code
	}
	row := lookUp(kind, code)
	p = Problem{
		Type: typePath + row.Code, Status: row.Status, Code: row.Code, Retryable: row.Retryable,
		Instance: "urn:beibu:request:" + requestID, RequestID: requestID,
	}
	detail := row.Detail
	switch {
	case isShown:
		detail = cmp.Or(failure.Text(), row.Detail)
		p.add(failure)
		row.RetryAfter = cmp.Or(failure.RetryAfter, row.RetryAfter)
	case kind == exchange.Unavailable:
		detail = whyUnavailable(err)
	}
	p.Title, p.Detail = row.Title.EN, detail.EN
	p.ZH = Summary{Title: row.Title.ZH, Detail: detail.ZH}
	return p, row.RetryAfter
}

// outOfTime reports whether a call ended before it was done. What became of it is
// unknown, whatever it was doing.
func outOfTime(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// add fills in what is found in a document, and what its number belongs to.
func (p *Problem) add(failure *exchange.Error) {
	if len(failure.Faults) > 0 {
		p.Faults, p.Omitted = Shown(failure.Faults, failure.More)
	}
	if e := failure.Earlier; e != nil && failure.Kind == exchange.Conflict {
		p.Earlier = &Earlier{
			ExchangeID: e.ID.String(), DigestSHA256: hex.EncodeToString(e.Digest[:]), AcceptedAt: TimeOf(e.AcceptedAt),
		}
	}
}

// whyUnavailable says why something is not available, and nothing that only we
// should know.
func whyUnavailable(err error) exchange.Text {
	switch {
	case errors.Is(err, queue.ErrFull):
		return exchange.Text{EN: "the disk of the exchange is full, or takes nothing more", ZH: "平台磁盘已满或无法写入"}
	case errors.Is(err, proof.ErrReceiptKey):
		return exchange.Text{EN: "this node does not have the key that signs the receipt; its operator has to copy it from another node", ZH: "本节点没有签发该回执的密钥，须由运行人员从其他节点复制"}
	case errors.Is(err, queue.ErrUnavailable):
		return exchange.Text{EN: "the log of the exchange does not answer", ZH: "平台的日志存储没有响应"}
	case exchange.KindOf(err) == exchange.Unavailable:
		return exchange.Text{EN: "the index of this node has not caught up with the log", ZH: "本节点的索引尚未跟上日志"}
	}
	return exchange.Text{EN: "the time that a request may take is over", ZH: "请求处理超时"}
}

// Encode returns the problem as JSON. If it cannot be encoded, it becomes an
// internal problem, and its status with it.
func (p *Problem) Encode() []byte {
	body, err := json.Marshal(p)
	if err != nil { // a time beyond the year 9999, and no more
		body = []byte(`{"type":"` + typePath + `internal","status":500,"code":"internal"}`)
		p.Status = classes[exchange.Internal].Status
	}
	return body
}
