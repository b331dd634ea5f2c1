package console

import (
	"slices"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator"
	"beibu/exchange/operator/alert"
)

// A light is how a party does, in one word.
type light struct {
	Class string // good, bad or held
	Title exchange.Text
}

// The lights, worst first: the first that applies is shown.
var (
	lightSuspended = light{"held", exchange.Text{EN: "suspended", ZH: "已暂停"}}
	lightBroken    = light{"bad", exchange.Text{EN: "breaker open", ZH: "已熔断"}}
	lightFailing   = light{"bad", exchange.Text{EN: "failing", ZH: "有失败"}}
	lightSilent    = light{"held", exchange.Text{EN: "silent", ZH: "无动静"}}
	lightBacklog   = light{"held", exchange.Text{EN: "backlog", ZH: "积压"}}
	lightOK        = light{"good", exchange.Text{EN: "ok", ZH: "正常"}}
)

// alertLights are the lights of alerts about a party.
var alertLights = map[alert.Code]light{
	alert.ReceiverFailing: lightBroken, alert.ReceiverRefusing: lightFailing, alert.NotAcknowledged: lightFailing, alert.SenderFailing: lightFailing,
	alert.ReceiverSilent: lightSilent, alert.SenderSilent: lightSilent, alert.BacklogOld: lightBacklog,
}

// aboutSending are the alerts about the way from a party to the exchange. All others in
// alertLights are about the way to it.
var aboutSending = map[alert.Code]bool{alert.SenderFailing: true, alert.SenderSilent: true}

// lightsOf returns the lights of a party, by its status and the alerts about it: of its way
// to the exchange, of the way to it, and the worse of them.
func lightsOf(s operator.Status, firing []alert.Alert) (sending, receiving, all light) {
	from := map[light]bool{lightSuspended: s.Suspended}
	to := map[light]bool{lightSuspended: s.Suspended, lightBroken: s.Receiving.Breaker.IsOpen(), lightFailing: s.Backlog.Failing > 0}
	for _, a := range firing {
		if aboutSending[a.Code] {
			from[alertLights[a.Code]] = true
		} else {
			to[alertLights[a.Code]] = true
		}
	}
	sending, receiving = worstOf(from), worstOf(to)
	return sending, receiving, worse(sending, receiving)
}

// allLights are those of a party, the worst first.
var allLights = []light{lightSuspended, lightBroken, lightFailing, lightSilent, lightBacklog, lightOK}

// rank returns the place of a light among all. The zero light is the last.
func rank(l light) int {
	if i := slices.Index(allLights, l); i >= 0 {
		return i
	}
	return len(allLights)
}

// worstOf returns the worst light that is shown, or the best of all.
func worstOf(shown map[light]bool) light {
	for _, one := range allLights {
		if shown[one] {
			return one
		}
	}
	return lightOK
}

// A partyRow is a party in the list.
type partyRow struct {
	exchange.Party

	Status             *operator.Status // nil if the caller may not see it
	Sending, Receiving light
	Light              light         // the worse of the two
	Alerts             []alert.Alert // about it
}

// roleTexts are the roles of parties, for people.
var roleTexts = map[exchange.Role]exchange.Text{
	exchange.Customs: {EN: "port customs", ZH: "口岸海关"}, exchange.Department: {EN: "service unit", ZH: "服务部门"}, exchange.Window: {EN: "single window", ZH: "单一窗口"},
}

// RoleText returns the role of the party, for people.
func (p partyRow) RoleText() exchange.Text { return roleTexts[p.Role] }

// partyRows returns parties with their status, if the caller may see it.
func (s *Server) partyRows(v *visit, parties []exchange.Party) ([]partyRow, error) {
	seen := slices.DeleteFunc(slices.Clone(parties), func(p exchange.Party) bool { return !v.who.CoversParty(access.ReadStatus, p.ID) })
	statuses, err := operator.Statuses{Log: s.Activity, Handovers: s.Handovers}.Of(v.ctx(), seen, func(id string) bool { return s.Suspended.Includes(v.now.InForce, id) })
	if err != nil {
		return nil, err
	}
	firing, err := s.firing(v)
	if err != nil {
		return nil, err
	}
	byParty := make(map[string]*operator.Status, len(statuses))
	for i := range statuses {
		byParty[statuses[i].Party] = &statuses[i]
	}
	rows := make([]partyRow, 0, len(parties))
	for _, p := range parties {
		row := partyRow{Party: p, Status: byParty[p.ID]}
		if row.Status != nil {
			row.Alerts = slices.DeleteFunc(slices.Clone(firing), func(a alert.Alert) bool { return !slices.Contains(a.Parties, p.ID) })
			row.Sending, row.Receiving, row.Light = lightsOf(*row.Status, row.Alerts)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// firing returns the alerts that the caller may know of.
func (s *Server) firing(v *visit) ([]alert.Alert, error) {
	all, err := s.Alerts.FiringAlerts(v.ctx())
	return slices.DeleteFunc(all, func(a alert.Alert) bool { return !v.who.SeesAlert(a) }), err
}

// A partiesPage is all parties.
type partiesPage struct {
	Parties []partyRow
	Lights  bool // of some party
}

// listParties answers GET /console/parties: those that need somebody first, and those whose
// status the caller may not see last.
func (s *Server) listParties(v *visit) error {
	rows, err := s.partyRows(v, v.now.Parties.All())
	if err != nil {
		return err
	}
	slices.SortStableFunc(rows, func(a, b partyRow) int { return rank(a.Light) - rank(b.Light) })
	return v.render("parties", partiesPage{Parties: rows, Lights: len(rows) > 0 && rows[0].Status != nil})
}

// A partyKey is a key by which a party signs.
type partyKey struct {
	Subject, Algorithm string
	From, Until        time.Time
	End                light // ended, ends soon, or in force
}

// soon is how long before its end a key or a certificate is pointed out.
const soon = 30 * 24 * time.Hour

// endOf returns the light of something that is in force for a time.
func endOf(from, until, now time.Time) light {
	switch {
	case now.Before(from):
		return light{"busy", exchange.Text{EN: "not yet in force", ZH: "尚未生效"}}
	case !now.Before(until):
		return light{"bad", exchange.Text{EN: "ended", ZH: "已到期"}}
	case until.Sub(now) < soon:
		return light{"held", exchange.Text{EN: "ends soon", ZH: "即将到期"}}
	}
	return light{"good", exchange.Text{EN: "in force", ZH: "有效"}}
}

// keysOf returns the keys of a party.
func keysOf(p exchange.Party, now time.Time) []partyKey {
	var all []partyKey
	for _, one := range p.Signers {
		key := partyKey{Subject: one.Certificate.Subject.String(), Algorithm: one.Certificate.PublicKeyAlgorithm.String(), From: one.Certificate.NotBefore, Until: one.Certificate.NotAfter}
		if one.From.After(key.From) {
			key.From = one.From
		}
		if !one.Until.IsZero() && one.Until.Before(key.Until) {
			key.Until = one.Until
		}
		key.End = endOf(key.From, key.Until, now)
		all = append(all, key)
	}
	return all
}
