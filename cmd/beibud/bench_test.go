package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/exchange/httpapi"
	"beibu/testdata"
)

// benchClients is how many senders submit at once.
const benchClients = 64

// benchReceivers are those of the document that is measured with.
var benchReceivers = []string{"gx-trade-promotion", "beihai-customs", "window-th"}

// BenchmarkDaemon has 64 clients submit documents of 10 KB to the daemon as it
// is deployed, in a process of its own, with its metrics, its log and the real
// map, while their three receivers fetch and acknowledge them: over its embedded
// store and, if BEIBU_KAFKA names brokers, over these, with claims in Redis
// if BEIBU_REDIS names a server. It ends with the last acknowledgement.
// accepted/s is until the last answer to a sender, p99 is that of accepting,
// acked-p99 that of a document's way from before it was sent to its last
// acknowledgement, and peak-MB the most memory that the daemon had (VmHWM). The
// clients, and the servers, share the cores with it.
//
// BEIBU_BENCH_PROFILE names a folder for the daemon's own profiles: cpu.pprof of
// the load, heap.pprof and smaps of its end, in one folder for each store.
func BenchmarkDaemon(b *testing.B) {
	b.Run("store=embedded", func(b *testing.B) { benchmarkDaemon(b, "") })
	b.Run("store=kafka", func(b *testing.B) { benchmarkDaemon(b, benchServers(b)) })
}

// benchServers is the configuration of a log and claims of their own.
func benchServers(b *testing.B) string {
	b.Helper()
	brokers, redis := os.Getenv("BEIBU_KAFKA"), os.Getenv("BEIBU_REDIS")
	if brokers == "" {
		b.Skip("SKIPPED: set BEIBU_KAFKA=host:port, and BEIBU_REDIS, to run against Apache Kafka")
	}
	name := "bench-" + uuid.NewString()
	list, err := json.Marshal(strings.Split(brokers, ","))
	if err != nil {
		b.Fatal(err)
	}
	text := fmt.Sprintf("kafka: {brokers: %s, replication: 1, topicPrefix: %s.}\n", list, name)
	if redis != "" {
		text += fmt.Sprintf("redis: {addresses: [%q], prefix: %q}\n", redis, name+":")
	}
	return text
}

func benchmarkDaemon(b *testing.B, more string) {
	b.Helper()
	d := newBenchDaemon(b, more)
	d.submit(b, 0) // compiles the schemas, and is not measured
	b.ResetTimer()
	d.start = time.Now()
	saved := d.profile(b)
	var receivers sync.WaitGroup
	for _, name := range benchReceivers {
		receiver := d.as(b, name)
		receivers.Go(func() { d.receive(b, receiver) })
	}
	accepted := d.load(b)
	accepting := time.Since(d.start)
	receivers.Wait()
	took := time.Since(d.start)
	b.StopTimer()
	saved()
	b.ReportMetric(float64(b.N)/accepting.Seconds(), "accepted/s")
	b.ReportMetric(float64(b.N)/took.Seconds(), "acknowledged/s")
	b.ReportMetric(p99(accepted), "p99-ms")
	b.ReportMetric(p99(d.took[1:]), "acked-p99-ms")
	b.ReportMetric(d.peak(), "peak-MB")
	d.end(b)
}

// p99 returns the 99th percentile in milliseconds.
func p99(all []time.Duration) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return float64(sorted[len(sorted)*99/100].Microseconds()) / 1000
}

// A benchDaemon is a daemon and the journeys of documents 0 to N through it.
type benchDaemon struct {
	cmd      *exec.Cmd
	data     string
	server   string
	private  string
	http     *http.Client
	sender   *client.Client
	template []byte
	start    time.Time
	sent     []time.Duration // after start; written before a receiver gets it
	acked    []atomic.Int32  // by how many receivers
	took     []time.Duration // of the whole journey
}

// benchNumber is the number in the template.
const benchNumber = "BENCH-0000000000"

func newBenchDaemon(b *testing.B, more string) *benchDaemon {
	b.Helper()
	s, err := testdata.Find("ata-carnet", "pearls-beihai-laem-chabang")
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	d := &benchDaemon{
		data: filepath.Join(dir, "data"), template: testdata.Numbered(s.Bytes, "CN/4503/26/00011", benchNumber),
		http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2 * benchClients}},
		sent: make([]time.Duration, b.N+1), acked: make([]atomic.Int32, b.N+1), took: make([]time.Duration, b.N+1),
	}
	config := filepath.Join(dir, "beibud.yaml")
	text := fmt.Sprintf("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: %q\nlog: {profile: true}\n", d.data) + more
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	d.cmd = played(context.WithoutCancel(b.Context()), config)
	d.serve(b)
	d.sender = d.as(b, "beihai-customs")
	return d
}

// serve starts the daemon and returns once it serves. The rest of its log is
// read and dropped.
func (d *benchDaemon) serve(b *testing.B) {
	b.Helper()
	stderr, err := d.cmd.StderrPipe()
	if err == nil {
		err = d.cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	var said struct {
		Message string `json:"msg"`
		Public  string `json:"public"`
		Private string `json:"private"`
	}
	for lines := bufio.NewScanner(stderr); said.Message != "serving"; {
		if !lines.Scan() {
			b.Fatalf("the daemon did not serve: %v", d.cmd.Wait())
		}
		_ = json.Unmarshal(lines.Bytes(), &said) // what is no JSON says nothing of serving
	}
	d.server, d.private = "http://"+said.Public, "http://"+said.Private
	go func() { _, _ = io.Copy(io.Discard, stderr) }()
}

// as returns a client that speaks for a party.
func (d *benchDaemon) as(b *testing.B, who string) *client.Client {
	b.Helper()
	key, err := os.ReadFile(filepath.Join(d.data, "access", who+".key"))
	if err != nil {
		b.Fatal(err)
	}
	return &client.Client{Server: d.server, Key: strings.TrimSpace(string(key)), HTTP: d.http}
}

// end ends the daemon as an operator would.
func (d *benchDaemon) end(b *testing.B) {
	b.Helper()
	d.http.CloseIdleConnections()
	if err := errors.Join(d.cmd.Process.Signal(syscall.SIGTERM), d.cmd.Wait()); err != nil {
		b.Errorf("SIGTERM: %v", err)
	}
}

// submit submits one document and returns how long the answer took.
func (d *benchDaemon) submit(b *testing.B, i int64) time.Duration {
	b.Helper()
	document := testdata.Numbered(d.template, benchNumber, fmt.Sprintf("BENCH-%010d", i))
	started := time.Now()
	d.sent[i] = started.Sub(d.start)
	if _, err := d.sender.Submit(b.Context(), document); err != nil {
		b.Error(err)
	}
	return time.Since(started)
}

// load submits documents 1 to N and returns how long each answer took.
func (d *benchDaemon) load(b *testing.B) []time.Duration {
	b.Helper()
	var next atomic.Int64
	var senders sync.WaitGroup
	took := make([]time.Duration, b.N)
	for range min(benchClients, b.N) {
		senders.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				took[i-1] = d.submit(b, i)
			}
		})
	}
	senders.Wait()
	return took
}

// receive lists and acknowledges until a receiver has every document. The
// content is not fetched.
func (d *benchDaemon) receive(b *testing.B, receiver *client.Client) {
	b.Helper()
	ctx := context.WithoutCancel(b.Context())
	for left := len(d.took); left > 0 && !b.Failed(); {
		mail, err := client.Get[httpapi.MailboxPage](ctx, receiver, "/v1/mailbox", url.Values{"limit": {"500"}, "wait": {"10s"}})
		if err != nil {
			b.Error(err)
			return
		}
		acks := httpapi.Acks{}
		for _, one := range mail.Deliveries {
			acks.Acks = append(acks.Acks, httpapi.Ack{ExchangeID: one.ExchangeID, Outcome: httpapi.Accepted})
		}
		if len(acks.Acks) == 0 {
			continue
		}
		if _, err := client.Post[httpapi.AckResults](ctx, receiver, "/v1/mailbox/acks", acks); err != nil {
			b.Error(err)
			return
		}
		for _, one := range mail.Deliveries {
			d.acknowledged(b, one.DocumentNumber)
		}
		left -= len(mail.Deliveries)
	}
}

// acknowledged notes an acknowledgement; the last one ends the journey.
func (d *benchDaemon) acknowledged(b *testing.B, number string) {
	b.Helper()
	i, err := strconv.Atoi(strings.TrimPrefix(number, "BENCH-"))
	if err != nil {
		b.Error(err)
		return
	}
	if int(d.acked[i].Add(1)) == len(benchReceivers) {
		d.took[i] = time.Since(d.start) - d.sent[i]
	}
}

// profile has the daemon record a profile from now on, for at most
// profileSeconds. The function that it returns waits for that, and saves it.
func (d *benchDaemon) profile(b *testing.B) func() {
	b.Helper()
	dir := os.Getenv("BEIBU_BENCH_PROFILE")
	if dir == "" || b.N == 1 { // the first try of the benchmark's
		return func() {}
	}
	dir = filepath.Join(dir, filepath.Base(b.Name()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	var cpu sync.WaitGroup
	cpu.Go(func() {
		d.save(b, fmt.Sprintf("/debug/pprof/profile?seconds=%d", profileSeconds), filepath.Join(dir, "cpu.pprof"))
	})
	return func() {
		cpu.Wait()
		d.save(b, "/debug/pprof/heap", filepath.Join(dir, "heap.pprof"))
		smaps, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps", d.cmd.Process.Pid))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "smaps"), smaps, 0o600)
		}
		if err != nil {
			b.Error(err)
		}
	}
}

// profileSeconds is shorter than a load of 10,000 documents takes.
const profileSeconds = 4

// save keeps what the daemon's private address answers.
func (d *benchDaemon) save(b *testing.B, path, file string) {
	b.Helper()
	answer, err := d.http.Get(d.private + path) //nolint:noctx // the benchmark ends with it
	if err != nil {
		b.Error(err)
		return
	}
	content, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, answer.Body.Close(), os.WriteFile(file, content, 0o600)); err != nil {
		b.Error(err)
	}
}

// peak returns the most memory that the daemon has had, in MB, or 0 if the
// system does not say.
func (d *benchDaemon) peak() float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, _ := strconv.Atoi(strings.Fields(rest + " 0")[0])
	return float64(kilobytes) / 1000
}
