package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
)

// SIGHUP reads the configuration again. One with mistakes is rejected, with
// every mistake logged, and the next one that is right is put in force.
func TestReloadAtHangup(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "beibud.yaml")
	write := func(more string) {
		t.Helper()
		text := "listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: " + dir + "/data\n" + more
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("")
	sent := make(chan string, 64)
	log := zap.New(messages{zapcore.NewNopCore(), sent})
	loaded, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	d, err := daemon.New(t.Context(), loaded, log)
	if err == nil {
		err = d.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	hangup, done := make(chan os.Signal), make(chan struct{})
	go func() {
		defer close(done)
		reload(ctx, hangup, file, d, log)
	}()
	await := func(want string) {
		t.Helper()
		for message := range sent {
			if strings.HasPrefix(message, want) {
				return
			}
		}
	}
	write("seal: {keys: [nowhere.pem]}\nnonsense: true\n")
	hangup <- syscall.SIGHUP
	await("mistake in the configuration")
	await("mistake in the configuration")
	await("reload rejected: what was in force stays")
	broken := filepath.Join(dir, "broken.pem")
	if err := os.WriteFile(broken, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	write("tls: {clientCAs: " + broken + "}\n")
	hangup <- syscall.SIGHUP
	await("mistake in the configuration: " + file + ":4: tls.clientCAs: " + broken + " holds no PEM certificate")
	await("reload rejected: what was in force stays")
	write("")
	hangup <- syscall.SIGHUP
	await("reloaded")
	cancel()
	<-done
	if err := d.Stop(context.WithoutCancel(ctx)); err != nil {
		t.Error(err)
	}
}

// messages is a log that hands on its messages, with the mistakes in them.
type messages struct {
	zapcore.Core
	sent chan<- string
}

// Enabled lets everything pass.
func (messages) Enabled(zapcore.Level) bool { return true }

// Check takes every entry.
func (l messages) Check(e zapcore.Entry, c *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	return c.AddCore(e, l)
}

// Write hands on the message.
func (l messages) Write(e zapcore.Entry, fields []zapcore.Field) error {
	for _, f := range fields {
		if f.Key == "mistake" {
			e.Message += ": " + f.String
		}
	}
	l.sent <- e.Message
	return nil
}
