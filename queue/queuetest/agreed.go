package queuetest

import (
	"errors"
	"maps"
	"testing"

	"beibu/queue"
)

// Agrees holds a store to what was agreed when it began. open opens the same new
// store at every call.
func Agrees(t *testing.T, open func(agreed map[string]string) (queue.Queue, error)) {
	t.Helper()
	for _, step := range []struct {
		agreed  map[string]string
		differs string
	}{
		{nil, ""}, // a log that knows of no key yet
		{map[string]string{"key": "one"}, ""},
		{map[string]string{"key": "other"}, "key"},
		{map[string]string{"key": "one", "cipher": "aes"}, ""},
		{map[string]string{"key": "other", "cipher": "des"}, "cipher"},
		{map[string]string{"key": "one", "cipher": "des"}, "cipher"},
		{map[string]string{"key": "other", "mode": "gcm"}, "key"},
		{map[string]string{"key": "one", "mode": "cbc"}, ""}, // who was refused left nothing behind
		{map[string]string{"key": "other", "bits": "128"}, "key"},
		{map[string]string{"key": "one", "bits": "256"}, ""}, // whatever comes first among the names
		{map[string]string{"key": "one"}, ""},
		{nil, ""},
	} {
		q, err := open(maps.Clone(step.agreed))
		differs, _ := errors.AsType[*queue.Disagreement](err)
		switch {
		case step.differs == "" && err != nil, step.differs != "" && differs == nil:
			t.Fatalf("%+v: %v", step, err)
		case differs != nil && (differs.Name != step.differs || differs.Ours != step.agreed[step.differs] || differs.Recorded == differs.Ours):
			t.Errorf("%+v: %+v", step, differs)
		case err == nil:
			if err := q.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
