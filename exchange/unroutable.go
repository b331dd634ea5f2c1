package exchange

import (
	"fmt"
	"slices"
	"strings"

	"beibu/exchange/facts"
	"beibu/exchange/facts/codes"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
	"beibu/signing/strict"
	"beibu/signing/strict/quote"
)

// CodeUnroutable is the code of a document that no party takes, and of each fault
// that says what would be needed.
const CodeUnroutable = "unroutable"

// meaning is what people call the facts that routes go by.
var meaning = map[paths.Key]Text{
	paths.Number:             {EN: "the document number", ZH: "单证编号"},
	paths.Version:            {EN: "the version of the document", ZH: "单证版本号"},
	paths.Issued:             {EN: "the day of issue", ZH: "签发日期"},
	paths.Issuer:             {EN: "the issuing unit", ZH: "签发机构"},
	paths.Addressee:          {EN: "the addressee", ZH: "收件方"},
	paths.ExportCountry:      {EN: "the country of export", ZH: "出口国"},
	paths.ImportCountry:      {EN: "the country of import", ZH: "进口国"},
	paths.TransitCountry:     {EN: "the country of transit", ZH: "过境国"},
	paths.ExportPort:         {EN: "the port of export", ZH: "出口口岸"},
	paths.ImportPort:         {EN: "the port of import", ZH: "进口口岸"},
	paths.TransitPort:        {EN: "the port of transit", ZH: "过境口岸"},
	paths.HS:                 {EN: "an HS code of the goods", ZH: "商品HS编码"},
	paths.ValidFrom:          {EN: "the first day of validity", ZH: "有效期起始日"},
	paths.ValidUntil:         {EN: "the last day of validity", ZH: "有效期截止日"},
	paths.Draws:              {EN: "how many documents may draw on it", ZH: "可核销次数"},
	paths.Overage:            {EN: "the percentage by which the last draw may exceed what is left", ZH: "末次核销溢装比例（%）"},
	paths.TradeMode:          {EN: "the trade mode", ZH: "监管方式"},
	paths.Lines:              {EN: "the lines of goods", ZH: "商品项"},
	paths.References:         {EN: "the references to other documents", ZH: "引用的其他单证"},
	paths.Parties:            {EN: "the parties", ZH: "当事方"},
	paths.Vehicles:           {EN: "the vehicles", ZH: "运输工具"},
	paths.Containers:         {EN: "the containers", ZH: "集装箱"},
	paths.TransportDocuments: {EN: "the transport documents", ZH: "运输单证"},
	paths.Offices:            {EN: "the customs offices", ZH: "海关"},
	paths.Answers:            {EN: "the answers to other documents", ZH: "对其他单证的答复"},
	paths.Countries:          {EN: "the countries in which it is valid", ZH: "有效国家"},
	paths.Movements:          {EN: "the movements of goods under the carnet", ZH: "单证册项下货物的移动"},
}

// Meaning returns what people call a fact.
func Meaning(key paths.Key) Text { return meaning[key] }

// nowhere is a fault that says why a document goes nowhere.
func nowhere(at strict.Node, why Text) Fault {
	fault := Fault{
		Code: CodeUnroutable, Severity: rules.Reject.String(), Path: at.Path(), Message: why,
		Source: "the routes of the exchange",
	}
	fault.Line, fault.Column = at.Position()
	return fault
}

// said says what a document states of a fact.
func said(key paths.Key, f facts.Facts) Text {
	if value := f.Value(key); value != "" {
		en, zh := quote.Text(value)
		return Text{EN: "it is " + en, ZH: "实际为" + zh}
	}
	if tried := f.Tried(key); tried != "" {
		return Text{EN: "it is nowhere named (looked for at " + tried + ")", ZH: "单证未注明（已查找的位置：" + tried + "）"}
	}
	return Text{EN: "it is nowhere named", ZH: "单证未注明"}
}

// mistyped reports whether a port is no place of UN/LOCODE, of a country whose places
// are listed and in which the exchange has customs offices: one of them may be
// meant, and is not to be left out.
func (r *Routes) mistyped(s selector, value string) bool {
	if s.role != Customs || value == "" || !codes.Covered(value[:2]) {
		return false
	}
	_, listed := codes.Location(value)
	return !listed && slices.ContainsFunc(r.parties.all, func(p Party) bool { return p.Role == Customs && p.Country == value[:2] })
}

// unanswered is the fault of a selector that finds nobody.
func (r *Routes) unanswered(s selector, f facts.Facts) Fault {
	name, is := meaning[s.key], said(s.key, f)
	why := Text{
		EN: fmt.Sprintf("%s must be the id of a party; %s", name.EN, is.EN),
		ZH: fmt.Sprintf("%s应为参与方标识；%s", name.ZH, is.ZH),
	}
	if known := r.answering(s); s.role != "" {
		why = Text{
			EN: fmt.Sprintf("%s must be one that a party answers for (%s); %s", name.EN, known, is.EN),
			ZH: fmt.Sprintf("%s应为有参与方负责的代码（%s）；%s", name.ZH, known, is.ZH),
		}
	}
	return nowhere(f.Near(s.key), why)
}

// answering lists the values by which a selector finds somebody.
func (r *Routes) answering(s selector) string {
	var known []string
	for _, p := range r.parties.all {
		switch {
		case p.Role != s.role:
		case s.role == Window:
			known = append(known, p.Country)
		default:
			known = append(known, p.Locodes...)
		}
	}
	slices.Sort(known)
	return strings.Join(slices.Compact(known), ", ")
}

// unmet says what a document lacks for each route of its kind, of which it fits
// none.
func (r *Routes) unmet(sender, kind string, f facts.Facts) Faults {
	var faults Faults
	for i := range r.table {
		if route := &r.table[i]; slices.Contains(route.Kinds, kind) {
			faults = append(faults, r.lacks(route, sender, f)...)
		}
	}
	if len(faults) == 0 {
		faults = Faults{nowhere(f.Near(paths.Number), Text{
			EN: "no route of the exchange takes documents of kind " + kind, ZH: "本平台没有为" + kind + "设置路由",
		})}
	}
	return faults
}

// lacks says which parts of a route's condition a document does not fit.
func (r *Routes) lacks(route *Route, sender string, f facts.Facts) Faults {
	var faults Faults
	for _, p := range route.When.parts() {
		if r.meets(p, f) {
			continue
		}
		name, is, list := meaning[p.key], said(p.key, f), strings.Join(p.list, ", ")
		faults = append(faults, nowhere(f.Near(p.key), Text{
			EN: fmt.Sprintf("route “%s” asks that %s be of %s; %s", route.Name, name.EN, list, is.EN),
			ZH: fmt.Sprintf("路由“%s”要求%s属于：%s；%s", route.Name, name.ZH, list, is.ZH),
		}))
	}
	if !in(route.When.Senders, sender) {
		faults = append(faults, nowhere(f.Near(paths.Number), Text{
			EN: fmt.Sprintf("route “%s” is for other senders", route.Name), ZH: fmt.Sprintf("路由“%s”限于其他发送方", route.Name),
		}))
	}
	return faults
}

// fits reports whether a document fits every part of a route's condition.
func (r *Routes) fits(route *Route, sender string, f facts.Facts) bool {
	for _, p := range route.When.parts() {
		if !r.meets(p, f) {
			return false
		}
	}
	return in(route.When.Senders, sender)
}

// meets reports whether a document fits a part of a condition.
func (r *Routes) meets(p part, f facts.Facts) bool {
	if p.key == paths.HS {
		return f.HasHS(p.list)
	}
	if p.key == paths.Issuer {
		return r.parties.called(p.list, f.Issuer)
	}
	return in(p.list, f.Value(p.key))
}
