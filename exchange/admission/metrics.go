package admission

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"beibu/exchange"
	"beibu/exchange/answer"
)

// metrics count documents, by whichever way they come. Labels are bounded by
// construction: kinds by the catalogue, codes by the table of problems.
type metrics struct {
	accepted *prometheus.CounterVec
	refused  *prometheus.CounterVec
	sizes    prometheus.Histogram
	refusals *prometheus.CounterVec
	kept     *prometheus.CounterVec
}

func newMetrics(to prometheus.Registerer, memory *memory) (*metrics, error) {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	gauge := func(name, help string, value func() int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	m := &metrics{
		accepted: counter("beibu_documents_accepted_total",
			"Documents accepted, by kind and by outcome: new, held for a person, or duplicate of one accepted before.", "kind", "outcome"),
		refused: counter("beibu_documents_refused_total", "Documents refused, by code.", "code"),
		refusals: counter("beibu_refusals_total",
			"Refusals of documents, by what the record has of them: single, repeat of a single one, counted, or lost, since the log was away for long.", "record"),
		kept: counter("beibu_refusals_kept_total",
			"Refused documents whose bytes the policy of their sender keeps, by outcome: kept, or the reason for which they are not: full, too-large, unread or failed.", "outcome"),
		sizes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "beibu_document_size_bytes", Help: "Size of documents received, unpacked.",
			Buckets: prometheus.ExponentialBuckets(1<<10, 4, 8),
		}),
	}
	var errs []error
	for _, c := range []prometheus.Collector{
		m.accepted, m.refused, m.sizes, m.refusals, m.kept,
		gauge("beibu_documents_in_flight", "Documents being worked on.", func() int64 { slots, _ := memory.inUse(); return slots }),
		gauge("beibu_documents_in_flight_bytes",
			"Memory held by requests, from their first byte until their answer is written: documents, their sealed forms, answers.",
			func() int64 { _, bytes := memory.inUse(); return bytes }),
	} {
		errs = append(errs, to.Register(c))
	}
	return m, errors.Join(errs...)
}

// count counts a document that was accepted, or refused with an error.
func (m *metrics) count(a exchange.Acceptance, err error) {
	if err != nil {
		p, _ := answer.ProblemOf(err, "")
		m.refused.WithLabelValues(p.Code).Inc()
		return
	}
	outcome := "new"
	switch {
	case a.Duplicate:
		outcome = "duplicate"
	case a.Exchange.State == exchange.SubmissionHeld:
		outcome = "held"
	}
	m.accepted.WithLabelValues(a.Exchange.Identity.Kind, outcome).Inc()
}
