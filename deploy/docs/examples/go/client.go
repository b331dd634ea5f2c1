//go:build ignore

// The smallest client of Beibu in Go, with the standard library alone.
//
//	go run client.go submit FILE     submit a document, print its exchange id
//	go run client.go receive FOLDER  fetch what waits, keep it, acknowledge it
//
// BEIBU_SERVER is the address of the daemon, BEIBU_KEY_FILE the file with the API key.
package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

var client = http.Client{Timeout: 90 * time.Second}

func main() {
	do := map[string]func(string) error{"submit": submit, "receive": receive}[os.Args[1]]
	if err := do(os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// submit sends a document. Sending the same bytes again is always safe: it returns
// the first receipt.
func submit(file string) error {
	document, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var accepted struct{ ExchangeID string }
	answer, err := call("POST", "/v1/documents", "application/xml", document)
	if err == nil {
		err = json.Unmarshal(answer, &accepted)
	}
	fmt.Println(accepted.ExchangeID)
	return err
}

// receive keeps and acknowledges what waits. A document comes again until it is
// acknowledged, so it is kept first. The same exchange id always means the same bytes.
func receive(folder string) error {
	var mailbox struct {
		Deliveries []struct{ ExchangeID, Document, DigestSHA256 string }
	}
	answer, err := call("GET", "/v1/mailbox?wait=30s", "", nil)
	if err == nil {
		err = errors.Join(json.Unmarshal(answer, &mailbox), os.MkdirAll(folder, 0o700))
	}
	if err != nil {
		return err
	}
	for _, d := range mailbox.Deliveries {
		document, err := call("GET", d.Document, "", nil)
		if err != nil {
			return err
		}
		if digest := sha256.Sum256(document); hex.EncodeToString(digest[:]) != d.DigestSHA256 {
			return errors.New("bytes of " + d.ExchangeID + " are damaged")
		}
		name := filepath.Join(folder, d.ExchangeID)
		if err := os.WriteFile(name+".part", document, 0o600); err != nil {
			return err
		}
		if err := os.Rename(name+".part", name+".xml"); err != nil {
			return err
		}
		acks := fmt.Sprintf(`{"acks":[{"exchangeId":%q,"outcome":"accepted"}]}`, d.ExchangeID)
		if _, err := call("POST", "/v1/mailbox/acks", "application/json", []byte(acks)); err != nil {
			return err
		}
		fmt.Println(d.ExchangeID)
	}
	return nil
}

// call sends a request, and sends it again while the answer is that this may help.
func call(method, path, kind string, body []byte) ([]byte, error) {
	key, err := os.ReadFile(os.Getenv("BEIBU_KEY_FILE"))
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		request, err := http.NewRequest(method, os.Getenv("BEIBU_SERVER")+path, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(key)))
		request.Header.Set("Content-Type", kind)
		answer, err := client.Do(request)
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode < 300 {
			return content, err
		}
		var problem struct{ Retryable bool }
		if json.Unmarshal(content, &problem) != nil || !problem.Retryable || attempt == 10 {
			return nil, errors.New(string(content))
		}
		wait, _ := time.ParseDuration(cmp.Or(answer.Header.Get("Retry-After"), "2") + "s")
		time.Sleep(wait)
	}
}
