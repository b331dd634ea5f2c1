package queuetest

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/queue"
)

// SharedSettings tests that a store refuses a shared setting that differs from
// the one on record. open opens the same new store at every call.
func SharedSettings(t *testing.T, open func(shared map[string]string) (queue.Queue, error)) {
	t.Helper()
	for _, step := range []struct {
		shared  map[string]string
		differs string
	}{
		{nil, ""}, // a log with no settings yet
		{map[string]string{"key": "one"}, ""},
		{map[string]string{"key": "other"}, "key"},
		{map[string]string{"key": "one", "cipher": "aes"}, ""},
		{map[string]string{"key": "other", "cipher": "des"}, "cipher"},
		{map[string]string{"key": "one", "cipher": "des"}, "cipher"},
		{map[string]string{"key": "other", "mode": "gcm"}, "key"},
		{map[string]string{"key": "one", "mode": "cbc"}, ""}, // the refused node left nothing on record
		{map[string]string{"key": "other", "bits": "128"}, "key"},
		{map[string]string{"key": "one", "bits": "256"}, ""}, // whichever name comes first
		{map[string]string{"key": "one"}, ""},
		{nil, ""},
	} {
		q, err := open(maps.Clone(step.shared))
		differs, _ := errors.AsType[*queue.SettingMismatchError](err)
		switch {
		case step.differs == "" && err != nil, step.differs != "" && differs == nil:
			t.Fatalf("%+v: %v", step, err)
		case differs != nil && (differs.Name != step.differs || differs.Ours != step.shared[step.differs] || differs.Recorded == differs.Ours):
			t.Errorf("%+v: %+v", step, differs)
		case err == nil:
			if err := q.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// ChangedSettings tests that a change of a shared setting applies to the entries
// behind it and to no others, over every opening. open opens the same new store
// at every call.
func ChangedSettings(t *testing.T, open func(shared map[string]string) (queue.Queue, error)) {
	t.Helper()
	shared := map[string]string{"key": "one", "cipher": "aes"}
	q := opened(t, open, shared)
	want := make(map[int64]string)
	admit := func(value string) {
		t.Helper()
		for range 10 {
			key := fmt.Sprintf("document %d", len(want))
			e, err := q.Admit(t.Context(), queue.Submission{Key: key, Token: [16]byte{1}, Body: []byte(key)})
			if err != nil {
				t.Fatal(err)
			}
			want[e.Position] = value
		}
	}
	check := func() {
		t.Helper()
		for position, value := range want {
			if got, err := q.SettingAt("key", position); err != nil || got != value {
				t.Errorf("at %d: %q, %v; want %q", position, got, err, value)
			}
			if got, err := q.SettingAt("cipher", position); err != nil || got != "aes" {
				t.Errorf("another setting at %d: %q, %v", position, got, err)
			}
		}
	}
	admit("one")
	for _, value := range []string{"two", "three"} {
		for range 2 { // the second call changes nothing
			if err := q.ChangeSetting(t.Context(), "key", value); err != nil {
				t.Fatal(err)
			}
			admit(value)
		}
		check()
	}
	if err := q.ChangeSetting(t.Context(), "key", "two"); err != nil {
		t.Errorf("a change that is on record: %v", err)
	}
	admit("three")
	for _, value := range []string{"zero", "a", "four"} { // nothing is admitted in between
		if err := q.ChangeSetting(t.Context(), "key", value); err != nil {
			t.Fatal(err)
		}
	}
	admit("four")
	check()
	for _, c := range [][2]string{{"key", "one"}, {"key", ""}, {"unknown", "two"}, {"", "two"}} {
		if err := q.ChangeSetting(t.Context(), c[0], c[1]); !errors.Is(err, queue.ErrInvalid) {
			t.Errorf("change %q to %q: %v", c[0], c[1], err)
		}
	}
	if _, err := q.SettingAt("key", 0); !errors.Is(err, queue.ErrInvalid) {
		t.Errorf("at no position: %v", err)
	}
	before := q.Boundaries("key")
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	q = opened(t, open, shared)
	check()
	admit("four")
	check()
	if diff := cmp.Diff(before, q.Boundaries("key")); diff != "" || len(before) != 5 || !before[0].Complete() {
		t.Errorf("boundaries after the second opening:\n%s", diff)
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
}

func opened(t *testing.T, open func(shared map[string]string) (queue.Queue, error), shared map[string]string) queue.Queue {
	t.Helper()
	q, err := open(maps.Clone(shared))
	if err != nil {
		t.Fatal(err)
	}
	return q
}
