package httpapi

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"beibu/exchange"
	"beibu/exchange/admission"
)

const (
	firstBuffer = 16 << 10  // what is set aside before any of a body has come
	keptBuffer  = 128 << 10 // a larger one is given back to the runtime: a small document would hold all of it
	maxRatio    = 100       // of a gzip body, unpacked to packed
	maxJSON     = 1 << 20   // bytes of a JSON body
)

// buffers are used again for the bodies of requests. The zero value works.
type buffers struct {
	bodies  sync.Pool // of *[]byte
	unpacks sync.Pool // of *gzip.Reader
}

// get returns an empty buffer.
func (b *buffers) get() *[]byte {
	if buf, ok := b.bodies.Get().(*[]byte); ok {
		*buf = (*buf)[:0]
		return buf
	}
	buf := make([]byte, 0, firstBuffer)
	return &buf
}

// put takes back a buffer that nothing reads any more.
func (b *buffers) put(buf *[]byte) {
	if cap(*buf) <= keptBuffer {
		b.bodies.Put(buf)
	}
}

// readXML reads the document of a request into a buffer, to be put back by the
// caller, if there is memory for it. It fails with an *exchange.Error: 400, 408, 413,
// 415 or 503.
func (s *Server) readXML(c *call) (*[]byte, error) {
	if err := isMedia(c.request, mediaXML, "text/xml"); err != nil {
		return nil, err
	}
	packed, err := isPacked(c.request)
	if err != nil {
		return nil, err
	}
	buf := s.buffers.get()
	if err := s.read(c, buf, s.admission.Limits().Document, packed); err != nil {
		s.buffers.put(buf)
		return nil, err
	}
	return buf, nil
}

// readJSON reads a JSON body strictly: one value, no unknown fields. It fails
// with an *exchange.Error: 400, 408, 413, 415 or 503.
func (s *Server) readJSON(c *call, v any) error {
	if err := isMedia(c.request, mediaJSON); err != nil {
		return err
	}
	if packed, err := isPacked(c.request); packed || err != nil {
		return badRequest(codeMediaType, "a JSON body is sent unpacked", "JSON 正文不得压缩")
	}
	buf := s.buffers.get()
	defer s.buffers.put(buf)
	if err := s.read(c, buf, min(maxJSON, s.admission.Limits().Document), false); err != nil {
		return err
	}
	return decodeJSON(*buf, v)
}

// decodeJSON reads one JSON value and nothing after it. Keys are those of the
// description, letter by letter, and each is given once.
func decodeJSON(body []byte, v any) error {
	if err := exactKeys(body, reflect.TypeOf(v)); err != nil {
		return badRequest(codeBody, "not the JSON that is expected here: "+err.Error(), "不是此处应有的 JSON："+err.Error())
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return badRequest(codeBody, "not the JSON that is expected here: "+err.Error(), "不是此处应有的 JSON："+err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest(codeBody, "there is more than one JSON value", "正文中有多个 JSON 值")
	}
	return nil
}

// isMedia refuses a body of another media type, or in another charset than
// UTF-8.
func isMedia(r *http.Request, media ...string) error {
	if len(r.Header.Values("Content-Type")) > 1 {
		return badRequest(codeMediaType, "there is more than one Content-Type", "Content-Type 出现多次")
	}
	if isPlain(r.Header.Get("Content-Type"), media) {
		return nil
	}
	is, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(media, is) {
		return badRequest(codeMediaType, "Content-Type must be "+strings.Join(media, " or "), "Content-Type 应为 "+strings.Join(media, " 或 "))
	}
	if charset, given := parameters["charset"]; given && !strings.EqualFold(charset, "utf-8") {
		return badRequest(codeMediaType, "the charset must be UTF-8", "字符集应为 UTF-8")
	}
	return nil
}

// isPlain reports whether a content type needs no parsing, as nearly all do.
func isPlain(contentType string, media []string) bool { return slices.Contains(media, contentType) }

// isPacked reports whether a body is sent as gzip, and refuses other codings.
func isPacked(r *http.Request) (bool, error) {
	switch coding := strings.ToLower(strings.Join(r.Header.Values("Content-Encoding"), ", ")); coding {
	case "", "identity":
		return false, nil
	case "gzip":
		return true, nil
	}
	return false, badRequest(codeMediaType, "Content-Encoding must be gzip or absent", "Content-Encoding 应为 gzip，或不设置")
}

// read fills a buffer with the body: at most limit bytes packed, and as many
// unpacked, at no more than maxRatio times what came. The buffer grows with
// what arrives, never with what was announced, and no further than there is
// memory for. A caller whose party is suspended meanwhile is refused.
func (s *Server) read(c *call, buf *[]byte, limit int, packed bool) error {
	if c.request.ContentLength > int64(limit) {
		return admission.OverLimit(limit)
	}
	// The server's own writer, so that it learns to close the connection.
	came := &counter{from: http.MaxBytesReader(c.ResponseWriter, c.request.Body, int64(limit))}
	err := s.fill(buf, came, limit, packed, c.ticket)
	c.received = came.n
	if err != nil {
		return bodyRefusal(err, limit) // the deadline stays in force: the server reads what is left
	}
	s.bodyDeadline(c, time.Time{})
	return s.admission.CheckParty(s.current.Load().InForce, c.caller.Party)
}

func (s *Server) fill(buf *[]byte, came *counter, limit int, packed bool, t *admission.Ticket) error {
	if !packed {
		return readAll(buf, came, limit, nil, t)
	}
	z, ok := s.buffers.unpacks.Get().(*gzip.Reader)
	if !ok {
		z = new(gzip.Reader)
	}
	defer s.buffers.unpacks.Put(z)
	if err := z.Reset(came); err != nil {
		return err
	}
	return readAll(buf, z, limit, came, t)
}

// readAll reads to the end. If came is not nil, it counts what was read so far
// before it was unpacked.
func readAll(buf *[]byte, from io.Reader, limit int, came *counter, t *admission.Ticket) error {
	b := *buf
	defer func() { *buf = b }()
	if err := t.Reserve(min(cap(b), limit+1)); err != nil {
		return err
	}
	for {
		if len(b) == cap(b) {
			size := min(2*cap(b), limit+1)
			if err := t.Reserve(size); err != nil {
				return err
			}
			b = append(make([]byte, 0, size), b...)
		}
		n, err := from.Read(b[len(b):min(cap(b), limit+1)])
		b = b[:len(b)+n]
		switch {
		case len(b) > limit:
			return admission.OverLimit(limit)
		case came != nil && len(b) > maxRatio*came.n:
			return tooLarge(
				fmt.Sprintf("gzip bodies may unpack to %d times their size", maxRatio), fmt.Sprintf("gzip 正文解压后最多为其 %d 倍", maxRatio))
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// bodyRefusal says why a body could not be read.
func bodyRefusal(err error, limit int) error {
	if r, ok := errors.AsType[*exchange.Error](err); ok {
		return r
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return admission.OverLimit(limit)
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSlow
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return badRequest(codeBody, "the body is not the gzip that it is said to be", "正文不是所声明的 gzip")
	}
	return badRequest(codeBody, "the body ended early or could not be unpacked", "正文不完整或无法解压")
}

// counter counts what is read.
type counter struct {
	from io.Reader
	n    int
}

// Read is io.Reader's.
func (c *counter) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	c.n += n
	return n, err
}
