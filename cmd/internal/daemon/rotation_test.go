package daemon

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"beibu/cmd/internal/client"
	"beibu/exchange/answer"
	"beibu/exchange/proof"
	"beibu/queue"
	"beibu/queue/kafka/kafkatest"
	"beibu/signing"
	"beibu/testdata"
)

// rotated takes a step of a rotation over a folder.
func rotated(t *testing.T, dir, more string, step RotationStep) Rotation {
	t.Helper()
	r, err := RotateReceiptKey(t.Context(), parsed(t, dir, more), zap.NewNop(), step)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// publishedTrust returns what anyone trusts who asks a daemon for its keys.
func publishedTrust(t *testing.T, node *client.Client) proof.Trust {
	t.Helper()
	keys, err := client.Get[proof.Keys](t.Context(), node, "/v1/keys", nil)
	var trust proof.Trust
	if err == nil {
		err = trust.AddKeys(keys)
	}
	if err != nil {
		t.Fatal(err)
	}
	return trust
}

// forged returns a receipt that says the same, by another key.
func forged(t *testing.T, receipt proof.Receipt, key signing.ReceiptKey) string {
	t.Helper()
	maker, err := proof.NewReceipts(key.Signer, key.ID)
	if err != nil {
		t.Fatal(err)
	}
	compact, err := maker.Make(receipt)
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

// keyPair returns the two receipt keys of a folder, the first one first.
func keyPair(t *testing.T, dir string) (first, second signing.ReceiptKey) {
	t.Helper()
	keys, err := signing.LoadOrCreate(filepath.Join(dir, keysFolder), name, time.Now())
	if err != nil || len(keys.Receipts) != 2 {
		t.Fatalf("%d receipt keys, %v", len(keys.Receipts), err)
	}
	return keys.Receipts[0], keys.Receipts[1]
}

// checkReceipts verifies receipts with what is published, and finds none by the
// other key at the same position.
func checkReceipts(t *testing.T, trust proof.Trust, dir string, said []answer.Acceptance) (byFirst, bySecond int) {
	t.Helper()
	first, second := keyPair(t, dir)
	for _, a := range said {
		receipt, err := trust.OpenReceipt(a.Receipt)
		if err != nil {
			t.Fatalf("%s: %v", a.Receipt, err)
		}
		other := first
		if a.Receipt == forged(t, receipt, first) {
			byFirst, other = byFirst+1, second
		} else {
			bySecond++
		}
		if _, err := trust.OpenReceipt(forged(t, receipt, other)); proof.CodeOf(err) != "receipt-key" {
			t.Errorf("a receipt at %d by the other key: %v", receipt.Position, err)
		}
	}
	return byFirst, bySecond
}

// resent submits documents again and fails unless each has its first receipt.
func resent(t *testing.T, nodes []*client.Client, said []answer.Acceptance) {
	t.Helper()
	for i, again := range submitAll(t, nodes, 0, len(said)) {
		if !again.Duplicate || again.Receipt != said[i].Receipt {
			t.Errorf("document %d: another receipt, duplicate %t:\n%s\n%s", i, again.Duplicate, again.Receipt, said[i].Receipt)
		}
	}
}

// In a log in a file, the new key signs the receipts of all documents after the
// rotation and of none before, over every restart.
func TestRotateReceiptKey(t *testing.T) {
	dir := t.TempDir()
	d := start(t, dir, "")
	nodes := []*client.Client{as(t, d, dir, "qinzhou-customs")}
	said := submitAll(t, nodes, 0, 20)
	if _, err := RotateReceiptKey(t.Context(), parsed(t, dir, ""), zap.NewNop(), PlanRotation); !errors.As(err, new(*InUse)) {
		t.Errorf("while the daemon runs: %v", err)
	}
	if err := d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := rotated(t, dir, "", PlanRotation); r.Next != "" || len(r.Keys) != 1 || r.Started {
		t.Errorf("plan %+v", r)
	}
	if r := rotated(t, dir, "", DoRotation); r.Next == r.Keys[0] || !r.Positions.Complete() {
		t.Errorf("done %+v", r)
	}
	if r := rotated(t, dir, "", PlanRotation); r.Next != "" || len(r.Keys) != 2 {
		t.Errorf("the next plan %+v", r)
	}
	for range 2 {
		d = open(t, dir, "")
		if err := d.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		nodes[0] = as(t, d, dir, "qinzhou-customs")
		said = append(said, submitAll(t, nodes, len(said), len(said)+10)...)
		resent(t, nodes, said)
		if first, second := checkReceipts(t, publishedTrust(t, nodes[0]), dir, said); first != 20 || second != len(said)-20 {
			t.Errorf("%d receipts by the first key and %d by the second", first, second)
		}
		if err := d.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	_, second := keyPair(t, dir)
	if err := os.Remove(filepath.Join(dir, keysFolder, second.File)); err != nil {
		t.Fatal(err)
	}
	refusedAt(t, dir, "")
}

// A rotation that was started is continued with its own key, and refused without it. Of
// two new keys, none is chosen.
func TestChooseReceiptKey(t *testing.T) {
	key := func(id string) signing.ReceiptKey { return signing.ReceiptKey{ID: id, File: "receipt-" + id + ".pem"} }
	done, started := queue.Boundary{Value: "b", First: []int64{5, 8}}, queue.Boundary{Value: "c", First: []int64{11, 0}}
	for name, test := range map[string]struct {
		boundaries []queue.Boundary
		here       []signing.ReceiptKey
		next       string
		started    bool
		refused    bool
	}{
		"no new key":        {[]queue.Boundary{done}, []signing.ReceiptKey{key("a"), key("b")}, "", false, false},
		"a new key":         {[]queue.Boundary{done}, []signing.ReceiptKey{key("a"), key("b"), key("d")}, "d", false, false},
		"two new keys":      {nil, []signing.ReceiptKey{key("a"), key("c"), key("d")}, "", false, true},
		"started":           {[]queue.Boundary{done, started}, []signing.ReceiptKey{key("a"), key("b"), key("c"), key("d")}, "c", true, false},
		"started elsewhere": {[]queue.Boundary{done, started}, []signing.ReceiptKey{key("a"), key("b"), key("d")}, "c", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			var r Rotation
			err := r.choose(&signing.Keys{ReceiptID: "a", Receipts: test.here}, test.boundaries)
			if r.Next != test.next || r.Started != test.started || (err != nil) != test.refused {
				t.Errorf("chose %+v, %v", r, err)
			}
			if err == nil && r.Next != "" && r.File != key(r.Next).File {
				t.Errorf("chose %+v", r)
			}
		})
	}
}

// A key that is replaced before it has signed anything signs nothing, over every
// restart: a receipt by it does not verify.
func TestRotateTwice(t *testing.T) {
	dir := t.TempDir()
	said := []answer.Acceptance{taken(t, dir, "")}
	second, third := rotated(t, dir, "", DoRotation), rotated(t, dir, "", DoRotation)
	if second.Positions.First[0] != third.Positions.First[0] {
		t.Fatalf("the keys begin at %v and %v: the test proves nothing", second.Positions.First, third.Positions.First)
	}
	for range 2 {
		d := open(t, dir, "")
		if err := d.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		node := as(t, d, dir, "qinzhou-customs")
		said = append(said, submitAll(t, []*client.Client{node}, len(said), len(said)+1)...)
		trust := publishedTrust(t, node)
		keys, err := signing.LoadOrCreate(filepath.Join(dir, keysFolder), name, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range said {
			receipt := receiptOf(t, trust, a)
			for _, k := range keys.Receipts {
				text := forged(t, receipt, k)
				right := i == 0 && k.ID == third.Keys[0] || i > 0 && k.ID == third.Next
				if _, err := trust.OpenReceipt(text); (err == nil) != right || (text == a.Receipt) != right {
					t.Errorf("document %d, key %s: %v", i, k.ID, err)
				}
			}
		}
		if err := d.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Two daemons accept documents while the key of their log is rotated: whoever
// accepted a document, both give its first receipt again, by the key of its
// position. A daemon that does not have the new key signs nothing in its place.
func TestRotateWithDocumentsInFlight(t *testing.T) {
	rotateInFlight(t, fakeKafka(t).ListenAddrs())
}

func TestRotateWithDocumentsInFlightOnApache(t *testing.T) { rotateInFlight(t, kafkatest.Brokers(t)) }

func rotateInFlight(t *testing.T, brokers []string) {
	t.Helper()
	more := fmt.Sprintf("kafka: {brokers: [%q], partitions: 6, replication: 1, topicPrefix: t-%s.}\n", strings.Join(brokers, `","`), uuid.NewString())
	dirs := []string{t.TempDir(), t.TempDir()}
	var nodes []*client.Client
	var daemons []*Daemon
	for i, dir := range dirs {
		if i > 0 {
			copyKeys(t, dir, dirs[0])
		}
		daemons = append(daemons, start(t, dir, more))
		nodes = append(nodes, as(t, daemons[i], dir, "qinzhou-customs"))
	}
	said := submitAll(t, nodes, 0, 30)
	if _, err := RotateReceiptKey(t.Context(), parsed(t, dirs[0], more), zap.NewNop(), DoRotation); !errors.Is(err, ErrNotPrepared) {
		t.Fatalf("a key that nobody has: %v", err)
	}
	prepared := rotated(t, dirs[0], more, PrepareRotation)
	if again := rotated(t, dirs[0], more, PrepareRotation); again.File != prepared.File || !again.Shared {
		t.Errorf("prepared %+v, and again %+v", prepared, again)
	}
	text, err := os.ReadFile(prepared.File)
	if err == nil {
		err = daemons[0].Reload(daemons[0].config)
	}
	if err != nil {
		t.Fatal(err)
	}
	var rotating sync.WaitGroup
	var done Rotation
	rotating.Go(func() { done, err = RotateReceiptKey(t.Context(), parsed(t, dirs[0], more), zap.NewNop(), DoRotation) })
	said = append(said, submitAll(t, nodes[:1], 30, 90)...) // this daemon has the key
	rotating.Wait()
	if err != nil || len(done.Positions.First) != 6 || !done.Positions.Complete() {
		t.Fatalf("%+v, %v", done, err)
	}
	_, err = nodes[1].Submit(t.Context(), testdata.Numbered(carnet(t), "CN/4501/26/00183", "CN/ORDER/000090"))
	if problem := client.ProblemOf(err); problem == nil || problem.Code != "unavailable" || !strings.Contains(problem.Error(), "key") {
		t.Errorf("the daemon without the key answered %v", err)
	}
	isRefused(t, daemons[1].Reload(daemons[1].config), "receipt-key")
	if err := os.WriteFile(filepath.Join(dirs[1], keysFolder, filepath.Base(prepared.File)), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := daemons[1].Reload(daemons[1].config); err != nil {
		t.Fatal(err)
	}
	said = append(said, submitAll(t, nodes[:1], 90, 91)...) // accepted by the other daemon, which could not say so
	said = append(said, submitAll(t, nodes, 91, 120)...)
	slices.Reverse(nodes)
	resent(t, nodes, said)
	counts := make(map[[2]int]bool)
	for _, node := range nodes {
		first, second := checkReceipts(t, publishedTrust(t, node), dirs[0], said)
		counts[[2]int{first, second}] = true
		if first < 30 || second < 30 {
			t.Errorf("%d receipts by the first key and %d by the second", first, second)
		}
	}
	if len(counts) != 1 {
		t.Errorf("the daemons differ: %v", slices.Collect(maps.Keys(counts)))
	}
}
