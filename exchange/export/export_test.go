package export_test

import (
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/export"
	"beibu/exchange/lookup"
	"beibu/exchange/proof"
)

// A file says who took it and by which filter, holds no formula, and says at its end how
// much it has.
func TestFiles(t *testing.T) {
	at := time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)
	x := exchange.Exchange{Identity: proof.Identity{Sender: "port", Kind: "ata-carnet", Number: "=1+1"}, AcceptedAt: at, Keys: lookup.Keys{HS: []string{"7101"}}}
	for _, c := range []struct {
		form  export.Form
		lines []string
	}{
		{export.CSV, []string{"# exported: 2026-11-30T06:00:00Z", "# filter: kind=ata-carnet", "exchangeId,", "port,ata-carnet,'=1+1,", "# end: 1", ""}},
		{export.Lines, []string{`{"exportedAt":"2026-11-30T06:00:00.000000Z","exportedBy":"night shift","filter":"kind=ata-carnet"}`, `"foundBy":{"hs":["7101"]}`, `{"exchanges":1}`, ""}},
	} {
		file, written := export.Exchanges(nil).Begin(c.form, at, "night shift", "kind=ata-carnet"), ""
		take := func(part []byte) bool { written += string(part); return true }
		if !file.Take(take) {
			t.Error("the first part is not taken")
		}
		shown := answer.ExchangeOf(x, 5)
		shown.FoundBy = answer.FoundByOf(x.Keys)
		file.Add([]answer.Exchange{shown})
		file.End()
		if !file.Take(take) || file.Take(func(part []byte) bool { return len(part) > 0 }) {
			t.Error("a part is taken twice")
		}
		lines := strings.Split(strings.ReplaceAll(written, "\r\n", "\n"), "\n")
		for i, want := range c.lines {
			if i >= len(lines) || !strings.Contains(lines[i], want) {
				t.Errorf("%s: line %d has no %q:\n%s", c.form.Media, i+1, want, written)
			}
		}
	}
}
