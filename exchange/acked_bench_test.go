package exchange_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"beibu/exchange/httpapi"
)

// BenchmarkAcceptToAcknowledged accepts documents of 10 KB from 64 clients
// while their three receivers fetch and acknowledge them, all over loopback
// HTTP, and ends with the last acknowledgement. The p99 is that of accepting,
// and acked-p99 that of a document's whole journey: from before it was sent
// until the last of its receivers has the answer to its acknowledgement. The
// receivers list what is for them and do not fetch the content.
func BenchmarkAcceptToAcknowledged(b *testing.B) {
	template, w := tenKB(b)
	j := newJourneys(b.N, serve(b, w))
	defer j.client.CloseIdleConnections()
	post(b, j.client, j.url, numbered(template, 0)) // compiles the schemas, and is not measured
	b.ReportAllocs()
	b.ResetTimer()
	j.start = time.Now()
	done := make(chan error, len(receivers))
	for _, receiver := range receivers {
		go func() { done <- j.receive(b, receiver) }()
	}
	load(b, b.N, func(i int64) {
		j.sent[i] = time.Since(j.start)
		post(b, j.client, j.url, numbered(template, i))
	})
	for range receivers {
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
	b.ReportMetric(float64(b.N)/time.Since(j.start).Seconds(), "acknowledged/s")
	b.ReportMetric(float64(j.p99().Microseconds())/1000, "acked-p99-ms")
}

// journeys are those of documents 0, which goes ahead, and 1 to n. Fields that are written before a
// document is sent can be read once a receiver has it.
type journeys struct {
	client *http.Client
	url    string
	start  time.Time
	sent   []time.Duration // after start
	acked  []atomic.Int32  // by how many receivers
	took   []time.Duration // of the whole journey
}

func newJourneys(n int, url string) *journeys {
	return &journeys{
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients + len(receivers)}}, url: url,
		sent: make([]time.Duration, n+1), acked: make([]atomic.Int32, n+1), took: make([]time.Duration, n+1),
	}
}

// p99 returns the 99th percentile of the journeys.
func (j *journeys) p99() time.Duration {
	all := slices.Sorted(slices.Values(j.took[1:]))
	return all[len(all)*99/100]
}

// receive acknowledges until a receiver has every document.
func (j *journeys) receive(b *testing.B, receiver string) error {
	b.Helper()
	for left := len(j.took); left > 0; {
		var mail httpapi.MailboxPage
		if err := j.call(b, receiver, http.MethodGet, "/v1/mailbox?limit=500&wait=30s", nil, &mail); err != nil {
			return err
		}
		acks := httpapi.Acks{}
		for _, d := range mail.Deliveries {
			acks.Acks = append(acks.Acks, httpapi.Ack{ExchangeID: d.ExchangeID, Outcome: httpapi.Accepted})
		}
		if len(acks.Acks) == 0 {
			continue
		}
		if err := j.call(b, receiver, http.MethodPost, "/v1/mailbox/acks", acks, &httpapi.AckResults{}); err != nil {
			return err
		}
		now := time.Since(j.start)
		for _, d := range mail.Deliveries {
			if err := j.end(d.DocumentNumber, now); err != nil {
				return err
			}
		}
		left -= len(mail.Deliveries)
	}
	return nil
}

// end notes an acknowledgement; the last one ends the journey.
func (j *journeys) end(number string, now time.Duration) error {
	i, err := strconv.Atoi(strings.TrimPrefix(number, "BENCH-"))
	if err != nil {
		return fmt.Errorf("read document number: %w", err)
	}
	if int(j.acked[i].Add(1)) == len(receivers) {
		j.took[i] = now - j.sent[i]
	}
	return nil
}

// call calls the API as a receiver and reads the answer.
func (j *journeys) call(b *testing.B, receiver, method, path string, body, into any) error {
	b.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(b.Context(), method, j.url+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+receiver)
	if method == http.MethodGet {
		request.Body = http.NoBody
	} else {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := j.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, answer.Status)
	}
	return json.NewDecoder(answer.Body).Decode(into)
}
