package console

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/admission"
	"beibu/exchange/operator"
)

// examinePage is the form by which a refused document is examined again, and what was found.
type examinePage struct {
	Fields *fields
	Found  *examined // or nil, if nothing was examined yet
}

// examined is what was found, as the page shows it.
type examined struct {
	operator.Examination

	Problem *problemView // why it would be refused, or nil
}

// showExamine answers GET /console/refusals/examine.
func (s *Server) showExamine(v *visit) error {
	f := v.fields()
	_ = f.text("sender")
	if name := f.unknown(); name != "" {
		return noSuchFilter(name)
	}
	f.choices["sender"] = v.partiesFor(access.ExamineRefusal)
	return v.render("examine", examinePage{Fields: f})
}

// examine answers POST /console/refusals/examine: what would become of a document if its
// sender submitted it now. Nothing of it is kept.
func (s *Server) examine(v *visit) error {
	f, document, err := v.upload()
	if err != nil {
		return err
	}
	f.choices["sender"] = v.partiesFor(access.ExamineRefusal)
	page := examinePage{Fields: f}
	sender, err := v.who.ScopeSender(access.ExamineRefusal, f.text("sender"))
	if err := f.refuseFor("sender", err); err != nil {
		return err
	}
	if err := s.checkParties(v, f, "sender"); err != nil {
		return err
	}
	if len(document) == 0 {
		f.refuse("document", "choose a file", "请选择文件")
	}
	if !f.OK() {
		return v.afterwards(f, nil, "examine", page)
	}
	if err := s.Admission.Work(v.ticket, document); err != nil {
		return v.afterwards(f, err, "examine", page)
	}
	found, err := s.Examiner.Examine(v.ctx(), v.now.InForce, sender, document)
	if err == nil && !v.who.Covers(access.ExamineRefusal, found.Identity.Sender, found.Identity.Kind) {
		err = access.Outside("examine refused document")
	}
	if err != nil {
		return v.afterwards(f, err, "examine", page)
	}
	page.Found = &examined{Examination: found}
	if found.Prospect.Refusal != nil {
		page.Found.Problem = v.viewOf(found.Prospect.Refusal)
	}
	return v.render("examine", page)
}

// upload reads a form with a file, which is called document. It fails with an
// *exchange.Error of kind BadRequest, TooLarge or Overloaded.
func (v *visit) upload() (*fields, []byte, error) {
	unreadable := &exchange.Error{Op: "read form", Kind: exchange.BadRequest, Code: "body", Err: exchange.Because("the form cannot be read", "表单无法读取")}
	limit := v.server.Admission.Limits().Document
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, int64(limit+maxForm))
	parts, err := v.r.MultipartReader()
	if err != nil {
		return nil, nil, unreadable
	}
	f, document := fieldsOf(make(map[string][]string)), []byte(nil)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return f, document, nil
		}
		if err == nil {
			document, err = v.readPart(f, part, document)
		}
		if err != nil {
			if _, ours := errors.AsType[*exchange.Error](err); ours {
				return nil, nil, err
			}
			if _, long := errors.AsType[*http.MaxBytesError](err); long {
				return nil, nil, admission.OverLimit(limit)
			}
			return nil, nil, unreadable
		}
	}
}

// readPart reads a part of a form: the document, or a field.
func (v *visit) readPart(f *fields, part *multipart.Part, document []byte) ([]byte, error) {
	if part.FormName() == "document" {
		return v.readFile(part)
	}
	const longest = 4 << 10 // no field of such a form has more
	value, err := io.ReadAll(io.LimitReader(part, longest))
	f.values.Add(part.FormName(), strings.TrimSpace(string(value)))
	return document, err
}

// readFile reads a file to its end, into memory that grows with what arrives.
func (v *visit) readFile(file io.Reader) ([]byte, error) {
	const first = 64 << 10
	limit := v.server.Admission.Limits().Document
	var all []byte
	for size := min(first, limit+1); ; size = min(2*size, limit+1) {
		if err := v.ticket.Reserve(size); err != nil {
			return nil, err
		}
		grown := append(make([]byte, 0, size), all...)
		n, err := io.ReadFull(file, grown[len(all):size])
		all = grown[:len(all)+n]
		switch {
		case len(all) > limit:
			return nil, admission.OverLimit(limit)
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return all, nil
		case err != nil:
			return nil, err
		}
	}
}
