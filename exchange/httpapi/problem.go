package httpapi

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"beibu/exchange"
	"beibu/queue"
)

// Problem is the body of every answer that is not what was asked for
// (RFC 9457). Programs match its code, which never changes its meaning.
type Problem struct {
	Type      string   `json:"type"` // "urn:beibu:problem:" and the code
	Title     string   `json:"title"`
	Status    int      `json:"status"`
	Detail    string   `json:"detail,omitempty"`
	ZH        Summary  `json:"zh"`       // title and detail in Chinese
	Instance  string   `json:"instance"` // "urn:beibu:request:" and the request id
	Code      string   `json:"code"`
	Faults    []Fault  `json:"faults,omitempty"`        // what is wrong with the document, see maxFaults
	Omitted   int      `json:"faultsOmitted,omitempty"` // how many more there are
	Retryable bool     `json:"retryable"`               // sending the same again may succeed
	RequestID string   `json:"requestId"`               // for whoever is asked for help
	Earlier   *Earlier `json:"earlier,omitempty"`       // in a conflict: the exchange that has the document number
}

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

// The faults in one answer. A document with more is beyond mending one by one,
// and what a stranger wrote must not make an answer that is larger than it.
const (
	maxFaults     = 500
	maxFaultBytes = 1<<20 - 4<<10 // as JSON; the rest of an answer takes less than 4 KiB
)

// few returns the first faults, never null, and how many are left out, with
// those that were left out before.
func few(faults exchange.Faults, more int) (shown []Fault, omitted int) {
	n, bytes := 0, 0
	for ; n < min(len(faults), maxFaults); n++ {
		one, err := json.Marshal(faults[n])
		bytes += len(one) + len(",")
		if err != nil || bytes > maxFaultBytes {
			break
		}
	}
	return list([]Fault(faults[:n])), more + len(faults) - n
}

// A manner says how a kind of failure is told.
type manner struct {
	status    int
	title     exchange.Text
	code      string // of a failure that has none of its own
	retryable bool
	hidden    bool // the cause is ours, and not shown
	wait      int  // seconds before the same is sent again; 0 if nothing is said
}

// manners is the one table from kinds of failure to answers.
var manners = map[exchange.Kind]manner{
	exchange.Malformed: {
		status: http.StatusBadRequest, code: "malformed",
		title: exchange.Text{EN: "The document is not XML that the exchange accepts", ZH: "单证不是平台所接受的 XML"},
	},
	exchange.Invalid: {
		status: http.StatusUnprocessableEntity, code: "invalid",
		title: exchange.Text{EN: "Breaks a schema or a rule", ZH: "不符合模式或规则"},
	},
	exchange.Untrusted: {
		status: http.StatusUnprocessableEntity, code: "untrusted",
		title: exchange.Text{EN: "The sender's signature does not count", ZH: "发送方的签名无效"},
	},
	exchange.Conflict: {
		status: http.StatusConflict, code: "conflict",
		title: exchange.Text{EN: "Another document has this number", ZH: "该编号已被另一份单证占用"},
	},
	exchange.Unroutable: {
		status: http.StatusUnprocessableEntity, code: "unroutable",
		title: exchange.Text{EN: "No party takes this document", ZH: "没有参与方接收该单证"},
	},
	exchange.Forbidden: {
		status: http.StatusForbidden, code: "forbidden",
		title: exchange.Text{EN: "Not allowed", ZH: "无此权限"},
	},
	exchange.NotFound: {
		status: http.StatusNotFound, code: "not-found",
		title: exchange.Text{EN: "Not found", ZH: "未找到"},
	},
	exchange.Stale: {
		status: http.StatusConflict, code: "stale",
		title: exchange.Text{EN: "Changed since you looked", ZH: "情况在您查看之后已有变化"},
	},
	exchange.Unavailable: {
		status: http.StatusServiceUnavailable, code: "unavailable", retryable: true, hidden: true, wait: retryAfter,
		title: exchange.Text{
			EN: "Not available now; whether it was done is unknown: send the same again, which is safe",
			ZH: "暂时不可用；是否已经处理尚不确定：请原样重发，重发是安全的",
		},
	},
	exchange.InFlight: {
		status: http.StatusConflict, code: "in-flight", retryable: true, wait: inFlightAfter,
		title: exchange.Text{
			EN: "A document with this number is on its way in: send again in a moment",
			ZH: "该编号的单证正在接收中：请稍后重发",
		},
	},
	exchange.Internal: {
		status: http.StatusInternalServerError, code: "internal", retryable: true, hidden: true,
		title: exchange.Text{
			EN: "A failure of the exchange; whether it was done is unknown: the same may be sent again",
			ZH: "平台内部故障；是否已经处理尚不确定：可以原样重发",
		},
	},
}

// A refusal is what the door itself says no to.
type refusal struct {
	status     int
	code       string
	title      exchange.Text
	detail     exchange.Text
	retryAfter int // seconds; 0 if sending the same again is of no use
	cause      error
}

// Error says what was refused, for the log.
func (r *refusal) Error() string {
	if r.cause != nil {
		return r.code + ": " + r.cause.Error()
	}
	return r.code
}

// Unwrap returns the cause.
func (r *refusal) Unwrap() error { return r.cause }

// because adds the detail to a refusal.
func (r refusal) because(en, zh string) *refusal {
	r.detail = exchange.Text{EN: en, ZH: zh}
	return &r
}

// after says in how many seconds the same may be sent again.
func (r refusal) after(seconds int) *refusal {
	r.retryAfter = seconds
	return &r
}

// What the door refuses. Nothing was begun then.
var (
	errNoCredentials = (&refusal{
		status: http.StatusUnauthorized, code: "credentials-missing", title: exchange.Text{EN: "Who is calling?", ZH: "未提供身份凭据"},
	}).because("send an API key as a bearer token, or a client certificate", "请以 Bearer 令牌发送 API 密钥，或使用客户端证书")
	errWrongCredentials = (&refusal{
		status: http.StatusUnauthorized, code: "credentials-unknown", title: exchange.Text{EN: "Unknown credentials", ZH: "身份凭据未登记"},
	}).because("the API key or client certificate is not known here", "平台未登记该 API 密钥或客户端证书")
	errForbidden = &refusal{
		status: http.StatusForbidden, code: "forbidden", title: manners[exchange.Forbidden].title,
	}
	errSuspended = (&refusal{
		status: http.StatusForbidden, code: exchange.CodeSuspended, title: exchange.Text{EN: "The party is suspended", ZH: "参与方已被暂停"},
	}).because("an operator of the exchange has suspended this party", "平台操作员已暂停该参与方")
	errByTopic = (&refusal{
		status: http.StatusForbidden, code: "delivered-by-topic", title: exchange.Text{EN: "Deliveries go to a topic", ZH: "交付写入主题"},
	}).because("the party takes its deliveries from a topic in Kafka, and has no mailbox beside it", "该参与方从 Kafka 主题接收交付，不另设信箱")
	errParameter = &refusal{
		status: http.StatusBadRequest, code: "parameter", title: exchange.Text{EN: "A parameter cannot be understood", ZH: "参数无法识别"},
	}
	errOddNumber = &refusal{
		status: http.StatusBadRequest, code: exchange.CodeOddNumber,
		title: exchange.Text{EN: "A document number holds a character that none may hold", ZH: "单证编号含有不得使用的字符"},
	}
	errBody = &refusal{
		status: http.StatusBadRequest, code: "body", title: exchange.Text{EN: "The body cannot be understood", ZH: "请求正文无法识别"},
	}
	errTooLarge = &refusal{
		status: http.StatusRequestEntityTooLarge, code: "too-large", title: exchange.Text{EN: "The body is too large", ZH: "请求正文过大"},
	}
	errMediaType = &refusal{
		status: http.StatusUnsupportedMediaType, code: "media-type", title: exchange.Text{EN: "The body has the wrong type", ZH: "请求正文的类型不符"},
	}
	errNoRoute = (&refusal{
		status: http.StatusNotFound, code: "not-found", title: manners[exchange.NotFound].title,
	}).because("there is nothing at this address", "该地址没有内容")
	errMethod = &refusal{
		status: http.StatusMethodNotAllowed, code: "method", title: exchange.Text{EN: "The method is not allowed here", ZH: "此处不允许该方法"},
	}
	errSlow = &refusal{
		status: http.StatusRequestTimeout, code: "slow", title: exchange.Text{EN: "The body came too slowly", ZH: "请求正文传输过慢"}, retryAfter: 1,
	}
	errBusy = (&refusal{
		status: http.StatusServiceUnavailable, code: "busy", title: tooMuch, retryAfter: 1,
	}).because("as many documents are worked on as may be at once", "同时处理的单证已达上限")
	errMemory = (&refusal{
		status: http.StatusServiceUnavailable, code: "memory-full", title: tooMuch, retryAfter: 1,
	}).because("the documents that are worked on take all the memory that is set aside for them", "正在处理的单证已占满为其预留的内存")
	errQuota = &refusal{
		status: http.StatusTooManyRequests, code: "quota-exceeded", title: exchange.Text{
			EN: "The party's quota is used up: nothing was done, send again later", ZH: "参与方的配额已用完：未做任何处理，请稍后重发",
		},
	}
	errShare = (&refusal{
		status: http.StatusServiceUnavailable, code: "share-used", title: tooMuch, retryAfter: 1,
	}).because("the party has its share of what may be worked on at once; what is left is for the others",
		"该参与方已用完其同时处理的份额，其余留给其他参与方")
)

// tooMuch is the title of what there is no room for.
var tooMuch = exchange.Text{EN: "Too much at once: nothing was done, send again", ZH: "同时请求过多：未做任何处理，请重发"}

// retryAfter is how long, in seconds, a caller is asked to wait when something
// that the exchange stands on is down.
const retryAfter = 2

// inFlightAfter is the same where another request is at work on the number. It
// is answered within milliseconds; where its node has died, the claim lapses.
const inFlightAfter = 1

// problemOf turns a failure into what the caller is told of it, and into how
// many seconds it should wait before it sends the same again, or 0.
func problemOf(err error, requestID string) (p Problem, wait int) {
	if r, ok := errors.AsType[*refusal](err); ok {
		p = Problem{Status: r.status, Code: r.code, Retryable: r.retryAfter > 0}
		p.say(r.title, r.detail)
		wait = r.retryAfter
	} else {
		p, wait = domainProblem(err)
	}
	p.Type = "urn:beibu:problem:" + p.Code
	p.Instance = "urn:beibu:request:" + requestID
	p.RequestID = requestID
	return p, wait
}

// say fills in what people read.
func (p *Problem) say(title, detail exchange.Text) {
	p.Title, p.Detail = title.EN, detail.EN
	p.ZH = Summary{Title: title.ZH, Detail: detail.ZH}
}

// domainProblem describes a failure of the domain. What became of a call that ran
// out of time is unknown, whatever it was doing.
func domainProblem(err error) (p Problem, wait int) {
	kind := exchange.KindOf(err)
	if kind == exchange.Internal && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		kind = exchange.Unavailable
	}
	how := manners[kind]
	p = Problem{Status: how.status, Code: how.code, Retryable: how.retryable}
	failure, ok := errors.AsType[*exchange.Error](err)
	if !ok || how.hidden {
		var detail exchange.Text
		if kind == exchange.Unavailable {
			detail = whyUnavailable(err)
		}
		p.say(how.title, detail)
		return p, how.wait
	}
	p.Code = cmp.Or(failure.Code, how.code)
	p.say(how.title, failure.Text())
	if len(failure.Faults) > 0 {
		p.Faults, p.Omitted = few(failure.Faults, failure.More)
	}
	if e := failure.Earlier; e != nil && kind == exchange.Conflict {
		p.Earlier = &Earlier{
			ExchangeID: e.ID.String(), DigestSHA256: hex.EncodeToString(e.Digest[:]), AcceptedAt: Time{e.AcceptedAt.UTC()},
		}
	}
	return p, how.wait
}

// whyUnavailable says why something is not available, and nothing that only we
// should know.
func whyUnavailable(err error) exchange.Text {
	switch {
	case errors.Is(err, queue.ErrFull):
		return exchange.Text{EN: "the disk of the exchange is full, or takes nothing more", ZH: "平台磁盘已满或无法写入"}
	case errors.Is(err, queue.ErrUnavailable):
		return exchange.Text{EN: "the log of the exchange does not answer", ZH: "平台的日志存储没有响应"}
	case exchange.KindOf(err) == exchange.Unavailable:
		return exchange.Text{EN: "the index of this node has not caught up with the log", ZH: "本节点的索引尚未跟上日志"}
	}
	return exchange.Text{EN: "the time that a request may take is over", ZH: "请求处理超时"}
}

// encodeProblem writes a problem, and mends its status where it cannot.
func encodeProblem(p *Problem) []byte {
	body, err := json.Marshal(p)
	if err != nil { // a time beyond the year 9999, and no more
		body = []byte(`{"type":"urn:beibu:problem:internal","status":500,"code":"internal"}`)
		p.Status = http.StatusInternalServerError
	}
	return body
}

// problem answers with a problem and the body that says it.
func (c *call) problem(p Problem, body []byte, wait int) {
	h := c.Header()
	h.Set("Content-Type", mediaProblem)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if wait > 0 {
		h.Set("Retry-After", strconv.Itoa(wait))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="beibu"`) // RFC 6750 section 3
	}
	c.WriteHeader(p.Status)
	c.send(body)
}
