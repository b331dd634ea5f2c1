package exchange

import (
	"slices"

	"beibu/exchange/effects"
)

// MayClear reports whether the party may clear declarations of a kind.
func (p *Party) MayClear(kind string) bool { return slices.Contains(p.Clears, kind) }

// completeClearings says of the declarations that the exchange clears which exchanges they
// are, and whether the sender may clear them. It leaves out what is no declaration.
func (x *Exchange) completeClearings(sender *Party) {
	var all []effects.Clearing
	for _, c := range x.Effects.Clears {
		at := slices.IndexFunc(x.Answers, func(a Answer) bool {
			of := effects.AccountOf(a.Kind, a.Number)
			return of == c.Declaration || c.Declaration.Kind == "" && of.Number == c.Declaration.Number
		})
		if at >= 0 {
			c.Declaration, c.Exchange = effects.AccountOf(x.Answers[at].Kind, x.Answers[at].Number), x.Answers[at].To
		}
		if !slices.Contains(effects.Clearable(), c.Declaration.Kind) {
			continue
		}
		c.Authority = sender.MayClear(c.Declaration.Kind)
		all = append(all, c)
	}
	x.Effects.Clears = all
}
