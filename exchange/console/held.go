package console

import (
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator/reading"
)

// mayDecide reports whether the caller may release or refuse an exchange, which is held.
func (v *visit) mayDecide(x exchange.Exchange) bool {
	return x.State == exchange.SubmissionHeld && v.may(access.DecideHeld) && v.who.Covers(access.DecideHeld, x.Identity.Sender, x.Identity.Kind)
}

// releaseHeld answers POST /console/exchanges/{id}/release.
func (s *Server) releaseHeld(v *visit) error { return s.decideHeld(v, true) }

// refuseHeld answers POST /console/exchanges/{id}/refuse.
func (s *Server) refuseHeld(v *visit) error { return s.decideHeld(v, false) }

// decideHeld carries out what an operator decides of a held exchange, and shows it.
func (s *Server) decideHeld(v *visit, release bool) error {
	form, err := v.posted()
	if err != nil {
		return err
	}
	x, err := s.visible(v)
	if err == nil && !v.who.Covers(access.DecideHeld, x.Identity.Sender, x.Identity.Kind) {
		err = errNoExchange
	}
	if err != nil {
		return err
	}
	verdict := exchange.Verdict{Exchange: x.ID, Release: release, Actor: v.who.Name, Reason: form.reason(), At: time.Now()}
	if form.OK() {
		hold := exchange.Hold{Journal: s.Journal, Recorder: s.Recorder}
		if err = hold.Decide(v.ctx(), verdict); err == nil {
			s.Log.Info("held exchange decided", zap.Stringer("exchange", x.ID), zap.Bool("release", release), zap.String("reason", verdict.Reason),
				zap.String("actor", v.who.Name), zap.String("request", v.id), zap.String("remote", v.r.RemoteAddr))
			return v.redirect(root + "exchanges/" + x.ID.String())
		}
	}
	page, broken := s.exchangePage(v)
	if broken != nil {
		return broken
	}
	if page.Document, broken = s.readDocument(v, page.Exchange, reading.Request{}); broken != nil {
		return broken
	}
	page.Verdict = form
	return v.afterwards(form, err, "exchange", page)
}
