package exchangetest

import (
	"strings"
	"testing"

	"beibu/testdata"
)

// AnswerTo returns a response with a number of its own that answers a carnet: with a code
// of UNCL 4343 and a reason.
func AnswerTo(tb testing.TB, carnet, own, code, reason string) []byte {
	tb.Helper()
	s, err := testdata.Find("response", "origin-accepted-tiles")
	if err != nil {
		tb.Fatal(err)
	}
	return []byte(strings.NewReplacer(
		"VNSW-R-2026-5590244", own, "E264507A12340086", carnet, ">861<", ">955<", ">AP<", ">"+code+"<",
		"The certificate of origin was accepted for preferential treatment.", reason,
	).Replace(string(s.Bytes)))
}
