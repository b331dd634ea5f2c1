package console

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/operator/reading"
)

// A documentView is the document of an exchange, or of a refusal, as people read it.
type documentView struct {
	reading.Reading

	At       string // path of the page that it is on
	Sealed   bool   // it has an envelope and a receipt
	Why      string // it cannot be shown, or ""
	Found    []faultAt
	Private  bool   // it is of other parties than the caller's
	MayShow  bool   // it may read personal data in it, for a reason
	Unmasked bool   // it does, for the reason
	Reason   string // as it was typed
}

// A faultAt is a fault that is found in the document now, and the line of its element, or 0.
type faultAt struct {
	exchange.Fault

	At int
}

// readDocument renders the document of an exchange. A document that cannot be read does not
// keep the rest of the page from being shown; that the caller may not see what it wants is
// an error, with the document as the caller may see it.
func (s *Server) readDocument(v *visit, x exchange.Exchange, wanted reading.Request) (documentView, error) {
	view := documentView{At: root + "exchanges/" + x.ID.String(), Sealed: true, Private: !v.who.IsPartyTo(x), MayShow: v.who.MayUnmask(x) == nil, Reason: wanted.Reason}
	asks := wanted != (reading.Request{})
	d, err := s.examined(v, x)
	if err != nil {
		view.Why = s.unreadable(v, err)
		if !asks {
			err = nil
		}
		return view, err
	}
	view.Reading, err = reading.Disclosures{Recorder: s.Recorder}.Read(v.ctx(), v.who, x, d, wanted)
	view.Unmasked = err == nil && view.Private && asks
	if err != nil {
		masked, failed := reading.Masked(d)
		if failed != nil {
			return view, errors.Join(err, failed)
		}
		view.Reading = masked
	}
	view.list()
	return view, err
}

// list lists the faults of the document.
func (d *documentView) list() {
	if d.Root != nil {
		d.collect(d.Root)
	}
	for _, f := range d.Faults {
		d.Found = append(d.Found, faultAt{f, f.Line})
	}
}

// collect lists the faults of an element and of those in it.
func (d *documentView) collect(e *reading.Element) {
	for _, f := range e.Faults {
		d.Found = append(d.Found, faultAt{f, e.Line})
	}
	for _, child := range e.Children {
		d.collect(child)
	}
}

// examined returns the document of an exchange with what is found in it now.
func (s *Server) examined(v *visit, x exchange.Exchange) (reading.Document, error) {
	document, err := s.opened(v, x)
	if err == nil {
		err = v.ticket.TakeSlot()
	}
	if err != nil {
		return reading.Document{}, err
	}
	d, err := reading.Examine(v.ctx(), v.now.InForce, x, document)
	d.Faults, d.More = answer.Shown(d.Faults, d.More)
	return d, err
}

// opened returns the document of an exchange out of its envelope, if there is memory for
// both.
func (s *Server) opened(v *visit, x exchange.Exchange) ([]byte, error) {
	if err := v.ticket.Reserve(x.Size); err != nil {
		return nil, err
	}
	return exchange.Envelopes{Bodies: s.Bodies}.Document(v.ctx(), v.now.Trust, x, v.who.Party)
}

// unreadable returns for people why a document cannot be shown. What failed in here is for
// the log.
func (s *Server) unreadable(v *visit, err error) string {
	p, _ := answer.ProblemOf(err, v.id)
	if p.Status >= http.StatusInternalServerError {
		s.Log.Error("document not shown", zap.String("request", v.id), zap.Error(err))
	}
	if v.lang == chinese && p.ZH.Detail != "" || v.lang == english && p.Detail != "" {
		return v.lang.text(exchange.Text{EN: p.Detail, ZH: p.ZH.Detail})
	}
	return v.lang.text(exchange.Text{EN: p.Title, ZH: p.ZH.Title})
}

// showPersonal answers POST /console/exchanges/{id}/reading: with the page of the exchange
// and the personal data in its document, once. Reason and data are in no address.
func (s *Server) showPersonal(v *visit) error {
	wanted, err := v.readingRequest()
	if err != nil {
		return err
	}
	page, err := s.exchangePage(v)
	if err != nil {
		return err
	}
	if page.Document, err = s.readDocument(v, page.Exchange, wanted); err != nil {
		return v.again(err, "exchange", page)
	}
	return v.render("exchange", page)
}

// readingRequest reads the form by which personal data is asked for. A reason of blanks is
// refused as none.
func (v *visit) readingRequest() (reading.Request, error) {
	form, err := v.form()
	wanted := reading.Request{Reason: form.Get("reason"), Field: form.Get("field")}
	if wanted.Reason == "" {
		wanted.Reason = " "
	}
	return wanted, err
}

// download answers POST /console/exchanges/{id}/document and …/envelope with a file. Who is
// no party to the exchange gives a reason, which is in the record first.
func (s *Server) download(v *visit, what string) error {
	wanted, err := v.readingRequest()
	if err != nil {
		return err
	}
	page, err := s.exchangePage(v)
	if err != nil {
		return err
	}
	x := page.Exchange
	content, err := s.content(v, x, what)
	if err == nil {
		err = reading.Disclosures{Recorder: s.Recorder}.Unmask(v.ctx(), v.who, x, exchange.Disclosure{Form: what}, wanted.Reason)
	}
	if err == nil {
		h := v.w.Header()
		if what == exchange.FormDocument {
			h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(x.Digest[:])+":") // RFC 9530
		}
		v.ticket.Keep(len(content))
		v.file("application/xml", x.ID.String()+"-"+what+".xml", content)
		return nil
	}
	again, _ := s.readDocument(v, x, reading.Request{})
	again.Reason, page.Document = wanted.Reason, again
	return v.again(err, "exchange", page)
}

// content returns the document of an exchange, or its envelope.
func (s *Server) content(v *visit, x exchange.Exchange, what string) ([]byte, error) {
	if what == exchange.FormDocument {
		return s.opened(v, x)
	}
	if err := v.ticket.Reserve(x.Size); err != nil {
		return nil, err
	}
	return exchange.Envelopes{Bodies: s.Bodies}.Sealed(v.ctx(), x, v.who.Party)
}

// downloadReceipt answers GET /console/exchanges/{id}/receipt with the receipt that the
// sender got.
func (s *Server) downloadReceipt(v *visit) error {
	x, err := s.visible(v)
	if err != nil {
		return err
	}
	receipt, err := v.now.Receipt(x)
	if err != nil {
		return err
	}
	v.file("application/jose", x.ID.String()+"-receipt.jws", []byte(receipt))
	return nil
}

// file answers with a file that the browser keeps.
func (v *visit) file(media, name string, content []byte) {
	h := v.w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Length", strconv.Itoa(len(content)))
	v.status = http.StatusOK
	v.w.WriteHeader(v.status)
	_, _ = v.w.Write(content) //nolint:gosec // an attachment is not rendered; if it fails, nobody is left to be answered
}
