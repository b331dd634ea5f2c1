package httpapi

import (
	"net/http"
	"slices"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/operator/alert"
)

// AlertList answers GET /v1/alerts.
type AlertList struct {
	At     answer.Time `json:"at"`
	Alerts []Alert     `json:"alerts"`
}

// Alert is one condition that somebody has to know of.
type Alert struct {
	Code     alert.Code    `json:"code"`
	Severity string        `json:"severity"`
	About    string        `json:"about"` // the party, key, run or account
	Parties  []string      `json:"parties"`
	Since    answer.Time   `json:"since"`   // when the condition began, as far as is known
	FiredAt  answer.Time   `json:"firedAt"` // when it was noticed
	Count    int           `json:"count,omitempty"`
	Cause    string        `json:"cause,omitempty"`
	Until    *answer.Time  `json:"until,omitempty"` // when a certificate ends
	Summary  exchange.Text `json:"summary"`
	NextStep exchange.Text `json:"nextStep"`
	Runbook  string        `json:"runbook"` // a page of the documentation, with the section
}

// listAlerts answers GET /v1/alerts: what is firing, oldest first. A party sees what is
// about itself.
func (s *Server) listAlerts(c *call) error {
	party, err := s.statusParty(c)
	if err != nil {
		return err
	}
	all, err := s.alerts.FiringAlerts(c.request.Context())
	if err != nil {
		return err
	}
	list := AlertList{At: answer.Time{Time: time.Now().UTC()}, Alerts: []Alert{}}
	for _, a := range all {
		if c.caller.SeesAlert(a) && (party == "" || slices.Contains(a.Parties, party)) {
			list.Alerts = append(list.Alerts, wireAlert(a))
		}
	}
	return c.json(http.StatusOK, list)
}

func wireAlert(a alert.Alert) Alert {
	return Alert{
		Code: a.Code, Severity: a.Severity(), About: a.About, Parties: list(a.Parties), Since: answer.TimeOf(a.Since), FiredAt: answer.TimeOf(a.FiredAt),
		Count: a.Count, Cause: a.Cause, Until: answer.TimeOrNone(a.Until), Summary: a.Summary(true), NextStep: a.NextStep(), Runbook: a.Runbook(),
	}
}
