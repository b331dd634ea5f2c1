package daemon

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"beibu/cmd/internal/backup"
	"beibu/cmd/internal/client"
	"beibu/cmd/internal/config"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/exchange/proof"
	"beibu/signing"
)

// restored restores a backup into a folder of its own.
func restored(t *testing.T, file string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := Restore(t.Context(), parsed(t, dir, ""), file, true); err != nil {
		t.Fatal(err)
	}
	return dir
}

// refusedWith fails the test unless a daemon over a folder is refused with a code.
func refusedWith(t *testing.T, dir, code string) {
	t.Helper()
	_, err := New(t.Context(), parsed(t, dir, ""), zap.NewNop())
	isRefused(t, err, code)
}

// newEpoch begins a new epoch over a folder.
func newEpoch(t *testing.T, dir string) NewEpoch {
	t.Helper()
	e, err := OpenEpoch(t.Context(), parsed(t, dir, ""), zap.NewNop(), true)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// receiptOf verifies a receipt with what a daemon publishes.
func receiptOf(t *testing.T, trust proof.Trust, a answer.Acceptance) proof.Receipt {
	t.Helper()
	receipt, err := trust.OpenReceipt(a.Receipt)
	if err != nil {
		t.Fatalf("%s: %v", a.Receipt, err)
	}
	return receipt
}

// The drill. A machine is lost with documents that were accepted after the backup. On
// another one, the daemon starts only when the loss is accepted. Then a document of the
// backup gets its first receipt, byte for byte; a lost one is accepted again, under the
// same exchange id, and its receipt names the new epoch; all of them verify; and what
// was waiting in a mailbox is delivered.
func TestBackupDrill(t *testing.T) {
	machine := filepath.Join(t.TempDir(), "data")
	file := filepath.Join(t.TempDir(), "backup.tar")
	d := open(t, machine, "")
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	said := submitAll(t, []*client.Client{as(t, d, machine, "qinzhou-customs")}, 0, 5)
	for _, a := range said {
		dispatched(t, d, a.ExchangeID)
	}
	m, err := Backup(t.Context(), parsed(t, machine, ""), file, func(string) {})
	if err != nil || m.Log.Sequence == 0 || m.Log.Epoch != 1 {
		t.Fatalf("backup %+v, %v", m.Log, err)
	}
	lost := submitAll(t, []*client.Client{as(t, d, machine, "qinzhou-customs")}, 5, 8)
	if err := errors.Join(d.Stop(t.Context()), os.RemoveAll(machine)); err != nil {
		t.Fatal(err)
	}

	dir := restored(t, file)
	refusedWith(t, dir, codeLogCopy)
	if e := newEpoch(t, dir); e.Number != 2 || !e.Copy || e.Head != m.Log.Sequence {
		t.Errorf("began %+v", e)
	}
	d = start(t, dir, "")
	nodes := []*client.Client{as(t, d, dir, "qinzhou-customs")}
	resent(t, nodes, said)
	again := submitAll(t, nodes, 5, 8)
	trust := publishedTrust(t, nodes[0])
	for i, a := range again {
		receipt := receiptOf(t, trust, a)
		if a.Duplicate || a.ExchangeID != lost[i].ExchangeID || receipt.Epoch != 2 {
			t.Errorf("a lost document: %+v in epoch %d, want %s in epoch 2", a, receipt.Epoch, lost[i].ExchangeID)
		}
		if first := receiptOf(t, trust, lost[i]); first.Epoch != 0 || a.Receipt == lost[i].Receipt {
			t.Errorf("the lost receipt names epoch %d", first.Epoch)
		}
	}
	for _, a := range said {
		if receipt := receiptOf(t, trust, a); receipt.Epoch != 0 {
			t.Errorf("a receipt of before names epoch %d", receipt.Epoch)
		}
	}
	keys, err := client.Get[httpapi.Keys](t.Context(), nodes[0], "/v1/keys", nil)
	if err != nil || len(keys.Epochs) != 1 || keys.Epochs[0].Number != 2 || keys.Epochs[0].First[0] != m.Log.Sequence+1 {
		t.Errorf("published %+v, %v", keys.Epochs, err)
	}
	for _, a := range append(said, again...) {
		dispatched(t, d, a.ExchangeID)
	}
	mail, err := client.Get[httpapi.MailboxPage](t.Context(), as(t, d, dir, "window-vn"), "/v1/mailbox", url.Values{"limit": {"50"}})
	if err != nil || len(mail.Deliveries) != len(said)+len(again) {
		t.Errorf("%d deliveries, %v", len(mail.Deliveries), err)
	}
}

// An older copy of the store in the folder of a newer one is noticed by the index, and
// by the position beside it if the index is lost too. A store that is lost is noticed
// alike. Each epoch is another, also if nothing was accepted in the one before.
func TestOlderStoreIsNoticed(t *testing.T) {
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "backup.tar")
	taken(t, dir, "")
	older, err := os.ReadFile(filepath.Join(dir, storeFile))
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, dir, "")
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	submitAll(t, []*client.Client{as(t, d, dir, "qinzhou-customs")}, 0, 3)
	if err := d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, storeFile), older, 0o600); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, dir, codeLogBehind)
	index, err := filepath.Glob(filepath.Join(dir, indexFile+"*"))
	for _, name := range index {
		err = errors.Join(err, os.Remove(name))
	}
	if err != nil {
		t.Fatal(err)
	}
	refusedWith(t, dir, codeLogBehind)
	if e := newEpoch(t, dir); e.Number != 2 || e.Copy || e.Seen <= e.Head {
		t.Errorf("began %+v", e)
	}
	if _, err := Backup(t.Context(), parsed(t, dir, ""), file, func(string) {}); err != nil {
		t.Fatal(err)
	}
	other := restored(t, file)
	if e := newEpoch(t, other); e.Number != 3 || !e.Copy {
		t.Errorf("began %+v", e)
	}
	for data, want := range map[string]int64{dir: 2, other: 3} {
		d := start(t, data, "")
		sender := as(t, d, data, "qinzhou-customs")
		for _, a := range submitAll(t, []*client.Client{sender}, 0, 2) {
			if receipt := receiptOf(t, publishedTrust(t, sender), a); receipt.Epoch != want {
				t.Errorf("epoch %d, want %d", receipt.Epoch, want)
			}
		}
	}
}

// A backup that is interrupted leaves no file, and one that is there is not replaced.
// A backup in which any byte has changed is not restored. A restore that was
// interrupted is not used.
func TestBackupIsWholeOrNothing(t *testing.T) {
	dir, folder := t.TempDir(), t.TempDir()
	file := filepath.Join(folder, "backup.tar")
	taken(t, dir, "")
	for steps := range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := Backup(ctx, parsed(t, dir, ""), file, func(string) {
			if steps--; steps < 0 {
				cancel()
			}
		})
		cancel()
		if left, _ := os.ReadDir(folder); steps < 0 && (err == nil || len(left) != 0) {
			t.Fatalf("interrupted: %v, left %v", err, left)
		}
	}
	if _, err := os.Stat(file); err != nil { // it has two steps without time stamps
		t.Fatal(err)
	}
	if _, err := Backup(t.Context(), parsed(t, dir, ""), file, func(string) {}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a backup: %v", err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	damaged, target := filepath.Join(folder, "damaged.tar"), filepath.Join(t.TempDir(), "data")
	private := strings.Index(string(whole), "PRIVATE KEY")
	for _, content := range [][]byte{
		whole[:len(whole)/2], append([]byte{'x'}, whole[1:]...),
		{},
		[]byte(string(whole[:private+20]) + "!" + string(whole[private+21:])),
	} {
		if err := os.WriteFile(damaged, content, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, do := range []bool{false, true} {
			if _, err := Restore(t.Context(), parsed(t, target, ""), damaged, do); !errors.Is(err, backup.ErrDamaged) {
				t.Errorf("restored a damaged one: %v", err)
			}
		}
	}
	if _, err := os.Stat(target); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a damaged backup left %v", err)
	}
	if _, err := Restore(t.Context(), parsed(t, dir, ""), file, true); !errors.As(err, new(*NotEmpty)) {
		t.Errorf("restored over a folder: %v", err)
	}
	// As a crash leaves it, when all but one part has been moved.
	target = restored(t, file)
	half := filepath.Join(target, restoringFolder)
	if err := errors.Join(os.Mkdir(half, 0o700), os.Rename(filepath.Join(target, storeFile), filepath.Join(half, storeFile))); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, target, codeRestoreIncomplete)
	for name, use := range map[string]func(*config.Loaded) error{
		"epoch new": func(l *config.Loaded) error { _, err := OpenEpoch(t.Context(), l, zap.NewNop(), true); return err },
		"receipt-key rotate": func(l *config.Loaded) error {
			_, err := RotateReceiptKey(t.Context(), l, zap.NewNop(), DoRotation)
			return err
		},
		"index rebuild": func(l *config.Loaded) error {
			_, err := Rebuild(t.Context(), l, zap.NewNop(), func(Rebuilt) {})
			return err
		},
		"backup": func(l *config.Loaded) error {
			_, err := Backup(t.Context(), l, filepath.Join(folder, "half.tar"), func(string) {})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { isRefused(t, use(parsed(t, target, "")), codeRestoreIncomplete) })
	}
}

// A backup of a log in Kafka holds the keys and says where the log is. A daemon with
// what was restored gives the first receipts.
func TestBackupWithKafka(t *testing.T) {
	more, dir := onLog(fakeKafka(t).ListenAddrs()), t.TempDir()
	file, other := filepath.Join(t.TempDir(), "backup.tar"), filepath.Join(t.TempDir(), "data")
	first := taken(t, dir, more)
	m, err := Backup(t.Context(), parsed(t, dir, more), file, func(string) {})
	if err != nil || m.Log.Store != backup.Kafka || len(m.Log.Brokers) != 1 || m.Log.TopicPrefix == "" || m.Log.Sequence != 0 {
		t.Fatalf("backup %+v, %v", m.Log, err)
	}
	for _, p := range m.Parts {
		if p.Name == storeFile || p.Name == snapshotFile {
			t.Errorf("it holds %s", p.Name)
		}
	}
	if _, err := Restore(t.Context(), parsed(t, other, ""), file, true); err == nil {
		t.Error("restored without Kafka")
	}
	if _, err := Restore(t.Context(), parsed(t, other, more), file, true); err != nil {
		t.Fatal(err)
	}
	again, err := as(t, start(t, other, more), other, "qinzhou-customs").Submit(t.Context(), carnet(t))
	if err != nil || again.Receipt != first.Receipt || !again.Duplicate {
		t.Errorf("answered %+v, %v; want the receipt %s", again, err, first.Receipt)
	}
	if _, err := signing.LoadOrCreate(filepath.Join(other, keysFolder), name, m.MadeAt); err != nil {
		t.Error(err)
	}
}
