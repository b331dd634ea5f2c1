package httpapi

import (
	"net/http"
	"strconv"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
)

// The codes of requests that cannot be understood; see package answer.
const (
	codeParameter = "parameter"
	codeBody      = "body"
	codeMediaType = exchange.CodeMediaType
	codeMethod    = "method"
	codeSlow      = "slow"
)

// badRequest returns the *exchange.Error of a request that cannot be understood.
func badRequest(code, en, zh string) error {
	return &exchange.Error{Op: "read request", Kind: exchange.BadRequest, Code: code, Err: exchange.Reason{EN: en, ZH: zh}}
}

// tooLarge returns the *exchange.Error of a body that is beyond a limit.
func tooLarge(en, zh string) error {
	return &exchange.Error{Op: "read body", Kind: exchange.TooLarge, Err: exchange.Reason{EN: en, ZH: zh}}
}

// What is refused before anything is done. What people read of it is in the table
// of package answer.
var (
	errByTopic  = &exchange.Error{Op: "read mailbox", Kind: exchange.Forbidden, Code: "delivered-by-topic"}
	errByPush   = &exchange.Error{Op: "read mailbox", Kind: exchange.Forbidden, Code: "delivered-by-push"}
	errByFolder = &exchange.Error{Op: "read mailbox", Kind: exchange.Forbidden, Code: "delivered-by-folder"}
	errSlow     = &exchange.Error{Op: "read body", Kind: exchange.BadRequest, Code: codeSlow}
	errNoRoute  = &exchange.Error{
		Op: "find route", Kind: exchange.NotFound, Err: exchange.Because("there is nothing at this address", "该地址没有内容"),
	}
)

// problem answers with a problem and the body that says it.
func (c *call) problem(p answer.Problem, body []byte, retryAfter time.Duration) {
	h := c.Header()
	h.Set("Content-Type", answer.MediaProblem)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="beibu"`) // RFC 6750 section 3
	}
	c.WriteHeader(p.Status)
	c.send(body)
}
