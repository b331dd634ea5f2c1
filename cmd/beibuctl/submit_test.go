package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"beibu/exchange/answer"
)

const someID = "f0dc7d1c-7356-8a6a-a3ab-5366a81e2dc4"

// documents writes files and returns their folder.
func documents(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// answers serves one JSON value with a status.
func answers(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Retry-After", "0")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// A document is sent again while the daemon is busy, with the same bytes, and
// its receipt is kept.
func TestSubmitResends(t *testing.T) {
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); string(body) != "<a/>" {
			t.Errorf("sent %q", body)
		}
		switch calls.Add(1) {
		case 1:
			answers(w, http.StatusServiceUnavailable, answer.Problem{Status: 503, Code: "busy", Retryable: true})
		case 2:
			w.WriteHeader(http.StatusBadGateway) // of a proxy, while the daemon starts
		case 3:
			answers(w, http.StatusTooManyRequests, answer.Problem{Status: 429, Code: "quota"})
		default:
			answers(w, http.StatusAccepted, answer.Acceptance{ExchangeID: someID, State: "SubmissionAcceptance", Kind: "k", DocumentNumber: "n", Receipt: "r"})
		}
	}))
	defer server.Close()
	dir, receipts := documents(t, map[string]string{"a.xml": "<a/>"}), filepath.Join(t.TempDir(), "receipts")
	code, stdout, stderr := called(t, "--server", server.URL, "submit", dir, "--receipts", receipts)
	if code != exitFine || !strings.HasPrefix(stdout, someID+"  SubmissionAcceptance  k  n  ") || stderr != "" {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	if b, err := os.ReadFile(filepath.Join(receipts, someID+".jws")); err != nil || string(b) != "r" {
		t.Errorf("kept %q, %v", b, err)
	}
}

// What is refused is not sent again, and does not keep the others from being
// sent. Answers come in the order of the files.
func TestSubmitMany(t *testing.T) {
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		body, _ := io.ReadAll(r.Body)
		n, _ := strconv.Atoi(string(body))
		if n%10 == 3 {
			answers(w, http.StatusUnprocessableEntity, answer.Problem{Status: 422, Code: "invalid", Title: "Breaks a rule"})
			return
		}
		answers(w, http.StatusAccepted, answer.Acceptance{ExchangeID: someID, DocumentNumber: string(body)})
	}))
	defer server.Close()
	all := make(map[string]string)
	for i := range 40 {
		all["d"+strconv.Itoa(100+i)+".xml"] = strconv.Itoa(i)
	}
	code, stdout, _ := called(t, "--server", server.URL, "submit", "-o", "json", documents(t, all))
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if code != exitFaults || len(lines) != 40 || calls.Load() != 40 {
		t.Fatalf("exit code %d, %d lines, %d calls", code, len(lines), calls.Load())
	}
	for i, line := range lines {
		var got struct {
			DocumentNumber string
			Problem        *answer.Problem
			Error          string
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		if refused := i%10 == 3; refused != (got.Problem != nil) || refused != (got.Error != "") || !refused && got.DocumentNumber != strconv.Itoa(i) {
			t.Errorf("line %d: %s", i, line)
		}
	}
}

// A file that cannot be read keeps none of the others from being sent, and
// decides the exit code, also beside one that was refused.
func TestSubmitUnreadable(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); string(body) == "bad" {
			answers(w, http.StatusUnprocessableEntity, answer.Problem{Status: 422, Code: "invalid"})
			return
		}
		answers(w, http.StatusAccepted, answer.Acceptance{ExchangeID: someID})
	}))
	defer server.Close()
	dir := documents(t, map[string]string{"bad.xml": "bad", "good.xml": "good"})
	var names []string
	for _, name := range []string{"missing.xml", "bad.xml", "good.xml"} {
		names = append(names, filepath.Join(dir, name))
	}
	code, stdout, stderr := called(t, append([]string{"--server", server.URL, "submit", "-o", "json"}, names...)...)
	if code != exitUnable || stderr != "" {
		t.Errorf("exit code %d, printed %q", code, stderr)
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if len(lines) != len(names) {
		t.Fatalf("%d lines, want one a file:\n%s", len(lines), stdout)
	}
	for i, part := range []string{"no such file", `"problem":{`, `"exchangeId":"` + someID} {
		if !strings.Contains(lines[i], `"file":"`+names[i]) || !strings.Contains(lines[i], part) {
			t.Errorf("line %d: %s", i, lines[i])
		}
	}
}

// What a daemon answers becomes no path, and moves no cursor.
func TestSubmitHostileAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answers(w, http.StatusAccepted, answer.Acceptance{ExchangeID: "../../up", Kind: "\x1b[2J", Receipt: "r"})
	}))
	defer server.Close()
	dir := documents(t, map[string]string{"a.xml": "<a/>"})
	code, stdout, stderr := called(t, "--server", server.URL, "submit", filepath.Join(dir, "a.xml"), "--receipts", filepath.Join(dir, "x", "y"))
	if code != exitUnable || strings.Contains(stdout, "\x1b") || !strings.Contains(stderr, "read exchange id") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.jws")); len(left) > 0 {
		t.Errorf("wrote %v", left)
	}
}

// What answers may be no exchange at all.
func TestNotADaemon(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>hello</html>") }))
	defer server.Close()
	for _, args := range [][]string{{"parties", "list"}, {"exchanges", "list"}, {"keys", "show"}, {"replay", "--failed"}, {"exchanges", "show", someID}} {
		if code, stdout, stderr := called(t, append(args, "--server", server.URL)...); code != exitUnable || stdout != "" || !strings.Contains(stderr, "read answer") {
			t.Errorf("%v: exit code %d\n%s%s", args, code, stdout, stderr)
		}
	}
}
