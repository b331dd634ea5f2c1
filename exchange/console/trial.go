package console

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/operator"
)

// A trialPage is a document that is tried, and what would become of it.
type trialPage struct {
	Fields  *fields
	Senders bool // the caller may name one
	Trial   *operator.Trial
	Shown   []exchange.Fault
	Omitted int
}

// showTrial answers GET /console/try.
func (s *Server) showTrial(v *visit) error { return v.render("trial", v.trialPage(v.fields())) }

func (v *visit) trialPage(form *fields) trialPage {
	form.choices["sender"] = v.partiesFor(access.CheckDocument)
	return trialPage{Fields: form, Senders: !v.who.OnlyForParty(access.CheckDocument)}
}

// tryDocument answers POST /console/try: with what would become of a document, of which
// nothing is kept.
func (s *Server) tryDocument(v *visit) error {
	form, document, err := s.postedDocument(v)
	if err != nil {
		return err
	}
	page := v.trialPage(form)
	sender := v.who.Party
	if given := form.text("sender"); page.Senders && given != "" {
		sender = given
		_, err := v.who.ScopeSender(access.CheckDocument, given)
		if err := errors.Join(form.refuseFor("sender", err), s.checkParties(v, form, "sender")); err != nil {
			return err
		}
	}
	if len(document) == 0 {
		form.refuse("document", "choose a file, or paste a document", "请选择文件或粘贴单证")
	}
	if !form.OK() {
		return v.afterwards(form, nil, "trial", page)
	}
	if err := s.Admission.Work(v.ticket, document); err != nil {
		return err
	}
	tried, err := operator.Try(v.ctx(), v.now.InForce, s.answered, exchange.Document{Bytes: document, Sender: sender, Received: time.Now()})
	if err != nil {
		return v.again(err, "trial", page)
	}
	page.Trial = &tried
	page.Shown, page.Omitted = answer.Shown(tried.Faults, tried.More)
	return v.render("trial", page)
}

// postedDocument reads a form with a document: a file, or text that was pasted, whose lines
// a browser has ended by carriage returns.
func (s *Server) postedDocument(v *visit) (*fields, []byte, error) {
	limit := s.Admission.Limits().Document
	if v.r.ContentLength > int64(limit)+maxForm {
		return nil, nil, admission.OverLimit(limit)
	}
	if err := v.ticket.Reserve(int(max(v.r.ContentLength, 0))); err != nil {
		return nil, nil, err
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, int64(limit)+maxForm)
	err := v.r.ParseMultipartForm(int64(limit) + maxForm) //nolint:gosec // the reader is bounded
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, nil, &exchange.Error{Op: "read form", Kind: exchange.BadRequest, Code: "body", Err: exchange.Because("the form cannot be read", "表单无法读取")}
	}
	form := fieldsOf(v.r.PostForm)
	file, _, err := v.r.FormFile("file")
	if err != nil { // none was chosen
		return form, []byte(strings.ReplaceAll(form.text("document"), "\r\n", "\n")), nil
	}
	defer func() { _ = file.Close() }()
	document, err := io.ReadAll(file)
	if len(document) == 0 && err == nil {
		document = []byte(strings.ReplaceAll(form.text("document"), "\r\n", "\n"))
	}
	return form, document, err
}
