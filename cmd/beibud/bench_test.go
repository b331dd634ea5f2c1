package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/keyring"
	"beibu/cmd/internal/load"
	"beibu/deploy"
	"beibu/exchange/proof"
	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/testdata"
)

// benchClients is how many senders submit at once.
const benchClients = 64

// BenchmarkDaemon has 64 clients submit documents of 10 KB to the daemon as it
// is deployed, in a process of its own, with its metrics, its log and the real
// map, while their three receivers fetch and acknowledge them: over its embedded
// store and, if BEIBU_KAFKA names brokers, over these, with claims in Redis
// if BEIBU_REDIS names a server. It ends with the last acknowledgement.
// accepted/s is until the last answer to a sender, p50, p99 and p99.9 are those of accepting,
// acked-p99 that of a document's way from before it was sent to its last
// acknowledgement, and peak-MB the most memory that the daemon had (VmHWM). The
// clients, and the servers, share the cores with it.
//
// The documents are unsigned, or each is signed by its sender's key (P-256), which the
// clients do meanwhile. In the open loop they come at a constant rate, half of what the
// same daemon has just accepted from all clients at once, and the percentiles are from
// when each was due, so that it is seen how long documents queue.
//
// BEIBU_BENCH_PROFILE names a folder for the daemon's own profiles: cpu.pprof of
// the load, heap.pprof and smaps of its end, in one folder for each store.
func BenchmarkDaemon(b *testing.B) {
	b.Run("store=embedded", func(b *testing.B) { benchmarkDaemon(b, newBenchDaemon(b, ""), false) })
	b.Run("store=embedded,signed", func(b *testing.B) { benchmarkDaemon(b, signedBenchDaemon(b), false) })
	b.Run("store=embedded,loop=open", func(b *testing.B) { benchmarkDaemon(b, newBenchDaemon(b, ""), true) })
	b.Run("store=kafka", func(b *testing.B) { benchmarkDaemon(b, newBenchDaemon(b, benchServers(b)), false) })
}

// signedBenchDaemon returns a daemon that requires signatures, with what makes them.
func signedBenchDaemon(b *testing.B) *benchDaemon {
	b.Helper()
	dir := b.TempDir()
	key, err := keyring.Folder(dir).New(benchSender, "ecdsa-p256", benchSender, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	const party = "  - id: " + benchSender + "\n"
	registered := fmt.Sprintf("    keys: [{id: bench, certificate: %q}]\n    signatures: {required: [ata-carnet]}\n", filepath.Join(dir, benchSender+".pem"))
	parties := filepath.Join(dir, "parties.yaml")
	if err := os.WriteFile(parties, []byte(strings.Replace(string(deploy.Parties), party, party+registered, 1)), 0o600); err != nil {
		b.Fatal(err)
	}
	d := newBenchDaemon(b, fmt.Sprintf("parties: %q\n", parties))
	d.signer = &key
	return d
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

func benchmarkDaemon(b *testing.B, d *benchDaemon, open bool) {
	b.Helper()
	d.load(b, "WARM", 1, 0) // compiles the schemas, and is not measured
	rate := 0.0
	if open {
		rate = d.load(b, "CAPACITY", b.N, 0).PerSecond / 2
	}
	b.ResetTimer()
	saved := d.profile(b)
	r := d.load(b, "BENCH", b.N, rate)
	b.StopTimer()
	saved()
	b.ReportMetric(r.Drained*1e9/float64(b.N), "ns/op")
	b.ReportMetric(r.PerSecond, "accepted/s")
	b.ReportMetric(float64(b.N)/r.Drained, "acknowledged/s")
	b.ReportMetric(r.Accept.P50, "p50-ms")
	b.ReportMetric(r.Accept.P99, "p99-ms")
	b.ReportMetric(r.Accept.P999, "p99.9-ms")
	b.ReportMetric(r.Journey.P99, "acked-p99-ms")
	b.ReportMetric(d.peak(), "peak-MB")
	d.end(b)
}

// load has so many documents, with numbers of a series, accepted and delivered, at a
// rate if it is not 0. Their contents are not fetched.
func (d *benchDaemon) load(b *testing.B, series string, documents int, rate float64) load.Report {
	b.Helper()
	s, err := testdata.Find("ata-carnet", "pearls-beihai-laem-chabang")
	if err != nil {
		b.Fatal(err)
	}
	plan := load.Plan{
		Templates: []load.Template{{Sender: d.as(b, benchSender), Document: func(n uint64) ([]byte, proof.Identity, error) {
			number := fmt.Sprintf("%s-%010d", series, n)
			document, err := d.signed(testdata.Numbered(s.Bytes, "CN/4503/26/00011", number))
			return document, proof.Identity{Sender: benchSender, Kind: s.Kind, Number: number, Version: "1"}, err
		}}},
		Receiver: func(party string) (*client.Client, error) { return d.as(b, party), nil },
		Fetchers: 1, Clients: benchClients, Rate: rate, Count: uint64(documents), Patience: time.Minute,
	}
	r, err := plan.Run(b.Context())
	if err != nil || r.Accepted != documents || !r.Sound() {
		b.Fatalf("%v: %+v", err, r)
	}
	return r
}

// signed returns a document as it is sent: signed, if that is what is measured.
func (d *benchDaemon) signed(document []byte) ([]byte, error) {
	if d.signer == nil {
		return document, nil
	}
	return signing.SignDocument(document, *d.signer, c14n.Exclusive)
}

// benchSender sends the document that is measured with.
const benchSender = "beihai-customs"

// A benchDaemon is a daemon in a process of its own.
type benchDaemon struct {
	cmd     *exec.Cmd
	data    string
	server  string
	private string
	http    *http.Client
	signer  *signing.Key // of the documents, or nil
}

func newBenchDaemon(b *testing.B, more string) *benchDaemon {
	b.Helper()
	dir := b.TempDir()
	d := &benchDaemon{
		data: filepath.Join(dir, "data"),
		http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2 * benchClients}},
	}
	config := filepath.Join(dir, "beibud.yaml")
	text := fmt.Sprintf("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: %q\nlog: {profile: true}\n", d.data) + more
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	d.cmd = played(context.WithoutCancel(b.Context()), config)
	d.serve(b)
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
