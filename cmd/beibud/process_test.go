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
// started again on the same data and the same address.
type process struct {
	t      *testing.T
	dir    string
	config string
	server string
	http   *http.Client

	mu  sync.Mutex
	cmd *exec.Cmd     // guarded by mu; the one that runs
	up  chan struct{} // guarded by mu; closed while a daemon serves
}

// newProcess prepares a daemon without starting it.
func newProcess(t *testing.T) *process {
	t.Helper()
	dir := t.TempDir()
	p := &process{
		t: t, dir: dir, config: filepath.Join(dir, "beibud.yaml"), up: make(chan struct{}),
		http: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
	t.Cleanup(p.http.CloseIdleConnections)
	public, private := freeAddress(t), freeAddress(t)
	p.server = "http://" + public
	text := fmt.Sprintf("listen: %s\nprivate: %s\ndata: %s\n", public, private, filepath.Join(dir, "data"))
	if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// freeAddress returns a loopback address that was free just now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
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
		}
		if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Message == "serving" {
			go func() { _, _ = io.Copy(io.Discard, stderr) }()
			p.mu.Lock()
			defer p.mu.Unlock()
			p.cmd = cmd
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
	return &client.Client{Server: p.server, Key: strings.TrimSpace(string(key)), HTTP: p.http}
}
