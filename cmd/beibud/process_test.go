package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"beibu/cmd/internal/client"
)

// A process is a daemon in a process of its own, which can be killed and
// started again on the same data. Each start listens where the system has room:
// a port that was free before may be another's by then.
type process struct {
	t      *testing.T
	dir    string
	config string
	http   *http.Client // asks the one that runs, whatever the address it is given

	mu     sync.Mutex
	cmd    *exec.Cmd     // guarded by mu; the one that runs
	public string        // guarded by mu; where it listens
	up     chan struct{} // guarded by mu; closed while a daemon serves
}

// newProcess prepares a daemon without starting it.
func newProcess(t *testing.T) *process {
	t.Helper()
	dir := t.TempDir()
	p := &process{t: t, dir: dir, config: filepath.Join(dir, "beibud.yaml"), up: make(chan struct{})}
	p.http = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		MaxIdleConnsPerHost: 64, DialContext: p.dial,
	}}
	t.Cleanup(p.http.CloseIdleConnections)
	text := fmt.Sprintf("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: %s\n", filepath.Join(dir, "data"))
	if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// dial connects to the daemon that runs.
func (p *process) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	p.mu.Lock()
	public := p.public
	p.mu.Unlock()
	return new(net.Dialer).DialContext(ctx, network, public)
}

// start starts the daemon and returns once it serves.
func (p *process) start() error {
	cmd := exec.CommandContext(context.WithoutCancel(p.t.Context()), os.Args[0], "run", "--config", p.config)
	cmd.Env = append(os.Environ(), asDaemon+"=1")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(stderr)
	var said strings.Builder
	for lines.Scan() {
		var entry struct {
			Message string `json:"msg"`
			Public  string `json:"public"`
		}
		if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Message == "serving" {
			go func() { _, _ = io.Copy(io.Discard, stderr) }()
			p.mu.Lock()
			defer p.mu.Unlock()
			p.cmd, p.public = cmd, entry.Public
			close(p.up)
			return nil
		}
		said.WriteString(lines.Text() + "\n")
	}
	return fmt.Errorf("the daemon did not serve: %w\n%s", cmd.Wait(), said.String())
}

// stop ends the daemon with a signal and waits for its end.
func (p *process) stop(signal os.Signal) error {
	p.mu.Lock()
	cmd := p.cmd
	p.up = make(chan struct{})
	p.mu.Unlock()
	if err := cmd.Process.Signal(signal); err != nil {
		return err
	}
	return cmd.Wait()
}

// serving returns a channel that is closed while a daemon serves.
func (p *process) serving() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.up
}

// as returns a client that speaks for a party. The keys are there once the
// daemon has started for the first time.
func (p *process) as(who string) *client.Client {
	key, err := os.ReadFile(filepath.Join(p.dir, "data", "access", who+".key"))
	if err != nil {
		p.t.Error(err)
	}
	return &client.Client{Server: "http://beibud", Key: strings.TrimSpace(string(key)), HTTP: p.http}
}
