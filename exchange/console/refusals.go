package console

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/operator/reading"
	"beibu/exchange/operator/refused"
	"beibu/exchange/operator/views"
)

// refusalsPage is a list of refusals, with its filters.
type refusalsPage struct {
	neighbours

	Fields   *fields
	Holder   holderView
	Refusals []exchange.Refusal
	More     bool // a filter is set that is not among the first
}

// wayTexts are the ways in, for people.
var wayTexts = map[string]exchange.Text{
	string(exchange.WayHTTP):   {EN: "HTTP", ZH: "HTTP 接口"},
	string(exchange.WayTopic):  {EN: "topic", ZH: "消息主题"},
	string(exchange.WayFolder): {EN: "folder", ZH: "文件夹"},
}

// wayText returns a way in for people.
func wayText(w exchange.Way) exchange.Text { return textsOf([]string{string(w)}, wayTexts)[0] }

// listRefusals answers GET /console/refusals.
func (s *Server) listRefusals(v *visit) error {
	f := v.fields()
	q, more := s.refusalQuery(f)
	if name := f.unknown(); name != "" {
		return noSuchFilter(name)
	}
	if f.hasBlanks() {
		return v.redirect(root + "refusals?" + string(f.with("", "")))
	}
	if err := s.offerRefusals(v, f, &q); err != nil {
		return err
	}
	page := refusalsPage{Fields: f, Holder: s.holderView(f, "refusals"), More: f.isGiven(more...)}
	if f.OK() {
		if err := v.ticket.ReserveList(0); err != nil {
			return err
		}
		found, next, err := v.who.Refusals(v.ctx(), access.ReadRefusals, s.Refusals, q)
		if err != nil {
			return err
		}
		page.Refusals = found
		page.neighbours = f.neighbours(next)
	}
	if len(page.Refusals) == 0 {
		if err := s.checkRefusalFilters(v, f, q); err != nil {
			return err
		}
	}
	if err := s.addViews(v, views.Refusals, f); err != nil {
		return err
	}
	return v.afterwards(f, nil, "refusals", page)
}

// refusalQuery reads the filters of refusals, and returns the names of those that are not
// among the first.
func (s *Server) refusalQuery(f *fields) (q exchange.RefusalQuery, more []string) {
	q = exchange.RefusalQuery{
		Sender: f.text("sender"), Kind: f.text("kind"), Code: f.text("code"), Number: f.number("number"), Digest: f.digest("digest"),
		Way: exchange.Way(f.text("way")), Since: f.time("since"), Until: f.time("until"), Before: f.cursor(),
	}
	q.Terms = s.terms(f, exchange.RefusalRoles())
	more = []string{"digest", "way", "since", "until"}
	for _, role := range exchange.RefusalRoles() {
		more = append(more, string(role))
	}
	return q, more
}

// offerRefusals fills in what the filters of refusals can be, and limits the query to what
// the caller may see.
func (s *Server) offerRefusals(v *visit, f *fields, q *exchange.RefusalQuery) error {
	f.choices["sender"] = v.partyChoices()
	for _, kind := range v.now.Checks.Kinds() {
		f.choices["kind"] = append(f.choices["kind"], choice{kind, v.lang.text(v.kindName(kind))})
	}
	for _, way := range exchange.Ways() {
		f.choices["way"] = append(f.choices["way"], choice{string(way), v.lang.text(wayText(way))})
	}
	if q.Way != "" && !slices.Contains(exchange.Ways(), q.Way) {
		f.refuse("way", "there is no such way in", "没有该接入方式")
	}
	var err error
	q.Sender, err = v.who.ScopeSender(access.ReadRefusals, q.Sender)
	return f.refuseFor("sender", err)
}

// checkRefusalFilters notes the filters with a value that does not exist. What codes there
// are is for those to know who see all refusals.
func (s *Server) checkRefusalFilters(v *visit, f *fields, q exchange.RefusalQuery) error {
	if err := s.checkParties(v, f, "sender"); err != nil {
		return err
	}
	known := exchange.Filters{InForce: v.now.InForce, Journal: s.Journal}
	if err := f.refuseFor("kind", known.Check(v.ctx(), q.Kind)); err != nil || q.Code == "" {
		return err
	}
	codes, err := s.Refusals.RefusalCodes(v.ctx())
	switch {
	case err != nil || slices.Contains(codes, q.Code):
		return err
	case v.who.CoversAll(access.ReadRefusals):
		list := strings.Join(codes, ", ")
		f.refuse("code", "no refusal has this code; the codes are "+list, "没有该代码的退单；现有代码："+list)
	default:
		f.refuse("code", "no refusal has this code", "没有该代码的退单")
	}
	return nil
}

// digest returns a SHA-256 in hexadecimal, or zero.
func (f *fields) digest(name string) (digest [32]byte) {
	text := f.text(name)
	if text == "" {
		return digest
	}
	digest, err := exchange.ReadDigest(text)
	if err != nil {
		f.refuse(name, "a SHA-256 in hexadecimal, 64 digits", "应为十六进制的 SHA-256，共 64 位")
	}
	return digest
}

// refusalPage is one refusal.
type refusalPage struct {
	exchange.Refusal

	Problem *problemText // of its code, or nil
	Counted []codeCount  // of a count of several, the most frequent code first
	Examine bool         // the caller may examine the document again

	IsKept   bool          // its bytes are kept now
	NotKept  exchange.Text // why they are not, though the policy of the sender asks for it; or empty
	Document documentView
	Again    *refused.Examined // what its bytes would come to now, if that was asked for
}

// A problemText says what a code means, and what its sender does.
type problemText struct{ Title, Cause, Remedy exchange.Text }

// A codeCount is how many of several refusals had a code.
type codeCount struct {
	Code  string
	Count int
}

// showRefusal answers GET /console/refusals/{id}.
func (s *Server) showRefusal(v *visit) error {
	page, err := s.refusalPage(v)
	if err != nil {
		return err
	}
	if page.Document, err = s.readRefused(v, page.Refusal, reading.Request{}); err != nil {
		return err
	}
	return v.render("refusal", page)
}

// refusalPage returns what the path names as {id}, without its document.
func (s *Server) refusalPage(v *visit) (refusalPage, error) {
	id, err := uuid.Parse(v.r.PathValue("id"))
	if err != nil {
		return refusalPage{}, errNoRefusal
	}
	r, err := s.refusal(v.ctx(), id)
	if err != nil && exchange.KindOf(err) != exchange.NotFound {
		return refusalPage{}, err
	}
	if err != nil || !v.who.Covers(access.ReadRefusals, r.Identity.Sender, r.Identity.Kind) {
		return refusalPage{}, errNoRefusal
	}
	page := refusalPage{Refusal: r, Problem: problemTextOf(r.Code), IsKept: r.IsKept(time.Now())}
	if r.Kept != nil && r.Kept.Not != "" {
		page.NotKept = exchange.NotKeptText(r.Kept.Not)
	}
	if r.Count != nil {
		for _, code := range r.AllCodes() {
			page.Counted = append(page.Counted, codeCount{code, r.Count.Codes[code]})
		}
		slices.SortStableFunc(page.Counted, func(a, b codeCount) int { return b.Count - a.Count })
	}
	page.Examine = r.Count == nil && v.may(access.ExamineRefusal) && v.who.Covers(access.ExamineRefusal, r.Identity.Sender, r.Identity.Kind)
	return page, nil
}

// refusal returns a refusal once the index has all that was recorded before.
func (s *Server) refusal(ctx context.Context, id uuid.UUID) (exchange.Refusal, error) {
	r, err := s.Refusals.Refusal(ctx, id)
	if err == nil || exchange.KindOf(err) != exchange.NotFound {
		return r, err
	}
	if err := s.Recorder.Wait(ctx); err != nil {
		return r, err
	}
	return s.Refusals.Refusal(ctx, id)
}

// errNoRefusal says that there is no such refusal, or none that the caller may see.
var errNoRefusal = &exchange.Error{
	Op: "find refusal", Kind: exchange.NotFound,
	Err: exchange.Because("there is no such refusal, or none that you may see", "没有该退单，或您无权查看"),
}

// problemTextOf returns what a code means, or nil.
func problemTextOf(code string) *problemText {
	row, explained, ok := answer.Explain(code)
	if !ok {
		return nil
	}
	return &problemText{row.Title, explained.Cause, explained.Remedy}
}
