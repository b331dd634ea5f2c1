package export_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/export"
	"beibu/exchange/lookup"
	"beibu/exchange/operator"
	"beibu/exchange/proof"
)

// A file says who took it and by which filter, holds no formula, and says at its end how
// much it has.
func TestFiles(t *testing.T) {
	at := time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)
	x := exchange.Exchange{Identity: proof.Identity{Sender: "port", Kind: "ata-carnet", Number: "=1+1"}, AcceptedAt: at, Keys: lookup.Keys{HS: []string{"7101"}}, Latest: []exchange.LatestAnswer{{Party: "vn", Verdict: "rejected", Code: "RE"}}}
	for _, c := range []struct {
		form  export.Form
		lines []string
	}{
		{export.CSV, []string{"# exported: 2026-11-30T06:00:00Z", "# filter: kind=ata-carnet", ",digestSHA256,answers,answerCodes", "port,ata-carnet,'=1+1,", "# end: 1", ""}},
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
		if answered := strings.Contains(written, ",vn=rejected,vn=RE\r\n") || strings.Contains(written, `"answered":[{"party":"vn","verdict":"rejected","code":"RE"`); !answered {
			t.Errorf("%s: it does not say what was answered:\n%s", c.form.Media, written)
		}
		lines := strings.Split(strings.ReplaceAll(written, "\r\n", "\n"), "\n")
		for i, want := range c.lines {
			if i >= len(lines) || !strings.Contains(lines[i], want) {
				t.Errorf("%s: line %d has no %q:\n%s", c.form.Media, i+1, want, written)
			}
		}
	}
}

// Causes are counted once, however many pages a file has, and each is on one page.
func TestFailuresInPages(t *testing.T) {
	var failed []operator.Pile
	for i := range 2*export.PageSize + 1 {
		failed = append(failed, operator.Pile{Failure: exchange.Failure{State: exchange.ConsignmentRejection, Code: fmt.Sprint(i), Receiver: "r"}})
	}
	counted := 0
	list := export.Failures([]string{"r", "s"}, func(context.Context) ([]operator.Pile, []operator.RetryPile, error) {
		counted++
		return failed, []operator.RetryPile{{Pile: operator.Pile{Failure: exchange.Failure{Code: "connect", Receiver: "r"}}}}, nil
	})
	file, written := list.Begin(export.CSV, time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC), "night shift", "by=rule"), ""
	for cursor := int64(0); ; {
		page, next, err := list.Read(t.Context(), cursor)
		if err != nil || len(page) > export.PageSize {
			t.Fatalf("%d: %v", len(page), err)
		}
		file.Add(page)
		if cursor = next; next == 0 {
			break
		}
	}
	file.End()
	file.Take(func(part []byte) bool { written = string(part); return true })
	lines := strings.Split(written, "\r\n")
	last := len(failed) + 4
	if counted != 1 || len(lines) != last+3 || lines[2] != "# parties: r s" || !strings.HasPrefix(lines[4], "ConsignmentRejection,0,") ||
		!strings.HasPrefix(lines[last-1], "ConsignmentRejection,200,") || !strings.HasPrefix(lines[last], "ContentConsignment,connect,") || lines[last+1] != "# end: 202" {
		t.Errorf("counted %d times, %d lines: %q", counted, len(lines), lines[:5])
	}
	if _, _, err := export.Failures(nil, func(context.Context) ([]operator.Pile, []operator.RetryPile, error) { return nil, nil, errGone }).Read(t.Context(), 0); !errors.Is(err, errGone) {
		t.Errorf("what cannot be counted is a file: %v", err)
	}
}

var errGone = errors.New("the index is gone")
