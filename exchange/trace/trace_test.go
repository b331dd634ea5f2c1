package trace_test

import (
	"encoding/json"
	"strings"
	"testing"

	"beibu/exchange/trace"
)

const header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		header: header,
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00":      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03":      header, // of a random trace id (level 2)
		"cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01":      header, // a later version
		"cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what": header,
		"cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what": "",
		header + "-what": "",
		"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01": "",
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01": "",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01": "",
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01": "",
		"00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01": "",
		"0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01": "",
		"00 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01": "",
		header[:54]: "", "": "", "00-1-2-01": "",
	} {
		p, ok := trace.Parse(text)
		if ok != (want != "") || ok && p.String() != want {
			t.Errorf("%q: %v, %v; want %q", text, p, ok, want)
		}
		if !ok && !p.IsZero() {
			t.Errorf("%q: %v, which is not zero", text, p)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(header)
	f.Add("cc" + header[2:] + "-what")
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := trace.Parse(text)
		if again, fine := trace.Parse(p.String()); ok && (!fine || again != p) {
			t.Errorf("%q is read as %v, and that as %v", text, p, again)
		}
	})
}

func TestText(t *testing.T) {
	var in struct {
		Trace trace.Parent `json:"trace,omitzero"`
	}
	for _, text := range []string{`{}`, `{"trace":"` + header + `"}`} {
		if err := json.Unmarshal([]byte(text), &in); err != nil {
			t.Fatal(err)
		}
		if out, err := json.Marshal(in); err != nil || string(out) != text {
			t.Errorf("%s became %s, %v", text, out, err)
		}
	}
	if err := json.Unmarshal([]byte(`{"trace":"other"}`), &in); err == nil {
		t.Error("read what is no traceparent")
	}
}

func TestContext(t *testing.T) {
	if p := trace.From(trace.Continue(t.Context(), header)); p.String() != header {
		t.Errorf("found %v", p)
	}
	if p := trace.From(trace.Continue(t.Context(), "other")); !p.IsZero() {
		t.Errorf("found %v", p)
	}
}

// Every delivery has a span of its own, the same wherever it is computed.
func TestDelivery(t *testing.T) {
	p, _ := trace.Parse(strings.Replace(header, "-01", "-00", 1))
	id := [16]byte{0xd0, 15: 1}
	seen := make(map[string]bool)
	for _, d := range []trace.Parent{
		p.Delivery(id, "window-vn"), p.Delivery(id, "window-la"), p.Delivery([16]byte{1}, "window-vn"),
	} {
		if d.Trace != p.Trace || d.Sampled || seen[d.String()] {
			t.Errorf("%v of %v", d, p)
		}
		seen[d.String()] = true
	}
	if is := p.Delivery(id, "window-vn").String(); is != "00-4bf92f3577b34da6a3ce929d0e0e4736-7ebbb480eb656001-00" {
		t.Errorf("the span of a delivery is %s: daemons of two versions differ", is)
	}
	if own := (trace.Parent{}).Delivery(id, "window-vn"); own.Trace != id || !own.Sampled {
		t.Errorf("without a trace: %v", own)
	}
}
