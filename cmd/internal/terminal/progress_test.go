package terminal

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// The bar is gone before anything is printed, and what printing says is
// passed on.
func TestProgress(t *testing.T) {
	var out bytes.Buffer
	bar, failure := NewProgress(&out, 2), errors.New("disk full")
	for _, want := range []error{nil, failure} {
		if err := bar.Step(func() error { out.WriteString("line\n"); return want }); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	bar.Wipe()
	got := out.String()
	if !strings.Contains(got, "0 of 2") || !strings.Contains(got, "1 of 2") || !strings.Contains(got, "2 of 2") ||
		strings.Count(got, " \rline\n") != 2 || !strings.HasSuffix(got, " \r") {
		t.Errorf("got %q", got)
	}
	out.Reset()
	if bar.Set(1, " seconds, 300 accepted"); !strings.HasPrefix(out.String(), "\r   ") || !strings.HasSuffix(out.String(), "] 1 of 2 seconds, 300 accepted") {
		t.Errorf("got %q", out.String())
	}
	if NewProgress(&out, 1) != nil {
		t.Error("a bar for one thing")
	}
	var none *Progress
	if err := none.Step(func() error { return failure }); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
	none.Set(1, "nothing")
	none.Wipe()
}
