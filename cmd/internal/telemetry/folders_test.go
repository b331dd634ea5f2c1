package telemetry_test

import (
	"context"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
)

// SubmitUnread is folders.Admission's.
func (d *door) SubmitUnread(ctx context.Context, way exchange.Way, party, requestID string, _ admission.Unread) answer.Reply {
	return d.Submit(ctx, way, party, requestID, nil)
}

func TestFoldersAreCounted(t *testing.T) {
	m := newMetrics(t)
	counted, err := m.CountFolders()
	if err != nil {
		t.Fatal(err)
	}
	counted.Carried("window-vn", 3, 1)
	counted.Failed("window-vn", true)
	counted.Scanned("window-vn", true)
	counted.Scanned("window-th", false)
	behind := &door{answers: []answer.Reply{{Exchange: "x"}, {Exchange: "x", Duplicate: true}, {Code: "malformed"}, {Code: "unavailable", RetryAfter: time.Second}}}
	for range 4 {
		counted.Admission(behind).SubmitUnread(t.Context(), exchange.WayFolder, "port", "request", admission.Unread{})
	}
	expect(t, m, `
# HELP beibu_folder_deliveries_total Deliveries to the receiver's folder: delivered, or given up since their time was over or the envelope is not kept any more.
# TYPE beibu_folder_deliveries_total counter
beibu_folder_deliveries_total{outcome="delivered",receiver="window-vn"} 3
beibu_folder_deliveries_total{outcome="given-up",receiver="window-vn"} 1
# HELP beibu_folder_delivery_failures_total Tries that failed and are made again: refused until somebody acts, as for a folder that is missing, or unavailable for now.
# TYPE beibu_folder_delivery_failures_total counter
beibu_folder_delivery_failures_total{reason="refused",receiver="window-vn"} 1
# HELP beibu_folder_documents_total Documents from the party's folder, by what became of them: accepted, duplicate or refused; or again, if nothing was promised and it is retried.
# TYPE beibu_folder_documents_total counter
beibu_folder_documents_total{outcome="accepted",party="port"} 1
beibu_folder_documents_total{outcome="again",party="port"} 1
beibu_folder_documents_total{outcome="duplicate",party="port"} 1
beibu_folder_documents_total{outcome="refused",party="port"} 1
# HELP beibu_folder_good 1 if the folders of the party could be read and written at the last scan, else 0.
# TYPE beibu_folder_good gauge
beibu_folder_good{party="window-th"} 0
beibu_folder_good{party="window-vn"} 1
`, "beibu_folder_deliveries_total", "beibu_folder_delivery_failures_total", "beibu_folder_documents_total", "beibu_folder_good")
}
