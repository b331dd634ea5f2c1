package console

import (
	"time"

	"beibu/exchange"
	"beibu/exchange/operator/alert"
)

// A Node is how the daemon that answers does.
type Node struct {
	Version, Commit, Go string
	Store               exchange.Text // in which the log and the record are
	Sequence            int64         // of the record, up to which its index is
	Lag                 int64         // changes of the record that its index does not show; below 0 if unknown
	Parts               []Part
}

// A Part is something that the daemon depends on.
type Part struct {
	Name exchange.Text
	OK   bool
}

// A diagnosticsPage is how the exchange does on this node.
type diagnosticsPage struct {
	Node

	Began  time.Time
	Broken []partyRow // whose breaker is open
	Alerts []alert.Alert
	Seals  []partyKey
}

// showDiagnostics answers GET /console/diagnostics.
func (s *Server) showDiagnostics(v *visit) error {
	rows, err := s.partyRows(v, v.now.Parties.All())
	if err != nil {
		return err
	}
	page := diagnosticsPage{Node: s.Node(v.ctx()), Began: v.began}
	for _, row := range rows {
		if row.Status != nil && row.Status.Receiving.Breaker.IsOpen() {
			page.Broken = append(page.Broken, row)
		}
	}
	if page.Alerts, err = s.firing(v); err != nil {
		return err
	}
	for _, c := range v.now.Keys.Seals {
		page.Seals = append(page.Seals, partyKey{
			Subject: c.Subject.String(), Algorithm: c.PublicKeyAlgorithm.String(), From: c.NotBefore, Until: c.NotAfter, End: endOf(c.NotBefore, c.NotAfter, v.began),
		})
	}
	return v.render("diagnostics", page)
}
