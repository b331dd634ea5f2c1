package crashtest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
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

	"beibu/cmd/internal/client"
)

// Command makes the process of a daemon that serves by a configuration.
type Command func(ctx context.Context, config string) *exec.Cmd

// A Node is a daemon in a process of its own, which can be killed and started
// again on the same data. Each start listens at an address of the system's choice: a port
// that was free before may be another's by then.
type Node struct {
	tb      testing.TB
	command Command
	data    string
	config  string
	point   string       // file with the name of the point at which the daemon kills itself
	http    *http.Client // asks the one that runs, whatever the address it is given

	mu     sync.Mutex
	cmd    *exec.Cmd      // guarded by mu; the one that runs
	public string         // guarded by mu; the address at which it listens
	inner  string         // guarded by mu; the address of its metrics
	up     chan struct{}  // guarded by mu; closed while a daemon serves
	logs   sync.WaitGroup // reads what the one that runs says
}

// NewNode prepares a daemon without starting it. more is configuration beside
// the addresses and the data folder.
func NewNode(tb testing.TB, command Command, more string) *Node {
	tb.Helper()
	dir := tb.TempDir()
	n := &Node{tb: tb, command: command, data: filepath.Join(dir, "data"), config: filepath.Join(dir, "beibud.yaml"), point: filepath.Join(dir, "point"), up: make(chan struct{})}
	n.http = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		MaxIdleConnsPerHost: 64, DialContext: n.dial,
	}}
	tb.Cleanup(func() {
		n.http.CloseIdleConnections()
		n.Kill() // if the attack could not continue
	})
	text := fmt.Sprintf("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: %q\n%s", n.data, more)
	if err := os.WriteFile(n.config, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	return n
}

// ShareKeys gives the node the keys and the access of another, which nodes
// that share a log must have. Neither may run.
func (n *Node) ShareKeys(other *Node) error {
	for _, folder := range []string{"keys", "access"} {
		to := filepath.Join(n.data, folder)
		if err := os.MkdirAll(to, 0o700); err != nil {
			return err
		}
		files, err := filepath.Glob(filepath.Join(other.data, folder, "*"))
		if err != nil {
			return err
		}
		for _, file := range files {
			secret, err := os.ReadFile(file)
			if err == nil {
				err = os.WriteFile(filepath.Join(to, filepath.Base(file)), secret, 0o600)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// dial connects to the daemon that runs.
func (n *Node) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, n.address())
}

func (n *Node) address() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.public
}

// Begin starts the daemon without waiting for it to serve.
func (n *Node) Begin() (serves func() error, err error) {
	cmd := n.command(context.WithoutCancel(n.tb.Context()), n.config)
	cmd.Env = append(cmd.Environ(), pointVariable+"="+n.point)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	n.mu.Lock()
	n.cmd = cmd
	n.mu.Unlock()
	return func() error { return n.await(cmd, stderr) }, nil
}

// arm names the point at which the daemon kills itself; disarm takes it back, and
// armed reports whether it was not reached yet.
func (n *Node) arm(point string) {
	// Whole or not at all: the daemon reads it at every point.
	err := os.WriteFile(n.point+".new", []byte(point), 0o600)
	if err == nil {
		err = os.Rename(n.point+".new", n.point)
	}
	if err != nil {
		n.tb.Error(err)
	}
}

func (n *Node) disarm() { _ = os.Remove(n.point) } // it may be gone

func (n *Node) armed() bool {
	_, err := os.Stat(n.point)
	return err == nil
}

// Start starts the daemon and returns once it serves.
func (n *Node) Start() error {
	serves, err := n.Begin()
	if err != nil {
		return err
	}
	return serves()
}

// await reads the log until it says that the daemon serves.
func (n *Node) await(cmd *exec.Cmd, stderr io.Reader) error {
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 1<<20)
	var said strings.Builder
	for lines.Scan() {
		var entry struct {
			Message string `json:"msg"`
			Public  string `json:"public"`
			Private string `json:"private"`
		}
		if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Message == "serving" {
			n.logs.Go(func() { n.keep(lines) })
			n.mu.Lock()
			defer n.mu.Unlock()
			n.public, n.inner = entry.Public, entry.Private
			close(n.up)
			return nil
		}
		said.WriteString(lines.Text() + "\n")
	}
	return fmt.Errorf("the daemon did not serve: %w\n%s", cmd.Wait(), said.String())
}

// keep reads the log on, and writes what is worse than a warning, or no log at
// all, such as a panic, into the log of the test.
func (n *Node) keep(lines *bufio.Scanner) {
	for lines.Scan() {
		var entry struct {
			Level string `json:"level"`
			Route string `json:"route"`
		}
		if json.Unmarshal(lines.Bytes(), &entry) != nil || entry.Level == "error" && entry.Route == "" {
			n.tb.Log(lines.Text())
		}
	}
}

// Kill ends the daemon at once. It does not wait for its end: see Stop.
func (n *Node) Kill() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cmd != nil {
		_ = n.cmd.Process.Kill() // it may be gone
	}
}

// Pause keeps the daemon from running for a time, after which it continues as if
// nothing had been.
func (n *Node) Pause(ctx context.Context, d time.Duration) {
	n.mu.Lock()
	cmd := n.cmd
	n.mu.Unlock()
	_ = cmd.Process.Signal(syscall.SIGSTOP) // it may be gone
	await(ctx, nil, d)
	_ = cmd.Process.Signal(syscall.SIGCONT) // or be by now
}

// Stop ends the daemon with a signal and waits for its end.
func (n *Node) Stop(signal os.Signal) error {
	n.mu.Lock()
	cmd := n.cmd
	select {
	case <-n.up:
		n.up = make(chan struct{})
	default:
	}
	n.mu.Unlock()
	if err := cmd.Process.Signal(signal); err != nil && !strings.Contains(err.Error(), "already finished") {
		return err
	}
	n.logs.Wait() // they end with the process
	return cmd.Wait()
}

// Serving returns a channel that is closed while a daemon serves.
func (n *Node) Serving() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.up
}

// Lag returns how many records of the log no daemon has dispatched, as the
// metrics of this one have it. It fails if the metrics are from before a time.
func (n *Node) Lag(ctx context.Context, since time.Time) (records int, err error) {
	n.mu.Lock()
	address := n.inner
	n.mu.Unlock()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	asked := time.Now()
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close() //nolint:errcheck // it was read
	partitions, read := 0, time.Time{}
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if name == `beibu_metrics_source_age_seconds{source="brokers"}` {
			age, err := time.ParseDuration(value + "s")
			if err != nil {
				return 0, err
			}
			read = asked.Add(-age)
		}
		if !strings.HasPrefix(name, "beibu_queue_dispatch_lag_records{") {
			continue
		}
		of, err := strconv.Atoi(value)
		if err != nil {
			return 0, err
		}
		records, partitions = records+of, partitions+1
	}
	if partitions == 0 || read.Before(since) { // the brokers were away
		return 0, errors.Join(fmt.Errorf("the lag was read last at %s", read), lines.Err())
	}
	return records, lines.Err()
}

// As returns a client that speaks for a party, over a transport of its own or,
// with nil, that of the node. The keys are there once the daemon has started
// for the first time.
func (n *Node) As(who string, over *http.Client) *client.Client {
	key, err := os.ReadFile(filepath.Join(n.data, "access", who+".key"))
	if err != nil {
		n.tb.Error(err)
	}
	if over == nil {
		over = n.http
	}
	return &client.Client{Server: "http://beibud", Key: strings.TrimSpace(string(key)), HTTP: over}
}
