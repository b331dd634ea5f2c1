package timestamps

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/projection/projectiontest"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// entries returns a record of n entries.
func entries(n int) []queue.Change {
	changes := make([]queue.Change, 0, n)
	for i := range int64(n) {
		changes = append(changes, queue.Change{Sequence: i + 1, Entry: &queue.Entry{
			ID: uuid.New(), Position: i + 1, Body: i + 1, At: accepted.Add(time.Duration(i) * time.Second),
		}})
	}
	return changes
}

func TestContract(t *testing.T) {
	projectiontest.Run(t, projectiontest.Subject{Definition: definition, Record: entries(250), Other: entries(250)})
}

// version1 is the file of version 1, which had a cursor without a digest.
var version1 = []string{
	`CREATE TABLE stamp (
	id       BLOB PRIMARY KEY,
	body     INTEGER NOT NULL,
	accepted INTEGER NOT NULL,
	due      INTEGER NOT NULL,
	attempts INTEGER NOT NULL DEFAULT 0,
	code     TEXT NOT NULL DEFAULT '',
	answers  BLOB) STRICT, WITHOUT ROWID`,
	`CREATE INDEX stamp_due ON stamp (due) WHERE answers IS NULL`,
	`CREATE TABLE "heard" (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL) STRICT`,
	`INSERT INTO "heard" VALUES (1, 3)`,
	`INSERT INTO stamp (id, body, accepted, due, answers) VALUES (x'0102030405060708090a0b0c0d0e0f10', 1, 2, 3, x'5b5d')`,
	`PRAGMA application_id = 0x42656954`, `PRAGMA user_version = 1`,
}

// The answers of version 1 are kept, and the fold continues from its cursor.
func TestVersion1(t *testing.T) {
	path := filepath.Join(t.TempDir(), "timestamps.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := sqlitefile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range version1 {
		err = errors.Join(err, c.Run(text))
	}
	if err := errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	changes := entries(5)
	k, err := Open(t.Context(), Options{Path: path, Feed: &projectiontest.Feed{Changes: changes}})
	if err != nil {
		t.Fatal(err)
	}
	if k.store.Sequence() != 3 {
		t.Errorf("opened at %d, want 3", k.store.Sequence())
	}
	projectiontest.Follow(t, k.store.Projection, &projectiontest.Feed{Changes: changes, Batch: 5})
	text, err := k.store.answers(t.Context(), uuid.UUID{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
	if err != nil || string(text) != "[]" {
		t.Errorf("answers %q, %v", text, err)
	}
	if n, _, err := k.Waiting(t.Context()); n != 2 || err != nil {
		t.Errorf("%d wait, %v; want those after the cursor", n, err)
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
}
