package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/crashtest"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/signing/signingtest"
	"beibu/testdata"
)

// A process that is killed leaves what it wrote with the kernel, so that no crash
// test can see whether the disk was waited for. This one reads it from the
// system calls: between a request and the answer that promises something, the log
// is written and then synchronised.
func TestDurableBeforeTheAnswer(t *testing.T) {
	tracer(t)
	for _, missing := range unsynced(traced(t, played)) {
		t.Error(missing)
	}
}

// A store that does not wait for the disk is noticed.
func TestUndurableIsNoticed(t *testing.T) {
	long(t, "builds the daemon again")
	tracer(t)
	for _, setting := range []string{"OFF", "NORMAL"} {
		daemon := crashtest.Build(t, crashtest.Edit{File: "queue/sqlite/pragmas.go", Old: `"synchronous(FULL)"`, New: `"synchronous(` + setting + `)"`})
		missing := unsynced(traced(t, built(daemon)))
		if len(missing) != len(promises) {
			t.Errorf("synchronous=%s: of %d promises %d are noticed: %v", setting, len(promises), len(missing), missing)
		}
	}
}

// promises are the requests whose answers say that something is on the disk.
var promises = []struct{ name, request, answer string }{
	{"accept", "POST /v1/documents ", "HTTP/1.1 202 "},
	{"hand over", "GET /v1/mailbox", "HTTP/1.1 200 "},
	{"acknowledge", "POST /v1/mailbox/acks ", "HTTP/1.1 200 "},
}

// tracer skips the test, as [signingtest.Missing] says, if no system call can be
// traced here.
func tracer(t *testing.T) {
	t.Helper()
	strace := signingtest.Tool(t, "strace")
	if out, err := exec.CommandContext(t.Context(), strace, "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		signingtest.Missing(t, fmt.Sprintf("strace may trace nothing here: %v: %s", err, out))
	}
}

// traced has a daemon accept a document, hand it over and take its
// acknowledgement, one after the other, and returns the system calls it made.
func traced(t *testing.T, daemon crashtest.Command) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "trace")
	node := crashtest.NewNode(t, func(ctx context.Context, config string) *exec.Cmd {
		run := daemon(ctx, config)
		// -D keeps the daemon a child of the test's, which signals it.
		options := []string{"-D", "-f", "-y", "-s", "40", "-o", file, "-e", "trace=read,write,pwrite64,fsync,fdatasync"}
		cmd := exec.CommandContext(ctx, "strace", append(options, run.Args...)...)
		cmd.Env = run.Env
		return cmd
	}, "")
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	journey(t, node)
	if err := node.Stop(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	trace, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(trace)
}

// journey sends one document, waits until nothing is written any more, fetches it
// and acknowledges it.
func journey(t *testing.T, node *crashtest.Node) {
	t.Helper()
	sample, err := testdata.Find("ata-carnet", "expo-machinery-qinzhou-haiphong")
	if err != nil {
		t.Fatal(err)
	}
	sender, receiver := node.As("qinzhou-customs", nil), node.As("window-vn", nil)
	reply, err := sender.Call(t.Context(), http.MethodPost, "/v1/documents", "application/xml", sample.Bytes)
	var accepted answer.Acceptance
	if err = errors.Join(err, json.Unmarshal(reply.Body, &accepted)); err != nil || reply.Status != http.StatusAccepted {
		t.Fatalf("%d: %v", reply.Status, err)
	}
	for consigned := false; !consigned; <-time.After(10 * time.Millisecond) {
		x, err := client.Get[httpapi.Exchange](t.Context(), sender, "/v1/exchanges/"+accepted.ExchangeID, nil)
		if err != nil {
			t.Fatal(err)
		}
		consigned = len(x.Deliveries) > 0
	}
	page, err := client.Get[httpapi.MailboxPage](t.Context(), receiver, "/v1/mailbox", nil)
	if err != nil || len(page.Deliveries) != 1 {
		t.Fatalf("%d deliveries: %v", len(page.Deliveries), err)
	}
	acks := httpapi.Acks{Acks: []httpapi.Ack{{ExchangeID: accepted.ExchangeID, Outcome: httpapi.Accepted}}}
	if _, err := client.Post[any](t.Context(), receiver, "/v1/mailbox/acks", acks); err != nil {
		t.Fatal(err)
	}
}

// A call is a system call of a trace.
type call struct {
	name, file, text string // text is what follows the file: data, size and result
	start, end       int    // lines of the trace
}

// traceLine is a call that has ended, its first half or its second half.
var traceLine = regexp.MustCompile(`^(\d+) +(?:(\w+)\((\d+<[^>]*>)|<\.\.\. \w+ resumed>)(.*)$`)

// calls reads a trace. A call during which another thread did something is on
// two lines.
func calls(trace string) (all []call) {
	halves := map[string]call{} // by thread
	for i, line := range strings.Split(trace, "\n") {
		m := traceLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		c := call{name: m[2], file: m[3], text: m[4], start: i, end: i}
		if c.name == "" {
			text := c.text
			c = halves[m[1]]
			c.text, c.end = strings.TrimSuffix(c.text, " <unfinished ...>")+text, i
		}
		if halves[m[1]] = c; !strings.HasSuffix(c.text, " <unfinished ...>") {
			all = append(all, c)
		}
	}
	return all
}

// unsynced returns the promises that were answered before the log was on the
// disk: each needs a write to the log after the request was read, and after the
// write a call that synchronises the log and ends before the answer.
func unsynced(trace string) (missing []string) {
	all := calls(trace)
	first := func(fits func(call) bool) call {
		for _, c := range all {
			if fits(c) {
				return c
			}
		}
		return call{start: len(trace), end: len(trace)}
	}
	onLog := func(c call) bool { return strings.HasSuffix(c.file, "/queue.db-wal>") }
	for _, p := range promises {
		// The server may have read the first letter of a request by itself.
		request := first(func(c call) bool { return c.name == "read" && strings.Contains(c.text, p.request[1:]) })
		answer := first(func(c call) bool {
			return c.name == "write" && c.file == request.file && c.start > request.end && strings.Contains(c.text, p.answer)
		})
		written := first(func(c call) bool { return c.name == "pwrite64" && onLog(c) && c.start > request.end })
		synced := first(func(c call) bool {
			return strings.HasSuffix(c.name, "sync") && onLog(c) && c.start > written.end && strings.HasSuffix(c.text, "= 0")
		})
		if request.name == "" || answer.name == "" || synced.end > answer.start {
			missing = append(missing, fmt.Sprintf("%s: request at line %d, log written at %d and synchronised at %d, answer at %d of %d",
				p.name, request.end, written.end, synced.end, answer.start, len(all)))
		}
	}
	return missing
}
