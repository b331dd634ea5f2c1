package telemetry

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/courier"
	"beibu/exchange/folders"
)

// Folders counts what goes through folders of parties: it is the meter of their
// couriers and of the scans, and decorates the admission of their documents.
type Folders struct {
	carried
	documents *prometheus.CounterVec
	good      *prometheus.GaugeVec
}

var (
	_ courier.Meter = (*Folders)(nil)
	_ folders.Meter = (*Folders)(nil)
)

// CountFolders exports what is counted of folders.
func (m *Metrics) CountFolders() (*Folders, error) {
	f := &Folders{
		carried: m.carried(
			counter("beibu_folder_deliveries_total",
				"Deliveries to the receiver's folder: delivered, or given up since their time was over or the envelope is not kept any more.", "receiver", "outcome"),
			counter("beibu_folder_delivery_failures_total",
				"Tries that failed and are made again: refused until somebody acts, as for a folder that is missing, or unavailable for now.", "receiver", "reason"),
		),
		documents: counter("beibu_folder_documents_total",
			"Documents from the party's folder, by what became of them: accepted, duplicate or refused; or again, if nothing was promised and it is retried.",
			"party", "outcome"),
		good: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "beibu_folder_good",
			Help: "1 if the folders of the party could be read and written at the last scan, else 0.",
		}, []string{"party"}),
	}
	return f, m.Register(f.deliveries, f.failures, f.documents, f.good)
}

// Scanned is folders.Meter's.
func (f *Folders) Scanned(party string, ok bool) {
	is := 0.0
	if ok {
		is = 1
	}
	f.good.WithLabelValues(party).Set(is)
}

// Admission counts what next answers to documents from folders.
func (f *Folders) Admission(next folders.Admission) folders.Admission {
	return &countingFolders{next, f}
}

type countingFolders struct {
	folders.Admission
	folders *Folders
}

// SubmitUnread is folders.Admission's.
func (c *countingFolders) SubmitUnread(ctx context.Context, way exchange.Way, party, requestID string, document admission.Unread) answer.Reply {
	reply := c.Admission.SubmitUnread(ctx, way, party, requestID, document)
	c.folders.documents.WithLabelValues(party, replied(reply)).Inc()
	return reply
}
