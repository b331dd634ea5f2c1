package exchange_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"beibu/exchange/courier"
	"beibu/exchange/exchangetest"
	"beibu/exchange/httpapi"
	"beibu/exchange/rules"
	"beibu/exchange/rules/book"
	"beibu/signing"
)

// serve puts the HTTP API over a world and returns its address.
func serve(b *testing.B, w *exchangetest.World) string {
	b.Helper()
	set, err := rules.NewSet(book.Rules())
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte("key"))
	access, err := httpapi.NewAccess([]httpapi.Credential{{Name: "beihai", Party: "beihai", KeySHA256: hex.EncodeToString(digest[:])}})
	if err != nil {
		b.Fatal(err)
	}
	api, err := httpapi.New(httpapi.Options{
		Intake: w.Intake, Rules: set, Journal: w.Journal, Recorder: w.Recorder, Bodies: w.Store, Access: access,
		Mailbox: courier.NewMailbox(w.Journal, w.Recorder, w.Journal.Changed),
		Trust:   signing.NewTrust(signing.Signer{Name: "test", Certificate: w.Keys.Seal.Certificate}),
		Keys: httpapi.PublicKeys{
			Seals: []*signing.Certificate{w.Keys.Seal.Certificate}, ReceiptID: w.Keys.ReceiptID,
			Receipt: w.Keys.Receipt.Public().(ed25519.PublicKey),
		},
		Log: zap.NewNop(), Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(api)
	b.Cleanup(server.Close)
	return server.URL
}

// BenchmarkAcceptHTTP accepts documents of 10 KB from 64 clients over loopback
// HTTP: checked, sealed, and durable before the answer. The clients share the
// cores with the daemon.
func BenchmarkAcceptHTTP(b *testing.B) {
	template, w := tenKB(b)
	url := serve(b, w)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	post(b, client, url, numbered(template, 0))
	b.ReportAllocs()
	b.ResetTimer()
	load(b, b.N, func(i int64) { post(b, client, url, numbered(template, i)) })
}

func post(b *testing.B, client *http.Client, url string, document []byte) {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url+"/v1/documents", bytes.NewReader(document))
	if err != nil {
		b.Error(err)
		return
	}
	request.Header.Set("Authorization", "Bearer key")
	request.Header.Set("Content-Type", "application/xml")
	answer, err := client.Do(request)
	if err != nil {
		b.Error(err)
		return
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if err != nil || answer.Body.Close() != nil || answer.StatusCode != http.StatusAccepted {
		b.Errorf("answered %s, %v", answer.Status, err)
	}
}

// BenchmarkAcceptToAcknowledged accepts documents of 10 KB from 64 clients
// while their three receivers fetch and acknowledge them, and ends with the
// last acknowledgement. The p99 is that of accepting.
func BenchmarkAcceptToAcknowledged(b *testing.B) {
	template, w := tenKB(b)
	mailbox := courier.NewMailbox(w.Journal, w.Recorder, w.Journal.Changed)
	accept(b, w, template, 0)
	b.ReportAllocs()
	b.ResetTimer()
	begun := time.Now()
	done := make(chan error, 3)
	for _, receiver := range []string{"beihai", "promotion", "window-th"} {
		go func() { done <- acknowledge(b.Context(), mailbox, receiver, b.N+1) }()
	}
	load(b, b.N, func(i int64) { accept(b, w, template, i) })
	for range 3 {
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
	b.ReportMetric(float64(b.N)/time.Since(begun).Seconds(), "acknowledged/s")
}

// acknowledge fetches and acknowledges until a receiver has n documents.
func acknowledge(ctx context.Context, mailbox *courier.Mailbox, receiver string, n int) error {
	for n > 0 {
		items, err := mailbox.Fetch(ctx, receiver, courier.FetchOptions{Limit: courier.MaxLimit, Wait: time.Minute})
		if err != nil {
			return err
		}
		acks := make([]courier.Ack, 0, len(items))
		for _, item := range items {
			acks = append(acks, courier.Ack{Exchange: item.Exchange.ID, Accepted: true})
		}
		if _, err := mailbox.Acknowledge(ctx, receiver, acks); err != nil {
			return err
		}
		n -= len(items)
	}
	return nil
}
