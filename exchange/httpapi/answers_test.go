package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

const noSuch = "00000000-0000-8000-8000-000000000000"

// elsewhere are the answers that TestTooMuchAtOnce, TestRequestsEnd, TestQuota, TestBalance, TestRating, TestRatingsFail and
// TestRolesOfEveryOperation show, and the one for which the schemas themselves would have to be
// broken.
var elsewhere = map[string]bool{
	"/v1/checks 503": true, "/v1/checks 500": true, "/v1/documents 429": true, "/v1/holders 403": true,
	"/v1/balances/{kind}/{number}/statement 200": true, "/v1/balances/{kind}/{number}/statement 403": true,
	"/v1/ratings 403": true, "/v1/ratings/{id} 403": true, "/v1/ratings 500": true, "/v1/ratings/items 500": true, "/v1/ratings/grade 500": true, "/v1/ratings/{id} 500": true, "/v1/ratings/{id}/step 500": true, "/v1/ratings/grade 200": true,
	"/v1/balances/{kind}/{number} 200": true, "/v1/balances/{kind}/{number} 403": true, "/v1/deadlines 403": true,
}

// TestAnswers shows every status that is documented for every operation, and
// the code of every problem.
func TestAnswers(t *testing.T) {
	w := newWorld(t, httpapi.Limits{Body: 50 * time.Millisecond}, admission.Limits{Document: 64 << 10})
	good := string(carnet(t, "GOOD"))
	accepted := w.submit([]byte(good))
	held := [...]string{w.submit(carnet(t, "HOLD-1")).ExchangeID, w.submit(carnet(t, "HOLD-2")).ExchangeID}
	w.refused("REFUSED")
	order := w.runOrder(receiver, "REFUSED")
	taken := ack(`"outcome":"accepted"`, accepted.ExchangeID)
	w.consigned(accepted.ExchangeID)
	w.changeParties(func(p *exchange.Party) {
		if p.ID == stranger {
			p.Push = exchange.Push{URL: "https://push.example/"}
		}
	})
	const endpoint = "/v1/parties/" + stranger + "/test"
	reason := `{"reason":"seen"}`
	const examine = "/v1/refusals/examine"
	w.do(request{path: "/v1/documents", as: port, body: "<a/>"})
	refused := w.refusals(port, "")[0].ID
	w.changeParties(func(p *exchange.Party) { p.Refusals.Keep = time.Hour })
	w.do(request{path: "/v1/documents", as: port, body: "<c/>"})
	kept := w.refusals(port, "")[0].ID
	shut := "/v1/parties/" + stranger + "/suspension"
	large := `{"reason":"` + strings.Repeat("x", 70<<10) + `"}`
	text := map[string]string{"Content-Type": "text/plain"}
	x := "/v1/exchanges/" + accepted.ExchangeID
	kindSchema := "/v1/kinds/ata-carnet/schema"
	kindFile := read[httpapi.SchemaFiles](t, w.do(request{path: kindSchema, as: port}), http.StatusOK).Files[0].Path
	cases := []struct {
		request
		status int
		code   string
	}{
		{request{path: "/v1/documents", as: port, body: string(carnet(t, "NEW"))}, 202, ""},
		{request{path: "/v1/documents", as: port, body: good}, 200, ""},
		{request{path: "/v1/documents", as: port, body: "<GoodsItemPassport"}, 400, "xml.syntax"},
		{request{path: "/v1/documents", as: port, body: "<!DOCTYPE a><a/>"}, 400, "xml.dtd"},
		{request{path: "/v1/documents", as: port, body: good, header: map[string]string{"Content-Encoding": "gzip"}}, 400, "body"},
		{request{path: "/v1/documents", body: good}, 401, "credentials-missing"},
		{request{path: "/v1/documents", as: "nobody", body: good}, 401, "credentials-unknown"},
		{request{path: "/v1/documents", as: operator, body: good}, 403, "forbidden"},
		{request{path: "/v1/documents", as: stranger, body: good}, 403, "sender-may-not-send"},
		{request{path: "/v1/documents", as: port, body: strings.ReplaceAll(string(carnet(t, "NOT-OURS")), ">中国国际贸易促进委员会广西分会<", ">广西壮族自治区商务厅<")}, 403, exchange.CodeNotIssuer},
		{request{path: "/v1/documents", as: port, body: good + "\n"}, 409, "number-taken"},
		{request{path: "/v1/documents", as: port, body: strings.Repeat("x", 64<<10+1)}, 413, "too-large"},
		{request{path: "/v1/documents", as: port, body: good, header: text}, 415, "media-type"},
		{request{path: "/v1/documents", as: port, body: string(carnet(t, "BAD"))}, 422, "invalid"},
		{request{path: "/v1/documents", as: port, body: strings.ReplaceAll(string(carnet(t, "FAR")), ">TH<", ">FR<")}, 422, "unroutable"},

		{request{path: "/v1/checks", as: port, body: good}, 200, ""},
		{request{path: "/v1/checks", as: port, body: good, header: map[string]string{"Content-Encoding": "gzip"}}, 400, "body"},
		{request{path: "/v1/checks", body: good}, 401, "credentials-missing"},
		{request{path: "/v1/checks", as: port, body: strings.Repeat("x", 64<<10+1)}, 413, "too-large"},
		{request{path: "/v1/checks", as: port, body: good, header: text}, 415, "media-type"},
		{request{path: "/v1/checks?sender=" + receiver, as: port, body: good}, 403, "forbidden"},
		{request{path: "/v1/checks?sender=nobody", as: operator, body: good}, 422, "unknown-party"},

		{request{path: "/v1/exchanges", as: port}, 200, ""},
		{request{path: "/v1/exchanges?limit=no", as: port}, 400, "parameter"},
		{request{path: "/v1/exchanges?answered=maybe", as: port}, 400, "parameter"},
		{request{path: "/v1/exchanges"}, 401, "credentials-missing"},
		{request{path: "/v1/exchanges?party=" + stranger, as: port}, 403, "forbidden"},
		{request{path: "/v1/exchanges?kind=ata-carnets", as: operator}, 422, "unknown-kind"},

		{request{path: "/v1/exchanges?hs=0", as: operator}, 400, "parameter"},
		{request{path: "/v1/exchanges?rule=none", as: operator}, 422, "unknown-rule"},
		{request{path: "/v1/exchanges?cause=none", as: operator}, 422, "unknown-cause"},

		{request{path: "/v1/holders", as: port, body: `{"name":"Golden Durian"}`}, 200, ""},
		{request{path: "/v1/holders", as: port, body: `{"name":"-"}`}, 400, "body"},
		{request{path: "/v1/holders", body: `{"name":"Golden Durian"}`}, 401, "credentials-missing"},
		{request{path: "/v1/holders", as: port, body: large}, 413, "too-large"},
		{request{path: "/v1/holders", as: port, body: `{"name":"Golden Durian"}`, header: text}, 415, "media-type"},
		{request{path: "/v1/balances/import-licence/1?limit=0", as: port}, 400, "parameter"},
		{request{path: "/v1/balances/import-licence/1", as: port}, 404, "no-balance"},
		{request{path: "/v1/balances/letter/1", as: port}, 422, "unknown-kind"},
		{request{path: "/v1/balances/import-licence/1/statement", as: port}, 404, "no-balance"},
		{request{path: "/v1/balances/letter/1/statement", as: port}, 422, "unknown-kind"},
		{request{path: "/v1/balances/import-licence/1/statement"}, 401, "credentials-missing"},
		{request{path: "/v1/balances/import-licence/1"}, 401, "credentials-missing"},
		{request{path: "/v1/deadlines", as: port}, 200, ""},
		{request{path: "/v1/deadlines?before=tomorrow", as: port}, 400, "parameter"},
		{request{path: "/v1/deadlines"}, 401, "credentials-missing"},
		{request{path: "/v1/deadlines?state=late", as: port}, 422, "unknown-state"},
		{request{path: "/v1/deadlines?kind=letter", as: port}, 422, "unknown-kind"},
		{request{path: "/v1/deadlines?sender=nobody", as: operator}, 422, "unknown-party"},
		{request{path: "/v1/joint-approvals", as: port}, 200, ""},
		{request{path: "/v1/joint-approvals?limit=0", as: port}, 400, "parameter"},
		{request{path: "/v1/joint-approvals"}, 401, "credentials-missing"},
		{request{path: "/v1/joint-approvals?party=" + stranger, as: port}, 403, "forbidden"},
		{request{path: "/v1/joint-approvals?state=late", as: port}, 422, "unknown-state"},
		{request{path: "/v1/joint-approvals?awaits=nobody", as: operator}, 422, "unknown-party"},
		{request{path: "/v1/lanes/X1", as: port}, 200, ""},
		{request{path: "/v1/lanes/-", as: port}, 400, "parameter"},
		{request{path: "/v1/lanes/X1?limit=501", as: port}, 400, "parameter"},
		{request{path: "/v1/lanes/X1"}, 401, "credentials-missing"},
		{request{path: "/v1/lanes/X1?party=" + stranger, as: port}, 403, "forbidden"},
		{request{path: "/v1/lanes/X1?party=nobody", as: operator}, 422, "unknown-party"},

		{request{path: x, as: port}, 200, ""},
		{request{path: x + "/document", as: port}, 200, ""},
		{request{path: x + "/document", as: operator}, 400, "reason-required"},
		{request{path: x + "/document?reason=seen", as: operator}, 200, ""},
		{request{path: x + "/document?cause=seen", as: operator}, 400, "parameter"},
		{request{path: x + "/document?reason=seen", as: visitor}, 403, "forbidden"},
		{request{path: x + "/envelope", as: operator}, 400, "reason-required"},
		{request{path: x + "/envelope?reason=seen", as: operator}, 200, ""},
		{request{path: x + "/envelope?reason=seen", as: visitor}, 403, "forbidden"},
		{request{path: x + "/reading", as: port}, 200, ""},
		{request{path: x + "/reading", as: visitor}, 200, ""},
		{request{path: x + "/reading?reason=seen", as: operator}, 200, ""},
		{request{path: x + "/reading?cause=seen", as: operator}, 400, "parameter"},
		{request{path: x + "/reading?reason=seen", as: visitor}, 403, "forbidden"},
		{request{path: x + "/reading?reason=seen&field=/A", as: operator}, 422, "unknown-field"},
		{request{path: x + "/envelope", as: port}, 200, ""},
		{request{path: x + "/envelope?profile=b-b", as: port}, 200, ""},
		{request{path: x + "/envelope?profile=b-t", as: port}, 404, "no-timestamp"},
		{request{path: x + "/envelope?profile=b-lta", as: port}, 400, "parameter"},
		{request{path: x + "/receipt", as: port}, 200, ""},
		{request{path: "/v1/exchanges/1", as: port}, 404, "not-found"},
		{request{path: "/v1/exchanges/" + strings.ToUpper(accepted.ExchangeID), as: port}, 200, ""},
		{request{path: "/v1/exchanges/" + strings.ReplaceAll(accepted.ExchangeID, "-", ""), as: port}, 404, "not-found"},

		{request{path: "/v1/exchanges/" + held[0] + "/release", as: operator, body: reason}, 200, ""},
		{request{path: "/v1/exchanges/" + held[1] + "/refusal", as: operator, body: reason}, 200, ""},

		{request{path: "/v1/replays/plans", as: receiver, body: `{"receivers":["` + receiver + `"]}`}, 200, ""},
		{request{path: "/v1/replays/plans", as: receiver, body: `{"recipient":"x"}`}, 400, "body"},
		{request{path: "/v1/replays/plans", body: `{}`}, 401, "credentials-missing"},
		{request{path: "/v1/replays/plans", as: receiver, body: `{"receivers":["` + port + `"]}`}, 403, "forbidden"},
		{request{path: "/v1/replays/plans", as: receiver, body: large}, 413, "too-large"},
		{request{path: "/v1/replays/plans", as: receiver, body: `{}`, header: text}, 415, "media-type"},
		{request{path: "/v1/replays/plans", as: operator, body: `{}`}, 422, "receiver-missing"},
		{request{path: "/v1/replays/plans", as: operator, body: `{"receivers":["` + receiver + `"],"routing":"later"}`}, 422, "field-routing"},
		{request{path: "/v1/replays/plans", as: operator, body: `{"receivers":["` + receiver + `"],"routing":"now"}`}, 422, "since-missing"},
		{request{path: "/v1/replays/plans", as: operator, body: `{"receivers":["` + receiver + `"],"routing":"now","number":"1"}`}, 200, ""},
		{request{path: "/v1/replays/plans", as: receiver, body: `{"routing":"now","number":"1"}`}, 403, "routing-staff"},

		{request{path: "/v1/mailbox", as: receiver}, 200, ""},
		{request{path: "/v1/mailbox?wait=2m", as: receiver}, 400, "parameter"},
		{request{path: "/v1/mailbox"}, 401, "credentials-missing"},
		{request{path: "/v1/mailbox", as: operator}, 403, "forbidden"},

		{request{path: "/v1/mailbox/again", as: receiver}, 200, ""},
		{request{path: "/v1/mailbox/again?since=yesterday", as: receiver}, 400, "parameter"},
		{request{path: "/v1/mailbox/again"}, 401, "credentials-missing"},
		{request{path: "/v1/mailbox/again", as: operator}, 403, "forbidden"},
		{request{path: "/v1/mailbox/again?cursor=x", as: receiver}, 422, "unknown-cursor"},

		{request{path: "/v1/mailbox/acks", as: receiver, body: taken}, 200, ""},
		{request{path: "/v1/mailbox/acks", as: receiver, body: `{"acks":1}`}, 400, "body"},
		{request{path: "/v1/mailbox/acks", body: taken}, 401, "credentials-missing"},
		{request{path: "/v1/mailbox/acks", as: operator, body: taken}, 403, "forbidden"},
		{request{path: "/v1/mailbox/acks", as: stranger, body: taken}, 404, "not-found"},
		{request{path: "/v1/mailbox/acks", as: receiver, body: ack(`"outcome":"refused","code":"late"`, accepted.ExchangeID)}, 409, "delivery-settled"},
		{request{path: "/v1/mailbox/acks", as: receiver, body: large}, 413, "too-large"},
		{request{path: "/v1/mailbox/acks", as: receiver, body: taken, header: text}, 415, "media-type"},
		{request{path: "/v1/mailbox/acks", as: receiver, body: `{"acks":[]}`}, 422, "field-acks"},

		{request{path: "/v1/self", as: port}, 200, ""},
		{request{path: "/v1/self", as: operator}, 200, ""},
		{request{path: "/v1/self"}, 401, "credentials-missing"},
		{request{path: "/v1/parties", as: stranger}, 200, ""},
		{request{path: "/v1/parties"}, 401, "credentials-missing"},
		{request{path: shut, as: operator, body: reason}, 200, ""},
		{request{path: shut, as: operator, body: `{"reason":1}`}, 400, "body"},
		{request{path: shut, body: reason}, 401, "credentials-missing"},
		{request{path: shut, as: port, body: reason}, 403, "forbidden"},
		{request{path: "/v1/parties/nobody/suspension", as: operator, body: reason}, 404, "not-found"},
		{request{path: shut, as: operator, body: large}, 413, "too-large"},
		{request{path: shut, as: operator, body: reason, header: text}, 415, "media-type"},
		{request{path: shut, as: operator, body: `{"reason":""}`}, 422, "field-reason"},
		{request{method: "DELETE", path: shut + "?reason=seen", as: operator}, 200, ""},
		{request{method: "DELETE", path: shut + "?cause=seen", as: operator}, 400, "parameter"},
		{request{method: "DELETE", path: shut + "?reason=seen"}, 401, "credentials-missing"},
		{request{method: "DELETE", path: shut + "?reason=seen", as: port}, 403, "forbidden"},
		{request{method: "DELETE", path: "/v1/parties/nobody/suspension?reason=seen", as: operator}, 404, "not-found"},
		{request{method: "DELETE", path: shut + "?reason=seen", as: operator}, 409, "not-suspended"},
		{request{method: "DELETE", path: shut, as: operator}, 422, "field-reason"},
		{request{method: "POST", path: endpoint, as: stranger}, 200, ""},
		{request{method: "POST", path: endpoint + "?party=" + stranger, as: operator}, 400, "parameter"},
		{request{method: "POST", path: endpoint}, 401, "credentials-missing"},
		{request{method: "POST", path: "/v1/parties/nobody/test", as: operator}, 404, "not-found"},
		{request{method: "POST", path: "/v1/parties/" + port + "/test", as: operator}, 409, "not-pushed"},
		{request{path: "/v1/failures?receiver=" + receiver + "&since=2026-01-01T00:00:00Z", as: port}, 200, ""},
		{request{path: "/v1/failures?by=sender", as: operator}, 200, ""},
		{request{path: "/v1/failures?by=rule", as: operator}, 200, ""},
		{request{path: "/v1/failures?by=sender,rule", as: operator}, 200, ""},
		{request{path: "/v1/failures?by=rule,sender", as: operator, header: map[string]string{"Accept": "text/csv"}}, 200, ""},
		{request{path: "/v1/failures", as: operator, header: map[string]string{"Accept": "application/x-ndjson"}}, 200, ""},
		{request{path: "/v1/failures?by=colour", as: operator}, 400, "parameter"},
		{request{path: "/v1/failures?by=receiver,rule", as: operator}, 400, "parameter"},
		{request{path: "/v1/failures?by=rule,rule", as: operator}, 400, "parameter"},
		{request{path: "/v1/failures?by=sender,", as: operator}, 400, "parameter"},
		{request{path: "/v1/failures?by=sender&by=rule", as: operator}, 400, "parameter"},
		{request{path: "/v1/failures?cause=seen", as: operator}, 400, "parameter"},
		{request{path: "/v1/failures"}, 401, "credentials-missing"},
		{request{path: "/v1/failures?party=" + receiver, as: port}, 403, "forbidden"},
		{request{path: "/v1/failures?receiver=nobody", as: operator}, 422, "unknown-party"},
		{request{path: "/v1/status", as: operator}, 200, ""},
		{request{path: "/v1/status?party=" + port, as: port}, 200, ""},
		{request{path: "/v1/status?id=" + port, as: port}, 400, "parameter"},
		{request{path: "/v1/status"}, 401, "credentials-missing"},
		{request{path: "/v1/status?party=" + receiver, as: port}, 403, "forbidden"},
		{request{path: "/v1/status?party=nobody", as: operator}, 422, "unknown-party"},
		{request{path: "/v1/alerts", as: operator}, 200, ""},
		{request{path: "/v1/alerts?party=" + port, as: port}, 200, ""},
		{request{path: "/v1/alerts?code=x", as: port}, 400, "parameter"},
		{request{path: "/v1/alerts"}, 401, "credentials-missing"},
		{request{path: "/v1/alerts?party=" + receiver, as: port}, 403, "forbidden"},
		{request{path: "/v1/alerts?party=nobody", as: operator}, 422, "unknown-party"},
		{request{path: "/v1/audit?subject=party:" + stranger + "&limit=1", as: operator}, 200, ""},
		{request{path: "/v1/audit?subject=ship", as: operator}, 400, "parameter"},
		{request{path: "/v1/audit?subject=exchange:" + noSuch, as: operator}, 400, "parameter"},
		{request{path: "/v1/audit?subject=party:", as: operator}, 400, "parameter"},
		{request{path: "/v1/audit?after=1", as: operator}, 400, "parameter"},
		{request{path: "/v1/audit"}, 401, "credentials-missing"},
		{request{path: "/v1/audit", as: port}, 403, "forbidden"},
		{request{path: "/v1/audit?subject=party:nobody", as: operator}, 422, "unknown-party"},
		{request{path: "/v1/audit?subject=refusal", as: operator}, 400, "parameter"},
		{request{path: "/v1/refusals", as: port}, 200, ""},
		{request{path: "/v1/refusals?way=post", as: port}, 400, "parameter"},
		{request{path: "/v1/refusals?digest=00", as: port}, 400, "parameter"},
		{request{path: "/v1/refusals"}, 401, "credentials-missing"},
		{request{path: "/v1/refusals?sender=" + port, as: stranger}, 403, "forbidden"},
		{request{path: "/v1/refusals?code=nothing", as: operator}, 422, "unknown-code"},
		{request{path: "/v1/refusals?sender=nobody", as: operator}, 422, "unknown-party"},
		{request{path: "/v1/refusals?kind=nothing", as: port}, 422, "unknown-kind"},
		{request{path: "/v1/refusals/" + refused, as: port}, 200, ""},
		{request{path: "/v1/refusals/" + refused}, 401, "credentials-missing"},
		{request{path: "/v1/refusals/" + refused, as: stranger}, 404, "not-found"},
		{request{path: "/v1/refusals/1", as: port}, 404, "not-found"},
		{request{path: "/v1/refusals/" + kept + "/reading", as: port}, 200, ""},
		{request{path: "/v1/refusals/" + kept + "/reading?x=1", as: port}, 400, "parameter"},
		{request{path: "/v1/refusals/" + kept + "/reading"}, 401, "credentials-missing"},
		{request{path: "/v1/refusals/" + kept + "/reading", as: stranger}, 404, "not-found"},
		{request{path: "/v1/refusals/" + kept + "/reading?reason=seen&field=/none", as: operator}, 422, "unknown-field"},
		{request{path: "/v1/refusals/" + refused + "/reading", as: port}, 404, "refusal-not-kept"},
		{request{path: "/v1/refusals/" + kept + "/reading?reason=seen", as: visitor}, 403, "forbidden"},
		{request{path: "/v1/refusals/" + kept + "/document", as: port}, 200, ""},
		{request{path: "/v1/refusals/" + kept + "/document", as: operator}, 400, "reason-required"},
		{request{path: "/v1/refusals/" + kept + "/document"}, 401, "credentials-missing"},
		{request{path: "/v1/refusals/" + kept + "/document", as: visitor}, 403, "forbidden"},
		{request{path: "/v1/refusals/" + refused + "/document", as: port}, 404, "refusal-not-kept"},
		{request{method: "POST", path: "/v1/refusals/" + kept + "/examine", as: port}, 200, ""},
		{request{method: "POST", path: "/v1/refusals/" + kept + "/examine?x=1", as: port}, 400, "parameter"},
		{request{method: "POST", path: "/v1/refusals/" + kept + "/examine"}, 401, "credentials-missing"},
		{request{method: "POST", path: "/v1/refusals/" + kept + "/examine", as: visitor}, 403, "forbidden"},
		{request{method: "POST", path: "/v1/refusals/" + kept + "/examine", as: stranger}, 404, "not-found"},
		{request{method: "POST", path: "/v1/refusals/examine-kept", as: operator}, 200, ""},
		{request{method: "POST", path: "/v1/refusals/examine-kept?limit=101", as: port}, 400, "parameter"},
		{request{method: "POST", path: "/v1/refusals/examine-kept"}, 401, "credentials-missing"},
		{request{method: "POST", path: "/v1/refusals/examine-kept?sender=" + port, as: stranger}, 403, "forbidden"},
		{request{method: "POST", path: "/v1/refusals/examine-kept?code=nothing", as: operator}, 422, "unknown-code"},
		{request{path: examine, as: port, body: good}, 200, ""},
		{request{path: examine, as: port, body: good, header: map[string]string{"Content-Encoding": "gzip"}}, 400, "body"},
		{request{path: examine, body: good}, 401, "credentials-missing"},
		{request{path: examine + "?sender=" + port, as: stranger, body: good}, 403, "forbidden"},
		{request{path: examine, as: operator, body: "<b/>"}, 404, "not-refused"},
		{request{path: examine, as: port, body: strings.Repeat("x", 64<<10+1)}, 413, "too-large"},
		{request{path: examine, as: port, body: good, header: text}, 415, "media-type"},
		{request{path: examine + "?sender=nobody", as: operator, body: good}, 422, "unknown-party"},
		{request{path: "/v1/routes", as: operator}, 200, ""},
		{request{path: "/v1/routes"}, 401, "credentials-missing"},
		{request{path: "/v1/routes", as: port}, 200, ""},
		{request{path: "/v1/rules"}, 200, ""},
		{request{path: "/v1/catalogue", as: stranger}, 200, ""},
		{request{path: "/v1/kinds", as: stranger}, 200, ""},
		{request{path: "/v1/kinds/ata-carnet", as: stranger}, 200, ""},
		{request{path: "/v1/kinds/none", as: port}, 404, "unknown-kind"},
		{request{path: "/v1/kinds/ata-carnet/sample", as: stranger}, 200, ""},
		{request{path: "/v1/kinds/ata-carnet/sample?title=x", as: port}, 400, "parameter"},
		{request{path: "/v1/kinds/none/sample", as: port}, 404, "unknown-kind"},
		{request{path: kindSchema, as: stranger}, 200, ""},
		{request{path: "/v1/kinds/none/schema", as: port}, 404, "unknown-kind"},
		{request{path: kindFile, as: stranger}, 200, ""},
		{request{path: kindSchema + "/none.xsd", as: port}, 404, "not-found"},
		{request{path: "/v1/keys"}, 200, ""},
		{request{path: "/v1/version", as: port}, 200, ""},
		{request{path: "/v1/version"}, 401, "credentials-missing"},
		{request{path: "/v1/openapi.yaml"}, 200, ""},
		{request{path: "/v1/openapi.json"}, 200, ""},
		{request{path: "/v1/problems/number-taken"}, 200, ""},
		{request{path: "/v1/problems/none"}, 404, "not-found"},

		{request{path: "/"}, 404, "not-found"},
		{request{path: "/v1"}, 404, "not-found"},
		{request{path: "/v1//documents", as: port, body: good}, 404, "not-found"},
		{request{path: "/v1/exchanges/../documents", as: port, body: good}, 404, "not-found"},
		{request{path: "/livez"}, 404, "not-found"},
	}
	for _, path := range []string{"/v1/catalogue", "/v1/kinds", "/v1/kinds/ata-carnet", "/v1/kinds/ata-carnet/sample", kindSchema, kindFile} {
		cases = append(cases, struct {
			request
			status int
			code   string
		}{request{path: path}, 401, "credentials-missing"})
	}
	for _, tail := range []string{"", "/document", "/envelope", "/receipt", "/reading"} {
		cases = append(cases, []struct {
			request
			status int
			code   string
		}{
			{request{path: x + tail}, 401, "credentials-missing"},
			{request{path: x + tail, as: stranger}, 404, "not-found"},
		}...)
	}
	for _, tail := range []string{"/release", "/refusal"} {
		cases = append(cases, []struct {
			request
			status int
			code   string
		}{
			{request{path: x + tail, as: operator, body: `{"reason":1}`}, 400, "body"},
			{request{path: x + tail, body: reason}, 401, "credentials-missing"},
			{request{path: x + tail, as: port, body: reason}, 403, "forbidden"},
			{request{path: "/v1/exchanges/" + noSuch + tail, as: operator, body: reason}, 404, "not-found"},
			{request{path: x + tail, as: operator, body: reason}, 409, "not-held"},
			{request{path: x + tail, as: operator, body: large}, 413, "too-large"},
			{request{path: x + tail, as: operator, body: reason, header: text}, 415, "media-type"},
			{request{path: x + tail, as: operator, body: `{"reason":""}`}, 422, "field-reason"},
		}...)
	}
	cases = append(cases, runCases(w, order, large, text)...)
	cases = append(cases, viewCases(w, large, text)...)
	cases = append(cases, ratingCases(w, large, text)...)
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s %d %s", c.path, c.status, c.code), func(t *testing.T) {
			a := w.do(c.request)
			if a.status != c.status {
				t.Fatalf("%d %.500s", a.status, a.body)
			}
			if c.code == "" {
				return
			}
			p := read[answer.Problem](t, a, c.status)
			if p.Code != c.code || p.Status != c.status || p.RequestID != a.header.Get("X-Request-Id") || p.Type != "/v1/problems/"+c.code {
				t.Errorf("%+v", p)
			}
			if page := w.do(request{path: p.Type}); page.status != http.StatusOK || !strings.Contains(string(page.body), "<h1>"+c.code+"</h1>") {
				t.Errorf("page at %s: %d %.500s", p.Type, page.status, page.body)
			}
			if (a.header.Get("WWW-Authenticate") != "") != (c.status == http.StatusUnauthorized) {
				t.Errorf("WWW-Authenticate %q", a.header.Get("WWW-Authenticate"))
			}
		})
	}
	t.Run("slow bodies", func(t *testing.T) { slowBodies(t, w) })
	t.Run("suspended", func(t *testing.T) { suspended(t, w, x) })
	t.Run("failures of ours", func(t *testing.T) { ownFailures(t, w, string(carnet(t, "OURS")), order, x) })
	t.Run("no memory", func(t *testing.T) { noMemory(t, w) })
	for _, o := range w.description.operations() {
		responses, _ := o.body["responses"].(object)
		for status := range responses {
			if elsewhere[o.path+" "+status] {
				continue
			}
			if _, seen := w.answered.Load(o.method + " " + o.path + " " + status); !seen {
				t.Errorf("no case shows %s %s: %s", o.method, o.path, status)
			}
		}
	}
}

func TestEveryAnswerIsPrivate(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	for _, path := range []string{"/v1/keys", "/v1/exchanges", "/nowhere"} {
		h := w.do(request{path: path}).header
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Request-Id") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}
