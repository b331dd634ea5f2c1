package queuetest

import (
	"errors"
	"maps"
	"testing"

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
