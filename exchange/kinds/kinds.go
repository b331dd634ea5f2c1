// Package kinds says how to write documents of each kind: what they must hold and
// why, what decides to whom they go, samples, schemas and rules. It says what the
// catalog, the rules and the routes in force say, and has no second table of them.
package kinds

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/rules"
	"beibu/schemas"
	"beibu/schemas/paths"
	"beibu/signing/strict/quote"
)

// A Kind is one kind of document, in short.
type Kind struct {
	Kind            string        `json:"kind"`
	Name            exchange.Text `json:"name"`
	Root            string        `json:"root"` // local name of the document element
	Namespace       string        `json:"namespace"`
	CustomizationID string        `json:"customizationId,omitempty"` // that distinguishes it from other kinds of its root
	Schema          string        `json:"schema"`                    // the schema set that judges it today
	Standard        string        `json:"standard,omitempty"`        // what the schema follows
}

// A Guide is a kind in full.
type Guide struct {
	Kind

	Required []Must   `json:"required"` // what must be there, and why
	Facts    []Fact   `json:"facts"`    // what the exchange reads of a document
	Routes   []Route  `json:"routes"`   // to whom it goes
	Senders  []string `json:"senders"`  // parties that may send it
	Samples  []string `json:"samples"`  // names of good documents
	Rules    []Rule   `json:"rules"`    // worst first
	// Personal are the ends of the paths of what is about a person, which is masked for the
	// staff. Null means that the kind does not say, and all is masked.
	Personal []string `json:"personal"`
}

// Must is what a document must hold.
type Must struct {
	Path string        `json:"path"` // local names below the root; of "A|B" one
	Why  exchange.Text `json:"why"`
}

// A Fact is what the exchange reads of a document.
type Fact struct {
	Fact    string        `json:"fact"`
	Name    exchange.Text `json:"name"`
	Of      string        `json:"of,omitempty"`      // kind, role or mode, if a list has several entries
	Paths   []string      `json:"paths"`             // tried in order
	Parts   []Part        `json:"parts,omitempty"`   // of each element of a list
	Decides []string      `json:"decides,omitempty"` // names of routes that go by it
}

// A Part is one of an element of a list.
type Part struct {
	Part  string   `json:"part"`
	Paths []string `json:"paths"` // below the element, tried in order; "." is the element itself
}

// A Route says to whom documents go.
type Route struct {
	Name      string          `json:"name"`
	When      []exchange.Text `json:"when"` // every one must hold
	Receivers []exchange.Text `json:"receivers"`
}

// A Rule is a business rule that documents of the kind are held against.
type Rule struct {
	Code     string        `json:"code"`
	Severity string        `json:"severity"`
	Message  exchange.Text `json:"message"`
	Source   string        `json:"source"`
}

// A Book answers questions about kinds, by the configuration in force.
type Book struct {
	InForce *exchange.InForce
	Routes  []exchange.Route // that the reader may see, in their order
}

// List returns every kind that is in force at a time, by name.
func (b Book) List(at time.Time) []Kind {
	var all []Kind
	for _, t := range b.InForce.Checks.Schemas().Kinds() {
		d, ok := b.InForce.Checks.Schemas().Describe(t.Kind, at)
		if ok && (len(all) == 0 || all[len(all)-1].Kind != string(t.Kind)) {
			all = append(all, kindOf(d))
		}
	}
	return all
}

func kindOf(d schemas.Description) Kind {
	k := Kind{
		Kind: string(d.Kind), Root: d.Root, Namespace: d.Namespace, CustomizationID: d.Customization, Schema: d.Schema,
	}
	known := builtIn[k.Kind]
	k.Name, k.Standard = known.name, known.standard
	k.Name.EN, k.Name.ZH = cmp.Or(k.Name.EN, k.Kind), cmp.Or(k.Name.ZH, k.Kind)
	return k
}

// Show returns a kind in full, as it is in force at a time.
func (b Book) Show(kind string, at time.Time) (Guide, error) {
	d, ok := b.InForce.Checks.Schemas().Describe(schemas.Kind(kind), at)
	if !ok {
		return Guide{}, b.unknown(kind, at)
	}
	g := Guide{Kind: kindOf(d), Routes: []Route{}, Samples: []string{}, Senders: []string{}}
	for _, route := range b.Routes {
		if slices.Contains(route.Kinds, kind) {
			g.Routes = append(g.Routes, describe(route))
		}
	}
	g.Facts = b.facts(d)
	if d.Facts.Personal != nil {
		g.Personal = written(d.Facts.Personal)
	}
	g.Required = required(d)
	for _, p := range b.InForce.Parties.All() {
		if b.InForce.Parties.Originate(p, kind) {
			g.Senders = append(g.Senders, p.ID)
		}
	}
	samples, err := samplesOf(kind)
	if err != nil {
		return Guide{}, &exchange.Error{Op: "read samples", Kind: exchange.Internal, Err: err}
	}
	for _, s := range samples {
		g.Samples = append(g.Samples, s.Name)
	}
	g.Rules = b.rules(kind, at)
	return g, nil
}

// unknown is the failure of a kind that there is not.
func (b Book) unknown(kind string, at time.Time) error {
	var names []string
	for _, k := range b.List(at) {
		names = append(names, k.Kind)
	}
	en, zh := quote.Text(kind)
	return &exchange.Error{
		Op: "find kind", Kind: exchange.NotFound, Code: "unknown-kind",
		Err: exchange.Reason{
			EN: "there is no kind of document " + en + "; the kinds are " + strings.Join(names, ", "),
			ZH: "没有单证种类" + zh + "；现有种类：" + strings.Join(names, "、"),
		},
	}
}

// required lists what the schema asks for, and the number.
func required(d schemas.Description) []Must {
	bySchema := exchange.Text{EN: "the schema asks for it", ZH: "模式规定必填"}
	byIdentity := exchange.Text{
		EN: "the document is filed under this number: with the version, it must be new for its sender",
		ZH: "单证按此编号登记：同一发送方的编号与版本号不得重复",
	}
	all := []Must{}
	if d.Customization != "" {
		all = append(all, Must{"CustomizationID", exchange.Text{
			EN: "must be " + d.Customization + ", which distinguishes the kind from others of its root",
			ZH: "应为" + d.Customization + "，用以区分同一根元素的其他单证",
		}})
	}
	numbers := written(d.Facts.Facts[paths.Number])
	all = append(all, Must{strings.Join(numbers, "|"), byIdentity})
	for _, path := range d.Required {
		if !slices.Contains(numbers, path) {
			all = append(all, Must{path, bySchema})
		}
	}
	return all
}

// facts lists what is read of a document, and the routes that go by it.
func (b Book) facts(d schemas.Description) []Fact {
	all := []Fact{}
	for _, key := range paths.Keys {
		tried := d.Facts.Facts[key]
		if len(tried) == 0 {
			continue
		}
		f := Fact{Fact: string(key), Name: exchange.Meaning(key), Paths: written(tried)}
		for _, route := range b.Routes {
			if slices.Contains(route.Kinds, string(d.Kind)) && slices.Contains(route.GoesBy(), key) {
				f.Decides = append(f.Decides, route.Name)
			}
		}
		all = append(all, f)
	}
	for _, key := range paths.Lists {
		for _, entry := range d.Facts.Lists[key] {
			all = append(all, listed(key, entry))
		}
	}
	return all
}

// listed describes an entry of a list.
func listed(key paths.Key, entry paths.Entry) Fact {
	f := Fact{Fact: string(key), Name: exchange.Meaning(key), Of: entry.Label(), Paths: []string{entry.At.String()}}
	for _, part := range paths.Parts(key) {
		if len(entry.Parts[part]) > 0 {
			f.Parts = append(f.Parts, Part{string(part), written(entry.Parts[part])})
		}
	}
	return f
}

// written returns paths as they are written.
func written(all []paths.Path) []string {
	texts := make([]string, 0, len(all))
	for _, path := range all {
		texts = append(texts, path.String())
	}
	return texts
}

// rules lists the rules for a kind that are in force, worst first.
func (b Book) rules(kind string, at time.Time) []Rule {
	all := []Rule{}
	for severity := rules.Reject; severity <= rules.Warn; severity++ {
		for _, r := range b.InForce.Checks.Rules().All() {
			applies := len(r.Kinds) == 0 || slices.Contains(r.Kinds, kind)
			ended := !r.Until.IsZero() && !at.Before(r.Until.AddDate(0, 0, 1))
			if r.Severity == severity && applies && !ended {
				all = append(all, Rule{r.Code, severity.String(), exchange.Text{EN: r.EN, ZH: r.ZH}, r.Source})
			}
		}
	}
	return all
}

// describe puts a route into words.
func describe(route exchange.Route) Route {
	r := Route{Name: route.Name, When: list(route.When.Words()), Receivers: []exchange.Text{}}
	for _, to := range route.To {
		r.Receivers = append(r.Receivers, exchange.ReceiverWords(to))
	}
	return r
}

func list[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// Files returns the schema files of a kind, the one that declares its root first.
func (b Book) Files(kind string, at time.Time) ([]schemas.File, error) {
	d, ok := b.InForce.Checks.Schemas().Describe(schemas.Kind(kind), at)
	if !ok {
		return nil, b.unknown(kind, at)
	}
	files, err := d.Files()
	if err != nil {
		return nil, &exchange.Error{Op: "read schema", Kind: exchange.Internal, Err: err}
	}
	return files, nil
}

// builtIn names the built-in kinds, and what their schemas follow. How a kind is
// used in this trade, the rules say.
var builtIn = map[string]struct {
	name     exchange.Text
	standard string
}{
	"ata-carnet":                 {exchange.Text{EN: "ATA carnet", ZH: "ATA单证册"}, "UBL 2.4 GoodsItemPassport; Istanbul Convention, Annex A"},
	"ata-reexportation-proof":    {exchange.Text{EN: "Proof of re-exportation", ZH: "复运出境证明"}, "UBL 2.4 ProofOfReexportation"},
	"ata-reexportation-request":  {exchange.Text{EN: "Request for proof of re-exportation", ZH: "复运出境证明请求"}, "UBL 2.4 ProofOfReexportationRequest"},
	"ata-reexportation-reminder": {exchange.Text{EN: "Reminder of a request for proof of re-exportation", ZH: "复运出境证明催告"}, "UBL 2.4 ProofOfReexportationReminder"},
	"ata-transaction":            {exchange.Text{EN: "Transaction under an ATA carnet", ZH: "ATA单证册通关记录"}, "urn:beibu:schema:carnet-transaction:1; states of the ICC's eATA, fields of China's record of carnets"},
	"health-permit":              {exchange.Text{EN: "Frontier-port health permit", ZH: "国境口岸卫生许可证"}, "UBL 2.4 GoodsCertificate"},
	"health-certificate":         {exchange.Text{EN: "Health certificate", ZH: "卫生证书"}, "UBL 2.4 GoodsCertificate"},
	"sps-certificate":            {exchange.Text{EN: "Sanitary or phytosanitary certificate", ZH: "动植物检疫证书"}, "UN/CEFACT SPSCertificate 17"},
	"sps-acknowledgement":        {exchange.Text{EN: "Acknowledgement of a sanitary or phytosanitary certificate", ZH: "动植物检疫证书回执"}, "UN/CEFACT SPSAcknowledgement 17"},
	"import-licence":             {exchange.Text{EN: "Import licence", ZH: "进口许可证"}, "WCO LPCO vocabulary, urn:beibu:schema:trade-licence:1"},
	"export-licence":             {exchange.Text{EN: "Export licence", ZH: "出口许可证"}, "WCO LPCO vocabulary, urn:beibu:schema:trade-licence:1"},
	"import-declaration":         {exchange.Text{EN: "Import declaration", ZH: "进口报关单"}, "UBL 2.4 ImportCustomsDeclaration"},
	"export-declaration":         {exchange.Text{EN: "Export declaration", ZH: "出口报关单"}, "UBL 2.4 ExportCustomsDeclaration"},
	"transit-declaration":        {exchange.Text{EN: "Transit declaration", ZH: "过境报关单"}, "UBL 2.4 TransitCustomsDeclaration"},
	"certificate-of-origin":      {exchange.Text{EN: "Certificate of origin", ZH: "原产地证书"}, "UBL 2.4 CertificateOfOrigin; ACFTA Form E"},
	"response":                   {exchange.Text{EN: "Answer to a document", ZH: "单证回执"}, "UBL 2.4 ApplicationResponse"},
}
