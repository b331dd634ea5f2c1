package export

import (
	"context"
	"strconv"
	"strings"
	"time"

	"beibu/exchange/answer"
)

// Exchanges returns the sheet of a list of exchanges, which read returns as a list shows
// them, with what they are found by.
func Exchanges(read func(ctx context.Context, cursor int64) (page []answer.Exchange, next int64, err error)) Sheet[answer.Exchange] {
	return Sheet[answer.Exchange]{
		Name: "exchanges", Cells: exchangeCells, Read: read,
		Columns: []string{
			"exchangeId", "acceptedAt", "state", "sender", "kind", "documentNumber", "documentVersion", "receivers", "deliveries",
			"faultCodes", "causes", "hs", "vehicles", "containers", "transportDocuments", "size", "digestSHA256", "answers", "answerCodes",
		},
	}
}

func exchangeCells(x answer.Exchange) []string {
	var deliveries, causes []string
	for _, d := range x.Deliveries {
		deliveries = append(deliveries, d.Receiver+"="+string(d.State))
		if d.Cause != nil && d.Cause.Code != "" {
			causes = append(causes, d.Receiver+"="+d.Cause.Code)
		}
	}
	var verdicts, answerCodes []string
	for _, a := range x.Answered {
		verdicts = append(verdicts, a.Party+"="+string(a.Verdict))
		if a.Code != "" {
			answerCodes = append(answerCodes, a.Party+"="+a.Code)
		}
	}
	keys := x.FoundBy
	if keys == nil {
		keys = &answer.FoundBy{}
	}
	words := func(all []string) string { return strings.Join(all, " ") }
	return []string{
		x.ExchangeID, x.AcceptedAt.Format(time.RFC3339), string(x.State), x.Sender, x.Kind, x.DocumentNumber, x.DocumentVersion,
		words(x.Receivers), words(deliveries), words(x.FaultCodes), words(causes),
		words(keys.HS), words(keys.Vehicles), words(keys.Containers), words(keys.TransportDocuments),
		strconv.Itoa(x.Size), x.DigestSHA256, words(verdicts), words(answerCodes),
	}
}
