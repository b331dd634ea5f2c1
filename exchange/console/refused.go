package console

import (
	"context"
	"encoding/base64"
	"errors"
	"strconv"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/export"
	"beibu/exchange/operator"
	"beibu/exchange/operator/reading"
	"beibu/exchange/operator/refused"
)

// outcomeTexts are what refused documents would come to now, for people.
var outcomeTexts = map[operator.Outcome]exchange.Text{
	operator.WouldAccept: {EN: "would be accepted", ZH: "可接收"}, operator.WouldHold: {EN: "would be held", ZH: "将列为待审"},
	operator.WasAccepted: {EN: "was accepted before", ZH: "此前已接收"}, operator.WouldRefuse: {EN: "would be refused", ZH: "仍会退单"},
	operator.NotExaminable: {EN: "not kept", ZH: "内容未保存"},
}

// readRefused renders a refused document, if its bytes are kept. As for an exchange, one
// that cannot be read does not keep the rest of the page from being shown.
func (s *Server) readRefused(v *visit, r exchange.Refusal, wanted reading.Request) (documentView, error) {
	view := documentView{
		At: root + "refusals/" + r.ID.String(), Private: !v.who.IsSenderOf(r), MayShow: v.who.MayUnmaskRefused(r) == nil, Reason: wanted.Reason,
	}
	if !r.IsKept(time.Now()) {
		return view, nil
	}
	asks := wanted != (reading.Request{})
	d, err := s.examinedRefusal(v, r)
	if err != nil {
		view.Why = s.unreadable(v, err)
		if !asks {
			err = nil
		}
		return view, err
	}
	view.Reading, err = reading.Disclosures{Recorder: s.Recorder}.ReadRefused(v.ctx(), v.who, r, d, wanted)
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

// examinedRefusal returns a refused document with what would be found in it now.
func (s *Server) examinedRefusal(v *visit, r exchange.Refusal) (reading.Document, error) {
	document, err := s.keptDocument(v, r)
	if err == nil {
		err = v.ticket.TakeSlot()
	}
	if err != nil {
		return reading.Document{}, err
	}
	d, err := reading.ExamineRefused(v.ctx(), v.now.InForce, r, document, time.Now())
	d.Faults, d.More = answer.Shown(d.Faults, d.More)
	return d, err
}

// keptDocument returns the bytes of a refused document, if there is memory for them.
func (s *Server) keptDocument(v *visit, r exchange.Refusal) ([]byte, error) {
	if err := v.ticket.Reserve(r.Size); err != nil {
		return nil, err
	}
	return s.Refused.Bytes(v.ctx(), r)
}

// showRefusedPersonal answers POST /console/refusals/{id}/reading: with the page of the
// refusal and the personal data in its document, once.
func (s *Server) showRefusedPersonal(v *visit) error {
	wanted, err := v.readingRequest()
	if err != nil {
		return err
	}
	page, err := s.refusalPage(v)
	if err != nil {
		return err
	}
	if page.Document, err = s.readRefused(v, page.Refusal, wanted); err != nil {
		return v.again(err, "refusal", page)
	}
	return v.render("refusal", page)
}

// downloadRefused answers POST /console/refusals/{id}/document with a file. Who does not act
// for the sender gives a reason, which is in the record first.
func (s *Server) downloadRefused(v *visit) error {
	wanted, err := v.readingRequest()
	if err != nil {
		return err
	}
	page, err := s.refusalPage(v)
	if err != nil {
		return err
	}
	r := page.Refusal
	document, err := s.keptDocument(v, r)
	if err == nil {
		err = reading.Disclosures{Recorder: s.Recorder}.UnmaskRefused(v.ctx(), v.who, r, wanted.Reason)
	}
	if err == nil {
		v.w.Header().Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(r.Digest[:])+":") // RFC 9530
		v.ticket.Keep(len(document))
		v.file("application/xml", r.ID.String()+"-document.xml", document)
		return nil
	}
	again, _ := s.readRefused(v, r, reading.Request{})
	again.Reason, page.Document = wanted.Reason, again
	return v.again(err, "refusal", page)
}

// examineAgain answers POST /console/refusals/{id}/examine: with the page of the refusal and
// what its kept bytes would come to now.
func (s *Server) examineAgain(v *visit) error {
	page, err := s.refusalPage(v)
	if err != nil {
		return err
	}
	if !page.Examine {
		return access.Outside("examine refused document")
	}
	if page.Document, err = s.readRefused(v, page.Refusal, reading.Request{}); err != nil {
		return err
	}
	found, err := s.Refused.Examine(v.ctx(), v.examination(), page.Refusal)
	if err != nil {
		return v.again(err, "refusal", page)
	}
	page.Again = &found
	return v.render("refusal", page)
}

// examination is a call by which refused documents are examined.
func (v *visit) examination() refused.Call {
	return refused.Call{Who: v.who, Now: v.now.InForce, Memory: v.ticket.Reserve}
}

// examinedListPage is a page of refusals that were examined again.
type examinedListPage struct {
	Fields *fields
	Found  refused.ExaminedPage
	Counts []outcomeCount
	Next   string // the cursor of the next page, or ""
}

// An outcomeCount is how many documents came to an outcome.
type outcomeCount struct {
	Text  exchange.Text
	Count int
}

// examineKept answers POST /console/refusals/examine-kept: with a page of the refusals that
// fit the filters, examined by their kept bytes, or with a file of all of them.
func (s *Server) examineKept(v *visit) error {
	f, err := v.posted()
	if err != nil {
		return err
	}
	as := f.text("as")
	delete(f.values, "as")
	q, _ := s.refusalQuery(f)
	if name := f.unknown(); name != "" {
		return noSuchFilter(name)
	}
	if err := s.offerRefusals(v, f, &q); err != nil {
		return err
	}
	if err := v.ticket.ReserveList(refused.MaxExamined); err != nil {
		return err
	}
	if err := v.ticket.TakeSlot(); err != nil {
		return err
	}
	page := examinedListPage{Fields: f}
	if !f.OK() {
		return v.afterwards(f, nil, "examined-list", page)
	}
	for _, form := range export.Forms() {
		if as == form.Extension {
			return s.exportExamined(v, f, q, form)
		}
	}
	if page.Found, err = s.Refused.ExaminePage(v.ctx(), v.examination(), q, filterOf(f)); err != nil {
		return v.again(err, "examined-list", page)
	}
	if len(page.Found.Examined) == 0 {
		if err := s.checkRefusalFilters(v, f, q); err != nil {
			return err
		}
	}
	for _, outcome := range operator.Outcomes() {
		page.Counts = append(page.Counts, outcomeCount{outcomeTexts[outcome], page.Found.Counts[outcome]})
	}
	if page.Found.Next != 0 {
		page.Next = strconv.FormatInt(page.Found.Next, 10)
	}
	return v.afterwards(f, nil, "examined-list", page)
}

// exportExamined answers with a file of all refusals that fit, examined page by page.
func (s *Server) exportExamined(v *visit, f *fields, q exchange.RefusalQuery, as export.Form) error {
	list := export.Examined(func(ctx context.Context, cursor int64) ([]refused.Examined, int64, error) {
		q.Before, q.Limit = cursor, refused.MaxExamined
		page, err := s.Refused.ExaminePage(ctx, v.examination(), q, filterOf(f))
		return page.Examined, page.Next, err
	})
	found, next, err := readPage(v, list, q.Before)
	if err != nil {
		return err
	}
	sendFile(v, as, filterOf(f), list, found, next)
	return nil
}

// A filterValue is a filter of a form.
type filterValue struct{ Name, Value string }

// Filters returns the filters that are set, but for the place in the list, for a form that
// sends them again.
func (f *fields) Filters() (all []filterValue) {
	for name, values := range f.values {
		for _, value := range values {
			if name != "cursor" && value != "" {
				all = append(all, filterValue{name, value})
			}
		}
	}
	return all
}
