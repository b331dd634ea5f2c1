package console

import (
	"html/template"
	"net/url"

	"beibu/exchange/access"
	"beibu/exchange/operator/alert"
)

// alertPage returns the page on which a person sees and mends what an alert is about, or ""
// if the caller has none.
func (v *visit) alertPage(a alert.Alert) template.URL {
	about := url.QueryEscape(a.About)
	switch a.Code {
	case alert.ReceiverRefusing, alert.NotAcknowledged:
		return v.pageFor(access.ReadExchanges, "failures?receiver="+about)
	case alert.SenderFailing:
		return v.pageFor(access.ReadRefusals, "refusals?sender="+about)
	case alert.ReceiverFailing, alert.PartySwitchedOff, alert.ReceiverSilent, alert.SenderSilent, alert.BacklogOld:
		return v.pageFor(access.ReadCatalogue, "parties/"+url.PathEscape(a.About))
	case alert.RunStopped, alert.RunAwaitingApproval:
		return v.pageFor(access.ReadRuns, "runs/"+url.PathEscape(a.About))
	case alert.BreakGlassInUse:
		return v.pageFor(access.ReadAudit, "audit?subject=action&id="+about)
	case alert.CertificateEnding:
		if len(a.Parties) == 1 { // else it is one of the exchange itself
			return v.pageFor(access.ReadCatalogue, "parties/"+url.PathEscape(a.Parties[0]))
		}
		return v.pageFor(access.ReadDiagnostics, "diagnostics")
	}
	return ""
}

// pageFor returns the address of a page, if the caller may see it.
func (v *visit) pageFor(action access.Action, page string) template.URL {
	if !v.may(action) {
		return ""
	}
	return template.URL(root + page) //nolint:gosec // its parts are encoded
}
