package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/courier/folder"
	"beibu/exchange/files"
	"beibu/exchange/files/filestest"
	"beibu/exchange/files/sftp/sftptest"
	"beibu/exchange/httpapi"
)

// hand puts a document into a folder as a party's system does.
func hand(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := errors.Join(os.WriteFile(path+".tmp", content, 0o600), os.Rename(path+".tmp", path)); err != nil {
		t.Fatal(err)
	}
}

// appears waits for a file and returns what it has.
func appears(t *testing.T, path string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that what does not come does not hang
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		content, err := os.ReadFile(path)
		if err == nil {
			return content
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s does not appear", path)
		}
	}
}

// vanishes waits until a file is not there.
func vanishes(t *testing.T, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for _, err := os.Lstat(path); err == nil; _, err = os.Lstat(path) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s does not vanish", path)
		}
	}
}

// The journey of documents from a folder to a folder, by two daemons on one log: accepted
// once, delivered whole, acknowledged and refused by answers in the folder.
func journey(t *testing.T, sends, receives string, dirs [2]string) {
	t.Helper()
	here := newPort(t, fakeKafka(t).ListenAddrs(), map[string]string{"qinzhou-customs": sends, "window-vn": receives})
	there := here.beside(t)
	serve(t, there.Daemon)
	from, to := dirs[0], dirs[1]
	const documents = 4
	for n := range documents {
		hand(t, filepath.Join(from, "out", string(rune('a'+n))+".xml"), numbered(t, n))
	}
	hand(t, filepath.Join(from, "out/bad.xml"), []byte("<a/>"))
	operator := as(t, here.Daemon, here.dir, "operator")
	for n := range documents {
		name := string(rune('a'+n)) + ".xml"
		var a answer.Acceptance
		if err := json.Unmarshal(appears(t, filepath.Join(from, "sent", name+".receipt.json")), &a); err != nil {
			t.Fatal(err)
		}
		if got := appears(t, filepath.Join(from, "sent", name)); !bytes.Equal(got, numbered(t, n)) {
			t.Errorf("%s is another document", name)
		}
		at := filepath.Join(to, "in", a.ExchangeID)
		if got := appears(t, at+".xml"); !bytes.Equal(got, numbered(t, n)) {
			t.Errorf("%s was delivered as another document", name)
		}
		envelope, err := operator.Call(t.Context(), http.MethodGet, "/v1/exchanges/"+a.ExchangeID+"/envelope?reason=test", "", nil)
		if err != nil || !bytes.Equal(appears(t, at+".envelope"), envelope.Body) {
			t.Errorf("%s was delivered in another envelope: %v", name, err)
		}
		var m folder.Metadata
		if err := json.Unmarshal(appears(t, at+".json"), &m); err != nil || m.ExchangeID != a.ExchangeID || m.Sender != "qinzhou-customs" {
			t.Errorf("%+v, %v", m, err)
		}
		here.waitForState(a.ExchangeID, "window-vn", exchange.ContentHandover)
		answered, state := ".ack", exchange.ConsignmentAcceptance
		if n == 0 {
			answered, state = ".refused", exchange.ConsignmentRejection
		}
		hand(t, filepath.Join(to, "answers", a.ExchangeID+answered), []byte(`{"code": "HS-UNKNOWN", "reason": "not in the tariff"}`))
		here.waitForState(a.ExchangeID, "window-vn", state)
		there.waitForState(a.ExchangeID, "window-vn", state)
		vanishes(t, filepath.Join(to, "answers", a.ExchangeID+answered))
		for _, path := range files.Delivery(a.ExchangeID) {
			vanishes(t, filepath.Join(to, path))
		}
		shown, err := operator.Call(t.Context(), http.MethodGet, "/v1/exchanges/"+a.ExchangeID, "", nil)
		if err != nil || strings.Count(string(shown.Body), `"HandoverAttempt"`) != 1 || !strings.Contains(string(shown.Body), `"written"`) {
			t.Errorf("the timeline: %s, %v", shown.Body, err)
		}
	}
	if problem := string(appears(t, filepath.Join(from, "failed/bad.xml.problem.json"))); !strings.Contains(problem, "schema.unknown-kind") || !strings.Contains(problem, `"zh"`) {
		t.Errorf("the problem: %s", problem)
	}
	sentAgain(t, from)
	for _, party := range []string{"window-vn", "qinzhou-customs"} {
		tested, err := client.Post[httpapi.EndpointTest](t.Context(), operator, "/v1/parties/"+party+"/test", struct{}{})
		if err != nil || !tested.OK || tested.Outcome != files.ClassWritten {
			t.Errorf("tested %+v, %v", tested, err)
		}
	}
	if text := private(t, here.Daemon, "/metrics"); !strings.Contains(text, `beibu_folder_good{party="window-vn"} 1`) {
		t.Error("the metrics have no scan")
	}
}

// sentAgain fails the test unless a document that is sent again gets the first receipt.
func sentAgain(t *testing.T, from string) {
	t.Helper()
	first := appears(t, filepath.Join(from, "sent/a.xml.receipt.json"))
	hand(t, filepath.Join(from, "out/again.xml"), numbered(t, 0))
	var was, is answer.Acceptance
	if err := errors.Join(json.Unmarshal(first, &was), json.Unmarshal(appears(t, filepath.Join(from, "sent/again.xml.receipt.json")), &is)); err != nil {
		t.Fatal(err)
	}
	if is.Receipt != was.Receipt || !is.Duplicate {
		t.Errorf("another receipt: %+v", is)
	}
}

func TestFolders(t *testing.T) {
	from, to := filestest.Folders(t), filestest.Folders(t)
	journey(t, "folder: {path: "+from+", only: send, every: 1s}", "folder: {path: "+to+", only: receive, every: 1s}", [2]string{from, to})
}

func TestFoldersBySFTP(t *testing.T) {
	s := sftptest.Start(t, "")
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte(sftptest.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	from, to := filestest.Folders(t), filestest.Folders(t)
	at := func(path, only, login string) string {
		return "folder: {path: " + path + ", only: " + only + ", every: 1s, sftp: {address: '" + s.Address + "', user: " + sftptest.User +
			", hostKeys: ['" + s.Pinned() + "'], " + login + "}}"
	}
	journey(t, at(from, "send", "key: "+s.KeyFile), at(to, "receive", "password: "+password), [2]string{from, to})
}

// A suspended party is neither read nor written, and all flows when it is resumed.
func TestFoldersOfASuspendedParty(t *testing.T) {
	from, to := filestest.Folders(t), filestest.Folders(t)
	p := newPort(t, fakeKafka(t).ListenAddrs(), map[string]string{
		"qinzhou-customs": "folder: {path: " + from + ", every: 1s}", "window-vn": "folder: {path: " + to + ", every: 1s, acknowledge: on-write}",
	})
	hand(t, filepath.Join(from, "out/a.xml"), numbered(t, 0))
	appears(t, filepath.Join(from, "sent/a.xml"))
	p.suspend("qinzhou-customs")
	p.suspend("window-vn")
	hand(t, filepath.Join(from, "out/b.xml"), numbered(t, 1))
	p.resume("qinzhou-customs")
	var a answer.Acceptance
	if err := json.Unmarshal(appears(t, filepath.Join(from, "sent/b.xml.receipt.json")), &a); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(to, "in", a.ExchangeID+".xml")); err == nil {
		t.Error("written to a suspended party")
	}
	p.resume("window-vn")
	p.waitForState(a.ExchangeID, "window-vn", exchange.ConsignmentAcceptance)
	appears(t, filepath.Join(to, "in", a.ExchangeID+".xml"))
}
