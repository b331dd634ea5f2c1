package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"beibu/cmd/internal/client"
	"beibu/queue"
	"beibu/queue/kafka"
	"beibu/queue/kafka/kafkatest"
)

// onLog returns the configuration of a log of its own in Kafka.
func onLog(brokers []string) string {
	return fmt.Sprintf("kafka: {brokers: [%q], partitions: 2, replication: 1, topicPrefix: t-%s.}\n", strings.Join(brokers, `","`), uuid.NewString())
}

// refusedAt fails the test unless a daemon over a folder is refused for its receipt
// key, with the code and a hint.
func refusedAt(t *testing.T, dir, more string) {
	t.Helper()
	_, err := New(t.Context(), parsed(t, dir, more), zap.NewNop())
	isRefused(t, err, codeReceiptKey)
}

func isRefused(t *testing.T, err error, code string) {
	t.Helper()
	r, ok := errors.AsType[*Refusal](err)
	if !ok || r.Code != code || r.Hint() == "" || !strings.Contains(err.Error(), code+": ") {
		t.Errorf("error %v, want the code %s", err, code)
	}
}

// Of two daemons on a log, the second is refused until it has the key that signs
// receipts of the first; then a document that is sent again gets the first
// receipt, byte for byte, from either.
func TestDaemonsOnALogSignAlike(t *testing.T) { signAlike(t, fakeKafka(t).ListenAddrs()) }

func TestDaemonsOnALogSignAlikeOnApache(t *testing.T) {
	signAlike(t, kafkatest.Brokers(t))
}

func signAlike(t *testing.T, brokers []string) {
	t.Helper()
	more := onLog(brokers)
	first, second := t.TempDir(), t.TempDir()
	one := start(t, first, more)
	given, err := as(t, one, first, "qinzhou-customs").Submit(t.Context(), carnet(t))
	if err != nil {
		t.Fatal(err)
	}
	refusedAt(t, second, more)
	refusedAt(t, second, more) // nothing that was refused is on record
	share(t, first, second)
	again, err := as(t, start(t, second, more), second, "qinzhou-customs").Submit(t.Context(), carnet(t))
	if err != nil || again.Receipt != given.Receipt || !again.Duplicate {
		t.Errorf("the other daemon answered %+v, %v; want the receipt %s", again, err, given.Receipt)
	}
}

// share copies the key of receipts from one data folder to another.
func share(t *testing.T, from, to string) {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(from, "keys", "receipt.pem"))
	if err == nil {
		err = os.WriteFile(filepath.Join(to, "keys", "receipt.pem"), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A daemon that has lost its key of receipts does not sign by another one what
// it signed before; with the key again it gives the first receipt, byte for byte.
func TestDaemonSignsAlikeAfterwards(t *testing.T) {
	dir := t.TempDir()
	d := start(t, dir, "")
	given, err := as(t, d, dir, "qinzhou-customs").Submit(t.Context(), carnet(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "keys", "receipt.pem")
	if err := os.Rename(file, file+".copy"); err != nil { // another is made
		t.Fatal(err)
	}
	refusedAt(t, dir, "")
	if err := os.Rename(file+".copy", file); err != nil {
		t.Fatal(err)
	}
	again, err := as(t, start(t, dir, ""), dir, "qinzhou-customs").Submit(t.Context(), carnet(t))
	if err != nil || again.Receipt != given.Receipt || !again.Duplicate {
		t.Errorf("answered %+v, %v; want the receipt %s", again, err, given.Receipt)
	}
}

// A reload does not put a key in force with which the log did not begin.
func TestReloadRefusesAnotherReceiptKey(t *testing.T) {
	for name, more := range map[string]string{"embedded": "", "Kafka": onLog(fakeKafka(t).ListenAddrs())} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			d := start(t, dir, more)
			sender := as(t, d, dir, "qinzhou-customs")
			given, err := sender.Submit(t.Context(), carnet(t))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(dir, "keys", "receipt.pem")); err != nil { // another is made
				t.Fatal(err)
			}
			isRefused(t, d.Reload(d.config), "receipt-key")
			again, err := sender.Submit(context.WithoutCancel(t.Context()), carnet(t))
			if err != nil || again.Receipt != given.Receipt {
				t.Errorf("answered %+v, %v; want the receipt %s", again, err, given.Receipt)
			}
		})
	}
}

// A daemon whose log gets partitions while it runs goes down: it takes nothing
// in any more, is not ready, and says why.
func TestGoesDownWhenPartitionsAreAdded(t *testing.T) {
	brokers := fakeKafka(t).ListenAddrs()
	dir := t.TempDir()
	d := start(t, dir, onLog(brokers))
	kafka, err := kgo.NewClient(kgo.SeedBrokers(brokers...))
	if err != nil {
		t.Fatal(err)
	}
	defer kafka.Close()
	added, err := kadm.NewClient(kafka).CreatePartitions(t.Context(), 1, d.config.Kafka.TopicPrefix+"log")
	if err != nil || added.Error() != nil {
		t.Fatal(err, added.Error())
	}
	isRefused(t, <-d.failed, "log-layout")
	_, err = as(t, d, dir, "qinzhou-customs").Submit(t.Context(), carnet(t))
	if problem := client.ProblemOf(err); problem == nil || problem.Code != "unavailable" {
		t.Errorf("answered %v", err)
	}
	if err := d.askQueue(t.Context()); err == nil { // which is what /readyz asks
		t.Error("the queue is ready")
	}
}

// Each part that uses the queue may be the first to receive the reason for which it
// has stopped. The daemon stops with the same refusal then.
func TestEachPartMayFailFirst(t *testing.T) {
	for _, part := range []string{"queue", "expiry", "dispatch", "index"} {
		d := &Daemon{failed: make(chan error, 1)}
		d.work(part, func(context.Context) error {
			return fmt.Errorf("queue stopped: %w: %w", queue.ErrUnavailable, kafka.ErrLayout)
		})
		isRefused(t, <-d.failed, "log-layout")
	}
}
