package console_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/rules/rulestest"
	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/testdata"
)

// TestJointApproval shows a licence on which two units have to decide, who has decided, and
// why it was refused.
func TestJointApproval(t *testing.T) {
	w := newWorld(t)
	table := w.InForce.Routes.Table()
	for i := range table {
		if table[i].Name == "import licence" {
			table[i].Approval = []exchange.ApprovalStep{{By: []string{"gx-agriculture", "gx-forestry"}, Within: 5}, {By: []string{"window-cn"}}}
		}
	}
	next := *w.InForce
	var err error
	next.Routes, err = exchange.NewRoutes(table, next.Parties)
	must(t, err)
	w.InForce = &next
	w.swapAccess(credentials()...) // and the routes
	text, err := signing.NewKeyPEM("ecdsa-p256", "gx-forestry", rulestest.Received.AddDate(0, 0, -1))
	must(t, err)
	key, err := signing.ParseKey(text)
	must(t, err)
	w.Register(t, "gx-forestry", signing.Signer{Name: "gx-forestry", Certificate: key.Certificate})

	accept := func(sender string, doc []byte) exchange.Exchange {
		a, err := w.Accept(t.Context(), exchange.Document{Bytes: doc, Sender: sender, Received: rulestest.Received})
		must(t, err)
		return a.Exchange
	}
	licence, err := testdata.Find("import-licence", "natural-rubber-automatic")
	must(t, err)
	x := w.Await(t, accept("gx-commerce", licence.Bytes), func(x exchange.Exchange) bool { return len(x.Deliveries) == 2 })
	b := w.visit(duty)
	page := "/console/exchanges/" + x.ID.String()
	if p := b.get(page); p.status != http.StatusOK || !strings.Contains(p.text, "Joint approval under approval") || strings.Count(p.text, "has to decide") != 2 {
		t.Errorf("before: %d\n%s", p.status, p.text)
	}
	if p := b.get("/console/joint-approvals?awaits=gx-forestry&state=open"); p.status != http.StatusOK || !strings.Contains(p.html, page) {
		t.Errorf("list: %d\n%s", p.status, p.text)
	}
	if p := b.get("/console/joint-approvals?awaits=window-cn"); p.status != http.StatusOK || !strings.Contains(p.text, "No joint approval matches") {
		t.Errorf("not its turn: %d\n%s", p.status, p.text)
	}

	answer, err := testdata.Find("response", "origin-accepted-hanoi")
	must(t, err)
	doc := answer.Bytes
	for _, r := range [][2]string{
		{">window-vn<", ">gx-forestry<"},
		{">gx-trade-promotion<", ">gx-commerce<"},
		{">861<", ">911<"},
		{">AP<", ">RE<"},
		{"<cbc:ID>E264507A12340086</cbc:ID>", "<cbc:ID>" + x.Identity.Number + "</cbc:ID><cbc:UUID>" + x.ID.String() + "</cbc:UUID>"},
		{"The certificate of origin was accepted for preferential treatment.", "The trees are protected."},
	} {
		doc = bytes.ReplaceAll(doc, []byte(r[0]), []byte(r[1]))
	}
	doc = append(doc[:bytes.LastIndex(doc, []byte("<cac:DocumentResponse>"))], "</ApplicationResponse>"...)
	doc, err = signing.SignDocument(doc, key, c14n.Exclusive)
	must(t, err)
	accept("gx-forestry", doc)
	w.Await(t, x, func(x exchange.Exchange) bool { return x.State == exchange.SubmissionRejection })
	if p := b.get(page); !strings.Contains(p.text, "Joint approval not approved") || !strings.Contains(p.text, "The trees are protected.") || !strings.Contains(p.text, "has not approved it") {
		t.Errorf("after: %d\n%s", p.status, p.text)
	}
	for query, field := range map[string]string{"state=late": "state", "party=nobody": "party", "awaits=nobody": "awaits"} {
		if p := b.get("/console/joint-approvals?" + query); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-`+field+`"`) {
			t.Errorf("%s: %d\n%s", query, p.status, p.text)
		}
	}
	if p := b.get("/console/routes"); !strings.Contains(p.text, "First it is approved, step by step:") {
		t.Errorf("routes: %s", p.text)
	}
}
