package daemon

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/zap"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/traces/tracestest"
	"beibu/deploy"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/testdata"
)

// peopleInAll returns what documents say of the people in them, each once.
func peopleInAll(t *testing.T, documents [][]byte) [][]byte {
	t.Helper()
	seen := make(map[string]bool)
	var values [][]byte
	for _, document := range documents {
		for _, person := range regexp.MustCompile(`(?s)<cac:(\w*Contact|\w*Person)>.*?</cac:(\w*Contact|\w*Person)>`).FindAll(document, -1) {
			for _, m := range regexp.MustCompile(`<cbc:(\w*Name|Telephone|ElectronicMail)[^>]*>([^<\s][^<]*)<`).FindAllSubmatch(person, -1) {
				if value := m[2]; !seen[string(value)] && len(value) > 5 { // shorter ones are in anything
					seen[string(value)] = true
					values = append(values, value)
				}
			}
		}
	}
	if len(values) < 20 {
		t.Fatalf("the documents name %d values", len(values))
	}
	return values
}

// No span says anything of the people in a document: not if it is accepted or invalid at
// what it says of them, nor if a receiver's answer or refusal repeats it.
func TestNoPersonalDataInTraces(t *testing.T) {
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	var documents [][]byte
	for _, s := range samples {
		documents = append(documents, s.Bytes)
	}
	people := peopleInAll(t, documents)
	repeated := carnet(t)
	person := peopleIn(t, repeated)[0]
	address, collector, dir := echo(t, repeated), tracestest.New(t), t.TempDir()
	t.Cleanup(address.Close)
	parties := strings.Replace(string(deploy.Parties), "  - id: window-vn\n", "  - id: window-vn\n    "+address.push(t, "")+"\n", 1)
	if err := os.WriteFile(filepath.Join(dir, "parties.yaml"), []byte(parties), 0o600); err != nil {
		t.Fatal(err)
	}
	d := openLogged(t, dir, "parties: "+filepath.Join(dir, "parties.yaml")+"\ntraces: {endpoint: '"+collector.URL+"'}\n", zap.NewNop())
	serve(t, d)
	here := &port{t: t, Daemon: d, dir: dir}
	sender := as(t, d, dir, "qinzhou-customs")
	said, err := sender.Submit(t.Context(), repeated)
	if err != nil {
		t.Fatal(err)
	}
	here.waitForState(said.ExchangeID, "gx-trade-promotion", exchange.ContentConsignment)
	if here.takeAs("gx-trade-promotion", httpapi.Ack{Outcome: httpapi.Refused, Code: "unknown-person", Reason: "who is " + string(person)}) == 0 {
		t.Error("nothing was refused")
	}
	here.waitForState(said.ExchangeID, "window-vn", exchange.ConsignmentRejection)
	here.waitForState(said.ExchangeID, "gx-trade-promotion", exchange.ConsignmentRejection)
	// The name in the place of a date is the value of the fault.
	invalid := regexp.MustCompile(`(<cbc:IssueDate>)[^<]*`).ReplaceAll(repeated, append([]byte("${1}"), person...))
	for _, document := range append(documents, invalid, repeated[:bytes.Index(repeated, person)+len(person)]) {
		_, err := sender.Submit(t.Context(), document)
		if p := (*client.Problem)(nil); bytes.Equal(document, invalid) && (!errors.As(err, &p) || p.Code != "invalid") {
			t.Errorf("invalid: %v", err)
		}
	}
	d.traces.Shutdown(t.Context())
	spans := make(map[string]int)
	for _, s := range collector.Spans() {
		if s.Failed {
			spans[s.Name]++
		}
	}
	if spans["submit"] < 2 || spans["deliver"] < 2 || spans["hand over"] < 1 {
		t.Errorf("failed are the spans %v", spans)
	}
	for _, secret := range append(people, []byte("s3cret-of-them")) {
		for _, body := range collector.Bodies() {
			if bytes.Contains(body, secret) {
				t.Errorf("a span has %q", secret)
			}
		}
	}
}
