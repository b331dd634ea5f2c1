package notify

import (
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/operator/alert"
)

// A posted is an alert as Alertmanager takes it (API version 2, postableAlert).
type posted struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt"`
}

// alertmanagerOf returns notices as Alertmanager takes them. Labels identify an alert, so
// they are the same for its beginning and its end.
func alertmanagerOf(now time.Time, notices []alert.Notice) []posted {
	all := make([]posted, 0, len(notices))
	for _, n := range notices {
		p := posted{
			Labels: map[string]string{
				"alertname": string(n.Code), "severity": n.Severity(), "about": n.About, "service": "beibu",
			},
			Annotations: map[string]string{
				"summary": n.Summary(n.Firing).EN, "summary_zh": n.Summary(n.Firing).ZH, "next_step": n.NextStep().EN, "next_step_zh": n.NextStep().ZH,
				"runbook": n.Runbook(), "since": n.Since.UTC().Format(time.RFC3339),
			},
			StartsAt: n.FiredAt.UTC(), EndsAt: now.Add(alert.Lifetime).UTC(),
		}
		if len(n.Parties) > 0 {
			p.Labels["party"] = strings.Join(n.Parties, ",")
		}
		if n.Cause != "" {
			p.Annotations["cause"] = n.Cause
		}
		if !n.Firing {
			p.EndsAt = n.ResolvedAt.UTC()
		}
		all = append(all, p)
	}
	return all
}

// A Message is the body of a POST in the plain form.
type Message struct {
	Notices []Notice `json:"notices"` // in the order of the record
}

// A Notice is a change of an alert in the plain form.
type Notice struct {
	Sequence   int64         `json:"sequence"` // of the change in the record: one that comes again is the same
	Status     string        `json:"status"`   // firing or resolved
	Alert      string        `json:"alert"`    // code and what it is about: the same for its beginning and its end
	Code       alert.Code    `json:"code"`
	Severity   string        `json:"severity"`
	About      string        `json:"about"`
	Parties    []string      `json:"parties,omitempty"`
	Cause      string        `json:"cause,omitempty"`
	Count      int           `json:"count,omitempty"`
	Since      time.Time     `json:"since"`
	FiredAt    time.Time     `json:"firedAt"`
	ResolvedAt time.Time     `json:"resolvedAt,omitzero"`
	Summary    exchange.Text `json:"summary"`
	NextStep   exchange.Text `json:"nextStep"`
	Runbook    string        `json:"runbook"`
}

// plainOf returns notices in the plain form.
func plainOf(notices []alert.Notice) Message {
	m := Message{Notices: make([]Notice, 0, len(notices))}
	for _, n := range notices {
		one := Notice{
			Sequence: n.Sequence, Status: "firing", Alert: n.ID(), Code: n.Code, Severity: n.Severity(), About: n.About, Parties: n.Parties,
			Cause: n.Cause, Count: n.Count, Since: n.Since.UTC(), FiredAt: n.FiredAt.UTC(),
			Summary: n.Summary(n.Firing), NextStep: n.NextStep(), Runbook: n.Runbook(),
		}
		if !n.Firing {
			one.Status, one.ResolvedAt = "resolved", n.ResolvedAt.UTC()
		}
		m.Notices = append(m.Notices, one)
	}
	return m
}
