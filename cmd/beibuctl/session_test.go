package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

// called runs the program in this process.
func called(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, streams{in: strings.NewReader(""), out: &out, err: &err})
	return code, out.String(), err.String()
}

func TestMoment(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"24h": "2026-11-19T12:00:00Z", "90m": "2026-11-20T10:30:00Z",
		"2026-09-01T08:00:00+08:00": "2026-09-01T00:00:00Z", "2026-09-01T08:00:00.5Z": "2026-09-01T08:00:00.5Z",
		"1d": "2026-11-19T12:00:00Z", "2w": "2026-11-06T12:00:00Z", "1d12h": "2026-11-19T00:00:00Z", "1w1d": "2026-11-12T12:00:00Z",
		"2026-09-01": "2026-09-01T00:00:00Z",
		"yesterday":  "", "-24h": "", "0s": "", "0d": "", "": "", "2026-13-01": "", "d": "", "-1d": "", "1d-2h": "", "99999d": "", "1.5d": "",
	} {
		var m moment
		err := m.UnmarshalText([]byte(text))
		got := ""
		if err == nil {
			got = m.time(now).UTC().Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
	if !(moment{}).time(now).IsZero() {
		t.Error("no moment is a time")
	}
}

// The exit code says whether the exchange said no, or could not be asked.
func TestExitCodes(t *testing.T) {
	silent := &session{streams: streams{err: io.Discard}}
	for status, want := range map[int]int{
		http.StatusBadRequest: exitFaults, http.StatusForbidden: exitFaults, http.StatusConflict: exitFaults,
		http.StatusRequestEntityTooLarge: exitFaults, http.StatusUnprocessableEntity: exitFaults,
		http.StatusUnauthorized: exitFaults, http.StatusNotFound: exitFaults, http.StatusTooManyRequests: exitFaults,
		http.StatusInternalServerError: exitUnable, http.StatusServiceUnavailable: exitUnable, http.StatusFound: exitUnable,
	} {
		err := fmt.Errorf("ask: %w", &client.Problem{Problem: answer.Problem{Status: status, Code: "x"}})
		if got := silent.fail(err); got != want {
			t.Errorf("%d: exit code %d, want %d", status, got, want)
		}
	}
	proxy := &client.Problem{Problem: answer.Problem{Status: http.StatusForbidden, Code: client.NoProblem}}
	if got := silent.fail(proxy); got != exitUnable {
		t.Errorf("what a proxy says: exit code %d, want %d", got, exitUnable)
	}
	if worse(errFaults, errUnable) != errUnable || worse(errUnable, errFaults) != errUnable || //nolint:errorlint // outcomes are never wrapped
		worse(nil, errFaults) != errFaults || worse(errFaults, nil) != errFaults || worse(nil, nil) != nil { //nolint:errorlint // outcomes are never wrapped
		t.Error("the worse outcome does not win")
	}
}

func TestServerAddress(t *testing.T) {
	for _, address := range []string{"localhost:8420", "127.0.0.1:8420", "ftp://a", "http://", ":", ""} {
		if code, _, stderr := called(t, "--server="+address, "parties", "list"); code != exitUnable || !strings.Contains(stderr, "hint: such as http") {
			t.Errorf("%q: %d %s", address, code, stderr)
		}
	}
}

// What was kept is never written over with other bytes.
func TestKeep(t *testing.T) {
	dir := t.TempDir()
	for i, content := range []string{"a", "a", "b"} {
		if err := keep(dir, "x", []byte(content)); (err != nil) != (i == 2) {
			t.Errorf("%d: %v", i, err)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "x"))
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); err != nil || string(b) != "a" || len(left) > 0 {
		t.Errorf("got %q, %v, and %v is left", b, err, left)
	}
}

// The bar is drawn for a person alone.
func TestProgress(t *testing.T) {
	var out bytes.Buffer
	s := &session{streams: streams{err: &out}}
	if bar := s.progress(9); bar != nil || out.Len() > 0 {
		t.Error("a bar although nobody sees it")
	}
	s.terminal = true
	if bar := s.progress(9); bar == nil || out.Len() == 0 {
		t.Error("no bar although a person sees it")
	}
}

var errDisk = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errDisk }

// A result that cannot be printed is not a success.
func TestFullDisk(t *testing.T) {
	var stderr bytes.Buffer
	for _, args := range [][]string{{"rules", "list"}, {"rules", "list", "-o", "json"}, {"completion", "fish"}} {
		if code := run(t.Context(), args, streams{out: fullDisk{}, err: &stderr}); code != exitUnable {
			t.Errorf("%v: exit code %d", args, code)
		}
	}
	if !strings.Contains(stderr.String(), "disk full") {
		t.Errorf("printed %q", &stderr)
	}
}

// A list that its limit cuts says so, and counts what it shows.
func TestListSaysThatThereAreMore(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		page := httpapi.Page{Exchanges: make([]httpapi.Exchange, min(n, 3))}
		for i := range page.Exchanges {
			page.Exchanges[i].ExchangeID = strconv.Itoa(i)
		}
		answers(w, http.StatusOK, page)
	}))
	t.Cleanup(server.Close)
	for _, test := range []struct {
		limit string
		rows  int
		note  bool
	}{{"--limit=2", 2, true}, {"--limit=3", 3, false}, {"--limit=50", 3, false}, {"--all", 3, false}} {
		code, stdout, stderr := called(t, "--server", server.URL, "exchanges", "list", test.limit)
		if rows := strings.Count(stdout, "\n") - 1; code != exitFine || rows != test.rows || strings.Contains(stderr, "--all shows all") != test.note {
			t.Errorf("%s: exit code %d\n%s%s", test.limit, code, stdout, stderr)
		}
	}
}
