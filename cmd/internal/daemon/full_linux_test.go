package daemon

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"beibu/cmd/internal/client"
	"beibu/exchange/httpapi"
	"beibu/queue/queuetest"
	"beibu/testdata"
)

// A daemon whose disk is full can be stopped and started: it shows what it has,
// refuses what is new with the reason, and continues once there is room.
func TestRestartOnAFullDisk(t *testing.T) {
	queuetest.OnSmallDisk(t, 64<<20, func(folder string) {
		dir := filepath.Join(folder, "data")
		accepted := taken(t, dir, "")
		ballast := filepath.Join(folder, "ballast")
		fillUp(t, ballast)
		for range 2 { // what a stop releases is enough for the next startup
			if err := start(t, dir, "").Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		d := start(t, dir, "")
		x, err := client.Get[httpapi.Exchange](t.Context(), as(t, d, dir, "operator"), "/v1/exchanges/"+accepted.ExchangeID, nil)
		if err != nil || x.ExchangeID != accepted.ExchangeID {
			t.Errorf("an exchange on a full disk: %+v, %v", x, err)
		}
		sender := as(t, d, dir, "qinzhou-customs")
		document := testdata.Numbered(carnet(t), "CN/4501/26/00183", "CN/4501/26/00999")
		_, err = sender.Submit(t.Context(), document)
		if p := client.ProblemOf(err); p == nil || p.Status != http.StatusServiceUnavailable {
			t.Errorf("a document on a full disk: %v", err)
		}
		if status, text := get(t, d.Private().String(), "/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(text, "disk is full") {
			t.Errorf("/readyz: %d %s", status, text)
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		if _, err := sender.Submit(t.Context(), document); err != nil {
			t.Errorf("once there is room: %v", err)
		}
	})
}

// fillUp writes a file until the disk has no room left.
func fillUp(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size > 0; {
		_, err := f.Write(make([]byte, size))
		if errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
