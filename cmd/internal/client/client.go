// Package client calls the API of a daemon, for the command line, the demo and
// the tests.
package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

// A Client speaks to one daemon as one caller. It is safe for concurrent use.
type Client struct {
	Server string       // such as http://127.0.0.1:8420
	Key    string       // API key; "" if a client certificate speaks
	HTTP   *http.Client // with the certificate, if there is one; nil means plain HTTP
	most   int64        // bytes of an answer at most; 0 means maxAnswer
	Lang   string       // in which problems are shown: "zh" for Chinese, otherwise English
}

// A Problem is an answer that is not what was asked for.
type Problem struct {
	answer.Problem
	RetryAfter string // the header, or ""
	Lang       string // in which Error says it; see Client
}

// Error returns what the daemon said. A daemon that says it in English alone is
// shown as it is.
func (p *Problem) Error() string {
	title, detail := p.Title, p.Detail
	if p.Lang == "zh" && p.ZH.Title != "" {
		title, detail = p.ZH.Title, cmp.Or(p.ZH.Detail, p.Detail)
	}
	if detail == "" {
		return fmt.Sprintf("%s (%s)", title, p.Code)
	}
	return fmt.Sprintf("%s: %s (%s)", title, detail, p.Code)
}

// Unanswered says that a call got no answer, or only a part of one. Whether it
// was done is not known.
type Unanswered struct {
	Server string
	Err    error
}

// Error names the server and the cause.
func (u *Unanswered) Error() string { return "call " + u.Server + ": " + u.Err.Error() }

// Unwrap returns the cause.
func (u *Unanswered) Unwrap() error { return u.Err }

// unanswered leaves out what net/http adds to the cause: the address, again.
func unanswered(server string, err error) error {
	if of, ok := errors.AsType[*url.Error](err); ok {
		err = of.Err
	}
	return &Unanswered{Server: server, Err: err}
}

// ProblemOf returns the problem in err's chain, or nil.
func ProblemOf(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	return nil
}

// An Answer is the status and the whole body of a successful call.
type Answer struct {
	Status int
	Body   []byte
}

// maxAnswer is the largest answer, in bytes: a page of documents at most.
const maxAnswer = 256 << 20

// plain calls without TLS of its own, and follows no redirect either.
var plain = &http.Client{CheckRedirect: noRedirect}

// Call makes one request. body may be nil. An answer of 300 or above is
// returned as a *Problem.
func (c *Client) Call(ctx context.Context, method, path, mediaType string, body []byte) (Answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.Server, "/")+path, bytes.NewReader(body))
	if err != nil {
		return Answer{}, fmt.Errorf("make request: %w", err)
	}
	if body != nil {
		request.Header.Set("Content-Type", mediaType)
	}
	response, err := c.do(request)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	return c.answer(response)
}

// Download writes what is at a path with a query to a writer, in a media type and however
// long it is. If it fails, a part may be written.
func (c *Client) Download(ctx context.Context, path string, query url.Values, mediaType string, to io.Writer) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.Server, "/")+path+"?"+query.Encode(), nil)
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	request.Header.Set("Accept", mediaType)
	response, err := c.do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= http.StatusMultipleChoices {
		_, err := c.answer(response)
		return err
	}
	out := &tried{to: to}
	if _, err := io.Copy(out, response.Body); err != nil && out.err == nil {
		return unanswered(c.Server, err)
	}
	return out.err
}

// A tried writer keeps the error of the writer that it writes to, so that it is not taken
// for one of reading.
type tried struct {
	to  io.Writer
	err error
}

func (t *tried) Write(b []byte) (int, error) {
	n, err := t.to.Write(b)
	if err != nil {
		t.err = fmt.Errorf("write file: %w", err)
	}
	return n, err
}

// do makes a request as the caller.
func (c *Client) do(request *http.Request) (*http.Response, error) {
	if c.Key != "" {
		request.Header.Set("Authorization", "Bearer "+c.Key)
	}
	caller := c.HTTP
	if caller == nil {
		caller = plain
	}
	response, err := caller.Do(request)
	if err != nil {
		return nil, unanswered(c.Server, err)
	}
	return response, nil
}

// answer reads the whole body of a response.
func (c *Client) answer(response *http.Response) (answer Answer, err error) {
	answer.Status = response.StatusCode
	most := cmp.Or(c.most, maxAnswer)
	if answer.Body, err = readAll(response, most+1); err != nil {
		return Answer{}, unanswered(c.Server, err)
	}
	if int64(len(answer.Body)) > most {
		return Answer{}, fmt.Errorf("read answer: it is larger than %d bytes", most)
	}
	if response.StatusCode >= http.StatusMultipleChoices { // the API redirects nowhere
		return answer, c.problem(response, answer.Body)
	}
	return answer, nil
}

// announced bounds the memory that is taken for an answer before it comes.
const announced = 1 << 20

// readAll reads an answer, or so many bytes of it. It is not copied into larger and
// larger memory if its length is announced.
func readAll(response *http.Response, most int64) ([]byte, error) {
	size := min(max(response.ContentLength, 0), announced) + bytes.MinRead // a buffer grows unless so much is free
	b := bytes.NewBuffer(make([]byte, 0, size))
	_, err := b.ReadFrom(io.LimitReader(response.Body, most))
	return b.Bytes(), err
}

// NoProblem is the code of an answer of 300 or above that is no problem document
// of the exchange's, such as that of a proxy on the way.
const NoProblem = "not-a-problem-document"

// problem reads a problem document, or makes one with the code [NoProblem].
func (c *Client) problem(response *http.Response, body []byte) *Problem {
	p := &Problem{RetryAfter: response.Header.Get("Retry-After"), Lang: c.Lang}
	if json.Unmarshal(body, &p.Problem) != nil || p.Code == "" {
		p.Problem = answer.Problem{Title: response.Status, Status: response.StatusCode, Code: NoProblem}
	}
	return p
}

// Get reads JSON at a path with a query.
func Get[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return into[T](c.Call(ctx, http.MethodGet, path, "", nil))
}

// Post sends JSON to a path and reads the JSON of the answer.
func Post[T any](ctx context.Context, c *Client, path string, body any) (T, error) {
	var zero T
	b, err := json.Marshal(body)
	if err != nil {
		return zero, fmt.Errorf("write request: %w", err)
	}
	return into[T](c.Call(ctx, http.MethodPost, path, "application/json", b))
}

// Delete asks for the end of what is at a path, and reads the JSON of the answer.
func Delete[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	return into[T](c.Call(ctx, http.MethodDelete, path+"?"+query.Encode(), "", nil))
}

// Submit sends a document. The status of the answer, 200 or 202, distinguishes a
// resend from a first acceptance, and so does Duplicate.
func (c *Client) Submit(ctx context.Context, document []byte) (answer.Acceptance, error) {
	return into[answer.Acceptance](c.Call(ctx, http.MethodPost, "/v1/documents", "application/xml", document))
}

// Check checks a document as if a party sent it, or as the caller if that is "", and keeps
// nothing of it.
func (c *Client) Check(ctx context.Context, sender string, document []byte) (httpapi.Check, error) {
	path := "/v1/checks"
	if sender != "" {
		path += "?" + url.Values{"sender": {sender}}.Encode()
	}
	return into[httpapi.Check](c.Call(ctx, http.MethodPost, path, "application/xml", document))
}

func into[T any](answer Answer, err error) (T, error) {
	var value T
	if err != nil {
		return value, err
	}
	if err := json.Unmarshal(answer.Body, &value); err != nil {
		return value, fmt.Errorf("read answer: %w", err)
	}
	return value, nil
}
