package console

import (
	"html/template"
	"net/url"
	"strings"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator/alert"
)

// An alertPlace is the page on which a person sees and mends what an alert is about.
type alertPlace struct {
	action  access.Action // that who sees it may do
	address string        // below root
	name    exchange.Text
}

// placeFor returns the place for an alert. That for a code of a later version is zero.
func placeFor(a alert.Alert) alertPlace {
	about := url.QueryEscape(a.About)
	switch a.Code {
	case alert.ReceiverRefusing:
		return alertPlace{access.ReadExchanges, "failures?receiver=" + about, exchange.Text{EN: "the page of its failures", ZH: "其失败原因页面"}}
	case alert.NotAcknowledged:
		return alertPlace{access.ReadExchanges, "exchanges?party=" + about + "&failing=true", exchange.Text{EN: "the list of these exchanges", ZH: "这些交换的列表"}}
	case alert.SenderFailing:
		return alertPlace{access.ReadRefusals, "refusals?sender=" + about, exchange.Text{EN: "the list of its refusals", ZH: "其退单列表"}}
	case alert.BacklogOld:
		return alertPlace{access.ReadExchanges, "exchanges?party=" + about + "&state=" + string(exchange.ContentConsignment), exchange.Text{EN: "the list of its exchanges", ZH: "其交换列表"}}
	case alert.ReceiverFailing, alert.PartySwitchedOff, alert.ReceiverSilent, alert.SenderSilent:
		return pageOfParty(a.About)
	case alert.RunStopped, alert.RunAwaitingApproval:
		return alertPlace{access.ReadRuns, "runs/" + url.PathEscape(a.About), exchange.Text{EN: "the page of the run", ZH: "该重放的页面"}}
	case alert.BreakGlassInUse:
		return alertPlace{access.ReadAudit, "audit?subject=action&id=" + about, exchange.Text{EN: "the audit of the account", ZH: "该账户的审计"}}
	case alert.CertificateEnding:
		if len(a.Parties) == 1 { // else it is one of the exchange itself
			return pageOfParty(a.Parties[0])
		}
		return alertPlace{access.ReadDiagnostics, "diagnostics", exchange.Text{EN: "the page Diagnostics", ZH: "诊断页面"}}
	}
	return alertPlace{}
}

func pageOfParty(id string) alertPlace {
	return alertPlace{access.ReadCatalogue, "parties/" + url.PathEscape(id), exchange.Text{EN: "the page of the party", ZH: "该参与方的页面"}}
}

// alertPage returns the address of the place for an alert, or "" if the caller has none.
func (v *visit) alertPage(a alert.Alert) template.URL {
	p := placeFor(a)
	if p.address == "" || !v.may(p.action) {
		return ""
	}
	return template.URL(root + p.address) //nolint:gosec // its parts are encoded
}

// An alertPart is a piece of what is said of an alert. Page and Name are those of a place:
// on the page itself, it has no address.
type alertPart struct {
	alert.Part

	Page template.URL
	Name exchange.Text
}

// summary returns what has happened.
func (v *visit) summary(a alert.Alert) []alertPart { return v.alertParts(a, a.Says(true)) }

// nextStep returns what to do, with the page to begin at if the caller may see it.
func (v *visit) nextStep(a alert.Alert) []alertPart {
	return v.alertParts(a, a.Advises(v.alertPage(a) != ""))
}

func (v *visit) alertParts(a alert.Alert, text alert.Text) []alertPart {
	parts := text.EN
	if v.lang == chinese {
		parts = text.ZH
	}
	all := make([]alertPart, 0, len(parts))
	for i, p := range parts {
		one := alertPart{Part: p}
		if v.lang == chinese { // the spaces are for ids, and names have none around them
			if i > 0 && named(parts[i-1]) {
				one.Words = strings.TrimPrefix(one.Words, " ")
			}
			if i+1 < len(parts) && named(parts[i+1]) {
				one.Words = strings.TrimSuffix(one.Words, " ")
			}
		}
		if p.Place {
			one.Page, one.Name = v.alertPage(a), placeFor(a).name
			if v.r != nil && string(one.Page) == v.r.URL.RequestURI() {
				one.Page, one.Name = "", exchange.Text{EN: "this page", ZH: "本页"}
			}
		}
		all = append(all, one)
	}
	return all
}

// named reports whether the console writes a name for a part that is an id.
func named(p alert.Part) bool { return p.Party != "" || p.Run != "" }
