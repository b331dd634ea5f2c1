package console

import (
	"net/url"
	"time"

	"beibu/exchange"
	"beibu/exchange/lookup"
)

// A holderView is the filter by a holder. The name is sent by a form of its own, so that it
// is in no address: browsers keep addresses, and proxies log them.
type holderView struct {
	Sealed  string    // the value of the filter, or ""
	Given   time.Time // when the name was given
	List    string    // the address of the list without the filter
	Mistake *exchange.Text
}

// holder returns the groups of terms for the holder of an address, or none.
func (s *Server) holder(f *fields) [][]lookup.Term {
	text := f.text(string(lookup.Holder))
	if text == "" {
		return nil
	}
	found, err := s.Holders.Open(text)
	if err != nil {
		f.refuse(string(lookup.Holder), "not a search of this exchange; give the name again below", "不是本平台的检索条件，请在下方重新填写名称")
		return nil
	}
	return [][]lookup.Term{{found.Term}}
}

// terms returns the groups of terms for some roles.
func (s *Server) terms(f *fields, roles []lookup.Role) (all [][]lookup.Term) {
	for _, role := range roles {
		if role == lookup.Holder {
			all = append(all, s.holder(f)...)
		} else {
			all = append(all, f.term(role)...)
		}
	}
	return all
}

// holderView returns the filter by a holder for the page of a list.
func (s *Server) holderView(f *fields, list string) holderView {
	shown := holderView{List: root + list + "?" + string(f.without("cursor", string(lookup.Holder)))}
	if found, err := s.Holders.Open(f.values.Get(string(lookup.Holder))); err == nil {
		shown.Sealed, shown.Given = f.values.Get(string(lookup.Holder)), found.Given
	}
	if mistake, ok := f.mistakes[string(lookup.Holder)]; ok {
		shown.Mistake = &mistake
	}
	return shown
}

// searchHolder answers POST /console/holders: it sends the browser to the list, with the
// name in a form that says nothing to others.
func (s *Server) searchHolder(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	list, err := url.Parse(v.back(root + "exchanges"))
	if err != nil {
		return err
	}
	sealed, err := s.Holders.Seal(form.Get("name"), v.began)
	if err != nil {
		return &exchange.Error{
			Op: "search for holder", Kind: exchange.BadRequest, Code: "parameter",
			Err: exchange.Because("the name of a holder has at least one letter or digit, and at most 256 bytes", "持证人名称至少应有一个字母或数字，最多 256 字节"),
		}
	}
	query := list.Query()
	query.Set(string(lookup.Holder), sealed)
	list.RawQuery = query.Encode()
	return v.redirect(list.String())
}
